// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: records on their way to the ring buffers of the instance.
 */
#include <linux/cleanup.h>
#include <linux/cpu.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/ring_buffer.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "blog.h"

/**
 * DOC: the chunk
 *
 * A chunk is a few thousand records, copied out of contexts, on their way to the
 * ring buffers. A ring buffer is written on its CPU alone; therefore the records of
 * a chunk are kept in one queue for each CPU, in the order of time::
 *
 *	blog_chunk_begin()	needs empty queues; measures how much room there is
 *	blog_chunk_add()	a record behind the others of its CPU
 *	blog_chunk_drop_lost()	after the claim: those that turned out to be garbage
 *	blog_chunk_write()	each CPU writes its queue: a work on each
 *	blog_rings_reset()	each CPU empties its ring buffer, too
 *
 * Who waits for whom: the publisher asks CPUs, by a work on each, and waits for all
 * together, with no lock, as long as one of them goes on, and at most WRITE_MAX without
 * progress. A CPU that has not done what it was asked to is *stuck*: it spins, or
 * real-time tasks have it. Its queue is taken away and written by another CPU, to that
 * one's ring buffer (the record says which CPU it was), and so is what it logs from then
 * on, until its work has run. It does not matter when that is: the work finds nothing
 * left to do. An offline CPU is treated alike.
 *
 * A CPU whose ring buffer does not take records, because recording is disabled,
 * keeps them at the front of its queue; only when they are written another chunk
 * begins. If the others' do take records, blog_chunk_divert() lets these have them.
 *
 * Locks: a queue's lock, raw, interrupts disabled, protects the queue, and is held
 * while a few records are written. Memory and length of the chunk are the publisher's.
 */

/* Room for the records of a chunk. */
#define CHUNK_SIZE	SZ_256K

/*
 * What a record takes in the ring buffer besides its arguments, at most: a header, a
 * time extend, and the fields of the event.
 */
#define EVENT_OVERHEAD	64
#define EVENT_MAX	(EVENT_OVERHEAD + BLOG_LEN_MAX)

/* The publisher waits so long for CPUs that do not go on with what they are asked to do. */
#define WRITE_MAX	(HZ / 10)

/* Records that are written at once, with interrupts disabled. */
#define BURST		16

/**
 * struct blog_queue - records that a CPU has to write
 * @lock:	protects the following
 * @first:	offset in the chunk of the first one, or 0
 * @last:	offset of the last one
 * @reset:	the ring buffer must be emptied before
 * @asked:	the CPU was asked, and has not finished
 * @written:	records that its ring buffer has got since it was emptied
 * @room:	bytes that may still be queued, if the ring buffer must not be
 *		overwritten; the publisher's
 * @cpu:	the CPU
 * @work:	writes them
 */
struct blog_queue {
	raw_spinlock_t lock;
	u32 first;
	u32 last;
	bool reset;
	bool asked;
	unsigned long written;
	s64 room;
	int cpu;
	struct work_struct work;
};

static DEFINE_PER_CPU(struct blog_queue, blog_queues);

/**
 * struct blog_chunk - the chunk
 * @records:	the records
 * @used:	bytes of them in use
 * @emptied:	value of trace_array.emptied for which they were copied
 * @stuck:	CPUs that have not done what they were asked to
 * @refusing:	CPUs whose ring buffer does not take records
 * @offline:	CPUs that have been seen offline: truncation does not empty what they have
 * @wait:	where the publisher waits for CPUs
 * @wq:		workqueue of their works
 */
static struct blog_chunk {
	void *records;
	u32 used;
	unsigned int emptied;
	struct cpumask stuck;
	struct cpumask refusing;
	struct cpumask offline;
	wait_queue_head_t wait;
	struct workqueue_struct *wq;
} chunk = {
	.wait = __WAIT_QUEUE_HEAD_INITIALIZER(chunk.wait),
};

static struct blog_queue *queue_of(int cpu)
{
	return per_cpu_ptr(&blog_queues, cpu);
}

/* The record at an offset in the chunk, or NULL for 0. */
static struct blog_item *item_at(u32 offset)
{
	return offset ? chunk.records + offset : NULL;
}

#define for_each_item(_item, _queue)					\
	for (_item = item_at((_queue)->first); _item;			\
	     _item = item_at(_item->next))

/* Nobody wants a record any more that was claimed. */
static void drop_item(struct blog_item *item)
{
	if (item->is_new)
		blog_logger_unclaim(item->logger);
	item->logger = NULL;
}

