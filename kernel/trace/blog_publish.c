// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: the publisher, which brings what tasks have logged
 * into the tracefs instance "blog" when somebody reads it.
 */
#include <kunit/visibility.h>
#include <linux/cleanup.h>
#include <linux/cpumask.h>
#include <linux/export.h>
#include <linux/irq_work.h>
#include <linux/rcupdate.h>
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
 * the publisher copies records to the ring buffers of the instance::
 *
 *	contexts --merge--> chunk --one work on each CPU--> ring buffer
 *	lib/blog/reader.c   blog_view.c  blog_chunk.c       blog_write.c
 *
 * A *pass* brings in what had been logged when it began, in the order of time. It takes
 * the time T and waits for an RCU grace period: a message is stamped and stored with
 * preemption disabled, so that afterwards every message with a stamp up to T is in its
 * context, and what is published later is younger. A pass is done by one work,
 * pass_work(), which nothing runs beside; it goes chunk by chunk: a few thousand records
 * are copied, then written.
 *
 * Who waits for the publisher, and how long:
 *   - who opens `trace`, takes a snapshot, or is the first to open trace_pipe or
 *     trace_pipe_raw: until a pass has ended that began after he came, as long as there
 *     is progress: at most WAIT_MAX (250 ms) without. Then he sees what is there. He
 *     can be killed;
 *   - who writes 0 to tracing_on: so too, until all that was logged before he came is
 *     in the ring buffers, or has been consumed: as long as there is progress, or
 *     somebody reads. Nothing younger is brought in;
 *   - who consumes waits as for any trace, in the ring buffer, which wakes him; with
 *     O_NONBLOCK he does not wait;
 *   - a dump (ftrace_dump_on_oops) waits for none of these; it brings in by itself what
 *     the publisher has not, to the ring buffer of its CPU (blog_view.c).
 *
 * For whom the publisher waits: at most GRACE_MAX (100 ms) for the grace period, and not
 * again while that has not ended; for CPUs as long as one of them goes on, at most
 * WRITE_MAX (100 ms) without progress (blog_chunk.c); and for recording that is
 * disabled for a moment DISABLED_MAX (100 ms). Once, where the history of the last boot
 * goes (blog_view_start()), for as long as a grace period takes. So a CPU that spins with
 * preemption disabled delays a reader by 200 ms, and what it was about to store comes late,
 * and says so. No lock is held meanwhile. It waits for no reader: if a ring buffer is
 * full, and somebody consumes, the pass is left off, and goes on when there is room,
 * which who reads tells (TRACE_PULL_READ).
 *
 * While somebody consumes a pass runs every PERIOD (100 ms) besides, because he sleeps
 * until the ring buffer fills, and whenever a context is full; but only every IDLE (1 s)
 * while a ring buffer is full, or tracing_on is 0. Then only free space is written, so
 * that a history larger than the ring buffers arrives whole; but the ring buffer of a
 * CPU that nobody has opened in a second is overwritten, and so is one that has been
 * full for ten while others were read. Who looks and does not consume is shown the
 * newest, as for any trace; but while somebody consumes, what is there for him.
 *
 * Nothing is published while tracing_on is 0, nor of a logger whose event is
 * disabled in the instance: that stays in the contexts.
 *
 * Locks, in this order: register_mutex (lib/blog/logger.c: loggers come and go one at a
 * time), view.lock (the places in contexts, and who adds, removes or clears loggers),
 * blog_mutex (keeps loggers registered; only tried under view.lock), and the raw ones of
 * queues (blog_chunk.c), of lib/blog and of the ring buffers. publisher.ask_lock
 * protects requests, and nothing is taken inside. The publisher takes none of tracing's
 * locks (event_mutex, trace_types_lock) and does not keep CPUs from going offline;
 * nobody who has one of these waits for it.
 */

/* Time between two passes while somebody consumes, and while he does not read. */
#define PERIOD		(HZ / 10)
#define IDLE		HZ

/* A pass that somebody asks for begins so long after the last one. */
#define PAUSE		(HZ / 100)

/* A reader waits so long without progress, and the publisher for a grace period. */
#define WAIT_MAX	(HZ / 4)
#define GRACE_MAX	(HZ / 10)

/* So long recording may be disabled, as while a buffer is truncated. */
#define DISABLED_MAX	(HZ / 10)

/*
 * So long a CPU may remain unopened in a session; and so long the ring buffer of one that
 * was opened may be full, while others are read. Then nobody reads it.
 */
