// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: what of the contexts is in the ring buffers.
 */
#include <kunit/visibility.h>
#include <linux/cleanup.h>
#include <linux/export.h>
#include <linux/ftrace.h>
#include <linux/math64.h>
#include <linux/nmi.h>
#include <linux/rculist.h>
#include <linux/ring_buffer.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/trace_clock.h>

#include "blog.h"

/**
 * DOC: the view
 *
 * What was logged stays in contexts; the ring buffers are a *view* of it. A view
 * begins with the oldest message that is retained, and grows by what was logged
 * since, in the order of time. It ends, and the next one begins, when it does not
 * serve a reader:
 *   - somebody has emptied the ring buffers: trace-cmd does so before each recording,
 *     so does a change of the clock, and a module with events that goes;
 *   - who looks (BLOG_LOOKS) lacks what was consumed, or hidden by a filter,
 *     lists of pids, tracing_cpumask, or because a logger's event was disabled, or what
 *     a ring buffer had lost that was emptied alone, exchanged by a snapshot, or
 *     resized;
 *   - who begins to consume (BLOG_BEGINS) lacks besides what has been overwritten, or
 *     was passed over because the ring buffers cannot hold it all.
 * So whoever comes gets what is retained, whatever others have done before him. The
 * ring buffers are emptied for the new view, with what else was in them, unless
 * nothing of the old one is there.
 *
 * Who looks gets no more than the ring buffers hold: blog_view_only_newest() finds
 * out from when on. What is older is passed over. It counts as published, for the
 * instance has had its turn; so does what is hidden.
 *
 * Locks: publisher of this file is the one thread of blog_publish.c. view.lock, a mutex
 * that is held while contexts are read (milliseconds, and no wait), keeps it apart from
 * who adds, removes or clears a logger. view.events is read under RCU besides. A dump
 * looks at all that without a lock: it has a merge of its own.
 */

/**
 * struct blog_view - the view
 * @lock:	protects down to @merge, and the places of contexts
 * @events:	of registered loggers, by blog_event.list; also RCU
 * @merge:	the contexts
 * @dump:	contexts that take part in a dump
 * @dumping:	one is being made, or its memory changed
 * @emptied:	value of trace_array.emptied
 * @buffer:	the ring buffers that it is in
 * @size:	bytes of those
 * @shown:	something of it was written
 * @passed:	something of it was passed over
 * @hidden:	something of it was hidden, or may be visible by now
 * @adopted:	1 while what is in the ring buffers is not of this boot, if they are as they were
 * @since:	for each CPU, from when on its ring buffer holds all
 * @oldest:	the least of those
 */
static struct blog_view {
	struct mutex lock;	/* of what contexts are read for */
	struct list_head events;
	struct blog_merge merge;
	struct blog_merge dump;
	atomic_t dumping;
	unsigned int emptied;
	struct trace_buffer *buffer;
	unsigned long size;
	bool shown;
	bool passed;
	bool hidden;
	unsigned int adopted;
	u64 *since;
	u64 oldest;
} view = {
	.lock = __MUTEX_INITIALIZER(view.lock),
	.events = LIST_HEAD_INIT(view.events),
};

static unsigned long ring_size(void)
{
	unsigned long size = 0;
	int cpu;

	for_each_tracing_cpu(cpu)
		size += ring_buffer_size(blog_ring(), cpu);

	return size;
}

/* Only events that are enabled in the instance are published. */
static bool is_readable(const struct blog_event *event)
{
	return READ_ONCE(event->file);
}

/* Whom the view serves */

/* Whether a ring buffer lacks what it has got and a reader needs. */
static bool ring_lacks(int cpu, enum blog_reader_kind kind)
{
	if (!blog_ring_used(cpu))
		return false;

	return !blog_ring_whole(cpu) || ring_buffer_read_events_cpu(blog_ring(), cpu) ||
	       (kind == BLOG_BEGINS && ring_buffer_overrun_cpu(blog_ring(), cpu));
}

/**
 * blog_view_valid() - whether what was written is still in the ring buffers
 *
 * Context: Process context of the publisher.
 * Return: false if somebody has emptied them.
 */
bool blog_view_valid(void)
{
	return READ_ONCE(blog_instance->emptied) == view.emptied;
}