/* One CPU */

/* Write up to BURST records; false if that was all that can be done now. */
static bool write_some(struct blog_queue *queue)
{
	unsigned int burst = BURST;
	struct blog_item *item;
	bool stored;

	lockdep_assert_held(&queue->lock);

	/* The CPU may have gone offline; then the work is done by another one. */
	if (queue != this_cpu_ptr(&blog_queues) || READ_ONCE(queue->reset))
		return false;
	while ((item = item_at(queue->first)) && burst--) {
		if (!blog_write_item(item, chunk.emptied, &stored))
			return false;
		WRITE_ONCE(queue->written, queue->written + stored);
		queue->first = item->next;
	}

	return item;
}

static bool write_burst(struct blog_queue *queue)
{
	unsigned long flags;
	bool more;

	raw_spin_lock_irqsave(&queue->lock, flags);
	more = write_some(queue);
	raw_spin_unlock_irqrestore(&queue->lock, flags);

	return more;
}

/* Empty the ring buffer, if that was asked for. */
static void reset_ring(struct blog_queue *queue)
{
	if (!READ_ONCE(queue->reset) || !ring_buffer_reset_this_cpu(blog_ring(), queue->cpu))
		return;
	WRITE_ONCE(queue->written, 0);
	WRITE_ONCE(queue->reset, false);
}

static void write_work(struct work_struct *work)
{
	struct blog_queue *queue = container_of(work, struct blog_queue, work);

	reset_ring(queue);
	scoped_guard(preempt)
		blog_write_begin();
	while (write_burst(queue))
		;
	WRITE_ONCE(queue->asked, false);
	wake_up(&chunk.wait);
}

static bool is_usable(u32 cpu)
{
	return cpu < nr_cpu_ids && cpu_online(cpu) &&
	       !cpumask_test_cpu(cpu, &chunk.stuck) &&
	       !cpumask_test_cpu(cpu, &chunk.refusing) &&
	       cpumask_test_cpu(cpu, blog_instance->tracing_cpumask);
}

/**
 * blog_ring_of() - the CPU to whose ring buffer records of a CPU go
 * @cpu: the CPU out of a record, perhaps garbage
 *
 * Context: Any context. The answer may be out of date at once.
 * Return: @cpu, or another one if that cannot write.
 */
int blog_ring_of(u32 cpu)
{
	int other;

	if (is_usable(cpu))
		return cpu;
	for_each_online_cpu(other)
		if (is_usable(other))
			return other;

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
	s64 size = ring_buffer_max_event_size(blog_ring());
	s64 pages = ring_buffer_nr_free_pages(blog_ring(), cpu);

	/* All but the last may end with a gap that was too small for a record. */
	return pages ? pages * (size - EVENT_MAX) + EVENT_MAX : 0;
}

/**
 * blog_ring_used() - whether there may be something of the view in a ring buffer
 * @cpu: its CPU
 *
 * Context: Process context of the publisher.
 * Return: false if it is going to be emptied before it is written.
 */
bool blog_ring_used(int cpu)
{
	return !READ_ONCE(queue_of(cpu)->reset);
}

/**
 * blog_ring_whole() - whether a ring buffer has got all that was written to it
 * @cpu: its CPU
 *
 * Context: Process context of the publisher.
 * Return: false if somebody emptied it alone, or exchanged it.
 */
bool blog_ring_whole(int cpu)
{
	struct trace_buffer *ring = blog_ring();

	return ring_buffer_entries_cpu(ring, cpu) + ring_buffer_overrun_cpu(ring, cpu) +
	       ring_buffer_read_events_cpu(ring, cpu) >= READ_ONCE(queue_of(cpu)->written);
}

/* All CPUs */

/**
 * blog_chunk_pulse() - what changes as long as records are copied or written
 *
 * Context: Any context.
 * Return: a number that means nothing but to be compared with another one.
 */
unsigned long blog_chunk_pulse(void)
{
	unsigned long pulse = READ_ONCE(chunk.used);
	int cpu;

	for_each_possible_cpu(cpu)
		pulse += READ_ONCE(queue_of(cpu)->written);

	return pulse;
}

static bool any_asked(void)
{
	int cpu;

	for_each_online_cpu(cpu)
		if (READ_ONCE(queue_of(cpu)->asked) && !cpumask_test_cpu(cpu, &chunk.stuck))
			return true;

	return false;
}

static void note_offline(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		if (!cpu_online(cpu))
			cpumask_set_cpu(cpu, &chunk.offline);
}