#define UNREAD		HZ
#define UNREAD_OPEN	(10 * HZ)

/**
 * struct blog_publisher - the publisher
 * @until:	what the pass that was left off brings in; 0 if there is none
 * @full:	CPU whose ring buffer it waits for, or -1
 * @full_since:	jiffies when that was seen first
 * @grace:	the grace period waited for last
 * @consuming:	somebody consumes
 * @session:	value of trace_array.sessions that the view is for
 * @limited:	CPUs whose ring buffers a chunk must not overwrite
 * @progress:	counts what readers who wait take for progress
 * @ask_lock:	protects the following; innermost
 * @asked:	number of the last request
 * @stop:	nothing younger is brought in; 0 if all is
 * @stopping:	those who wait for that
 * @stop_ends:	jiffies when @stop does not hold any more, unless there are such
 * @opened:	CPUs that somebody has opened to consume, in
 * @opened_in:	that session, see trace_array.sessions, since
 * @opened_since: jiffies
 * @served:	number of the last one after which a pass has run
 * @complete:	number of the last one for which all was brought in
 * @wait:	who waits for those
 * @wq:		workqueue of @work
 * @work:	does a pass
 * @ended:	jiffies when the last one ended
 * @soon:	asks for @work from any context
 *
 * What is above @ask_lock is @work's alone, but @full and @session, which others read: a
 * stale value costs a wait.
 */
static struct blog_publisher {
	u64 until;
	int full;
	unsigned long full_since;
	unsigned long grace;
	bool consuming;
	unsigned int session;
	struct cpumask limited;
	unsigned long progress;

	spinlock_t ask_lock;	/* innermost */
	unsigned int asked;
	u64 stop;
	unsigned int stopping;
	unsigned long stop_ends;
	struct cpumask opened;
	unsigned int opened_in;
	unsigned long opened_since;
	unsigned int served;
	unsigned int complete;

	wait_queue_head_t wait;
	struct workqueue_struct *wq;
	struct delayed_work work;
	unsigned long ended;
	struct irq_work soon;
} publisher = {
	.ask_lock = __SPIN_LOCK_UNLOCKED(publisher.ask_lock),
	.wait = __WAIT_QUEUE_HEAD_INITIALIZER(publisher.wait),
};

/* What was seen of a CPU's ring buffer. */
struct blog_watch {
	unsigned long events;	/* that were consumed */
	unsigned long read;	/* jiffies when that changed */
	unsigned long room;	/* jiffies when it was not full */
};

static DEFINE_PER_CPU(struct blog_watch, blog_watches);

/* Whether somebody consumes. */
static bool consumed(void)
{
	return READ_ONCE(blog_instance->trace_ref);
}

static void note_progress(void)
{
	WRITE_ONCE(publisher.progress, publisher.progress + 1);
	wake_up_all(&publisher.wait);
}

/* Who reads what */

/* Events that have been consumed. */
static unsigned long events_read(void)
{
	unsigned long events = 0;
	int cpu;

	for_each_tracing_cpu(cpu)
		events += ring_buffer_read_events_cpu(blog_instance->array_buffer.buffer, cpu);

	return events;
}

/* When any ring buffer was consumed last. */
static unsigned long watch_readers(void)
{
	struct trace_buffer *ring = blog_instance->array_buffer.buffer;
	unsigned long events, last = jiffies - UNREAD_OPEN;
	struct blog_watch *watch;
	int cpu;

	for_each_tracing_cpu(cpu) {
		watch = per_cpu_ptr(&blog_watches, cpu);
		events = ring_buffer_read_events_cpu(ring, cpu);
		if (events != watch->events) {
			watch->events = events;
			watch->read = jiffies;
			watch->room = jiffies;
		} else if (blog_ring_room(cpu)) {
			watch->room = jiffies;
		}
		if (time_after(watch->read, last))
			last = watch->read;
	}

	return last;
}

static void restart_watch(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		per_cpu_ptr(&blog_watches, cpu)->read = jiffies;
		per_cpu_ptr(&blog_watches, cpu)->room = jiffies;
	}
}

/* Whether a CPU's ring buffer is read, as far as one can tell. */
static bool is_read(int cpu, unsigned long last)
{
	const struct blog_watch *watch = per_cpu_ptr(&blog_watches, cpu);

	lockdep_assert_held(&publisher.ask_lock);

	/* Somebody is opening it, and has not said so yet. */
	if (publisher.opened_in != publisher.session)
		return true;
	if (!cpumask_test_cpu(cpu, &publisher.opened))
		return time_before(jiffies, publisher.opened_since + UNREAD);

	return time_before(jiffies, watch->room + UNREAD_OPEN) ||
	       !time_after(last, watch->room);
}

