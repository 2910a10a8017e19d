// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: write records into the ring buffers of the instance.
 */
#include <linux/cleanup.h>
#include <linux/cpu.h>
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/ring_buffer.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "blog.h"

/**
 * DOC: writing the ring buffers
 *
 * A chunk is a few thousand records, copied out of contexts, on their way to the
 * ring buffers. A ring buffer is written on its CPU alone; therefore the records of
 * a chunk are kept in one queue for each CPU, in the order of time::
 *
 *	blog_chunk_begin()	needs empty queues; measures how much room there is
 *	blog_chunk_add()	a record behind the others of its CPU
 *	blog_chunk_drop_lost()	after the claim: those that turned out to be garbage
 *	blog_chunk_write()	each CPU writes its queue: a work on each
 *
 * What a CPU cannot write, because recording was disabled meanwhile, stays at the
 * front of its queue for the next blog_chunk_write(); only then another chunk
 * begins. A CPU that goes offline leaves its queue to another one.
 *
 * A record is written by the probe of the logger's event, blog:<logger>, as if
 * it had been hit: enable bit, filter and triggers are those of the instance.
 * But blog_event_entry() gives the entry the pid and the flags of the record,
 * and blog_clock.c its stamp; the filter for pids looks at the record's pid.
 *
 * A record of a logger whose event was disabled meanwhile is dropped, and counts
 * as overwritten.
 *
 * The chunk and the queues belong to who holds publisher.lock (blog_publish.c),
 * and are lent to the works that it waits for.
 */

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
 * @ctx:	context that it was copied from; valid in the RCU section of the merge
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
	const struct blog_ctx *ctx;
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
 * @stored:	it reached blog_event_entry()
 * @saved:	owner whose comm was saved last
 */
struct blog_queue {
	u32 first;
	u32 last;
	s64 room;
	struct work_struct work;
	const struct blog_item *item;
	bool stored;
	struct blog_owner saved;
};

static DEFINE_PER_CPU(struct blog_queue, blog_queues);

static struct {
	void *records;
	u32 used;	/* bytes of them in use */
} chunk;

/* The record at an offset in the chunk, or NULL for 0. */
static struct blog_item *item_at(u32 offset)
{
	return offset ? chunk.records + offset : NULL;
}

#define for_each_item(_item, _queue)					\
	for (_item = item_at((_queue)->first); _item;			\
	     _item = item_at(_item->next))

/* One record */

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

	only = rcu_dereference_sched(blog_instance->filtered_pids);
	not = rcu_dereference_sched(blog_instance->filtered_no_pids);

	return (only && !trace_find_filtered_pid(only, pid)) ||
	       (not && trace_find_filtered_pid(not, pid));
}

/* Save the comm, for the task may be gone. */
static void save_owner(struct blog_queue *queue, const struct blog_owner *owner)
{
	unsigned int tries = 100;
	char comm[TASK_COMM_LEN];

	if (queue->saved.pid == owner->pid && queue->saved.tgid == owner->tgid &&
	    !memcmp(queue->saved.comm, owner->comm, sizeof(owner->comm)))
		return;
	queue->saved = *owner;
	/* It was copied while its owner may have changed it. */
	strscpy(comm, owner->comm);
	while (tries-- && !trace_save_taskinfo(owner->pid, owner->tgid, comm))
		cpu_relax();
}

/*
 * Let the probe of the event write a record. False if it could not. Without
 * interrupts, which might write to the instance, or wake tasks: the latter
 * decides anew whether this CPU's events pass the filter for pids.
 */
static bool write_event(struct blog_queue *queue, const struct blog_item *item)
{
	struct blog_event *event = item->logger->event;
	struct trace_event_file *file = event->file;
	struct trace_array_cpu *data;
	bool ignore_pid;

	guard(irqsave)();
	queue->stored = false;
	WRITE_ONCE(queue->item, item);
	blog_clock_begin(item->time);

	/* That is about the current task; we have looked at the record's. */
	data = this_cpu_ptr(blog_instance->array_buffer.data);
	ignore_pid = data->ignore_pid;
	data->ignore_pid = false;
	event->publish(file, item->client, item->site, item->args, item->len);
	data->ignore_pid = ignore_pid;

	blog_clock_end(queue->stored);
	WRITE_ONCE(queue->item, NULL);
	if (!queue->stored)
		/* Triggers that keep an event soft-disabled have seen it. */
		return file->flags & EVENT_FILE_FL_SOFT_DISABLED;
	save_owner(queue, &item->owner);

	return true;
}