/* Ask CPUs that have something to do, and wait for them; find who is stuck. */
static void ask_cpus(void)
{
	struct blog_queue *queue;
	unsigned long pulse;
	int cpu;

	note_offline();
	for_each_possible_cpu(cpu) {
		queue = queue_of(cpu);
		if (cpumask_test_cpu(cpu, &chunk.stuck) && !READ_ONCE(queue->asked))
			cpumask_clear_cpu(cpu, &chunk.stuck);
		if (!is_usable(cpu) || !(queue->first || queue->reset))
			continue;
		WRITE_ONCE(queue->asked, true);
		queue_work_on(cpu, chunk.wq, &queue->work);
	}

	do
		pulse = blog_chunk_pulse();
	while (!wait_event_timeout(chunk.wait, !any_asked(), WRITE_MAX) &&
	       pulse != blog_chunk_pulse());
	for_each_possible_cpu(cpu)
		if (READ_ONCE(queue_of(cpu)->asked))
			cpumask_set_cpu(cpu, &chunk.stuck);
}

/* Take all that a CPU has to write away from it; the offset of the first. */
static u32 take_queue(struct blog_queue *queue)
{
	unsigned long flags;
	u32 first;

	raw_spin_lock_irqsave(&queue->lock, flags);
	first = queue->first;
	queue->first = 0;
	raw_spin_unlock_irqrestore(&queue->lock, flags);

	return first;
}

static void append(struct blog_queue *queue, u32 first, u32 last)
{
	if (queue->first)
		item_at(queue->last)->next = first;
	else
		queue->first = first;
	queue->last = last;
}

static void append_queue(struct blog_queue *queue, u32 first, u32 last)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&queue->lock, flags);
	append(queue, first, last);
	raw_spin_unlock_irqrestore(&queue->lock, flags);
}

/* The last of the records that fit in so many bytes; its offset, or 0. */
static u32 last_that_fits(const struct blog_queue *queue, s64 room)
{
	struct blog_item *item;
	u32 offset, last = 0;

	for (offset = queue->first; (item = item_at(offset)); offset = item->next) {
		room -= EVENT_OVERHEAD + item->len;
		if (room < 0)
			break;
		last = offset;
	}

	return last;
}

/* Take the first that fit in so many bytes; the offsets of first and last. */
static u32 take_some(struct blog_queue *queue, s64 room, u32 *last)
{
	unsigned long flags;
	u32 first = 0;

	raw_spin_lock_irqsave(&queue->lock, flags);
	*last = last_that_fits(queue, room);
	if (*last) {
		first = queue->first;
		queue->first = item_at(*last)->next;
		item_at(*last)->next = 0;
	}
	raw_spin_unlock_irqrestore(&queue->lock, flags);

	return first;
}

/* Bytes that a CPU's ring buffer takes besides what is on its queue. */
static s64 room_left(int cpu, const struct cpumask *limited)
{
	const struct blog_queue *queue = queue_of(cpu);
	struct blog_item *item;
	s64 room;

	if (!limited || !cpumask_test_cpu(cpu, limited))
		return S64_MAX;
	room = blog_ring_room(cpu);
	for_each_item(item, queue)
		room -= EVENT_OVERHEAD + item->len;

	return room;
}

/*
 * Let other CPUs write what some cannot, as far as there is room; whether there was
 * anything like that. *@full is set to a CPU that has no room for all.
 */
static bool move_queues(const struct cpumask *limited, int *full)
{
	bool moved = false;
	u32 first, last;
	int cpu, to;

	*full = -1;
	for_each_possible_cpu(cpu) {
		to = blog_ring_of(cpu);
		if (to == cpu || !READ_ONCE(queue_of(cpu)->first))
			continue;
		first = take_some(queue_of(cpu), room_left(to, limited), &last);
		if (first) {
			append_queue(queue_of(to), first, last);
			moved = true;
		}
		if (READ_ONCE(queue_of(cpu)->first))
			*full = to;
	}

	return moved;
}

/**
 * blog_chunk_begin() - begin a chunk; all of the one before is written
 * @limited: CPUs whose ring buffers must not be overwritten, or NULL for none
 * @emptied: value of trace_array.emptied that the publisher knows of
 *
 * Context: Process context of the publisher. Takes raw spinlocks of ring buffers.
 */
