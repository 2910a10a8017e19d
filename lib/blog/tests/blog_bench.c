// SPDX-License-Identifier: GPL-2.0
/*
 * Benchmarks of binary logging: what is measured.
 *
 * The task that writes "SUBJECT MESSAGE CALLS" to the parameter "run" makes that
 * many calls, and then finds in "ns" how long they took by the trace clock:
 *
 *	cd /sys/module/blog_bench/parameters
 *	echo blog string 20000 >run; cat ns
 *
 * Nothing is switched here. What of the subjects is on is up to the files that
 * anybody uses: loggers/blog_bench/enable, events/blog_bench_peer/enable,
 * dynamic_debug/control. Several tasks may write at once; then "ns" is of the one
 * that ended last. tests/bench/run uses this.
 */
#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/trace_clock.h>
#include <linux/vmalloc.h>

#define BLOG_LOGGER blog_bench
#include <linux/blog/define_logger.h>

#define CREATE_TRACE_POINTS
#include "trace_blog_bench.h"

/* What the messages tell; not const, or the compiler would know them. */
static char caps[17] = "pAsLsXsFscrlFwb!";
static u64 ino = 0x10000000001ULL;
static u64 snap = 0xfffffffffffffffeULL;

/* The messages, as arguments of a function: format and all, and fields alone. */
#define STRING_FIELDS(i)	&caps, ino, snap, &ino, caps, i
#define STRING(i)		"%p %llx.%llx cap %p %s seq %d", STRING_FIELDS(i)
#define SCALARS_FIELDS(i)	ino, snap, (u64)(i), i
#define SCALARS(i)		"%llx %llx %llu %d", SCALARS_FIELDS(i)