/* Nobody wants a record any more that was claimed. */
static void drop_item(struct blog_item *item)
{
	blog_logger_unclaim(item->logger, 1);
	item->logger = NULL;
}

/* Write a record. False if the ring buffer does not take any just now. */
static bool write_item(struct blog_queue *queue, struct blog_item *item)
{
	if (!item->logger)
		return true;
	if (!item->logger->event->file) {
		drop_item(item);
		return true;
	}

	guard(preempt_notrace)();
	if (!ring_buffer_record_is_on(blog_instance->array_buffer.buffer))
		return false;
	if (!cpumask_test_cpu(smp_processor_id(),
			      blog_instance->tracing_cpumask) ||
	    pid_is_filtered(item->owner.pid))
		return true;

	return write_event(queue, item);
}

/* One CPU */

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

/**
 * blog_ring_of() - the CPU to whose ring buffer records of a CPU go
 * @cpu: the CPU out of a record, perhaps garbage
 *
 * Context: Any context. The answer holds while CPUs do not come or go.
 * Return: @cpu, or another one if that is offline.
 */
int blog_ring_of(u32 cpu)
{
	if (cpu < nr_cpu_ids && cpu_online(cpu))
		return cpu;

	return cpumask_first(cpu_online_mask);
}

/**
 * blog_ring_room() - how much a ring buffer takes without overwriting any
 * @cpu: its CPU
 *
 * Context: Any context but NMI. Takes a raw spinlock of the ring buffer.
 * Return: bytes of records, with EVENT_OVERHEAD each.
 */
s64 blog_ring_room(int cpu)
{
	struct trace_buffer *buffer = blog_instance->array_buffer.buffer;
	s64 size = ring_buffer_max_event_size(buffer);
	s64 pages = ring_buffer_nr_free_pages(buffer, cpu);

	/* All but the last may end with a gap that was too small for a record. */
	return pages ? pages * (size - EVENT_MAX) + EVENT_MAX : 0;
}

/* All CPUs */

/**
 * blog_chunk_begin() - begin a chunk; all of the one before is written
 * @limited: CPUs whose ring buffers must not be overwritten, or NULL for none
 *
 * Context: Process context with publisher.lock; if @limited is NULL, any context
 * that has the publisher for itself.
 */
void blog_chunk_begin(const struct cpumask *limited)
{
	int cpu;

	/* Offset 0 is none. */
	chunk.used = 8;
	for_each_possible_cpu(cpu)
		per_cpu(blog_queues, cpu).room =
			limited && cpumask_test_cpu(cpu, limited) ?
			blog_ring_room(cpu) : S64_MAX;
}

/* Append a copy of the message at a cursor to a queue. */
static void queue_item(struct blog_queue *queue,
		       const struct blog_cursor *cursor)
{
	struct blog_item *item = item_at(chunk.used);

	item->next = 0;
	item->site = cursor->site;
	item->len = cursor->len;
	item->time = cursor->time;
	item->client = cursor->client;
	item->logger = cursor->logger;
	item->ctx = cursor->ctx;
	item->owner = cursor->owner;
	/* A copy of what a writer overwrites meanwhile is dropped at the claim. */
	data_race(memcpy(item->args, cursor->args, cursor->len));

	if (queue->first)
		item_at(queue->last)->next = chunk.used;
	else
		queue->first = chunk.used;
	queue->last = chunk.used;
	chunk.used += ALIGN(sizeof(*item) + cursor->len, 8);
}

/**
 * blog_chunk_add() - queue a copy of a message
 * @cursor: the message
 * @cpu: the CPU that is to write it
 *
 * Context: As for blog_chunk_begin().
 * Return: BLOG_COMPLETE; BLOG_MORE if the chunk is full, or BLOG_NO_ROOM if the
 * ring buffer has no room: then nothing was queued.
 */
enum blog_progress blog_chunk_add(const struct blog_cursor *cursor, int cpu)
{
	struct blog_queue *queue = per_cpu_ptr(&blog_queues, cpu);

	if (chunk.used + sizeof(struct blog_item) + cursor->len > CHUNK_SIZE)
		return BLOG_MORE;
	queue->room -= EVENT_OVERHEAD + cursor->len;
	if (queue->room < 0)
		return BLOG_NO_ROOM;
	queue_item(queue, cursor);