void blog_chunk_begin(const struct cpumask *limited, unsigned int emptied)
{
	int cpu;

	/* Offset 0 is none. */
	WRITE_ONCE(chunk.used, 8);
	chunk.emptied = emptied;
	for_each_possible_cpu(cpu)
		queue_of(cpu)->room = room_left(cpu, limited);
}

/**
 * blog_chunk_add() - queue a copy of a message
 * @place: the message
 * @cpu: the CPU that is to write it
 *
 * Context: As for blog_chunk_begin(), with view.lock, within the RCU read-side
 * critical section of the merge.
 * Return: BLOG_COMPLETE; else nothing was queued: BLOG_MORE if the chunk is full,
 * BLOG_NO_ROOM if the ring buffer has no room, BLOG_DISABLED if nobody can write it.
 */
enum blog_progress blog_chunk_add(const struct blog_place *place, int cpu)
{
	struct blog_queue *queue = queue_of(cpu);
	struct blog_item *item = item_at(chunk.used);
	u32 len = place->cursor.len;

	if (chunk.used + sizeof(*item) + len > CHUNK_SIZE)
		return BLOG_MORE;
	/* It is stuck, no other CPU can write, and it may come back just now. */
	if (READ_ONCE(queue->asked))
		return BLOG_DISABLED;
	if (EVENT_OVERHEAD + len > queue->room)
		return BLOG_NO_ROOM;
	queue->room -= EVENT_OVERHEAD + len;

	blog_write_copy(item, place);
	item->is_new = blog_place_is_new(place);
	item->origin = (struct blog_origin) {
		.ctx = place->cursor.ctx,
		.generation = place->generation,
		.index = place->index,
	};
	/* No CPU has been asked to write; and view.lock keeps others away. */
	append(queue, chunk.used, chunk.used);
	WRITE_ONCE(chunk.used, chunk.used + ALIGN(sizeof(*item) + len, 8));

	return BLOG_COMPLETE;
}

/**
 * blog_chunk_written() - whether all of the chunk is written
 *
 * Context: Process context of the publisher.
 * Return: true if so.
 */
bool blog_chunk_written(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		if (READ_ONCE(queue_of(cpu)->first))
			return false;

	return true;
}

/* Call @what for the records on all queues that are not dropped. */
static void for_all_items(void (*what)(struct blog_item *item, void *data), void *data)
{
	struct blog_queue *queue;
	struct blog_item *item;
	unsigned long flags;
	int cpu;

	for_each_possible_cpu(cpu) {
		queue = queue_of(cpu);
		raw_spin_lock_irqsave(&queue->lock, flags);
		for_each_item(item, queue)
			if (item->logger)
				what(item, data);
		raw_spin_unlock_irqrestore(&queue->lock, flags);
	}
}

static void drop_if_lost(struct blog_item *item, void *unused)
{
	if (blog_ctx_lost(item->origin.ctx))
		item->logger = NULL;
}

/**
 * blog_chunk_drop_lost() - drop what was copied out of contexts in vain
 *
 * Those that had been emptied when they were claimed: what was copied may be
 * garbage.
 *
 * Context: As for blog_chunk_add().
 */
void blog_chunk_drop_lost(void)
{
	for_all_items(drop_if_lost, NULL);
}

static void drop_if_of(struct blog_item *item, void *logger)
{
	if (item->logger == logger)
		drop_item(item);
}

/**
 * blog_chunk_drop_logger() - drop what is on the queues of a logger
 * @logger: the logger
 *
 * What had not been published before counts as overwritten.
 *
 * Context: Process context with publisher.lock. Takes raw spinlocks.
 */
void blog_chunk_drop_logger(struct blog_logger *logger)
{
	for_all_items(drop_if_of, logger);
}

/**
 * blog_chunk_put_back() - let what is on the queues be read once more
 *
 * Context: Process context of the publisher with publisher.lock, which is going to
 * rewind the merge. Takes raw spinlocks.
 */
void blog_chunk_put_back(void)
{
	const struct blog_item *item;
	u32 first;
	int cpu;

	for_each_possible_cpu(cpu) {
		/* From here on it is ours alone. */
		first = take_queue(queue_of(cpu));
		for (item = item_at(first); item; item = item_at(item->next))
			if (item->logger && item->is_new)
				blog_logger_put_back(item->logger, &item->origin);
	}
}

struct count {
	const struct blog_logger *logger;
	u32 nr;
};

static void count_if_of(struct blog_item *item, void *data)
{
	struct count *count = data;

	count->nr += item->logger == count->logger && item->is_new;
}