/* A function that makes @nr calls, the arguments of which may be such a macro. */
#define CALL(call, ...)	call(__VA_ARGS__)
#define DEFINE_LOOP(name, call, ...)					\
static void name(u32 nr)						\
{									\
	int i;								\
									\
	for (i = 0; i < (int)nr; i++)					\
		CALL(call, ##__VA_ARGS__);				\
}

/* A call of a variadic function, with its text where nobody else needs it. */
#define blog_1(...)	blog(&blog_bench_blog, 1, __VA_ARGS__)
/* This one does not end a line by itself. */
#define trace_printk_line(fmt, ...)	trace_printk(fmt "\n", __VA_ARGS__)
#define format(...)							\
do {									\
	char text[128];							\
									\
	snprintf(text, sizeof(text), __VA_ARGS__);			\
	barrier_data(text);						\
} while (0)

DEFINE_LOOP(empty, barrier)
DEFINE_LOOP(clock, trace_clock_local)
DEFINE_LOOP(blog_string, blog_1, STRING(i))
DEFINE_LOOP(blog_scalars, blog_1, SCALARS(i))
DEFINE_LOOP(event_string, trace_blog_bench_string, STRING_FIELDS(i))
DEFINE_LOOP(event_scalars, trace_blog_bench_scalars, SCALARS_FIELDS(i))
DEFINE_LOOP(trace_printk_string, trace_printk_line, STRING(i))
DEFINE_LOOP(trace_printk_scalars, trace_printk_line, SCALARS(i))
DEFINE_LOOP(pr_debug_string, pr_debug, STRING(i))
DEFINE_LOOP(pr_debug_scalars, pr_debug, SCALARS(i))
DEFINE_LOOP(snprintf_string, format, STRING(i))
DEFINE_LOOP(snprintf_scalars, format, SCALARS(i))

/*
 * The limit: nobody who stamps a record with a clock of nanoseconds can do with
 * less than to read that clock and to store so many bytes. Each CPU goes through as
 * much memory as the others' buffers have: what is compared is the work, not
 * whose memory the cache holds.
 */
#define COPY_SIZE	40
#define COPY_MEMORY	SZ_2M

struct copy_target {
	u8 *memory;
	u32 pos;
};

static DEFINE_PER_CPU(struct copy_target, copy_target);

static void copy(u32 nr)
{
	static u64 source[COPY_SIZE / sizeof(u64)];
	struct copy_target *target = raw_cpu_ptr(&copy_target);
	u32 i, pos = READ_ONCE(target->pos);
	u8 *memory = target->memory;

	for (i = 0; i < nr; i++) {
		source[0] = trace_clock_local();
		memcpy(memory + pos, source, COPY_SIZE);
		barrier_data(memory);
		pos += COPY_SIZE;
		if (pos > COPY_MEMORY - COPY_SIZE)
			pos = 0;
	}
	WRITE_ONCE(target->pos, pos);
}

static const struct subject {
	const char *name;
	const char *message;
	void (*run)(u32 nr);
} subjects[] = {
	{ "empty", "none", empty },
	{ "clock", "none", clock },
	{ "copy", "none", copy },
	{ "blog", "string", blog_string },
	{ "blog", "scalars", blog_scalars },
	{ "event", "string", event_string },
	{ "event", "scalars", event_scalars },
	{ "trace_printk", "string", trace_printk_string },
	{ "trace_printk", "scalars", trace_printk_scalars },
	{ "pr_debug", "string", pr_debug_string },
	{ "pr_debug", "scalars", pr_debug_scalars },
	{ "snprintf", "string", snprintf_string },
	{ "snprintf", "scalars", snprintf_scalars },
};

static const struct subject *find_subject(const char *name, const char *message)
{
	const struct subject *s;

	for (s = subjects; s < subjects + ARRAY_SIZE(subjects); s++)
		if (!strcmp(s->name, name) && !strcmp(s->message, message))
			return s;

	return NULL;
}

static unsigned long long ns;
module_param(ns, ullong, 0400);
MODULE_PARM_DESC(ns, "Nanoseconds that the last run took");

/* The module is initialized: parameters are set before that, too. */
static bool ready;

static int run_set(const char *what, const struct kernel_param *kp)
{
	const struct subject *s;
	char name[16], message[16];
	unsigned int calls;
	u64 start;

	if (sscanf(what, "%15s %15s %u", name, message, &calls) != 3 ||
	    calls > INT_MAX)
		return -EINVAL;
	s = find_subject(name, message);
	if (!s)
		return -ENOENT;
	/* Neither before there is memory to write to, nor after. */
	if (!READ_ONCE(ready) || !try_module_get(THIS_MODULE))
		return -ENODEV;

	/* There is no value to protect, and tasks should not wait in turn. */
	kernel_param_unlock(THIS_MODULE);
	start = trace_clock_local();
	s->run(calls);
	WRITE_ONCE(ns, trace_clock_local() - start);
	kernel_param_lock(THIS_MODULE);
	module_put(THIS_MODULE);

	return 0;
}

static const struct kernel_param_ops run_ops = { .set = run_set };
module_param_cb(run, &run_ops, NULL, 0200);
MODULE_PARM_DESC(run, "Measure: subject, message, number of calls");

static void free_targets(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		vfree(per_cpu(copy_target, cpu).memory);
}

static int __init blog_bench_init(void)
{
	int cpu, ret;

	for_each_possible_cpu(cpu) {
		per_cpu(copy_target, cpu).memory = vzalloc(COPY_MEMORY);
		if (!per_cpu(copy_target, cpu).memory) {
			free_targets();
			return -ENOMEM;
		}
	}
	ret = blog_logger_register(&blog_bench_blog);
	if (ret)
		free_targets();
	else
		WRITE_ONCE(ready, true);

	return ret;
}
module_init(blog_bench_init);

static void __exit blog_bench_exit(void)
{
	blog_logger_unregister(&blog_bench_blog);
	free_targets();
}
module_exit(blog_bench_exit);

MODULE_DESCRIPTION("Benchmarks of binary logging");
MODULE_LICENSE("GPL");