static bool serves(enum blog_reader_kind kind)
{
	int cpu;

	if (!blog_view_valid())
		return false;
	if (kind == BLOG_CONSUMES)
		return true;
	if (blog_ring() != view.buffer || ring_size() != view.size || READ_ONCE(view.hidden) ||
	    (kind == BLOG_BEGINS && view.passed))
		return false;
	if (view.shown)
		for_each_tracing_cpu(cpu)
			if (ring_lacks(cpu, kind))
				return false;

	return true;
}

/**
 * blog_view_prepare() - begin another view if this one does not serve a reader
 * @kind: the reader
 *
 * Context: Process context of the publisher; sleeps, not long. Takes view.lock.
 * Return: true if another one begins.
 */
bool blog_view_prepare(enum blog_reader_kind kind)
{
	unsigned int emptied;
	bool reset;

	if (serves(kind))
		return false;
	scoped_guard(mutex, &view.lock) {
		blog_chunk_put_back();
		blog_merge_rewind(&view.merge);
		blog_merge_settle(&view.merge);
		emptied = READ_ONCE(blog_instance->emptied);
		reset = view.shown && emptied == view.emptied;
		view.emptied = emptied;
		view.shown = false;
		view.passed = false;
		WRITE_ONCE(view.hidden, false);
		view.buffer = blog_ring();
		view.size = ring_size();
	}
	if (reset)
		blog_rings_reset();
	else
		blog_rings_were_reset();

	return true;
}

/* What is hidden */

static bool pid_is_filtered(pid_t pid)
{
	struct trace_pid_list *only, *not;

	only = rcu_dereference_raw(blog_instance->filtered_pids);
	not = rcu_dereference_raw(blog_instance->filtered_no_pids);

	return (only && !trace_find_filtered_pid(only, pid)) ||
	       (not && trace_find_filtered_pid(not, pid));
}

/* Whether what the user has set in the instance excludes a message. */
static bool is_hidden(const struct blog_cursor *cursor)
{
	return (cursor->cpu < nr_cpu_ids &&
		!cpumask_test_cpu(cursor->cpu, blog_instance->tracing_cpumask)) ||
	       pid_is_filtered(cursor->owner.pid);
}

/* Only the newest */

/*
 * How much there is of which age, in bytes of a ring buffer: eight steps for each power
 * of two.
 */
#define STEPS		8
#define NR_AGES		(64 * STEPS)

struct blog_ages {
	u64 until;
	u64 (*bytes)[NR_AGES];	/* for each CPU */
	unsigned int looked;	/* messages */
	void (*progress)(void);
};

static unsigned int age_index(u64 age)
{
	unsigned int shift;

	if (age < STEPS)
		return age;
	shift = fls64(age) - 4;

	return (shift + 1) * STEPS + (age >> shift) % STEPS;
}

/* The least age with an index. */
static u64 age_at(unsigned int index)
{
	if (index < STEPS)
		return index;

	return (u64)(STEPS + index % STEPS) << (index / STEPS - 1);
}

/* The least that a record takes in a ring buffer, besides its arguments. */
#define RECORD_MIN	52

/* After so many messages that are not shown who waits is told of progress: a ms. */
#define PROGRESS	0x4000

static void note_age(const struct blog_cursor *cursor, void *data)
{
	struct blog_ages *ages = data;

	if (!(++ages->looked % PROGRESS))
		ages->progress();
	if (cursor->time <= ages->until && !is_hidden(cursor))
		ages->bytes[blog_ring_of(cursor->cpu)][age_index(ages->until - cursor->time)] +=
			RECORD_MIN + cursor->len;
}

/* Since when all that goes to a ring buffer fits in, or a little more. */
static u64 since_when(const struct blog_ages *ages, int cpu)
{
	u64 room = ring_buffer_size(blog_ring(), cpu), age;
	unsigned int i;

	for (i = 0; i < NR_AGES; i++) {
		if (ages->bytes[cpu][i] >= room)
			break;
		room -= ages->bytes[cpu][i];
	}
	if (i >= NR_AGES - 1)
		return 0;
	age = age_at(i + 1);

	return age < ages->until ? ages->until - age : 0;
}

