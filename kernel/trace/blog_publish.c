// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: the publisher, which brings what tasks have logged
 * into the tracefs instance "blog" when somebody reads it.
 */
#include <kunit/visibility.h>
#include <linux/blog/event.h>
#include <linux/cleanup.h>
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/irq_work.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/nmi.h>
#include <linux/percpu.h>
#include <linux/rculist.h>
#include <linux/ring_buffer.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/trace_clock.h>
#include <linux/trace_events.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "trace.h"
#include "../../lib/blog/internal.h"

/**
 * DOC: the publisher
 *
 * Tasks log into contexts, see lib/blog/context.c. Nobody pays for a reader
 * that is not there: only when one comes does trace.c call blog_pull(), and
 * the publisher moves records to the ring buffer of the instance::
 *
 *	contexts --merge--> chunk --one work on each CPU--> ring buffer
 *
 * A *pass* brings in all that had been logged when it began, in the order of
 * time. It takes the time T and waits for an RCU grace period: a message is
 * stamped and stored with preemption disabled, so that afterwards every
 * message with a stamp up to T is in its context. What is published later is
 * younger than T.
 *
 * A pass is done in *chunks* of a few thousand records. They are copied out of
 * the contexts, in the order of time, onto a queue for each CPU, and claimed:
 * from there on they count as consumed, see lib/blog/reader.c. Then a work on
 * each CPU writes its queue, because a ring buffer is written on its CPU
 * alone. If it cannot be (recording was disabled meanwhile), the rest stays on
 * the queue for the next chunk, which takes nothing else before.
 *
 * A record is written by the probe of the logger's event, blog:<logger>, as if
 * it had been hit: enable bit, filter and triggers are those of the instance.
 * But blog_event_entry() gives the entry the pid and the flags of the record,
 * and blog_clock() its stamp; the filter for pids looks at the record's pid.
 *
 * Who waits for what:
 *   - readers of `trace`, of per_cpu/cpuN/stats, and a snapshot, wait for a pass
 *     that began after they came. So does switching tracing_on off while
 *     somebody consumes, who will not get what comes later. The ring buffer
 *     keeps the newest, as it does for any event;
 *   - who consumes (trace_pipe, trace_pipe_raw) waits until there is something
 *     to read, or such a pass has ended. While the file is open, a pass also
 *     runs every PERIOD, because such a reader sleeps until the ring buffer
 *     fills, and whenever a context is full. And only free space is written:
 *     a full ring buffer holds the pass up until it is read, so that a
 *     history larger than the ring buffer arrives whole. If nothing is read
 *     for STALLED the pass ends, and the rest stays where it is;
 *   - the ring buffer of a CPU that nobody was seen to read, while others are,
 *     is overwritten;
 *   - a dump (ftrace_dump_on_oops) waits for nothing. It gets nothing while the
 *     publisher is at work; else all goes to the ring buffer of its CPU.
 *
 * Nothing is published while tracing_on is 0, nor of a logger whose event is
 * disabled in the instance: that stays in the contexts. (What was claimed is
 * dropped, and counts as overwritten.)
 *
 * Stamps. The ring buffer stores differences. Within a CPU stamps do not go
 * back, except where an event was enabled after younger records of others had
 * been published, where somebody writes to the instance by other means, such
 * as trace_marker, where the CPU has written records of another that went
 * offline, and where clocks are not stable. There a record is written with an
 * absolute stamp. If the instance has another clock than "local", stamps are
 * converted, see struct clock_map.
 *
 * Locks: event_mutex, trace_types_lock or blog_mutex, publisher.lock,
 * cpus_read_lock, blog_state.lock, in that order. A chunk is made and written
 * under trace_types_lock, so that nobody changes clock or size meanwhile. A
 * dump cannot wait for locks; publisher.busy keeps it and the holder of
 * publisher.lock apart.
 */

/* Time between two passes while somebody consumes. */
#define PERIOD		(HZ / 10)

/* A ring buffer that is full for so long is not being read. */
#define STALLED		HZ

/* So long recording may be disabled, as while a buffer is truncated. */
#define DISABLED_MAX	(HZ / 4)

/* What waits for either looks again after so long. */
#define look_later()	usleep_range(500, 1000)

/* Room for the records of a chunk. */
#define CHUNK_SIZE	SZ_256K

/* What a record takes in the ring buffer besides its arguments, at most. */
#define EVENT_OVERHEAD	48
#define EVENT_MAX	(EVENT_OVERHEAD + BLOG_LEN_MAX)

/**
 * struct blog_item - a record on its way
 * @next:	offset in the chunk of the next one for the same CPU, or 0
 * @site:	number of its statement
 * @len:	bytes in @args
 * @time:	stamp of trace_clock_local()
 * @client:	as for blog()
 * @logger:	its logger; NULL if it must be dropped
 * @ctx:	context that it was copied from, while that is sure to exist
 * @owner:	who logged it
 * @args:	arguments
 */
