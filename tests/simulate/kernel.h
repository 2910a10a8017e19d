/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What lib/blog needs of the kernel, for a program with one thread in which time is
 * simulated. Included before all else of each file; <linux/list.h> and the like are
 * those of tools/include, and all other headers of the kernel are empty (Makefile).
 *
 * There is one thread, so locks and RCU are nothing, and atomics are plain. What runs
 * later in the kernel runs later here, too, or at once where nobody can tell.
 */
#ifndef _SIMULATE_KERNEL_H
#define _SIMULATE_KERNEL_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Those of tools/include are strict about types. */
#define BIT(n)			(1UL << (n))
#define GENMASK(high, low)	((~0UL >> (63 - (high))) & (~0UL << (low)))
#define ilog2(n)		(63 - __builtin_clzl(n))
#define hash_32(value, bits)	((u32)(value) * 0x61c88647U >> (32 - (bits)))
#define PID_MAX_LIMIT		(4 * 1024 * 1024)
#define min(x, y)	({ typeof(x) _min1 = (x); typeof(y) _min2 = (y);	\
			   _min1 < _min2 ? _min1 : _min2; })
#define max(x, y)	({ typeof(x) _max1 = (x); typeof(y) _max2 = (y);	\
			   _max1 > _max2 ? _max1 : _max2; })

#include <linux/align.h>
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/sizes.h>
#include <linux/types.h>

#define CONFIG_64BIT			1
#define CONFIG_BLOG			1
#define CONFIG_BLOG_BUDGET_MB		0

#define NSEC_PER_SEC			1000000000ULL
#define NSEC_PER_MSEC			1000000ULL
#define NSEC_PER_USEC			1000ULL
#define HZ				250
#define PAGE_SIZE			4096UL
#define TASK_COMM_LEN			16
#define U16_MAX				UINT16_MAX
#define U32_MAX				UINT32_MAX
#define S32_MAX				INT32_MAX
#define INT_MAX				__INT_MAX__

/* The compiler and the linker */

#define __percpu
#define __init
#define __ro_after_init
#define ____cacheline_aligned		__aligned(64)
#define offsetofend(type, member)						\
	(offsetof(type, member) + sizeof(((type *)0)->member))
#define data_race(expr)			(expr)
#define EXPORT_SYMBOL_IF_KUNIT(name)
#define early_initcall(fn)		int call_##fn(void) { return fn(); }
#define __setup(text, fn)		int call_##fn(char *s) { return fn(s); }
#define WARN_ON_ONCE(what)		({ bool _warn = (what);			\
					   _warn ? abort() : (void)0; _warn; })
#define pr_warn(...)			fprintf(stderr, __VA_ARGS__)
#define IS_ENABLED(option)		1
#define strscpy(to, from)		snprintf(to, sizeof(to), "%s", from)

/* Order, locks and RCU */

#define smp_store_mb(var, value)		((var) = (value))
#define smp_wmb()			barrier()
#define smp_store_release(p, val)	WRITE_ONCE(*(p), val)
#define xchg(p, val)			({ typeof(*(p)) _old = *(p); *(p) = (val); _old; })
#define cmpxchg(p, old, val)		({ typeof(*(p)) _was = *(p);		\
					   *(p) = _was == (old) ? (val) : _was; _was; })

typedef struct { } raw_spinlock_t;
typedef struct { } seqcount_t;

struct mutex { };
struct rcu_head { };

#define DEFINE_RAW_SPINLOCK(name)	raw_spinlock_t name
#define raw_spin_lock_init(lock)	((void)(lock))
#define raw_spin_lock(lock)		((void)(lock))
#define raw_spin_trylock(lock)		((void)(lock), true)
#define raw_spin_unlock(lock)		((void)(lock))
#define raw_spin_lock_irq(lock)		((void)(lock))
#define raw_spin_unlock_irq(lock)	((void)(lock))
#define raw_spin_lock_irqsave(lock, f)	((void)(lock), (f) = 0)
#define raw_spin_unlock_irqrestore(lock, f)	((void)(lock), (void)(f))
#define local_irq_save(flags)		((flags) = 0)
#define local_irq_restore(flags)	((void)(flags))
#define local_irq_disable()
#define local_irq_enable()
#define lockdep_assert_held(lock)	((void)(lock))
#define in_nmi()			false

#define guard(what)			guard_##what
static inline void guard_rcu(void) { }
#define rcu_dereference(p)		(p)
#define synchronize_rcu()
#define call_rcu_hurry(head, fn)	(fn)(head)
#define list_add_tail_rcu		list_add_tail
#define list_del_rcu			list_del
#define list_for_each_entry_rcu		list_for_each_entry

struct static_key_false { bool on; };

#define DECLARE_STATIC_KEY_FALSE(name)	extern struct static_key_false name
#define DEFINE_STATIC_KEY_FALSE(name)	struct static_key_false name
#define static_branch_unlikely(key)	((key)->on)
#define static_branch_inc(key)		((key)->on = true)
#define static_branch_dec(key)		((key)->on = false)