/* CPUs whose ring buffers are read, and must not be overwritten; NULL for none. */
static const struct cpumask *limited_cpus(void)
{
	unsigned long last;
	int cpu;

	if (!publisher.consuming)
		return NULL;
	last = watch_readers();
	spin_lock(&publisher.ask_lock);
	for_each_possible_cpu(cpu)
		cpumask_assign_cpu(cpu, &publisher.limited, is_read(cpu, last));
	spin_unlock(&publisher.ask_lock);

	return &publisher.limited;
}

/* Somebody opens a CPU, or all, in a session. */
static void note_reader(unsigned int session, int cpu)
{
	spin_lock(&publisher.ask_lock);
	if (publisher.opened_in != session) {
		publisher.opened_in = session;
		publisher.opened_since = jiffies;
		cpumask_clear(&publisher.opened);
	}
	if (cpu == RING_BUFFER_ALL_CPUS)
		cpumask_setall(&publisher.opened);
	else
		cpumask_set_cpu(cpu, &publisher.opened);
	spin_unlock(&publisher.ask_lock);
}

/* Whether there is room again in the ring buffer that a pass waits for, worth a pass. */
static bool has_room(void)
{
	struct trace_buffer *ring = blog_instance->array_buffer.buffer;
	int cpu = READ_ONCE(publisher.full);

	return cpu < 0 || 4 * ring_buffer_nr_free_pages(ring, cpu) *
			  ring_buffer_max_event_size(ring) >= ring_buffer_size(ring, cpu);
}

/* A pass */

/*
 * Wait until whoever is storing a message has done so. A CPU that spins holds it up: so
 * not again until the grace period waited for last has ended.
 */
static void wait_for_writers(void)
{
	unsigned long grace = start_poll_synchronize_rcu(), end = jiffies + GRACE_MAX;

	if (!poll_state_synchronize_rcu(publisher.grace))
		return;
	publisher.grace = grace;
	while (!poll_state_synchronize_rcu(grace) && time_before(jiffies, end))
		schedule_timeout_uninterruptible(1);
	note_progress();
}

/* What is left of a chunk goes to other CPUs if some refuse it; else it stays. */
static enum blog_progress write_refused(int *full)
{
	unsigned long end = jiffies + DISABLED_MAX;
	enum blog_progress progress;

	while (time_before(jiffies, end)) {
		schedule_timeout_uninterruptible(1);
		if (!tracer_tracing_is_on(blog_instance) || !blog_view_valid())
			return BLOG_DISABLED;
		progress = blog_chunk_write(limited_cpus(), full);
		if (progress != BLOG_DISABLED)
			return progress;
	}
	if (!blog_chunk_divert())
		return BLOG_DISABLED;

	return blog_chunk_write(limited_cpus(), full);
}

static enum blog_progress write_chunk(int *full)
{
	enum blog_progress progress = blog_chunk_write(limited_cpus(), full);

	if (progress == BLOG_DISABLED)
		progress = write_refused(full);
	blog_view_settle();
	note_progress();

	return progress;
}

static void note_full(int cpu)
{
	if (cpu >= 0 && publisher.full < 0)
		publisher.full_since = jiffies;
	WRITE_ONCE(publisher.full, cpu);
}

/* Publish the next chunk of what was logged up to publisher.until. */
static enum blog_progress publish_chunk(void)
{
	enum blog_progress progress = BLOG_MORE, written;
	int full = -1, other;

	if (!tracer_tracing_is_on(blog_instance))
		return BLOG_DISABLED;
	if (blog_chunk_written())
		progress = blog_view_fill(publisher.until, limited_cpus(), &full);
	/* No CPU writes yet. */
	blog_clock_update();
	written = write_chunk(&other);
	if (written == BLOG_NO_ROOM)
		full = other;
	note_full(full);

	return written == BLOG_COMPLETE ? progress : written;
}

/* Bring in what was logged up to publisher.until. */
static enum blog_progress publish(void)
{
	enum blog_progress progress;

	/* How much fits in is estimated cautiously: there may be room all the same. */
	do {
		progress = publish_chunk();
		cond_resched();
	} while (progress == BLOG_MORE ||
		 (progress == BLOG_NO_ROOM && blog_ring_room(publisher.full)));
	if (progress != BLOG_NO_ROOM)
		publisher.until = 0;