struct blog_item {
	u32 next;
	u16 site;
	u16 len;
	u64 time;
	u64 client;
	struct blog_logger *logger;
	struct blog_ctx *ctx;
	struct blog_owner owner;
	u8 args[] __aligned(8);
};

/**
 * struct blog_queue - records that a CPU has to write
 * @first:	offset in the chunk of the first one, or 0
 * @last:	offset of the last one
 * @room:	bytes that may still be queued, if the ring buffer must not be
 *		overwritten
 * @work:	writes them
 * @item:	the one that is being written
 * @stamp:	its stamp in the clock of the instance
 * @stored:	it reached blog_event_entry()
 * @shown:	stamp of the last one written
 * @shown_time:	what it was before conversion
 * @clock:	clock of @latest
 * @latest:	no event in this CPU's ring buffer, or in its snapshot, has a later
 *		stamp
 * @saved:	owner whose comm was saved last
 */
struct blog_queue {
	u32 first;
	u32 last;
	s64 room;
	struct work_struct work;
	const struct blog_item *item;
	u64 stamp;
	bool stored;
	u64 shown;
	u64 shown_time;
	u64 (*clock)(void);
	u64 latest;
	struct blog_owner saved;
};

static DEFINE_PER_CPU(struct blog_queue, blog_queues);

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
	u64 (*func)(void);
	u64 local;
	u64 other;
	u64 local_span;
	u64 other_span;
};

/* More than all clocks of tracing. */
#define NR_CLOCKS	16

/**
 * struct blog_publisher - the publisher
 * @tr:		the instance
 * @lock:	protects all down to @map, the queues, blog_logger.file, and the
 *		cursors of contexts; taken by publisher_lock()
 * @loggers:	states of registered loggers; also RCU
 * @merge:	contexts that take part in a chunk
 * @chunk:	the records of one
 * @used:	bytes of it in use
 * @map:	clock of the instance
 * @boot:	what each clock said at boot
 * @busy:	somebody has @lock, or a dump is being made, which cannot take it
 * @read:	CPUs that somebody was seen to consume
 * @unread:	CPUs that nobody reads while others are read
 * @full:	a pass waits for a ring buffer to be read
 * @ask_lock:	protects the following
 * @asked:	number of the last request
 * @asked_all:	number of the last one for a complete pass
 * @done:	number of the last one that a pass has served
 * @wait:	who waits for that, or for the end of a chunk
 * @wq:		workqueue of @work
 * @work:	does a pass
 * @soon:	asks for @work from any context
 */
static struct blog_publisher {
	struct trace_array *tr;
	struct mutex lock;	/* by publisher_lock() */
	struct list_head loggers;
	struct blog_merge merge;
	void *chunk;
	u32 used;
	struct clock_map map;
	struct {
		u64 local;
		u64 other;
	} boot[NR_CLOCKS];
	atomic_t busy;
	struct cpumask read;
	struct cpumask unread;
	bool full;
	spinlock_t ask_lock;	/* innermost */
	unsigned int asked;
	unsigned int asked_all;
	unsigned int done;
	wait_queue_head_t wait;
	struct workqueue_struct *wq;
	struct delayed_work work;
	struct irq_work soon;
} publisher = {
	.lock = __MUTEX_INITIALIZER(publisher.lock),
	.loggers = LIST_HEAD_INIT(publisher.loggers),
	.ask_lock = __SPIN_LOCK_UNLOCKED(publisher.ask_lock),
	.wait = __WAIT_QUEUE_HEAD_INITIALIZER(publisher.wait),
};

static void publisher_lock(void)
{
	mutex_lock(&publisher.lock);
	/* Only a dump can have it. */
	while (atomic_xchg(&publisher.busy, true))
		cpu_relax();
}

static void publisher_unlock(void)
{
	atomic_set_release(&publisher.busy, false);
	mutex_unlock(&publisher.lock);
}

DEFINE_LOCK_GUARD_0(publisher, publisher_lock(), publisher_unlock())

/* Whether somebody consumes. */
static bool consumed(void)
{
	return READ_ONCE(publisher.tr->trace_ref);
}

/* Time */

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
void blog_sample_clock(u64 (*func)(void), u64 *local, u64 *other)
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

static void sample_clocks_at_boot(void)
{
	u64 (*func)(void);
	unsigned int i;

	for (i = 0; i < NR_CLOCKS && (func = trace_clock_func(i)); i++)
		blog_sample_clock(func, &publisher.boot[i].local,
				  &publisher.boot[i].other);
}

/*
 * How fast a clock runs is measured since boot. One that counts nanoseconds
 * and seems to differ by more than this has been set, or slept, meanwhile.
 */
#define NS_CLOCK_ERROR_MAX(span)	((span) / 1000)

static void forget_shown(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		per_cpu(blog_queues, cpu).shown = 0;
}