#define atomic_read(v)			((v)->counter)
#define atomic_inc(v)			((void)(v)->counter++)
#define atomic_dec(v)			((void)(v)->counter--)
#define atomic_add(n, v)		((void)((v)->counter += (n)))
#define atomic_inc_return(v)		(++(v)->counter)

/* CPUs */

extern unsigned int sim_nr_cpus;
extern unsigned int sim_cpu;		/* the one that we are on */

#define num_online_cpus()		sim_nr_cpus
#define num_possible_cpus()		sim_nr_cpus
#define for_each_possible_cpu(cpu)						\
	for ((cpu) = 0; (cpu) < (int)sim_nr_cpus; (cpu)++)
#define cpu_online(cpu)			true
#define cpus_read_trylock()		true
#define cpus_read_unlock()
#define smp_processor_id()		sim_cpu
#define alloc_percpu(type)		((type *)sim_zalloc(sim_nr_cpus * sizeof(type)))
#define free_percpu(p)			free(p)
#define per_cpu_ptr(p, cpu)		(&(p)[cpu])
#define this_cpu_ptr(p)			(&(p)[sim_cpu])

/* Tasks */

struct blog_ctx;

struct task_struct {
	struct blog_ctx *blog;
	pid_t pid;
	pid_t tgid;
	char comm[TASK_COMM_LEN];
};

extern struct task_struct *sim_current;
extern bool sim_recalls;		/* silent owners give back */

struct task_struct *sim_find_task(pid_t pid);
bool task_curr(const struct task_struct *task);

#define current				sim_current
#define is_idle_task(task)		false
#define PIDTYPE_PID			0
#define find_pid_ns(pid, ns)		(pid)
#define pid_task(pid, type)		sim_find_task(pid)
#define task_call_func(task, fn, arg)	(sim_recalls ? (fn)(task, arg) : 0)

/* Time, and what runs later */

extern u64 sim_now;			/* ns */

#define sched_clock()			sim_now
#define jiffies				((unsigned long)(sim_now / (NSEC_PER_SEC / HZ)))
#define time_before(a, b)		((long)((a) - (b)) < 0)

struct irq_work {
	void (*func)(struct irq_work *work);
};

#define IRQ_WORK_INIT_HARD(fn)		((struct irq_work){ .func = (fn) })
#define init_irq_work(work, fn)		((work)->func = (fn))
#define irq_work_queue(work)		(work)->func(work)
#define irq_work_sync(work)		((void)(work))
void irq_work_queue_on(struct irq_work *work, int cpu);

struct workqueue_struct { };

struct work_struct {
	void (*func)(struct work_struct *work);
};

struct delayed_work {
	struct work_struct work;
	u64 due;			/* ns; or SIM_NEVER */
};

#define SIM_NEVER			UINT64_MAX

#define WQ_UNBOUND			0
#define to_delayed_work(w)		container_of(w, struct delayed_work, work)
#define INIT_DELAYED_WORK(w, fn)						\
	(*(w) = (struct delayed_work){ .work.func = (fn), .due = SIM_NEVER })
struct workqueue_struct *alloc_workqueue(const char *name, int flags, int max);
bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *work,
			unsigned long delay);
bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *work,
		      unsigned long delay);
void flush_delayed_work(struct delayed_work *work);
#define disable_delayed_work_sync(w)	((w)->due = SIM_NEVER)

/* Memory; there is enough of it. Contexts have no data, see kernel.c. */

extern u64 sim_memory;			/* bytes of the machine */

void *sim_zalloc(size_t size);
void *kmalloc(size_t size, gfp_t flags);
u64 memparse(const char *text, char **end);

#define __GFP_RECLAIM			0
#define __GFP_NORETRY			0
#define __GFP_NOWARN			0
#define __vmalloc(size, flags)		NULL
#define kvcalloc(nr, size, flags)	calloc(nr, size)
#define kvmalloc_array(n, size, flags)	malloc((n) * (size))
#define kvfree(p)			free(p)
#define SMP_CACHE_BYTES			64
#define PTR_ALIGN_DOWN(p, a)		((void *)ALIGN_DOWN((unsigned long)(p), (a)))
#define kmemleak_ignore(p)
#define totalram_pages()		(sim_memory / PAGE_SIZE)
#define sort(base, n, size, cmp, swap)	qsort(base, n, size, cmp)

struct shrink_control {
	unsigned long nr_to_scan;
	unsigned long nr_scanned;
};

struct shrinker {
	unsigned long (*count_objects)(struct shrinker *s, struct shrink_control *sc);
	unsigned long (*scan_objects)(struct shrinker *s, struct shrink_control *sc);
	void *private_data;
	unsigned int batch;
	unsigned int seeks;
};

#define DEFAULT_SEEKS			2
#define SHRINK_EMPTY			(~0UL - 1)
#define SHRINK_STOP			(~0UL)
#define shrinker_alloc(flags, ...)	((struct shrinker *)NULL)
#define shrinker_register(s)		((void)(s))
#define shrinker_free(s)		((void)(s))

#define DEFINE_MIN_HEAP(type, name)	struct name { type *data; }

#endif /* _SIMULATE_KERNEL_H */