/* Which of the messages a filter lets pass is not known before they are written. */
static bool is_filtered(void)
{
	struct trace_event_file *file;
	struct blog_event *event;

	list_for_each_entry_rcu(event, &view.events, list) {
		file = READ_ONCE(event->file);
		if (file && file->flags & EVENT_FILE_FL_FILTERED)
			return true;
	}

	return false;
}

/* Whether all that is retained would fit into the ring buffer of one CPU. */
static bool all_fits(void)
{
	unsigned long room = ring_buffer_size(blog_ring(), cpumask_first(cpu_online_mask));
	struct blog_event *event;
	struct blog_stats stats;
	u64 bytes = 0;
	int cpu;

	for_each_online_cpu(cpu)
		room = min(room, ring_buffer_size(blog_ring(), cpu));
	list_for_each_entry_rcu(event, &view.events, list) {
		blog_logger_stats(event->logger, &stats);
		bytes += stats.retained * RECORD_MIN + stats.used_bytes;
	}

	return bytes <= room;
}

/* False if nothing can be told, or need not. */
static bool survey(struct blog_ages *ages)
{
	struct blog_event *event;

	guard(rcu)();
	if (is_filtered() || all_fits())
		return false;
	list_for_each_entry_rcu(event, &view.events, list)
		if (is_readable(event))
			blog_merge_survey(&view.merge, event->logger, note_age, ages);

	return true;
}

/**
 * blog_view_only_newest() - pass over what the ring buffers could not keep
 * @on: do so with what is retained; else let all come
 * @until: younger messages do not come anyway
 * @progress: called now and then, for it may take long
 *
 * Without memory, or with a filter, all comes, as if nobody had asked: that takes longer.
 *
 * Context: Process context of the publisher; sleeps. Takes view.lock.
 */
void blog_view_only_newest(bool on, u64 until, void (*progress)(void))
{
	struct blog_ages ages = { .until = until, .progress = progress };
	int cpu;

	view.oldest = 0;
	memset(view.since, 0, nr_cpu_ids * sizeof(*view.since));
	if (!on)
		return;
	ages.bytes = kvcalloc(nr_cpu_ids, sizeof(*ages.bytes), GFP_KERNEL | __GFP_NOWARN);
	if (!ages.bytes)
		return;

	guard(mutex)(&view.lock);
	if (survey(&ages)) {
		view.oldest = U64_MAX;
		for_each_online_cpu(cpu) {
			view.since[cpu] = since_when(&ages, cpu);
			view.oldest = min(view.oldest, view.since[cpu]);
		}
	}
	kvfree(ages.bytes);
}

/* The next chunk */

/* Copy a message into the chunk, unless nobody is to see it. */
static enum blog_progress add_message(const struct blog_place *place, int *full)
{
	const struct blog_cursor *cursor = &place->cursor;
	const struct trace_event_file *file = READ_ONCE(cursor->logger->event->file);
	enum blog_progress progress;
	int cpu;

	if (is_hidden(cursor)) {
		WRITE_ONCE(view.hidden, true);
		return BLOG_COMPLETE;
	}
	cpu = blog_ring_of(cursor->cpu);
	if (cursor->time < view.since[cpu]) {
		view.passed = true;
		return BLOG_COMPLETE;
	}
	/* A filter sees it when it is written. */
	if (file && file->flags & EVENT_FILE_FL_FILTERED)
		WRITE_ONCE(view.hidden, true);
	progress = blog_chunk_add(place, cpu);
	if (progress == BLOG_NO_ROOM)
		*full = cpu;

	return progress;
}

/*
 * Copy messages with stamps up to @until into the chunk, in the order of time.
 * *@full is set to the CPU whose ring buffer has no room.
 */
static enum blog_progress fill_chunk(u64 until, int *full)
{
	const struct blog_place *place;
	enum blog_progress progress;
	unsigned int nr = 0;

	while ((place = blog_merge_peek(&view.merge)) && place->cursor.time <= until) {
		progress = add_message(place, full);
		if (progress != BLOG_COMPLETE)
			return progress;
		blog_merge_take(&view.merge);
		if (++nr == PROGRESS)
			return BLOG_MORE;
	}

	return BLOG_COMPLETE;
}

