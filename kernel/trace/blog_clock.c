// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: the clock of the instance's ring buffers.
 */
#include <kunit/visibility.h>
#include <linux/export.h>
#include <linux/math64.h>
#include <linux/percpu.h>
#include <linux/ring_buffer.h>
#include <linux/suspend.h>
#include <linux/trace_clock.h>

#include "blog.h"

/**
 * DOC: the clock of the instance
 *
 * A ring buffer asks its clock for the stamp of each event. The instance's ring
 * buffers take records that were logged long before, so they have a clock of
 * their own, instance_clock(). While a record is being written it says the
 * record's stamp, and at all other times the present time of the clock that the
 * user chose (trace_clock)::
 *
 *	blog_clock_update()		before a chunk: the user may have changed it
 *	blog_clock_begin(&outer, time)	from here on this CPU's clock stands
 *	write the record
 *	blog_clock_end(&outer)		and goes on
 *
 * Records have stamps of trace_clock_local(). If the user's clock is another, a stamp
 * is converted: both clocks are read together at boot, before and after each
 * suspend, and now, and between two of these the other clock is taken to run evenly.
 *
 * A ring buffer stores differences, and its stamps must not go back. Mostly they do
 * not: records are written in the order of time. But somebody may have written to
 * the instance by other means, such as trace_marker; a CPU may write what belongs to
 * another one that is offline or stuck; a message may have become visible late. Such
 * a record gets the stamp of what is there already, and says by how much it is late.
 *
 * Each struct blog_clock is its CPU's, with interrupts disabled; a dump that
 * interrupts somebody puts back what it found.
 */

struct trace_array *blog_instance __ro_after_init;

static DEFINE_PER_CPU(struct blog_clock, blog_clocks);

/* More than all clocks of tracing. */
#define NR_CLOCKS	16

/* So many suspends are remembered; what was before has the stamps of the oldest. */
#define NR_SPANS	8

/* What the clocks said at the beginning and at the end of a time without suspend. */
struct clock_span {
	struct blog_clock_sample begin[NR_CLOCKS];
	struct blog_clock_sample end[NR_CLOCKS];
};

static struct clock_span spans[NR_SPANS];
static unsigned int nr_spans;	/* the last one has no end yet */

/**
 * struct clock_map - from trace_clock_local() to the clock of the instance
 * @id:		number of that clock
 * @func:	that clock; NULL before blog_clock_update()
 * @in_ns:	it counts nanoseconds
 * @begin:	what it said when it last began to run evenly
 * @now:	what it said lately
 */
struct clock_map {
	unsigned int id;
	trace_clock_fn func;
	bool in_ns;
	struct blog_clock_sample begin;
	struct blog_clock_sample now;
};

/* Written by blog_clock_update(), while no CPU writes but for a dump. */
static struct clock_map map;

/* Both clocks can be read within this, unless somebody takes the CPU away. */
#define SAMPLE_TIME_MAX		(10 * NSEC_PER_USEC)
#define SAMPLE_TRIES		10

/**
 * blog_sample_clock() - read a clock together with trace_clock_local()
 * @func: the clock
 * @sample: set to what both said
 *
 * An NMI or a hypervisor may come between two clocks, for milliseconds: of
 * many tries that took too long the quickest counts.
 *
 * Context: Any context. Takes no lock but those of @func.
 */
void blog_sample_clock(trace_clock_fn func, struct blog_clock_sample *sample)
{
	u64 before, then, took, least = U64_MAX;
	unsigned int tries = SAMPLE_TRIES;
	unsigned long flags;

	do {
		local_irq_save(flags);
		before = trace_clock_local();
		then = func();
		took = trace_clock_local() - before;
		local_irq_restore(flags);
		if (took < least) {
			least = took;
			sample->local = before + took / 2;
			sample->other = then;
		}
	} while (least > SAMPLE_TIME_MAX && --tries);
}
EXPORT_SYMBOL_IF_KUNIT(blog_sample_clock);

/*
 * How fast a clock runs is measured. One that counts nanoseconds and seems to
 * differ by more than this has been set meanwhile.
 */
#define NS_CLOCK_ERROR_MAX(span)	((span) / 1000)

/* No clock ticks more often in a nanosecond; else a division could overflow. */
#define TICKS_PER_NS_MAX		64

/* How far a clock went while trace_clock_local() went by @ns. */
static u64 scale(u64 ns, u64 local, u64 other, bool in_ns)
{
	if (in_ns && (!local || abs((s64)(other - local)) > NS_CLOCK_ERROR_MAX(local)))
		return ns;
	if (!local || (s64)other < 0 || other / TICKS_PER_NS_MAX > local)
		return 0;

	return mul_u64_u64_div_u64(ns, other, local);
}

/**
 * blog_clock_convert() - what a clock said at another time
 * @begin: what it said once, and
 * @end: later
 * @in_ns: it counts nanoseconds
 * @time: a time of trace_clock_local(), perhaps before or after both
 *
 * Context: Any context.
 * Return: what it said then if it ran evenly; never below 0, and @end where that
 * cannot be told.
 */
u64 blog_clock_convert(const struct blog_clock_sample *begin,
		       const struct blog_clock_sample *end, bool in_ns, u64 time)
{
	u64 local = end->local - begin->local, other = end->other - begin->other;
	bool before = time < end->local;
	u64 span = scale(before ? end->local - time : time - end->local,
			 local, other, in_ns);

	if (before)
		return end->other - min(end->other, span);

	return end->other + span;
}
EXPORT_SYMBOL_IF_KUNIT(blog_clock_convert);

