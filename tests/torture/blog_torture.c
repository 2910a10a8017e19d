// SPDX-License-Identifier: GPL-2.0
/*
 * Writers for the torture of binary logging, see tests/torture/run.
 *
 * While the module is loaded these write to the logger "torture":
 *
 *   - tasks, some of which move from CPU to CPU, tasks that write a few
 *     messages and exit, and hundreds that do so and sleep;
 *   - hrtimers in soft and in hard interrupts, on each CPU;
 *   - NMIs, which a task sends to all CPUs in turn.
 *
 * Each is a writer: it has a number and counts its messages (records.h).
 *
 * Parameters that may be written while they run:
 *
 *	paused		nobody writes; when write() returns, nobody is about to
 *	capturing	whether messages are captured: 0 no, 1 perhaps, as while
 *			that is being changed, 2 yes
 *	kinds_off	bits of kinds whose statements are off
 *	pace_us		pause of a task after some messages
 *
 * Messages are counted by @capturing, see file calls. Those that are certain
 * not to be captured have no number: their number is that of the next one.
 */
#include <linux/completion.h>
#include <linux/cpu.h>
#include <linux/err.h>
#include <linux/hrtimer.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/torture.h>
#include <linux/trace_clock.h>
#include <asm/apic.h>
#include <asm/nmi.h>

#include "records.h"

#define BLOG_LOGGER torture
#include <linux/blog/define_logger.h>

torture_param(int, tasks, 3, "Writing tasks for each CPU");
torture_param(int, sleepers, 300, "Tasks that mostly sleep");
torture_param(int, onoff_interval, 0, "Seconds between CPU hotplugs, 0 for none");
torture_param(int, shuffle_interval, 3, "Seconds between shuffles of tasks");
torture_param(int, stutter, 3, "Seconds that tasks run or pause");
torture_param(int, verbose, 0, "Tell more");

static unsigned int pace_us = 1000;
module_param(pace_us, uint, 0644);
MODULE_PARM_DESC(pace_us, "Pause of a task after some messages");

/* Writers */

struct writer {
	u32 id;
	u32 seq;	/* of the next message */
	bool moves;
	struct torture_random_state random;
	struct task_struct *task;
	struct hrtimer timer;
};

/* Messages that were not, that perhaps were, and that were captured. */
enum { NOT_CAPTURED, PERHAPS_CAPTURED, CAPTURED, NR_CAPTURING };

static DEFINE_PER_CPU(u64 [NR_CAPTURING], calls);

static unsigned int paused;
static unsigned int capturing = CAPTURED;
static unsigned int kinds_off;

static char text[TORTURE_TEXT + 1];

static atomic_t nr_writers;

static void init_writer(struct writer *w, unsigned int level)
{
	w->id = atomic_inc_return(&nr_writers) << TORTURE_LEVEL_BITS | level;
	w->seq = 0;
	torture_random_init(&w->random);
	w->random.trs_state = w->id;
}