/* The user may have chosen another clock. */
static void update_map(void)
{
	unsigned int id = publisher.tr->clock_id;
	struct clock_map *map = &publisher.map;
	u64 (*func)(void);

	func = trace_clock_func(id);
	if (map->func != func)
		forget_shown();
	map->func = func;
	if (func == trace_clock_local || id >= NR_CLOCKS)
		return;
	blog_sample_clock(func, &map->local, &map->other);
	map->local_span = map->local - publisher.boot[id].local;
	map->other_span = map->other - publisher.boot[id].other;
	if (trace_clock_in_ns(publisher.tr) &&
	    abs((s64)(map->other_span - map->local_span)) >
	    NS_CLOCK_ERROR_MAX(map->local_span))
		map->other_span = map->local_span;
}

static u64 convert_span(const struct clock_map *map, u64 span)
{
	return map->local_span ?
	       mul_u64_u64_div_u64(span, map->other_span, map->local_span) :
	       span;
}

/* What the clock of the instance said when trace_clock_local() said @time. */
static u64 convert_time(u64 time)
{
	const struct clock_map *map = &publisher.map;

	if (map->func == trace_clock_local)
		return time;
	/* Not a time, but a number for each event. */
	if (map->func == trace_clock_counter)
		return trace_clock_counter();
	if (time > map->local)
		return map->other + convert_span(map, time - map->local);

	return map->other - min(map->other,
				convert_span(map, map->local - time));
}

/* A step back of a converted stamp by less than this is a rounding error. */
#define CONVERSION_ERROR_MAX	NSEC_PER_MSEC

static u64 stamp_of(const struct blog_item *item, const struct blog_queue *queue)
{
	u64 stamp = convert_time(item->time);

	/* A late record is not to be shown later than it was. */
	if (publisher.map.func != trace_clock_local &&
	    item->time >= queue->shown_time && stamp < queue->shown &&
	    queue->shown - stamp < CONVERSION_ERROR_MAX)
		return queue->shown;

	return stamp;
}

/* The ring buffer may now have an event that @clock stamped @stamp. */
static void notrace raise_latest(struct blog_queue *queue, u64 (*clock)(void),
				 u64 stamp)
{
	/* A change of the clock has emptied it, unless the CPU was offline. */
	if (queue->clock != clock) {
		queue->clock = clock;
		queue->latest = stamp;
	} else if (stamp > queue->latest) {
		queue->latest = stamp;
	}
}

/*
 * The clock of the instance's ring buffer: the record's stamp while one is
 * written, else the present time of the clock that the user chose.
 */
static u64 notrace blog_clock(void)
{
	struct blog_queue *queue = this_cpu_ptr(&blog_queues);
	u64 (*func)(void);
	u64 now;

	if (queue->item)
		return queue->stamp;
	func = trace_clock_func(publisher.tr->clock_id);
	now = func();
	/* Somebody else may be writing. */
	raise_latest(queue, func, now);

	return now;
}

/* Writing, on the CPU of the ring buffer */

static u8 flags_of_level(u32 level)
{
	switch (level) {
	case 0:
		return 0;
	case 1:
		return TRACE_FLAG_SOFTIRQ;
	case 2:
		return TRACE_FLAG_HARDIRQ | TRACE_FLAG_IRQS_OFF;
	default:
		return TRACE_FLAG_NMI | TRACE_FLAG_IRQS_OFF;
	}
}

/**
 * blog_event_entry() - say in a trace entry who has logged it
 * @entry: the entry, filled for the current task and context
 * @args: arguments of the message
 *
 * Context: Preemption disabled; called by the probe of a logger's event. Takes no
 * lock.
 */
void blog_event_entry(struct trace_entry *entry, const void *args)
{
	struct blog_queue *queue = this_cpu_ptr(&blog_queues);
	const struct blog_item *item = queue->item;

	if (item && item->args == args) {
		queue->stored = true;
		entry->pid = item->owner.pid;
		entry->flags = flags_of_level(item->owner.level);
		entry->preempt_count = 0;
	} else if (IS_ENABLED(CONFIG_PREEMPT_COUNT)) {
		/* __blog() has disabled preemption once more. */
		entry->preempt_count--;
	}
}
EXPORT_SYMBOL_GPL(blog_event_entry);