/* Let all contexts take part in a merge; false if there is no room for them. */
static bool add_loggers(struct blog_merge *merge, u64 since)
{
	struct blog_event *event;

	blog_merge_reset(merge);
	list_for_each_entry_rcu(event, &view.events, list)
		if (is_readable(event) && blog_merge_add(merge, event->logger, since))
			return false;
	blog_merge_begin(merge);

	return true;
}

/* Room for the merge and for that of a dump. False if there is none. */
static bool grow(void)
{
	bool grown;

	/* A dump would have its memory freed. */
	if (atomic_xchg(&view.dumping, true))
		return false;
	grown = view.merge.sources.size > view.dump.sources.size || !blog_merge_grow(&view.merge);
	grown = grown && !blog_merge_grow(&view.dump);
	atomic_set_release(&view.dumping, false);

	return grown;
}

/**
 * blog_view_fill() - take the next chunk out of the contexts
 * @until: messages up to this stamp
 * @limited: CPUs whose ring buffers must not be overwritten, or NULL for none
 * @full: set to the CPU whose ring buffer has no room, for BLOG_NO_ROOM
 *
 * All of the chunk before is written. Then call blog_chunk_write(), and
 * blog_view_settle().
 *
 * Context: Process context of the publisher; sleeps. Takes view.lock.
 * Return: BLOG_COMPLETE if there is nothing left, BLOG_MORE or BLOG_NO_ROOM if there
 * is.
 */
enum blog_progress blog_view_fill(u64 until, const struct cpumask *limited, int *full)
{
	enum blog_progress progress;

	guard(mutex)(&view.lock);
	blog_chunk_begin(limited, view.emptied);
	if (view.oldest)
		view.passed = true;
	scoped_guard(rcu) {
		if (!add_loggers(&view.merge, view.oldest)) {
			/* What was passed over until here. */
			blog_merge_claim(&view.merge);
			break;	/* out of the guard, for more room */
		}
		progress = fill_chunk(until, full);
		if (!blog_merge_claim(&view.merge))
			blog_chunk_drop_lost();
		view.shown = true;
		return progress;
	}

	/* No memory: as if there were nothing to publish. It stays. */
	return grow() ? BLOG_MORE : BLOG_COMPLETE;
}

/**
 * blog_view_settle() - count what has been written, and what is left of the chunk
 *
 * Context: Process context of the publisher. Takes view.lock.
 */
void blog_view_settle(void)
{
	struct blog_event *event;

	guard(mutex)(&view.lock);
	if (blog_chunk_written())
		blog_merge_settle(&view.merge);
	list_for_each_entry(event, &view.events, list)
		blog_logger_set_in_flight(event->logger,
					  blog_chunk_count(event->logger));
}

/**
 * blog_view_has_more() - whether there is something to publish
 *
 * Context: Process context of the publisher. Takes view.lock.
 * Return: true if so.
 */
bool blog_view_has_more(void)
{
	struct blog_event *event;

	if (!blog_chunk_written())
		return true;

	guard(mutex)(&view.lock);
	guard(rcu)();
	list_for_each_entry(event, &view.events, list)
		if (is_readable(event) && blog_logger_unread(&view.merge, event->logger))
			return true;

	return false;
}

/* For a dump */

/* A dump waits so long for another one, or for memory that is being exchanged. */
#define DUMP_SPINS_MAX	1000000

static bool begin_dump(void)
{
	unsigned int spins = DUMP_SPINS_MAX;

	while (atomic_xchg(&view.dumping, true)) {
		if (!--spins)
			return false;
		cpu_relax();
	}

	return true;
}

static void start_dump(bool anew)
{
	if (!blog_clock_current())
		blog_clock_update();
	blog_merge_follow(&view.dump, &view.merge, anew);
}

/* Without room for all contexts, those that there is room for. */
static void add_for_dump(u64 since)
{
	if (!add_loggers(&view.dump, since))
		blog_merge_begin(&view.dump);
}

/**
 * blog_view_dump() - show on this CPU what is not shown yet, or not for sure
 *
 * If somebody has consumed, and what he got may die with the kernel: all that is
 * retained. Nothing is claimed, and the publisher is not disturbed, wherever it is: if
 * the kernel lives on, it goes on, and the same comes once more.
 *
 * With tp_printk nothing is shown: who writes a record waits for a lock then.
 *
 * Context: Any context, interrupts disabled. Takes no lock.
 */
