// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: the publisher, which brings what tasks have logged
 * into the tracefs instance "blog" when somebody reads it.
 */
#include <kunit/visibility.h>
#include <linux/cleanup.h>
#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/export.h>
#include <linux/irq_work.h>
#include <linux/nmi.h>
#include <linux/rculist.h>
#include <linux/ring_buffer.h>
#include <linux/trace_clock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "blog.h"

/**
 * DOC: the publisher
 *
 * Tasks log into contexts, see lib/blog/context.c. Nobody pays for a reader
 * that is not there: only when one comes does trace.c call blog_pull(), and
 * the publisher moves records to the ring buffer of the instance::
 *
 *	contexts --merge--> chunk --one work on each CPU--> ring buffer
 *	lib/blog/reader.c   blog_write.c                    blog_clock.c
 *
 * A *pass* brings in all that had been logged when it began, in the order of
 * time. It takes the time T and waits for an RCU grace period: a message is
 * stamped and stored with preemption disabled, so that afterwards every
 * message with a stamp up to T is in its context. What is published later is
 * younger than T.
 *
 * A pass is done in *chunks* of a few thousand records. They are copied out of
 * the contexts, in the order of time, onto a queue for each CPU, and claimed:
 * from there on they count as consumed, see <linux/blog/reader.h>. Then each CPU
 * writes its queue, see blog_write.c. If recording is disabled meanwhile, what is
 * left stays queued, and no other chunk is taken until it is written.
 *
 * Who waits for what:
 *   - readers of `trace`, of per_cpu/cpuN/stats, and a snapshot, wait for a pass
 *     that began after they came. So does switching tracing_on off while
 *     somebody consumes, for that reader gets nothing that comes later. The ring
 *     buffer keeps the newest, as it does for any event;
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
 * Locks, in this order: register_mutex (lib/blog/logger.c), event_mutex,
 * tracepoints_mutex, then either trace_types_lock or blog_mutex, publisher.lock,
 * cpus_read_lock, and the raw ones of lib/blog. publisher.ask_lock is innermost. A
 * chunk is made and written under trace_types_lock, so that nobody changes clock or
 * size meanwhile. A dump cannot wait for locks; publisher.busy keeps it and the
 * holder of publisher.lock apart.
 */

/* Time between two passes while somebody consumes. */
#define PERIOD		(HZ / 10)

/* A ring buffer that is full for so long is not being read. */
#define STALLED		HZ

/* So long recording may be disabled, as while a buffer is truncated. */
#define DISABLED_MAX	(HZ / 4)

/* What waits for either looks again after so long. */
#define look_later()	usleep_range(500, 1000)

/**
 * struct blog_publisher - the publisher
 * @lock:	protects all down to @limited, the chunk, the clock, blog_event.file,
 *		and the cursors of contexts; taken by publisher_lock()
 * @events:	of registered loggers, by blog_event.list; also RCU
 * @merge:	contexts that take part in a chunk
 * @limited:	CPUs whose ring buffers a chunk must not overwrite
 * @busy:	somebody has @lock, or a dump is being made, which cannot take it
 * @read:	CPUs that somebody was seen to consume; this and the next two change
 *		without a lock: a stale bit costs a pass a wait
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
	struct mutex lock;	/* by publisher_lock() */
	struct list_head events;
	struct blog_merge merge;
	struct cpumask limited;
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
	.events = LIST_HEAD_INIT(publisher.events),
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
	return READ_ONCE(blog_instance->trace_ref);
}

/* Chunks */

/*
 * Copy messages with stamps up to @until into the chunk, in the order of time.
 * @cpu: the CPU whose ring buffer takes all; if negative, each takes its own,
 *	and it is set to that which has no room
 */
static enum blog_progress fill_chunk(struct blog_merge *merge, u64 until, int *cpu)
{
	enum blog_progress progress;
	struct blog_cursor *cursor;
	int target;