static void log_message(u32 writer, u32 seq, u32 kind, struct torture_head *head)
{
	u64 base = torture_base(writer, seq);
	u64 client = torture_client(writer, seq);
	u64 sum = torture_sum(head, kind, base);
	u64 bytes[2] = { torture_arg(base, 0), torture_arg(base, 1) };

#define A(n)		torture_arg(base, n)
#define S8(n)		((s8)A(n))
#define U8(n)		((u8)A(n))
#define S16(n)		((s16)A(n))
#define U16(n)		((u16)A(n))
#define S32(n)		((s32)A(n))
#define U32(n)		((u32)A(n))
#define S64(n)		((s64)A(n))
#define U64(n)		A(n)
#define LONG(n)		((long)A(n))
#define ULONG(n)		((unsigned long)A(n))
#define CHAR(n)		torture_char(base, n)
#define WIDTH(n)	torture_width(base, n)
#define PREC(n)		torture_prec(base, n)
#define TEXT(n)		torture_text(text, base, n, TORTURE_TEXT)
#define SHORT(n)	torture_text(text, base, n, TORTURE_SHORT)
#define PART(n)		torture_part(text, base, n, TORTURE_PREC_MAX)
#define PART3(n)	torture_part(text, base, n, 3)
#define PART7(n)	torture_part(text, base, n, 7)
#define PTR(n)		((void *)A(n))
#define SYMBOL		((void *)log_message)
#define SYMBOL_ONLY	((void *)log_message)
#define IP4		((void *)bytes)
#define MAC		((void *)bytes)
#define UUID		((void *)bytes)
#define HEX		((void *)bytes)
#define ERROR		ERR_PTR(-EINVAL)
#define NONE		((char *)NULL)
#define BAD		((char *)ERR_PTR(-EINVAL))
#define KIND(nr, format, ignored, ...)					\
	case nr:							\
		blog(&torture_blog, client, #nr " " TORTURE_HEAD format, \
		     writer, seq, head->pid, head->cpu, head->time, sum, \
		     ##__VA_ARGS__);					\
		break;

	switch (kind) {
#include "kinds.h"
	}
}

/* Write a message in a critical section, so that others can wait for its end. */
static void write_message(struct writer *w)
{
	bool stays = torture_random(&w->random) & 64;
	u32 kind = (torture_random(&w->random) >> 8) % TORTURE_KINDS;
	struct torture_head head;
	unsigned int how;

	guard(rcu)();
	/* Pairs with the synchronize_rcu() of whoever sets these. */
	if (READ_ONCE(paused))
		return;
	how = READ_ONCE(kinds_off) & BIT(kind) ? NOT_CAPTURED :
						 READ_ONCE(capturing);
	head.writer = w->id;
	head.seq = w->seq;
	head.pid = current->pid;
	if (stays)
		preempt_disable();
	head.cpu = stays ? smp_processor_id() : -1;
	head.time = trace_clock_local();
	log_message(w->id, w->seq, kind, &head);
	if (stays)
		preempt_enable();

	this_cpu_inc(calls[how]);
	if (how != NOT_CAPTURED)
		w->seq++;
}

static void write_some(struct writer *w, unsigned int max)
{
	unsigned int n = 1 + (torture_random(&w->random) >> 8) % max;

	while (n--)
		write_message(w);
}

/* Tasks */

static struct writer *task_writers;
static unsigned int nr_task_writers;

static void move_somewhere(struct writer *w)
{
	int cpu = (torture_random(&w->random) >> 8) % nr_cpu_ids;

	/* Fails if that is offline. */
	if (w->moves && cpu_online(cpu))
		set_cpus_allowed_ptr(current, cpumask_of(cpu));
}

static void pause_somehow(struct writer *w)
{
	unsigned int pace = READ_ONCE(pace_us);

	switch (torture_random(&w->random) >> 8 & 3) {
	case 0:
		cond_resched();
		break;
	case 1:
		move_somewhere(w);
		break;
	default:
		if (pace)
			torture_hrtimeout_us(pace, pace * 1000, &w->random);
		break;
	}
}

static int torture_writer(void *arg)
{
	struct writer *w = arg;

	do {
		write_some(w, 250);
		pause_somehow(w);
		stutter_wait("torture_writer");
	} while (!torture_must_stop());
	torture_kthread_stopping("torture_writer");

	return 0;
}

static int start_tasks(void)
{
	unsigned int i;
	int ret = 0;

	nr_task_writers = tasks * num_online_cpus();
	task_writers = kcalloc(nr_task_writers, sizeof(*task_writers), GFP_KERNEL);
	if (!task_writers)
		return -ENOMEM;
	for (i = 0; i < nr_task_writers && !ret; i++) {
		init_writer(&task_writers[i], 0);
		task_writers[i].moves = i % 3 == 2;
		ret = torture_create_kthread(torture_writer, &task_writers[i],
					     task_writers[i].task);
	}

	return ret;
}

static void stop_tasks(void)
{
	unsigned int i;

	if (!task_writers)
		return;
	for (i = 0; i < nr_task_writers; i++)
		torture_stop_kthread(torture_writer, task_writers[i].task);
	kfree(task_writers);
	task_writers = NULL;
}

/* Tasks that come and go */

#define SHORT_LIVED	6

static struct writer short_writers[SHORT_LIVED];
static struct task_struct *spawner_task;

static int short_lived(void *arg)
{
	struct writer *w = arg;

	write_some(w, 40);
	return 0;
}

static void spawn(struct writer *w)
{
	struct task_struct *task;

	init_writer(w, 0);
	task = kthread_create(short_lived, w, "short-%u", w->id);
	if (IS_ERR(task))
		return;
	w->task = get_task_struct(task);
	wake_up_process(task);
}

/* It may be gone already. */
static void reap(struct writer *w)
{
	if (!w->task)
		return;
	kthread_stop_put(w->task);
	w->task = NULL;
}

static int torture_spawner(void *arg)
{
	DEFINE_TORTURE_RANDOM(random);
	unsigned int i = 0;

	do {
		reap(&short_writers[i]);
		spawn(&short_writers[i]);
		i = (i + 1) % SHORT_LIVED;
		torture_hrtimeout_us(500 + READ_ONCE(pace_us), 1000 * 1000,
				     &random);
		stutter_wait("torture_spawner");
	} while (!torture_must_stop());
	for (i = 0; i < SHORT_LIVED; i++)
		reap(&short_writers[i]);
	torture_kthread_stopping("torture_spawner");

	return 0;
}

/* Tasks that mostly sleep: more than there are contexts for */

static struct writer *sleeping_writers;

static int torture_sleeper(void *arg)
{
	struct writer *w = arg;

	do {
		write_some(w, 12);
		schedule_timeout_interruptible((torture_random(&w->random) >> 8) % (8 * HZ));
	} while (!torture_must_stop());
	torture_kthread_stopping("torture_sleeper");

	return 0;
}

static int start_sleepers(void)
{
	int i, ret = 0;

	sleeping_writers = kvcalloc(sleepers, sizeof(*sleeping_writers), GFP_KERNEL);
	if (!sleeping_writers)
		return -ENOMEM;
	for (i = 0; i < sleepers && !ret; i++) {
		init_writer(&sleeping_writers[i], 0);
		ret = torture_create_kthread(torture_sleeper, &sleeping_writers[i],
					     sleeping_writers[i].task);
	}

	return ret;
}

static void stop_sleepers(void)
{
	int i;

	if (!sleeping_writers)
		return;
	for (i = 0; i < sleepers; i++)
		torture_stop_kthread(torture_sleeper, sleeping_writers[i].task);
	kvfree(sleeping_writers);
	sleeping_writers = NULL;
}

/* Interrupts */

static DEFINE_PER_CPU(struct writer, hard_writer);
static DEFINE_PER_CPU(struct writer, soft_writer);

static enum hrtimer_restart log_in_interrupt(struct hrtimer *timer)
{
	struct writer *w = container_of(timer, struct writer, timer);
	u64 us;

	write_some(w, 12);
	us = 100 + READ_ONCE(pace_us) / 4 +
	     (torture_random(&w->random) >> 8) % 2000;
	hrtimer_forward_now(timer, us * NSEC_PER_USEC);

	return HRTIMER_RESTART;
}

static void start_timers(void *ignored)
{
	hrtimer_start(&this_cpu_ptr(&hard_writer)->timer, 100 * NSEC_PER_USEC,
		      HRTIMER_MODE_REL_PINNED_HARD);
	hrtimer_start(&this_cpu_ptr(&soft_writer)->timer, 100 * NSEC_PER_USEC,
		      HRTIMER_MODE_REL_PINNED_SOFT);
}

static void init_interrupts(void)
{
	struct writer *w;
	int cpu;

	for_each_possible_cpu(cpu) {
		w = per_cpu_ptr(&hard_writer, cpu);
		init_writer(w, 2);
		hrtimer_init(&w->timer, CLOCK_MONOTONIC,
			     HRTIMER_MODE_REL_PINNED_HARD);
		w->timer.function = log_in_interrupt;
		w = per_cpu_ptr(&soft_writer, cpu);
		init_writer(w, 1);
		hrtimer_init(&w->timer, CLOCK_MONOTONIC,
			     HRTIMER_MODE_REL_PINNED_SOFT);
		w->timer.function = log_in_interrupt;
	}
}

static void stop_interrupts(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		hrtimer_cancel(&per_cpu_ptr(&hard_writer, cpu)->timer);
		hrtimer_cancel(&per_cpu_ptr(&soft_writer, cpu)->timer);
	}
}

