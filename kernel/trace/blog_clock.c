// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: the clock of the instance's ring buffers.
 */
#include <kunit/visibility.h>
#include <linux/export.h>
#include <linux/math64.h>
#include <linux/percpu.h>
#include <linux/ring_buffer.h>
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
 *	blog_clock_begin(time)		from here on this CPU's clock stands
 *	write the record
 *	blog_clock_end(shown)		and goes on
 *
 * Records have stamps of trace_clock_local(). If the user's clock is another,
 * a stamp is converted by the rate of that clock since boot (struct clock_map).
 * Rounding must not order two records of a CPU the wrong way round: a stamp that
 * comes out a little earlier than the last one's is made equal.
 *
 * The ring buffer stores differences, which cannot be negative. Within a CPU
 * stamps do not go back, except where an event was enabled after younger
 * records of others had been published, where somebody writes to the instance
 * by other means, such as trace_marker, where a CPU writes records of another
 * that went offline, and where clocks are not stable. For that the youngest
 * stamp that a CPU's ring buffer may have is kept (cpu_clock.latest), and an
 * older record is written with an absolute stamp.
 *
 * Each struct cpu_clock is written by its CPU alone with interrupts disabled, but
 * for @latest, which whoever writes to the instance raises, also in NMI.
 */

struct trace_array *blog_instance __ro_after_init;

/**
 * struct cpu_clock - the clock of one CPU's ring buffer
 * @stands:	a record is being written
 * @late:	with an absolute stamp
 * @stamp:	its stamp
 * @time:	what that was before conversion
 * @shown:	stamp of the last one written
 * @shown_time:	what it was before conversion
 * @clock:	clock of @latest
 * @latest:	no event in this CPU's ring buffer, or in its snapshot, has a later
 *		stamp
 */
struct cpu_clock {
	bool stands;
	bool late;
	u64 stamp;
	u64 time;
	u64 shown;
	u64 shown_time;
	trace_clock_fn clock;
	u64 latest;
};

static DEFINE_PER_CPU(struct cpu_clock, cpu_clocks);

/**
 * struct clock_map - from trace_clock_local() to the clock of the instance
 * @func:	that clock
 * @local:	a time of trace_clock_local()
 * @other:	what @func said then
 * @local_span:	time from boot to then
 * @other_span:	the same for @func
 *
 * The ratio of the spans is how much faster one runs.
 */
struct clock_map {
	trace_clock_fn func;
	u64 local;
	u64 other;
	u64 local_span;
	u64 other_span;
};

/* Written by blog_clock_update(), while no CPU writes. */
static struct clock_map map;

/* More than all clocks of tracing. */
#define NR_CLOCKS	16

/* What each clock said at boot. */
static struct {
	u64 local;
	u64 other;
} boot[NR_CLOCKS] __ro_after_init;

/* Both clocks can be read within this, unless somebody takes the CPU away. */
#define SAMPLE_TIME_MAX		(10 * NSEC_PER_USEC)
#define SAMPLE_TRIES		10

/**
 * blog_sample_clock() - read a clock together with trace_clock_local()
 * @func: the clock
 * @local: set to a time of trace_clock_local()
 * @other: set to what @func said then
 *
 * An NMI or a hypervisor may come between two clocks, for milliseconds: of
 * many tries that took too long the quickest counts.
 *
 * Context: Any context. Takes no lock but those of @func.
 */
void blog_sample_clock(trace_clock_fn func, u64 *local, u64 *other)
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
			*local = before + took / 2;
			*other = then;
		}
	} while (least > SAMPLE_TIME_MAX && --tries);
}
EXPORT_SYMBOL_IF_KUNIT(blog_sample_clock);

/*
 * How fast a clock runs is measured since boot. One that counts nanoseconds
 * and seems to differ by more than this has been set, or slept, meanwhile.
 */
#define NS_CLOCK_ERROR_MAX(span)	((span) / 1000)

static void forget_shown(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		per_cpu(cpu_clocks, cpu).shown = 0;
}

/**
 * blog_clock_update() - follow the clock that the user chose
 *
 * Context: Any context; no CPU writes a record meanwhile, and trace_types_lock
 * is held, which keeps the choice, but for a dump.
 */
void blog_clock_update(void)
{
	unsigned int id = blog_instance->clock_id;
	trace_clock_fn func = trace_clock_func(id);

	if (map.func != func)
		forget_shown();
	map.func = func;
	if (func == trace_clock_local || id >= NR_CLOCKS)
		return;
	blog_sample_clock(func, &map.local, &map.other);
	map.local_span = map.local - boot[id].local;
	map.other_span = map.other - boot[id].other;
	if (trace_clock_in_ns(blog_instance) &&
	    abs((s64)(map.other_span - map.local_span)) >
	    NS_CLOCK_ERROR_MAX(map.local_span))
		map.other_span = map.local_span;
}

static u64 convert_span(u64 span)
{
	return map.local_span ?
	       mul_u64_u64_div_u64(span, map.other_span, map.local_span) :
	       span;
}

/* What the clock of the instance said when trace_clock_local() said @time. */
static u64 convert_time(u64 time)
{
	if (map.func == trace_clock_local)
		return time;
	/* Not a time, but a number for each event. */
	if (map.func == trace_clock_counter)
		return trace_clock_counter();
	if (time > map.local)
		return map.other + convert_span(time - map.local);

	return map.other - min(map.other, convert_span(map.local - time));
}