	while ((cursor = blog_merge_peek(merge)) && cursor->time <= until) {
		target = *cpu >= 0 ? *cpu : blog_ring_of(cursor->cpu);
		progress = blog_chunk_add(cursor, target);
		if (progress == BLOG_NO_ROOM)
			*cpu = target;
		if (progress != BLOG_COMPLETE)
			return progress;
		blog_merge_take(merge);
	}

	return BLOG_COMPLETE;
}

/* Only events that are enabled in the instance are published. */
static bool is_readable(const struct blog_event *event)
{
	return event->file;
}

/* Let all contexts take part; false if there is no room for them. */
static bool add_loggers(struct blog_merge *merge)
{
	struct blog_event *event;

	blog_merge_reset(merge);
	list_for_each_entry_rcu(event, &publisher.events, list)
		if (is_readable(event) && blog_merge_add(merge, event->logger))
			return false;
	blog_merge_begin(merge);

	return true;
}

/* CPUs whose ring buffers are read, and must not be overwritten. */
static const struct cpumask *limited_cpus(void)
{
	if (!consumed())
		return NULL;
	cpumask_andnot(&publisher.limited, cpu_online_mask, &publisher.unread);

	return &publisher.limited;
}

/* Take the next chunk out of the contexts; cpus_read_lock is held. */
static enum blog_progress take_chunk(u64 until, int *cpu)
{
	struct blog_merge *merge = &publisher.merge;
	enum blog_progress progress;

	blog_chunk_begin(limited_cpus());
	scoped_guard(rcu) {
		if (!add_loggers(merge))
			break;	/* out of the guard, for more room */
		progress = fill_chunk(merge, until, cpu);
		if (!blog_merge_claim(merge))
			blog_chunk_drop_lost();
		return progress;
	}

	/* No memory: as if there were nothing to publish. It stays. */
	return blog_merge_grow(merge) ? BLOG_COMPLETE : BLOG_MORE;
}

/* Write what is in the chunk; cpus_read_lock is held. */
static void write_chunk(void)
{
	struct blog_event *event;

	blog_chunk_write();
	list_for_each_entry(event, &publisher.events, list)
		blog_logger_set_in_flight(event->logger,
					  blog_chunk_count(event->logger));
}

/* Publish a chunk of what was logged up to @until. */
static enum blog_progress publish_chunk(u64 until, int *cpu)
{
	enum blog_progress progress = BLOG_MORE;

	guard(mutex)(&trace_types_lock);
	guard(publisher)();

	if (!tracer_tracing_is_on(blog_instance))
		return BLOG_COMPLETE;
	blog_clock_update();
	/* Else what a CPU leaves that goes offline would come late. */
	scoped_guard(cpus_read_lock) {
		if (blog_chunk_written())
			progress = take_chunk(until, cpu);
		write_chunk();
	}
	if (!blog_chunk_written())
		progress = BLOG_DISABLED;

	return progress;
}

/* Passes */