/* A time before the last suspend. */
static u64 convert_old(u64 time)
{
	unsigned int nr = READ_ONCE(nr_spans) - 1, oldest = nr >= NR_SPANS ? nr - NR_SPANS + 1 : 0;
	const struct clock_span *span;

	do
		span = &spans[--nr % NR_SPANS];
	while (nr > oldest && time < span->begin[map.id].local);

	return blog_clock_convert(&span->begin[map.id], &span->end[map.id], map.in_ns, time);
}

/* What the clock of the instance said when trace_clock_local() said @time. */
static u64 convert_time(u64 time)
{
	if (map.func == trace_clock_local)
		return time;
	/* Not a time, but a number for each event. */
	if (map.func == trace_clock_counter)
		return trace_clock_counter();
	if (time < map.begin.local && READ_ONCE(nr_spans) > 1)
		return convert_old(time);

	return blog_clock_convert(&map.begin, &map.now, map.in_ns, time);
}

/**
 * blog_clock_update() - follow the clock that the user chose
 *
 * Context: Any context; no CPU writes a record meanwhile.
 */
void blog_clock_update(void)
{
	unsigned int id = READ_ONCE(blog_instance->clock_id);

	map.id = min(id, NR_CLOCKS - 1);
	map.func = trace_clock_func(id);
	map.in_ns = trace_clock_in_ns(blog_instance);
	map.begin = spans[(nr_spans - 1) % NR_SPANS].begin[map.id];
	blog_sample_clock(map.func, &map.now);
}

/**
 * blog_clock_current() - whether the last update holds
 *
 * Context: Any context. With preemption disabled it stays so for what is written:
 * a change of the clock empties the ring buffers after a grace period.
 * Return: false if the user has chosen another clock, or there was no update.
 */
bool blog_clock_current(void)
{
	return map.func && map.id == READ_ONCE(blog_instance->clock_id);
}

static u64 notrace instance_clock(void)
{
	struct blog_clock *clock = this_cpu_ptr(&blog_clocks);
	trace_clock_fn func;

	if (clock->stands)
		return clock->stamp;

	func = trace_clock_func(blog_instance->clock_id);

	return func();
}

/* The last stamp in this CPU's ring buffer. */
static u64 last_stamp(void)
{
	return ring_buffer_last_stamp(blog_instance->array_buffer.buffer,
				      smp_processor_id());
}

/* A step back of a converted stamp by less than this is a rounding error. */
#define CONVERSION_ERROR_MAX	NSEC_PER_MSEC

/**
 * blog_clock_begin() - let this CPU's clock stand at the time of a record
 * @outer: takes what it did before
 * @time: the record's stamp of trace_clock_local()
 *
 * Context: Interrupts disabled, until blog_clock_end().
 * Return: how late the record is: its stamp is greater by so much than its time
 * in the clock of the instance. Mostly 0.
 */
u64 blog_clock_begin(struct blog_clock *outer, u64 time)
{
	struct blog_clock *clock = this_cpu_ptr(&blog_clocks);
	u64 stamp = convert_time(time), late;

	*outer = *clock;
	WRITE_ONCE(clock->stamp, max(stamp, last_stamp()));
	/* From here on an NMI that writes, too, gets our stamp. */
	barrier();
	WRITE_ONCE(clock->stands, true);
	barrier();
	/* One may have written just before. */
	WRITE_ONCE(clock->stamp, max(clock->stamp, last_stamp()));

	late = clock->stamp - stamp;
	if (map.func != trace_clock_local && late < CONVERSION_ERROR_MAX)
		return 0;

	return late;
}

/**
 * blog_clock_end() - let this CPU's clock go on
 * @outer: as from blog_clock_begin()
 *
 * Context: As blog_clock_begin().
 */
void blog_clock_end(const struct blog_clock *outer)
{
	struct blog_clock *clock = this_cpu_ptr(&blog_clocks);

	barrier();
	WRITE_ONCE(clock->stands, outer->stands);
	barrier();
	WRITE_ONCE(clock->stamp, outer->stamp);
}

static void sample_clocks(struct blog_clock_sample *samples)
{
	trace_clock_fn func;
	unsigned int i;

	for (i = 0; i < NR_CLOCKS && (func = trace_clock_func(i)); i++)
		blog_sample_clock(func, &samples[i]);
}

/* Clocks may stop, go on or start over in a suspend, each in its way. */
static int note_suspend(struct notifier_block *nb, unsigned long what, void *unused)
{
	switch (what) {
	case PM_SUSPEND_PREPARE:
	case PM_HIBERNATION_PREPARE:
		sample_clocks(spans[(nr_spans - 1) % NR_SPANS].end);
		break;
	case PM_POST_SUSPEND:
	case PM_POST_HIBERNATION:
		sample_clocks(spans[nr_spans % NR_SPANS].begin);
		WRITE_ONCE(nr_spans, nr_spans + 1);
		break;
	}

	return NOTIFY_DONE;
}

static struct notifier_block suspend_notifier = { .notifier_call = note_suspend };

/**
 * blog_clock_init() - let the instance have its clock
 * @tr: the instance, which becomes blog_instance
 *
 * Context: Process context, at boot.
 */
void __init blog_clock_init(struct trace_array *tr)
{
	blog_instance = tr;
	sample_clocks(spans[0].begin);
	nr_spans = 1;
	register_pm_notifier(&suspend_notifier);
	tr->clock = instance_clock;
	ring_buffer_set_clock(tr->array_buffer.buffer, instance_clock);
#ifdef CONFIG_TRACER_MAX_TRACE
	if (tr->max_buffer.buffer)
		ring_buffer_set_clock(tr->max_buffer.buffer, instance_clock);
#endif
}