	return progress;
}

/**
 * struct blog_request - what a pass is asked for
 * @ticket:	the last request
 * @wanted:	by who looks, or switches off
 * @stop:	nothing younger is to be brought in; or 0
 */
struct blog_request {
	unsigned int ticket;
	bool wanted;
	u64 stop;
};

/* A pass that was left off goes on; and then one begins. */
static enum blog_progress bring_in(const struct blog_request *request)
{
	enum blog_progress progress = BLOG_COMPLETE;

	if (publisher.until)
		progress = publish();
	if (progress != BLOG_COMPLETE || !blog_view_has_more())
		return progress;

	publisher.until = request->stop ?: trace_clock_local();
	wait_for_writers();
	blog_view_only_newest(!publisher.consuming, publisher.until, note_progress);

	return publish();
}

/* Somebody may empty the ring buffers again and again; a reader cannot wait for ever. */
#define TRIES	3

static enum blog_progress pass(const struct blog_request *request)
{
	unsigned int sessions = READ_ONCE(blog_instance->sessions), tries = TRIES;
	enum blog_reader_kind kind = BLOG_LOOKS;
	enum blog_progress progress;

	publisher.consuming = consumed();
	if (!publisher.consuming) {
		/* Who looks need not wait for all that a consumer was to get. */
		publisher.until = 0;
		note_full(-1);
	}
	if (!publisher.consuming && !request->wanted)
		return BLOG_COMPLETE;
	if (publisher.consuming)
		kind = sessions == publisher.session ? BLOG_CONSUMES : BLOG_BEGINS;
	if (kind == BLOG_BEGINS) {
		restart_watch();
		note_full(-1);
	}

	/* A trigger may have switched recording on. */
	blog_view_start();
	do {
		if (blog_view_prepare(kind))
			publisher.until = 0;
		if (kind == BLOG_BEGINS) {
			kind = BLOG_CONSUMES;
			WRITE_ONCE(publisher.session, sessions);
		}
		progress = bring_in(request);
	} while (!blog_view_valid() && --tries);

	return progress;
}

static struct blog_request take_requests(void)
{
	struct blog_request request;

	spin_lock(&publisher.ask_lock);
	if (!publisher.stopping && time_after(jiffies, publisher.stop_ends))
		publisher.stop = 0;
	request.ticket = publisher.asked;
	request.wanted = publisher.served != publisher.asked ||
			 publisher.complete != publisher.asked;
	request.stop = publisher.stop;
	spin_unlock(&publisher.ask_lock);

	return request;
}

static void serve_requests(const struct blog_request *request, enum blog_progress progress)
{
	unsigned long read = watch_readers();

	spin_lock(&publisher.ask_lock);
	WRITE_ONCE(publisher.served, request->ticket);
	/* Who switches off waits for one who reads, but not for one who does not. */
	if (progress != BLOG_NO_ROOM ||
	    (time_after(jiffies, publisher.full_since + WAIT_MAX) &&
	     time_after(jiffies, read + WAIT_MAX)))
		WRITE_ONCE(publisher.complete, request->ticket);
	if (!tracer_tracing_is_on(blog_instance) && !publisher.stopping)
		publisher.stop = 0;
	spin_unlock(&publisher.ask_lock);
}

static void pass_work(struct work_struct *work)
{
	struct blog_request request = take_requests();
	enum blog_progress progress = BLOG_DISABLED;

	if (tracer_tracing_is_on(blog_instance))
		progress = pass(&request);
	/* Else what is older than the last truncation is not shown. */
	data_race(blog_instance->array_buffer.time_start = 0);

	WRITE_ONCE(publisher.ended, jiffies);
	serve_requests(&request, progress);
	note_progress();
	if (consumed())
		queue_delayed_work(publisher.wq, &publisher.work,
				   progress == BLOG_NO_ROOM || progress == BLOG_DISABLED ?
				   IDLE : PERIOD);
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
	if (consumed() && READ_ONCE(publisher.full) < 0)
		irq_work_queue(&publisher.soon);
}

/* Requests */

/* Ask for a pass that begins from now on; for nothing younger than now, if @stop. */
static unsigned int ask(bool stop)
{
	unsigned int ticket;

	scoped_guard(spinlock, &publisher.ask_lock) {
		ticket = ++publisher.asked;
		if (stop) {
			publisher.stopping++;
			publisher.stop = trace_clock_local();
		}
	}
	mod_delayed_work(publisher.wq, &publisher.work, 0);

	return ticket;
}