/* A step back of a converted stamp by less than this is a rounding error. */
#define CONVERSION_ERROR_MAX	NSEC_PER_MSEC

static u64 stamp_of(u64 time, const struct cpu_clock *clock)
{
	u64 stamp = convert_time(time);

	/* A late record is not to be shown later than it was. */
	if (map.func != trace_clock_local && time >= clock->shown_time &&
	    stamp < clock->shown && clock->shown - stamp < CONVERSION_ERROR_MAX)
		return clock->shown;

	return stamp;
}

/* The ring buffer may now have an event that @func stamped @stamp. */
static void notrace raise_latest(struct cpu_clock *clock, trace_clock_fn func,
				 u64 stamp)
{
	/* A change of the clock has emptied it, unless the CPU was offline. */
	if (clock->clock != func) {
		clock->clock = func;
		clock->latest = stamp;
	} else if (stamp > clock->latest) {
		clock->latest = stamp;
	}
}

static u64 notrace instance_clock(void)
{
	struct cpu_clock *clock = this_cpu_ptr(&cpu_clocks);
	trace_clock_fn func;
	u64 now;

	if (clock->stands)
		return clock->stamp;
	func = trace_clock_func(blog_instance->clock_id);
	now = func();
	/* Somebody else may be writing. */
	raise_latest(clock, func, now);

	return now;
}

/* Records that are written with an absolute stamp just now. */
static unsigned int nr_absolute;
static DEFINE_RAW_SPINLOCK(absolute_lock);

/*
 * Let stamps be absolute, or not; other CPUs may do the same meanwhile. It
 * does not matter if their stamps are, too. A snapshot may swap the buffers.
 */
static void set_absolute(bool on)
{
	struct trace_array *tr = blog_instance;
	unsigned long flags;

	raw_spin_lock_irqsave(&absolute_lock, flags);
	nr_absolute += on ? 1 : -1;
	ring_buffer_set_time_stamp_abs(tr->array_buffer.buffer, nr_absolute);
#ifdef CONFIG_TRACER_MAX_TRACE
	if (tr->max_buffer.buffer)
		ring_buffer_set_time_stamp_abs(tr->max_buffer.buffer, nr_absolute);
#endif
	raw_spin_unlock_irqrestore(&absolute_lock, flags);
}

/*
 * Whether the ring buffer may have an event younger than a stamp. If it has none,
 * a little room is wasted; the opposite error would move stamps.
 */
static bool is_late(struct cpu_clock *clock, u64 stamp)
{
	/* The first one tells the time, whatever an offline CPU has kept. */
	if (clock->clock != map.func) {
		raise_latest(clock, map.func, stamp);
		return true;
	}

	return stamp < READ_ONCE(clock->latest);
}

/**
 * blog_clock_begin() - let this CPU's clock stand at the time of a record
 * @time: its stamp of trace_clock_local()
 *
 * Context: Interrupts disabled, until blog_clock_end(). Takes a raw spinlock.
 */
void blog_clock_begin(u64 time)
{
	struct cpu_clock *clock = this_cpu_ptr(&cpu_clocks);

	clock->time = time;
	clock->stamp = stamp_of(time, clock);
	clock->late = is_late(clock, clock->stamp);
	if (clock->late)
		set_absolute(true);

	/* From here on an NMI that writes, too, gets our stamp. */
	barrier();
	WRITE_ONCE(clock->stands, true);
	barrier();
	/* One may have written just before. */
	if (!clock->late && is_late(clock, clock->stamp)) {
		clock->late = true;
		set_absolute(true);
	}
}

/**
 * blog_clock_end() - let this CPU's clock go on
 * @shown: the ring buffer has got the record
 *
 * Context: As blog_clock_begin().
 */
void blog_clock_end(bool shown)
{
	struct cpu_clock *clock = this_cpu_ptr(&cpu_clocks);

	/* A trigger may have written even if the record was not. */
	raise_latest(clock, map.func, clock->stamp);
	barrier();
	WRITE_ONCE(clock->stands, false);
	barrier();

	if (clock->late)
		set_absolute(false);
	if (shown) {
		clock->shown = clock->stamp;
		clock->shown_time = clock->time;
	}
}

static void __init sample_clocks_at_boot(void)
{
	trace_clock_fn func;
	unsigned int i;

	for (i = 0; i < NR_CLOCKS && (func = trace_clock_func(i)); i++)
		blog_sample_clock(func, &boot[i].local, &boot[i].other);
}

/**
 * blog_clock_init() - let the instance have its clock
 * @tr: the instance, which becomes blog_instance
 *
 * From here on the clock knows of all that is written to the instance.
 *
 * Context: Process context, at boot.
 */
void __init blog_clock_init(struct trace_array *tr)
{
	blog_instance = tr;
	sample_clocks_at_boot();
	tr->clock = instance_clock;
	ring_buffer_set_clock(tr->array_buffer.buffer, instance_clock);
#ifdef CONFIG_TRACER_MAX_TRACE
	if (tr->max_buffer.buffer)
		ring_buffer_set_clock(tr->max_buffer.buffer, instance_clock);
#endif
}