/* NMIs */

static DEFINE_PER_CPU(struct writer, nmi_writer);
static DEFINE_PER_CPU(bool, nmi_wanted);
static struct task_struct *nmi_task;

static int log_in_nmi(unsigned int type, struct pt_regs *regs)
{
	/* Else it is somebody else's. */
	if (!this_cpu_xchg(nmi_wanted, false))
		return NMI_DONE;
	write_some(this_cpu_ptr(&nmi_writer), 32);

	return NMI_HANDLED;
}

/* Send an NMI to a CPU that is online, and see it arrive: two might be one. */
static void send_nmi(int cpu)
{
	unsigned int tries = 10000;

	cpus_read_lock();
	if (cpu_online(cpu)) {
		WRITE_ONCE(per_cpu(nmi_wanted, cpu), true);
		preempt_disable();
		apic->send_IPI(cpu, NMI_VECTOR);
		preempt_enable();
		while (READ_ONCE(per_cpu(nmi_wanted, cpu)) && tries--)
			cpu_relax();
		while (READ_ONCE(per_cpu(nmi_wanted, cpu)))
			schedule_timeout_uninterruptible(1);
	}
	cpus_read_unlock();
}

static int torture_nmi(void *arg)
{
	DEFINE_TORTURE_RANDOM(random);

	do {
		send_nmi((torture_random(&random) >> 8) % nr_cpu_ids);
		torture_hrtimeout_us(100 + READ_ONCE(pace_us) / 4, 100 * 1000,
				     &random);
		stutter_wait("torture_nmi");
	} while (!torture_must_stop());
	torture_kthread_stopping("torture_nmi");

	return 0;
}