static bool reached(const unsigned int *done, unsigned int ticket)
{
	return (int)(READ_ONCE(*done) - ticket) >= 0;
}

/* Wait until a request is done, as long as there is progress, or somebody reads. */
static int wait_for(const unsigned int *done, unsigned int ticket)
{
	unsigned long progress, pulse;
	long ret;

	do {
		progress = READ_ONCE(publisher.progress);
		pulse = blog_chunk_pulse() + events_read();
		ret = wait_event_killable_timeout(publisher.wait, reached(done, ticket) ||
						  progress != READ_ONCE(publisher.progress),
						  WAIT_MAX);
		if (ret < 0)
			return -EINTR;
	} while ((ret || pulse != blog_chunk_pulse() + events_read()) && !reached(done, ticket));

	return 0;
}

/* Let what was logged until now come before recording is switched off. */
static int stop(void)
{
	int ret = wait_for(&publisher.complete, ask(true));

	spin_lock(&publisher.ask_lock);
	publisher.stopping--;
	publisher.stop_ends = jiffies + WAIT_MAX;
	spin_unlock(&publisher.ask_lock);
	/* It is off by then; a pass sees that, and forgets the rest. */
	queue_delayed_work(publisher.wq, &publisher.work, WAIT_MAX + 1);

	return ret;
}

/* Recording is on again. */
static void start(void)
{
	blog_view_start();
	scoped_guard(spinlock, &publisher.ask_lock)
		if (!publisher.stopping)
			publisher.stop = 0;
	if (consumed())
		mod_delayed_work(publisher.wq, &publisher.work, 0);
}

/* Somebody has opened a CPU, or all, to consume. */
static int open(struct trace_array *tr, int cpu)
{
	unsigned int session = READ_ONCE(tr->sessions);

	note_reader(session, cpu);
	if (!tracer_tracing_is_on(tr)) {
		queue_delayed_work(publisher.wq, &publisher.work, PERIOD);
		return 0;
	}
	if (session == READ_ONCE(publisher.session))
		return 0;

	return wait_for(&publisher.served, ask(false));
}

/* Who reads has found nothing, or is going to wait for more. */
static void kick(void)
{
	unsigned long next = READ_ONCE(publisher.ended) + PAUSE;
	bool full = READ_ONCE(publisher.full) >= 0;

	if (full && !has_room())
		return;
	mod_delayed_work(publisher.wq, &publisher.work,
			 !full && time_before(jiffies, next) ? next - jiffies : 0);
}

/* What trace.c calls before it lets somebody read the instance. */
static int blog_pull(struct trace_array *tr, int cpu, enum trace_pull why)
{
	if (why == TRACE_PULL_OPEN)
		return open(tr, cpu);
	if (!tracer_tracing_is_on(tr))
		return 0;

	switch (why) {
	case TRACE_PULL_LOOK:
		return wait_for(&publisher.served, ask(false));
	case TRACE_PULL_OPEN:
		break;
	case TRACE_PULL_START:
		start();
		return 0;
	case TRACE_PULL_READ:
		kick();
		return 0;
	case TRACE_PULL_STOP:
		return stop();
	case TRACE_PULL_DUMP:
		blog_instance->array_buffer.time_start = 0;
		scoped_guard(irqsave)
			blog_view_dump();
		return 0;
	}

	return 0;
}

/**
 * blog_publish_init() - begin to publish in the instance
 *
 * Context: Process context, at boot, after blog_clock_init(). Sleeps.
 * Return: 0 or -ENOMEM.
 */
int __init blog_publish_init(void)
{
	publisher.wq = alloc_workqueue("blog", WQ_UNBOUND, 1);
	if (!publisher.wq || blog_view_init()) {
		if (publisher.wq)
			destroy_workqueue(publisher.wq);
		return -ENOMEM;
	}
	publisher.full = -1;
	publisher.grace = get_completed_synchronize_rcu();
	INIT_DELAYED_WORK(&publisher.work, pass_work);
	init_irq_work(&publisher.soon, soon);

	/* That hooks every context switch; we save the names of tasks ourselves. */
	blog_instance->trace_flags &= ~TRACE_ITER_RECORD_CMD;

	/* Pairs with the acquire in trace_pull(). */
	smp_store_release(&blog_instance->pull, blog_pull);

	return 0;
}