void blog_view_dump(void)
{
	const struct blog_place *place;

	if (tracepoint_printk || !begin_dump())
		return;
	start_dump(!serves(BLOG_LOOKS));
	scoped_guard(rcu) {
		add_for_dump(0);
		while ((place = blog_merge_peek(&view.dump))) {
			blog_write_now(place);
			blog_merge_take(&view.dump);
			touch_nmi_watchdog();
		}
	}
	atomic_set_release(&view.dumping, false);
}

/* To outlive the kernel */

/*
 * So long is looked at all that is retained, and after that at what was logged in the last
 * moment only, so long. A watchdog of the machine may take 10 s.
 */
#define SAVE_MAX	(4ULL * NSEC_PER_SEC)
#define HURRY_MAX	(2ULL * NSEC_PER_SEC)
#define MOMENT		(1ULL * NSEC_PER_SEC)

/* After so many messages the clock is looked at. */
#define SAVE_STEP	64

/* At most what a message takes, with the end of a page that is too short for it. */
static u32 saved_size(const struct blog_cursor *cursor)
{
	u32 size = ALIGN(RECORD_MIN + cursor->len, 4) + sizeof(u32);

	return size > PAGE_SIZE / 8 ? 2 * size : size;
}

static void count_message(const struct blog_cursor *cursor, void *unused)
{
	blog_newest_count(cursor, saved_size(cursor));
	touch_nmi_watchdog();
}

/* If a dump was being made, its memory is taken from it: it does not go on. */
static void start_save(void)
{
	atomic_set(&view.dumping, true);
	start_dump(true);
}

/**
 * blog_view_retains() - whether there is anything for blog_view_save()
 *
 * Context: As for that.
 * Return: false if no logger retains a message.
 */
bool blog_view_retains(void)
{
	start_save();
	guard(rcu)();
	add_for_dump(0);

	return blog_merge_peek(&view.dump);
}

static bool is_over(u64 end)
{
	return ktime_get_mono_fast_ns() > end;
}

/* Find out what fits into so many bytes; false if there is no time for that. */
static bool select_newest(u64 room, u64 end)
{
	struct blog_event *event;

	blog_newest_begin();
	list_for_each_entry_rcu(event, &view.events, list) {
		if (is_readable(event))
			blog_merge_survey(&view.dump, event->logger, count_message, NULL);
		if (is_over(end))
			return false;
	}
	blog_newest_share(room);

	return true;
}

/* Write what was selected, or all; false if there is no time for that. */
static bool save(bool selected, u64 end, void (*write)(const struct blog_place *place))
{
	const struct blog_place *place;
	unsigned int nr = 0;

	while ((place = blog_merge_peek(&view.dump))) {
		if (!(++nr % SAVE_STEP) && is_over(end))
			return false;
		if (!selected || blog_newest_keep(&place->cursor, saved_size(&place->cursor)))
			write(place);
		blog_merge_take(&view.dump);
		touch_nmi_watchdog();
	}

	return true;
}

/**
 * blog_view_save() - write what is retained, in the order of time
 * @room: if it takes more bytes, the newest of each task that fit in
 * @write: writes a message
 *
 * Nothing is claimed.
 *
 * It takes SAVE_MAX + HURRY_MAX at most; and besides, before it looks at the clock, as long
 * as it takes to pass over the messages of one logger, which its budget limits.
 *
 * Context: A panic: nobody else runs. Any context, interrupts disabled. Takes no lock.
 * Return: false if there was no time for all. Then the last moment is written, and
 * something between is missing.
 */
bool blog_view_save(u64 room, void (*write)(const struct blog_place *place))
{
	u64 end = ktime_get_mono_fast_ns() + SAVE_MAX, now = trace_clock_local();

	start_save();
	guard(rcu)();
	if (select_newest(room, end)) {
		add_for_dump(0);
		if (save(true, end, write))
			return true;
	}
	add_for_dump(now - min(now, MOMENT));
	save(false, end + HURRY_MAX, write);

	return false;
}

/**
 * blog_view_adopt() - say that there is something of others in the ring buffers
 *
 * They are emptied before the next view begins.
 *
 * Context: Process context, before or beside the publisher, while tracing_on is 0.
 */