/**
 * blog_chunk_count() - count what is on the queues of a logger, and never was before
 * @logger: the logger
 *
 * Context: Process context with publisher.lock. Takes raw spinlocks.
 * Return: number of messages.
 */
u32 blog_chunk_count(const struct blog_logger *logger)
{
	struct count count = { .logger = logger };

	for_all_items(count_if_of, &count);

	return count.nr;
}

/**
 * blog_chunk_write() - let each CPU write its queue, and wait for it
 * @limited: as for blog_chunk_begin(), but as it is now
 * @full: set to the CPU whose ring buffer has no room, for BLOG_NO_ROOM
 *
 * Context: Process context of the publisher, with no lock; sleeps, at most twice
 * WRITE_MAX without progress.
 * Return: BLOG_COMPLETE; BLOG_NO_ROOM if something is left that another CPU was to
 * write and has no room for, or BLOG_DISABLED if a ring buffer did not take it.
 */
enum blog_progress blog_chunk_write(const struct cpumask *limited, int *full)
{
	move_queues(limited, full);
	ask_cpus();
	if (move_queues(limited, full))
		ask_cpus();
	if (blog_chunk_written())
		return BLOG_COMPLETE;

	/* Room does not help while the other one's ring buffer refuses what it has. */
	return *full >= 0 && !READ_ONCE(queue_of(*full)->first) ? BLOG_NO_ROOM : BLOG_DISABLED;
}

/**
 * blog_chunk_divert() - let other CPUs write what the ring buffers of some refuse
 *
 * Context: Process context of the publisher.
 * Return: false if no other CPU's takes records: then nothing is changed.
 */
bool blog_chunk_divert(void)
{
	struct cpumask *refusing = &chunk.refusing;
	int cpu;

	if (!ring_buffer_record_is_on(blog_ring()) || !blog_clock_current())
		return false;
	for_each_possible_cpu(cpu)
		if (READ_ONCE(queue_of(cpu)->first))
			cpumask_set_cpu(cpu, refusing);
	for_each_online_cpu(cpu)
		if (is_usable(cpu))
			return true;
	cpumask_clear(refusing);

	return false;
}

/* Throw away what a CPU's ring buffer has, if it cannot do so itself. */
static void drain_ring(int cpu)
{
	unsigned long nr = ring_buffer_entries_cpu(blog_ring(), cpu);

	while (nr-- && ring_buffer_consume(blog_ring(), cpu, NULL, NULL))
		;
}

static void reset_rings(const struct cpumask *cpus)
{
	int cpu;

	cpumask_clear(&chunk.refusing);
	for_each_cpu(cpu, cpus)
		WRITE_ONCE(queue_of(cpu)->reset, true);
	ask_cpus();
	for_each_cpu(cpu, cpus)
		if (READ_ONCE(queue_of(cpu)->reset))
			drain_ring(cpu);
	cpumask_clear(&chunk.offline);
	note_offline();
}

/**
 * blog_rings_reset() - let each CPU empty its ring buffer, and wait for it
 *
 * The queues are empty. A CPU that is stuck or offline has it emptied by us, and
 * empties it once more before it writes again, because only so stamps may go back.
 *
 * Context: Process context of the publisher, with no lock; sleeps, at most
 * WRITE_MAX.
 */
void blog_rings_reset(void)
{
	reset_rings(cpu_possible_mask);
}

/**
 * blog_rings_were_reset() - note that somebody has emptied the ring buffers
 *
 * But for those of CPUs that were offline.
 *
 * Context: Process context of the publisher, with no lock; the queues are empty.
 * Sleeps, at most WRITE_MAX.
 */
void blog_rings_were_reset(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		WRITE_ONCE(queue_of(cpu)->written, 0);
	note_offline();
	reset_rings(&chunk.offline);
}

/**
 * blog_chunk_init() - make ready
 *
 * Context: Process context, at boot.
 * Return: 0 or -ENOMEM.
 */
int __init blog_chunk_init(void)
{
	int cpu;

	/* Ahead of others, for somebody waits; not ahead of real-time tasks. */
	chunk.wq = alloc_workqueue("blog_write", WQ_HIGHPRI, 0);
	chunk.records = kvmalloc(CHUNK_SIZE, GFP_KERNEL);
	if (!chunk.wq || !chunk.records)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		raw_spin_lock_init(&queue_of(cpu)->lock);
		queue_of(cpu)->cpu = cpu;
		INIT_WORK(&queue_of(cpu)->work, write_work);
	}

	return 0;
}