/* Whether there is something to publish. */
static bool is_staged(void)
{
	struct blog_event *event;

	guard(publisher)();
	if (!blog_chunk_written())
		return true;

	guard(rcu)();
	list_for_each_entry(event, &publisher.events, list)
		if (is_readable(event) && blog_logger_unread(event->logger))
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
		if (!cpumask_test_cpu(cpu, &publisher.read) && !blog_ring_room(cpu))
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
		if (!is_wanted() || !tracer_tracing_is_on(blog_instance))
			return false;
		if (!consumed() || blog_ring_room(cpu))
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
		case BLOG_COMPLETE:
			return;
		case BLOG_MORE:
			break;
		case BLOG_NO_ROOM:
			WRITE_ONCE(publisher.full, true);
			wake_up_all(&publisher.wait);
			room = wait_for_room(cpu);
			WRITE_ONCE(publisher.full, false);
			if (!room)
				return;
			break;
		case BLOG_DISABLED:
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

	if (tracer_tracing_is_on(blog_instance) && is_staged()) {
		until = trace_clock_local();
		/* Pairs with the disabled preemption in __blog(). */
		synchronize_rcu();
		publish_until(until);
	}
	/* Else what is older than the last truncation is not shown. */
	blog_instance->array_buffer.time_start = 0;

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
	if (consumed())
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

/*
 * Publish what can be had, in any context, for a dump. Nothing is claimed, for
 * that takes locks: if the kernel lives on the next chunk claims it.
 */
static void publish_now(void)
{
	enum blog_progress progress;
	int cpu;

	guard(irqsave)();
	if (!tracer_tracing_is_on(blog_instance) ||
	    atomic_xchg(&publisher.busy, true))
		return;
	blog_clock_update();
	blog_instance->array_buffer.time_start = 0;
	cpu = smp_processor_id();

	rcu_read_lock();
	/* Without room for all, those that there is room for. */
	if (!add_loggers(&publisher.merge))
		blog_merge_begin(&publisher.merge);
	do {
		if (!blog_chunk_written())
			break;
		blog_chunk_begin(NULL);
		progress = fill_chunk(&publisher.merge, U64_MAX, &cpu);
		blog_chunk_write_here();
		touch_nmi_watchdog();
	} while (progress == BLOG_MORE);
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

/**
 * blog_publish_switch() - publish a logger, or let it stay in its contexts
 * @logger: the logger
 * @file: its event in the instance, enabled there; NULL if it is disabled
 *
 * Context: Process context; sleeps. Takes publisher.lock.
 */
void blog_publish_switch(struct blog_logger *logger, struct trace_event_file *file)
{
	guard(publisher)();
	logger->event->file = file;
}

/**
 * blog_publish_add() - let a logger be read
 * @logger: a registered logger
 *
 * Context: Process context; sleeps. Takes publisher.lock, and event_mutex after it
 * was released.
 */
void blog_publish_add(struct blog_logger *logger)
{
	scoped_guard(publisher)
		list_add_tail_rcu(&logger->event->list, &publisher.events);
	trace_array_set_clr_event(blog_instance, BLOG_INSTANCE, logger->name, true);
}

/**
 * blog_publish_remove() - forget a logger
 * @logger: a logger that was added; nothing of it is published any more
 *
 * Context: Process context; sleeps. Takes publisher.lock. An RCU grace period
 * must pass before its contexts are freed.
 */
void blog_publish_remove(struct blog_logger *logger)
{
	guard(publisher)();
	list_del_rcu(&logger->event->list);
	blog_chunk_drop_logger(logger);
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
	blog_chunk_drop_logger(logger);
	blog_logger_clear(logger);
}
EXPORT_SYMBOL_IF_KUNIT(blog_publish_clear);

/**
 * blog_publish_init() - begin to publish in the instance
 *
 * Context: Process context, at boot, after blog_clock_init(). Sleeps.
 * Return: 0 or -ENOMEM.
 */
int __init blog_publish_init(void)
{
	publisher.wq = alloc_workqueue("blog", WQ_UNBOUND, 1);
	/* The merge has room for a dump, which cannot allocate. */
	if (!publisher.wq || blog_merge_grow(&publisher.merge) || blog_write_init()) {
		blog_merge_free(&publisher.merge);
		if (publisher.wq)
			destroy_workqueue(publisher.wq);
		return -ENOMEM;
	}
	INIT_DELAYED_WORK(&publisher.work, pass_work);
	init_irq_work(&publisher.soon, soon);

	/* That hooks every context switch; we save the names of tasks ourselves. */
	blog_instance->trace_flags &= ~TRACE_ITER_RECORD_CMD;

	/* Pairs with the acquire in trace_pull(). */
	smp_store_release(&blog_instance->pull, blog_pull);

	return 0;
}