static int start_nmis(void)
{
	int cpu, ret;

	for_each_possible_cpu(cpu)
		init_writer(per_cpu_ptr(&nmi_writer, cpu), 3);
	ret = register_nmi_handler(NMI_LOCAL, log_in_nmi, 0, "blog_torture");
	if (ret)
		return ret;
	ret = torture_create_kthread(torture_nmi, NULL, nmi_task);
	if (ret)
		unregister_nmi_handler(NMI_LOCAL, "blog_torture");

	return ret;
}

static void stop_nmis(void)
{
	if (!nmi_task)
		return;
	torture_stop_kthread(torture_nmi, nmi_task);
	unregister_nmi_handler(NMI_LOCAL, "blog_torture");
}

/* Parameters */

/* Whoever writes a message after this has seen the new value. */
static int set_and_wait(const char *value, const struct kernel_param *kp)
{
	unsigned int n;
	int ret = kstrtouint(value, 0, &n);

	if (ret)
		return ret;
	WRITE_ONCE(*(unsigned int *)kp->arg, n);
	synchronize_rcu();

	return 0;
}

static const struct kernel_param_ops waiting_ops = {
	.set = set_and_wait,
	.get = param_get_uint,
};
module_param_cb(paused, &waiting_ops, &paused, 0644);
MODULE_PARM_DESC(paused, "Nobody writes");
module_param_cb(capturing, &waiting_ops, &capturing, 0644);
MODULE_PARM_DESC(capturing, "Messages are captured: 0 no, 1 perhaps, 2 yes");
module_param_cb(kinds_off, &waiting_ops, &kinds_off, 0644);
MODULE_PARM_DESC(kinds_off, "Bits of kinds whose statements are off");

static int get_calls(char *buffer, const struct kernel_param *kp)
{
	u64 sum[NR_CAPTURING] = {};
	int cpu, i;

	for_each_possible_cpu(cpu)
		for (i = 0; i < NR_CAPTURING; i++)
			sum[i] += READ_ONCE(per_cpu(calls, cpu)[i]);

	return sysfs_emit(buffer, "off %llu perhaps %llu captured %llu\n",
			  sum[NOT_CAPTURED], sum[PERHAPS_CAPTURED],
			  sum[CAPTURED]);
}

static const struct kernel_param_ops calls_ops = { .get = get_calls };
module_param_cb(calls, &calls_ops, NULL, 0444);
MODULE_PARM_DESC(calls, "Messages, by whether they were captured");

static int get_symbol(char *buffer, const struct kernel_param *kp)
{
	return sysfs_emit(buffer, "%px\n%pS\n%ps\n", log_message, log_message,
			  log_message);
}

static const struct kernel_param_ops symbol_ops = { .get = get_symbol };
module_param_cb(symbol, &symbol_ops, NULL, 0444);
MODULE_PARM_DESC(symbol, "The function that messages show, as the kernel does");

/* All of it */

static void stop(void)
{
	stop_nmis();
	stop_interrupts();
	torture_stop_kthread(torture_spawner, spawner_task);
	stop_tasks();
	stop_sleepers();
	blog_logger_unregister(&torture_blog);
}

static void blog_torture_exit(void)
{
	if (torture_cleanup_begin())
		return;
	stop();
	torture_cleanup_end();
}
module_exit(blog_torture_exit);

static int start(void)
{
	int ret;

	init_interrupts();
	ret = start_tasks();
	if (ret)
		return ret;
	ret = start_sleepers();
	if (ret)
		return ret;
	ret = torture_create_kthread(torture_spawner, NULL, spawner_task);
	if (ret)
		return ret;
	on_each_cpu(start_timers, NULL, 1);
	ret = start_nmis();
	if (ret)
		return ret;
	if (shuffle_interval)
		ret = torture_shuffle_init(shuffle_interval * HZ);
	if (!ret && stutter)
		ret = torture_stutter_init(stutter * HZ, stutter * HZ / 8);
	if (!ret && onoff_interval)
		ret = torture_onoff_init(onoff_interval * HZ,
					 onoff_interval * HZ, NULL);

	return ret;
}

static int __init blog_torture_init(void)
{
	int ret;

	torture_fill_text(text);
	ret = blog_logger_register(&torture_blog);
	if (ret)
		return ret;
	if (!torture_init_begin("blog", verbose)) {
		blog_logger_unregister(&torture_blog);
		return -EBUSY;
	}
	ret = start();
	torture_init_end();
	if (ret)
		blog_torture_exit();

	return ret;
}
module_init(blog_torture_init);

MODULE_DESCRIPTION("Writers for the torture of binary logging");
MODULE_LICENSE("GPL");