static bool pid_is_filtered(pid_t pid)
{
	struct trace_pid_list *only, *not;

	only = rcu_dereference_sched(publisher.tr->filtered_pids);
	not = rcu_dereference_sched(publisher.tr->filtered_no_pids);

	return (only && !trace_find_filtered_pid(only, pid)) ||
	       (not && trace_find_filtered_pid(not, pid));
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
	struct trace_array *tr = publisher.tr;
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

/* Save the comm, for the task may be gone. */
static void save_owner(struct blog_queue *queue, const struct blog_owner *owner)
{
	unsigned int tries = 100;
	char comm[TASK_COMM_LEN];

	if (!memcmp(&queue->saved, owner, sizeof(*owner)))
		return;
	queue->saved = *owner;
	/* It was copied while its owner may have changed it. */
	strscpy(comm, owner->comm);
	while (tries-- && !trace_save_taskinfo(owner->pid, owner->tgid, comm))
		cpu_relax();
}

/*
 * Whether the ring buffer may have an event younger than a stamp. If it has none,
 * a little room is wasted; the opposite error would move stamps.
 */
static bool is_late(struct blog_queue *queue, u64 stamp)
{
	/* The first one tells the time, whatever an offline CPU has kept. */
	if (queue->clock != publisher.map.func) {
		raise_latest(queue, publisher.map.func, stamp);
		return true;
	}

	return stamp < READ_ONCE(queue->latest);
}

/*
 * Let the probe of the event write a record. False if it could not. Without
 * interrupts, which might write to the instance, or wake tasks: the latter
 * decides anew whether this CPU's events pass the filter for pids.
 */
static bool write_event(struct blog_queue *queue, const struct blog_item *item)
{
	struct trace_event_file *file = item->logger->file;
	struct trace_array_cpu *data;
	bool ignore_pid, late;

	guard(irqsave)();
	queue->stamp = stamp_of(item, queue);
	queue->stored = false;
	late = is_late(queue, queue->stamp);
	if (late)
		set_absolute(true);

	/* From here on an NMI that writes, too, gets our stamp. */
	barrier();
	WRITE_ONCE(queue->item, item);
	barrier();
	/* One may have written just before. */
	if (!late && is_late(queue, queue->stamp)) {
		late = true;
		set_absolute(true);
	}

	/* That is about the current task; we have looked at the record's. */
	data = this_cpu_ptr(publisher.tr->array_buffer.data);
	ignore_pid = data->ignore_pid;
	data->ignore_pid = false;
	item->logger->publish(file, item->client, item->site, item->args,
			      item->len);
	data->ignore_pid = ignore_pid;
	/* A trigger may have written even if the record was not. */
	raise_latest(queue, publisher.map.func, queue->stamp);
	barrier();
	WRITE_ONCE(queue->item, NULL);
	barrier();

	if (late)
		set_absolute(false);
	if (!queue->stored)
		/* Triggers that keep an event soft-disabled have seen it. */
		return file->flags & EVENT_FILE_FL_SOFT_DISABLED;
	queue->shown = queue->stamp;
	queue->shown_time = item->time;
	save_owner(queue, &item->owner);

	return true;
}

/* Nobody wants a record any more that was claimed. */
static void drop_item(struct blog_item *item)
{
	struct blog_state *state = item->logger->state;
	unsigned long flags;

	raw_spin_lock_irqsave(&state->lock, flags);
	state->claimed--;
	state->in_flight--;
	state->overwritten++;
	raw_spin_unlock_irqrestore(&state->lock, flags);
	item->logger = NULL;
}

/* Write a record. False if the ring buffer does not take any just now. */
static bool write_item(struct blog_queue *queue, struct blog_item *item)
{
	if (!item->logger)
		return true;
	if (!item->logger->file) {
		drop_item(item);
		return true;
	}

	guard(preempt_notrace)();
	if (!ring_buffer_record_is_on(publisher.tr->array_buffer.buffer))
		return false;
	if (!cpumask_test_cpu(smp_processor_id(),
			      publisher.tr->tracing_cpumask) ||
	    pid_is_filtered(item->owner.pid))
		return true;

	return write_event(queue, item);
}

/* The record at an offset in the chunk, or NULL for 0. */
static struct blog_item *item_at(u32 offset)
{
	return offset ? publisher.chunk + offset : NULL;
}

#define for_each_item(_item, _queue)					\
	for (_item = item_at((_queue)->first); _item;			\
	     _item = item_at(_item->next))

static void write_queue(struct blog_queue *queue)
{
	struct blog_item *item;

	/* Others may have pushed it out of saved_cmdlines since. */
	memset(&queue->saved, 0, sizeof(queue->saved));
	for_each_item(item, queue) {
		if (!write_item(queue, item))
			break;
		queue->first = item->next;
	}
}

static void write_work(struct work_struct *work)
{
	write_queue(container_of(work, struct blog_queue, work));
}

/* Chunks */

/* The CPU to whose ring buffer records of @cpu go. */
static int target_cpu(u32 cpu)
{
	if (cpu < nr_cpu_ids && cpu_online(cpu))
		return cpu;

	return cpumask_first(cpu_online_mask);
}

static bool chunk_is_written(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		if (per_cpu(blog_queues, cpu).first)
			return false;

	return true;
}

/* Count what is left on the queues. */
static void count_in_flight(struct blog_state *state)
{
	struct blog_item *item;
	unsigned long flags;
	u32 nr = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		for_each_item(item, per_cpu_ptr(&blog_queues, cpu))
			nr += item->logger == state->logger;

	raw_spin_lock_irqsave(&state->lock, flags);
	state->in_flight = nr;
	raw_spin_unlock_irqrestore(&state->lock, flags);
}

/* A CPU that went offline leaves its queue to another. */
static void move_queues_of_offline_cpus(void)
{
	struct blog_queue *from, *to;
	int cpu;

	lockdep_assert_cpus_held();

	for_each_possible_cpu(cpu) {
		from = per_cpu_ptr(&blog_queues, cpu);
		if (!from->first || cpu_online(cpu))
			continue;
		to = per_cpu_ptr(&blog_queues, target_cpu(cpu));
		if (to->first)
			item_at(to->last)->next = from->first;
		else
			to->first = from->first;
		to->last = from->last;
		from->first = 0;
	}
}

/* Let each CPU write its queue; cpus_read_lock is held. */
static void write_queues(void)
{
	struct blog_state *state;
	int cpu;

	move_queues_of_offline_cpus();
	for_each_online_cpu(cpu)
		if (per_cpu(blog_queues, cpu).first)
			queue_work_on(cpu, system_wq,
				      &per_cpu(blog_queues, cpu).work);
	for_each_online_cpu(cpu)
		flush_work(&per_cpu(blog_queues, cpu).work);

	list_for_each_entry(state, &publisher.loggers, readable)
		count_in_flight(state);
}

/* Bytes of records that a CPU's ring buffer takes without overwriting any. */
static s64 room_in_ring(int cpu)
{
	struct trace_buffer *buffer = publisher.tr->array_buffer.buffer;
	s64 size = ring_buffer_max_event_size(buffer);
	s64 pages = ring_buffer_nr_free_pages(buffer, cpu);

	/* All but the last may end with a gap that was too small for a record. */
	return pages ? pages * (size - EVENT_MAX) + EVENT_MAX : 0;
}

static void measure_room(void)
{
	bool limited = consumed();
	int cpu;

	for_each_online_cpu(cpu)
		per_cpu(blog_queues, cpu).room =
			limited && !cpumask_test_cpu(cpu, &publisher.unread) ?
			room_in_ring(cpu) : S64_MAX;
}

/* Append a copy of the message at a cursor to a queue. */
static void queue_item(struct blog_queue *queue, struct blog_ctx *ctx,
		       const struct blog_cursor *cursor)
{
	struct blog_item *item = item_at(publisher.used);

	item->next = 0;
	item->site = cursor->site;
	item->len = cursor->len;
	item->time = cursor->time;
	item->client = cursor->client;
	item->logger = ctx->logger;
	item->ctx = ctx;
	item->owner = cursor->owner;
	/* A copy of what a writer overwrites meanwhile is dropped at the claim. */
	data_race(memcpy(item->args, cursor->record->payload, cursor->len));

	if (queue->first)
		item_at(queue->last)->next = publisher.used;
	else
		queue->first = publisher.used;
	queue->last = publisher.used;
	publisher.used += ALIGN(sizeof(*item) + cursor->len, 8);
}

/**
 * enum progress - how a chunk ended
 * @COMPLETE: all is published that was asked for
 * @MORE: there is more
 * @NO_ROOM: a ring buffer must be read before it takes more
 * @DISABLED: a ring buffer does not take anything just now
 */
enum progress {
	COMPLETE,
	MORE,
	NO_ROOM,
	DISABLED,
};

/*
 * Copy messages with stamps up to @until onto queues, in the order of time.
 * @cpu: the CPU whose ring buffer takes all; if negative, each takes its own,
 *	and it is set to that which has no room
 */
static enum progress fill_chunk(struct blog_merge *merge, u64 until, int *cpu)
{
	struct blog_cursor *cursor;

	/* Offset 0 is none. */
	publisher.used = 8;
	while ((cursor = blog_merge_peek(merge)) && cursor->time <= until) {
		int target = *cpu >= 0 ? *cpu : target_cpu(cursor->cpu);
		struct blog_queue *queue = per_cpu_ptr(&blog_queues, target);

		if (publisher.used + sizeof(struct blog_item) + cursor->len >
		    CHUNK_SIZE)
			return MORE;
		queue->room -= EVENT_OVERHEAD + cursor->len;
		if (queue->room < 0) {
			*cpu = target;
			return NO_ROOM;
		}
		queue_item(queue, merge->data[0].ctx, cursor);
		blog_merge_take(merge);
	}

	return COMPLETE;
}

/* Drop what was copied out of contexts that had been emptied by then. */
static void drop_lost(void)
{
	struct blog_item *item;
	int cpu;

	for_each_possible_cpu(cpu)
		for_each_item(item, per_cpu_ptr(&blog_queues, cpu))
			if (item->ctx->lost)
				item->logger = NULL;
}

/* Only events that are enabled in the instance are published. */
static bool is_readable(const struct blog_state *state)
{
	return state->logger->file;
}

static void reset_merge(struct blog_merge *merge)
{
	merge->nr = 0;
	merge->taken = NULL;
}

/* Make room for as many contexts as there are. */
static bool size_merge(struct blog_merge *merge)
{
	struct blog_source *data;
	struct blog_state *state;
	unsigned int nr = 0;

	list_for_each_entry(state, &publisher.loggers, readable)
		nr += READ_ONCE(state->nr_contexts);
	if (nr > merge->size) {
		data = kvmalloc_array(2 * nr, sizeof(*data), GFP_KERNEL);
		if (!data)
			return false;
		kvfree(merge->data);
		merge->data = data;
		merge->size = 2 * nr;
	}

	return true;
}

/* Take the next chunk out of the contexts; cpus_read_lock is held. */
static enum progress take_chunk(u64 until, int *cpu)
{
	struct blog_merge *merge = &publisher.merge;
	struct blog_state *state;
	enum progress progress;

	/* No memory: as if nothing were staged. It stays. */
	if (!size_merge(merge))
		return COMPLETE;

	reset_merge(merge);
	measure_room();

	guard(rcu)();
	list_for_each_entry(state, &publisher.loggers, readable)
		if (is_readable(state) && blog_merge_add(merge, state))
			return MORE;
	blog_merge_begin(merge);
	progress = fill_chunk(merge, until, cpu);
	if (!blog_merge_claim(merge))
		drop_lost();

	return progress;
}

/* Publish a chunk of what was logged up to @until. */
static enum progress publish_chunk(u64 until, int *cpu)
{
	enum progress progress = MORE;

	guard(mutex)(&trace_types_lock);
	guard(publisher)();

	if (!tracer_tracing_is_on(publisher.tr))
		return COMPLETE;
	update_map();
	/* Else what a CPU leaves that goes offline would come late. */
	scoped_guard(cpus_read_lock) {
		if (chunk_is_written())
			progress = take_chunk(until, cpu);
		write_queues();
	}
	if (!chunk_is_written())
		progress = DISABLED;

	return progress;
}

/* Passes */

/* Whether there is something to publish. */
static bool is_staged(void)
{
	struct blog_state *state;

	guard(publisher)();
	if (!chunk_is_written())
		return true;

	guard(rcu)();
	list_for_each_entry(state, &publisher.loggers, readable)
		if (is_readable(state) && blog_unread(state))
			return true;

	return false;
}

/* Whether somebody wants what a pass brings. */
static bool is_wanted(void)
{
	bool asked;

	spin_lock(&publisher.ask_lock);
	asked = (int)(publisher.asked_all - publisher.done) > 0;
	spin_unlock(&publisher.ask_lock);

	return asked || consumed();
}

/*
 * Give up on CPUs with a full ring buffer that nobody was seen to read, if
 * others are read.
 */
static void find_unread(void)
{
	int cpu;

	if (cpumask_empty(&publisher.read))
		return;
	for_each_online_cpu(cpu)
		if (!cpumask_test_cpu(cpu, &publisher.read) && !room_in_ring(cpu))
			cpumask_set_cpu(cpu, &publisher.unread);
}

/*
 * Wait until the full ring buffer of a CPU is read. False if nobody does, or
 * nobody wants to any more.
 */
static bool wait_for_room(int cpu)
{
	unsigned long end = jiffies + STALLED;

	while (time_before(jiffies, end)) {
		if (!is_wanted() || !tracer_tracing_is_on(publisher.tr))
			return false;
		if (!consumed() || room_in_ring(cpu))
			return true;
		look_later();
	}
	find_unread();

	return cpumask_test_cpu(cpu, &publisher.unread);
}

/* Publish what was logged up to @until. */
static void publish_until(u64 until)
{
	unsigned long end = jiffies + DISABLED_MAX;
	bool room;
	int cpu;

	while (is_wanted()) {
		cpu = -1;
		switch (publish_chunk(until, &cpu)) {
		case COMPLETE:
			return;
		case MORE:
			break;
		case NO_ROOM:
			WRITE_ONCE(publisher.full, true);
			wake_up_all(&publisher.wait);
			room = wait_for_room(cpu);
			WRITE_ONCE(publisher.full, false);
			if (!room)
				return;
			break;
		case DISABLED:
			if (time_after(jiffies, end))
				return;
			look_later();
			continue;
		}
		end = jiffies + DISABLED_MAX;
		wake_up_all(&publisher.wait);
		cond_resched();
	}
}

static void pass_work(struct work_struct *work)
{
	unsigned int ticket;
	u64 until;

	scoped_guard(spinlock, &publisher.ask_lock)
		ticket = publisher.asked;

	if (tracer_tracing_is_on(publisher.tr) && is_staged()) {
		until = trace_clock_local();
		/* Pairs with the disabled preemption in __blog(). */
		synchronize_rcu();
		publish_until(until);
	}
	/* Else what is older than the last truncation is not shown. */
	publisher.tr->array_buffer.time_start = 0;

	scoped_guard(spinlock, &publisher.ask_lock)
		publisher.done = ticket;
	wake_up_all(&publisher.wait);

	if (consumed()) {
		queue_delayed_work(publisher.wq, &publisher.work, PERIOD);
	} else {
		cpumask_clear(&publisher.read);
		cpumask_clear(&publisher.unread);
	}
}

static void soon(struct irq_work *work)
{
	mod_delayed_work(publisher.wq, &publisher.work, 0);
}

/**
 * blog_publish_soon() - let a pass begin now if somebody consumes
 *
 * Called when a context is full, lest it be recycled before it is read.
 *
 * Context: Any context. Takes no lock.
 */
void blog_publish_soon(void)
{
	/* Pairs with the release in blog_publish_init(). */
	if (smp_load_acquire(&publisher.tr) && consumed())
		irq_work_queue(&publisher.soon);
}

/* Requests */

static unsigned int ask(enum trace_pull how)
{
	unsigned int ticket;

	scoped_guard(spinlock, &publisher.ask_lock) {
		ticket = ++publisher.asked;
		if (how == TRACE_PULL_ALL)
			publisher.asked_all = ticket;
	}
	mod_delayed_work(publisher.wq, &publisher.work, 0);

	return ticket;
}

static bool is_done(unsigned int ticket)
{
	bool done;

	spin_lock(&publisher.ask_lock);
	done = (int)(publisher.done - ticket) >= 0;
	spin_unlock(&publisher.ask_lock);

	return done;
}

/* Whether there is something to consume, no half of a chunk. */
static bool has_some(struct trace_array *tr, int cpu)
{
	struct trace_buffer *buffer = tr->array_buffer.buffer;

	if (atomic_read(&publisher.busy))
		return false;

	return cpu == RING_BUFFER_ALL_CPUS ? !ring_buffer_empty(buffer) :
					     !ring_buffer_empty_cpu(buffer, cpu);
}

static void note_reader(int cpu)
{
	if (cpu == RING_BUFFER_ALL_CPUS) {
		cpumask_setall(&publisher.read);
		cpumask_clear(&publisher.unread);
	} else {
		cpumask_set_cpu(cpu, &publisher.read);
		cpumask_clear_cpu(cpu, &publisher.unread);
	}
}

/* Drop what the contexts had lost by then, as drop_lost() does after a claim. */
static void drop_emptied(const struct blog_queue *queue)
{
	struct blog_item *item;

	for_each_item(item, queue)
		if (READ_ONCE(item->ctx->generation) !=
		    item->ctx->cursor_generation)
			item->logger = NULL;
}

/*
 * Publish what can be had, in any context, for a dump. Nothing is claimed, for
 * that takes locks: if the kernel lives on the next chunk claims it.
 */
static void publish_now(void)
{
	struct blog_merge *merge = &publisher.merge;
	struct blog_queue *queue;
	struct blog_state *state;
	enum progress progress;
	int cpu;

	guard(irqsave)();
	if (!tracer_tracing_is_on(publisher.tr) ||
	    atomic_xchg(&publisher.busy, true))
		return;
	update_map();
	publisher.tr->array_buffer.time_start = 0;
	cpu = smp_processor_id();
	queue = this_cpu_ptr(&blog_queues);
	queue->room = S64_MAX;
	reset_merge(merge);

	rcu_read_lock();
	list_for_each_entry_rcu(state, &publisher.loggers, readable)
		if (is_readable(state))
			blog_merge_add(merge, state);
	blog_merge_begin(merge);
	do {
		if (!chunk_is_written())
			break;
		progress = fill_chunk(merge, U64_MAX, &cpu);
		drop_emptied(queue);
		write_queue(queue);
		queue->first = 0;
		touch_nmi_watchdog();
	} while (progress == MORE);
	rcu_read_unlock();
	atomic_set_release(&publisher.busy, false);
}

/* What trace.c calls before it lets somebody read the instance. */
static int blog_pull(struct trace_array *tr, int cpu, enum trace_pull how)
{
	unsigned int ticket;
	bool some = false;

	switch (how) {
	case TRACE_PULL_NOW:
		publish_now();
		return 0;
	case TRACE_PULL_ALL:
		if (!tracer_tracing_is_on(tr))
			return 0;
		break;
	case TRACE_PULL_SOME:
		some = true;
		fallthrough;
	case TRACE_PULL_START:
		note_reader(cpu);
		if (!some || !tracer_tracing_is_on(tr) || has_some(tr, cpu)) {
			/* Nothing happens if the next pass has its time. */
			queue_delayed_work(publisher.wq, &publisher.work, 0);
			return 0;
		}
		break;
	}

	ticket = ask(how);
	/* A reader of all CPUs in turn must come to the one that is full. */
	if (wait_event_killable(publisher.wait, is_done(ticket) ||
				(some && (has_some(tr, cpu) ||
					  READ_ONCE(publisher.full)))))
		return -EINTR;

	return 0;
}

/* Loggers */

static bool is_instance(const struct trace_array *tr)
{
	return tr->name && !strcmp(tr->name, BLOG_INSTANCE);
}

/**
 * blog_event_switch() - register or unregister what a logger's event reaches
 * @logger: the logger
 * @call: its event
 * @type: as for trace_event_reg()
 * @data: as for trace_event_reg()
 *
 * In the instance it is the publisher who writes the event, not the message.
 *
 * Context: Process context with event_mutex held; sleeps. Takes publisher.lock.
 * Return: 0 or an error.
 */
int blog_event_switch(struct blog_logger *logger, struct trace_event_call *call,
		      enum trace_reg type, void *data)
{
	struct trace_event_file *file = data;

	if ((type != TRACE_REG_REGISTER && type != TRACE_REG_UNREGISTER) ||
	    !is_instance(file->tr))
		return trace_event_reg(call, type, data);

	guard(publisher)();
	logger->file = type == TRACE_REG_REGISTER ? file : NULL;

	return 0;
}
EXPORT_SYMBOL_GPL(blog_event_switch);

/* Enable an event in the instance, or all if there is no name. */
static void enable_event(const char *name)
{
	trace_array_set_clr_event(publisher.tr, BLOG_INSTANCE, name, true);
}

/**
 * blog_publish_add() - let a logger be read
 * @logger: a logger with its state
 *
 * Context: Process context; sleeps. Takes publisher.lock, then event_mutex.
 */
void blog_publish_add(struct blog_logger *logger)
{
	scoped_guard(publisher)
		list_add_tail_rcu(&logger->state->readable, &publisher.loggers);
	/* Pairs with the release in blog_publish_init(). */
	if (smp_load_acquire(&publisher.tr))
		enable_event(logger->name);
}

/* Drop what is on the queues of a logger. */
static void drop_items(const struct blog_logger *logger)
{
	struct blog_item *item;
	int cpu;

	lockdep_assert_held(&publisher.lock);

	for_each_possible_cpu(cpu)
		for_each_item(item, per_cpu_ptr(&blog_queues, cpu))
			if (item->logger == logger)
				drop_item(item);
}

/**
 * blog_publish_remove() - forget a logger
 * @logger: a logger that was added; nothing of it is published any more
 *
 * Context: Process context; sleeps. Takes publisher.lock. An RCU grace period
 * must pass before its state is freed.
 */
void blog_publish_remove(struct blog_logger *logger)
{
	guard(publisher)();
	list_del_rcu(&logger->state->readable);
	drop_items(logger);
}

/**
 * blog_publish_clear() - let all that a logger has captured go unread
 * @logger: a registered logger
 *
 * It counts as overwritten. What is in the ring buffer stays.
 *
 * Context: Process context, blog_mutex may be held; sleeps. Takes
 * publisher.lock.
 */
void blog_publish_clear(struct blog_logger *logger)
{
	guard(publisher)();
	drop_items(logger);
	blog_clear(logger->state);
}
EXPORT_SYMBOL_IF_KUNIT(blog_publish_clear);

/* From here on blog_clock() knows of all that is written to the instance. */
static void __init use_blog_clock(struct trace_array *tr)
{
	tr->clock = blog_clock;
	ring_buffer_set_clock(tr->array_buffer.buffer, blog_clock);
#ifdef CONFIG_TRACER_MAX_TRACE
	if (tr->max_buffer.buffer)
		ring_buffer_set_clock(tr->max_buffer.buffer, blog_clock);
#endif
}

/* Contexts for whose merge there is always memory: some for a dump. */
#define MERGE_MIN	1024

/**
 * blog_publish_init() - begin to publish
 * @tr: the instance
 *
 * Context: Process context; sleeps. Takes event_mutex.
 * Return: 0 or -ENOMEM.
 */
int __init blog_publish_init(struct trace_array *tr)
{
	int cpu;

	publisher.chunk = kvmalloc(CHUNK_SIZE, GFP_KERNEL);
	publisher.merge.data = kvmalloc_array(MERGE_MIN,
					      sizeof(*publisher.merge.data),
					      GFP_KERNEL);
	publisher.wq = alloc_workqueue("blog", WQ_UNBOUND, 1);
	if (!publisher.chunk || !publisher.merge.data || !publisher.wq) {
		kvfree(publisher.chunk);
		kvfree(publisher.merge.data);
		if (publisher.wq)
			destroy_workqueue(publisher.wq);
		return -ENOMEM;
	}
	publisher.merge.size = MERGE_MIN;
	for_each_possible_cpu(cpu)
		INIT_WORK(&per_cpu(blog_queues, cpu).work, write_work);
	INIT_DELAYED_WORK(&publisher.work, pass_work);
	init_irq_work(&publisher.soon, soon);
	sample_clocks_at_boot();

	/* That hooks every context switch; we save the names of tasks ourselves. */
	tr->trace_flags &= ~TRACE_ITER_RECORD_CMD;

	/* Pairs with the acquires in blog_publish_soon() and _add(). */
	smp_store_release(&publisher.tr, tr);
	use_blog_clock(tr);
	/* Pairs with the acquire in trace_pull(). */
	smp_store_release(&tr->pull, blog_pull);
	enable_event(NULL);

	return 0;
}