	return BLOG_COMPLETE;
}

/**
 * blog_chunk_written() - whether all of the chunk is written
 *
 * Context: As for blog_chunk_begin().
 * Return: true if so.
 */
bool blog_chunk_written(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		if (per_cpu(blog_queues, cpu).first)
			return false;

	return true;
}

/**
 * blog_chunk_drop_lost() - drop what was copied out of contexts in vain
 *
 * Those that had been emptied when they were claimed: what was copied may be
 * garbage.
 *
 * Context: As for blog_chunk_begin(), within the RCU read-side critical section
 * of the merge.
 */
void blog_chunk_drop_lost(void)
{
	struct blog_item *item;
	int cpu;

	for_each_possible_cpu(cpu)
		for_each_item(item, per_cpu_ptr(&blog_queues, cpu))
			if (blog_ctx_lost(item->ctx))
				item->logger = NULL;
}

/**
 * blog_chunk_drop_logger() - drop what is on the queues of a logger
 * @logger: the logger
 *
 * It counts as overwritten.
 *
 * Context: Process context with publisher.lock.
 */
void blog_chunk_drop_logger(struct blog_logger *logger)
{
	struct blog_item *item;
	int cpu;

	for_each_possible_cpu(cpu)
		for_each_item(item, per_cpu_ptr(&blog_queues, cpu))
			if (item->logger == logger)
				drop_item(item);
}

/**
 * blog_chunk_count() - count what is on the queues of a logger
 * @logger: the logger
 *
 * Context: Process context with publisher.lock.
 * Return: number of messages.
 */
u32 blog_chunk_count(const struct blog_logger *logger)
{
	struct blog_item *item;
	u32 nr = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		for_each_item(item, per_cpu_ptr(&blog_queues, cpu))
			nr += item->logger == logger;

	return nr;
}

/* A CPU that went offline leaves its queue to another. */
static void move_queues_of_offline_cpus(void)
{
	struct blog_queue *from, *to;
	int cpu;

	for_each_possible_cpu(cpu) {
		from = per_cpu_ptr(&blog_queues, cpu);
		if (!from->first || cpu_online(cpu))
			continue;
		to = per_cpu_ptr(&blog_queues, blog_ring_of(cpu));
		if (to->first)
			item_at(to->last)->next = from->first;
		else
			to->first = from->first;
		to->last = from->last;
		from->first = 0;
	}
}

/**
 * blog_chunk_write() - let each CPU write its queue, and wait for it
 *
 * Context: Process context with publisher.lock and cpus_read_lock held; sleeps.
 */
void blog_chunk_write(void)
{
	int cpu;

	lockdep_assert_cpus_held();

	move_queues_of_offline_cpus();
	for_each_online_cpu(cpu)
		if (per_cpu(blog_queues, cpu).first)
			schedule_work_on(cpu, &per_cpu(blog_queues, cpu).work);
	for_each_online_cpu(cpu)
		flush_work(&per_cpu(blog_queues, cpu).work);
}

/* Drop what the contexts had lost by now, as blog_chunk_drop_lost() after a claim. */
static void drop_emptied(const struct blog_queue *queue)
{
	struct blog_item *item;

	for_each_item(item, queue)
		if (blog_ctx_emptied(item->ctx))
			item->logger = NULL;
}

/**
 * blog_chunk_write_here() - write this CPU's queue, for a dump
 *
 * What was copied is not claimed. What cannot be written is dropped.
 *
 * Context: Any context that has the publisher for itself, interrupts disabled,
 * within the RCU read-side critical section of the merge.
 */
void blog_chunk_write_here(void)
{
	struct blog_queue *queue = this_cpu_ptr(&blog_queues);

	drop_emptied(queue);
	write_queue(queue);
	queue->first = 0;
}

/**
 * blog_write_init() - make ready to write
 *
 * Context: Process context, at boot.
 * Return: 0 or -ENOMEM.
 */
int __init blog_write_init(void)
{
	int cpu;

	chunk.records = kvmalloc(CHUNK_SIZE, GFP_KERNEL);
	if (!chunk.records)
		return -ENOMEM;
	for_each_possible_cpu(cpu)
		INIT_WORK(&per_cpu(blog_queues, cpu).work, write_work);

	return 0;
}