void blog_view_adopt(void)
{
	guard(mutex)(&view.lock);
	view.emptied = READ_ONCE(blog_instance->emptied);
	view.shown = true;
	WRITE_ONCE(view.adopted, 1);
	WRITE_ONCE(view.hidden, true);
}

/**
 * blog_view_start() - recording has been switched on: what is not ours goes
 *
 * Also what is in the ring buffers of CPUs that are offline.
 *
 * Context: Process context; sleeps.
 */
void blog_view_start(void)
{
	if (!READ_ONCE(view.adopted) || !xchg(&view.adopted, 0))
		return;
	tracing_reset_all_cpus(&blog_instance->array_buffer);
}

/* Loggers */

/**
 * blog_view_each() - look at the events of all loggers
 * @look: called for each
 *
 * Context: Any context. Takes no lock.
 */
void blog_view_each(void (*look)(struct blog_event *event))
{
	struct blog_event *event;

	guard(rcu)();
	list_for_each_entry_rcu(event, &view.events, list)
		look(event);
}

/**
 * blog_view_switch() - show a logger, or let it stay in its contexts
 * @logger: the logger
 * @file: its event in the instance, enabled there; NULL if it is disabled
 *
 * Context: Any context. Takes no lock.
 */
void blog_view_switch(struct blog_logger *logger, struct trace_event_file *file)
{
	WRITE_ONCE(logger->event->file, file);
	/* What it has is older than what others have shown. */
	if (file)
		WRITE_ONCE(view.hidden, true);
}

/**
 * blog_view_add() - let a logger be read
 * @logger: a registered logger
 *
 * Context: Process context; sleeps. Takes view.lock, and event_mutex after it was
 * released.
 */
void blog_view_add(struct blog_logger *logger)
{
	scoped_guard(mutex, &view.lock)
		list_add_tail_rcu(&logger->event->list, &view.events);
	trace_array_set_clr_event(blog_instance, BLOG_INSTANCE, logger->name, true);
}

/**
 * blog_view_remove() - forget a logger
 * @logger: a logger that was added; nothing of it is published any more
 *
 * Context: Process context; sleeps. Takes view.lock. An RCU grace period must pass
 * before its contexts are freed.
 */
void blog_view_remove(struct blog_logger *logger)
{
	guard(mutex)(&view.lock);
	list_del_rcu(&logger->event->list);
	blog_chunk_drop_logger(logger);
}

/**
 * blog_view_clear() - let nobody read any more what a logger has captured
 * @logger: where a logger was once registered; it may be gone
 *
 * What was not published counts as overwritten. What is in the ring buffer stays.
 *
 * Context: Process context; sleeps. Takes view.lock and, inside, blog_mutex, which
 * is only tried: who has it may be waiting for long, and who waits for it may have
 * locks of tracing.
 * Return: 0, -ENODEV if it is gone, or -EINTR after a fatal signal.
 */
int blog_view_clear(const void *logger)
{
	struct blog_logger *found;

	mutex_lock(&view.lock);
	while (!mutex_trylock(&blog_mutex)) {
		mutex_unlock(&view.lock);
		if (schedule_timeout_killable(1) && fatal_signal_pending(current))
			return -EINTR;
		mutex_lock(&view.lock);
	}
	found = blog_logger_find(logger);
	if (found) {
		blog_chunk_drop_logger(found);
		blog_logger_clear(&view.merge, found);
	}
	mutex_unlock(&blog_mutex);
	mutex_unlock(&view.lock);

	return found ? 0 : -ENODEV;
}
EXPORT_SYMBOL_IF_KUNIT(blog_view_clear);

/**
 * blog_view_init() - make ready
 *
 * Context: Process context, at boot, after blog_clock_init(). Sleeps.
 * Return: 0 or -ENOMEM.
 */
int __init blog_view_init(void)
{
	view.since = kcalloc(nr_cpu_ids, sizeof(*view.since), GFP_KERNEL);
	/* Also for a dump, which cannot allocate. */
	if (!view.since || !grow() || blog_chunk_init())
		return -ENOMEM;
	view.emptied = blog_instance->emptied;
	view.buffer = blog_ring();
	view.size = ring_size();

	return 0;
}
