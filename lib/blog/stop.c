// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: stop at the moment, from any context.
 */
#include <kunit/visibility.h>
#include <linux/blog/reader.h>
#include <linux/cleanup.h>
#include <linux/export.h>
#include <linux/irq_work.h>
#include <linux/preempt.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/clock.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "logger.h"
#include "site.h"

/**
 * DOC: stopping at the moment
 *
 * What led to an event is kept if nothing is logged after it: blog_stop() stops a
 * logger, or all, wherever the event happens: in NMI, with any lock held. Static keys and
 * blog_mutex are not for such places. So what changes is what each message looks at
 * anyway, and the hot path knows nothing of it:
 *
 *   - BLOG_STOPPED in blog_logger.flags, which says that nothing is kept. write_any()
 *     looks at it;
 *   - the flags of each statement. One that is on becomes BLOG_SITE_HELD, and costs and
 *     evaluates as little as one that is off. While somebody listens to the logger's
 *     event it stays on, but is not BLOG_SITE_FAST, and so comes to write_any().
 *
 * Both change by compare and exchange. Whoever changes either goes on to make the flags of
 * all statements what those of the logger say, and looks at these once more after each:
 * so the last change wins, whoever interrupts whom (blog_sites_update()).
 *
 * It has taken effect on this CPU when blog_stop() returns, also if another was about it
 * already. On others it takes effect statement by statement meanwhile: that is one pass
 * over the logger's statements, 64 bytes each. A message that was being stored is stored,
 * with a stamp of the time at which it began.
 *
 * blog_resume() is the same the other way round, but that it returns at once if another is
 * about it. A logger that was not stopped, but switched off, it has switched on by a work,
 * as soon as a CPU that allows interrupts runs one; if it is stopped again before that, or
 * switched off anew, it stays so.
 *
 * The time of a stop is when it had taken effect: no message is younger, but perhaps one
 * that was being stored.
 *
 * While a logger is stopped it does not capture, as blog_logger_enabled() says. To switch
 * it on resumes it; to switch it off lets it be stopped besides. Who stopped it, and when,
 * is kept until it is stopped again.
 */

/* Let STOPPED be set or not; returns the flags that were. */
static unsigned int set_stopped(struct blog_logger *logger, bool stopped)
{
	unsigned int old = READ_ONCE(logger->flags), flags;

	do
		flags = stopped ? old | BLOG_STOPPED : old & ~BLOG_STOPPED;
	while (!try_cmpxchg(&logger->flags, &old, flags));

	return old;
}

/* Whether it is stopped, and whoever did so is through the statements and has noted it. */
static bool is_stopped(const struct blog_state *state)
{
	/*
	 * Who stops it is counted before the flag is set: the acquire of the flag pairs
	 * with the exchange in set_stopped(), that of the number with stop_logger().
	 */
	return smp_load_acquire(&state->logger->flags) & BLOG_STOPPED &&
	       !atomic_read_acquire(&state->stopping);
}

/* Of those that stop it at the same time the first one is noted. */
static void note_stop(struct blog_stop *stop, const char *by)
{
	/* As in write.c. */
	stop->time = sched_clock();
	stop->cpu = smp_processor_id();
	stop->pid = current->pid;
	/* Others may rename the task meanwhile. */
	data_race(strscpy_pad(stop->comm, current->comm));
	strscpy_pad(stop->by, by);
}

/* Whether it captured until now. */
static bool stop_logger(struct blog_state *state, const char *by)
{
	struct blog_logger *logger = state->logger;
	unsigned int old;
	bool first;

	/* While another does so, perhaps one that we have interrupted, we go, too. */
	if (is_stopped(state))
		return false;

	first = atomic_inc_return(&state->stopping) == 1;
	if (first)
		raw_write_seqcount_begin(&state->stop_seq);
	old = set_stopped(logger, true);
	blog_sites_update(state);
	if (first) {
		note_stop(&state->stop, by);
		raw_write_seqcount_end(&state->stop_seq);
	}
	/* Pairs with the acquire in is_stopped(). */
	atomic_dec_return_release(&state->stopping);

	return (old & (BLOG_CAPTURE | BLOG_STOPPED)) == BLOG_CAPTURE;
}

static void start_work(struct work_struct *work)
{
	struct blog_state *state;

	guard(mutex)(&blog_mutex);
	list_for_each_entry(state, &blog_loggers, list) {
		if (!atomic_read(&state->start_asked))
			continue;
		blog_logger_capture(state->logger, true);
		/* Not before: meanwhile it need not be asked for again. */
		atomic_set_release(&state->start_asked, 0);
	}
}

static DECLARE_WORK(start, start_work);

static void ask_start(struct irq_work *work)
{
	schedule_work(&start);
}

static DEFINE_IRQ_WORK(start_soon, ask_start);

/* Whether it was stopped, or off and nobody had asked for it, until now. */
static bool resume_logger(struct blog_state *state)
{
	unsigned int old = set_stopped(state->logger, false);
	bool changed = old & BLOG_STOPPED;

	if (changed)
		blog_sites_update(state);
	if (!(old & BLOG_CAPTURE) && !atomic_xchg(&state->start_asked, 1)) {
		irq_work_queue(&start_soon);
		changed = true;
	}

	return changed;
}

/* Whether it captures, or is about to. */
static bool will_capture(const struct blog_state *state)
{
	unsigned int flags = READ_ONCE(state->logger->flags);

	return !(flags & BLOG_STOPPED) &&
	       (flags & BLOG_CAPTURE || atomic_read(&state->start_asked));
}

/* Whether any logger of a name has changed; NULL is any name. */
static bool change_loggers(const char *name, const char *by)
{
	struct blog_state *state;
	bool changed = false;

	guard(preempt_notrace)();
	/* That keeps loggers, too; blog_logger_unregister() waits for it. */
	list_for_each_entry_rcu(state, &blog_loggers, list, rcu_read_lock_sched_held()) {
		if (name && strcmp(state->logger->name, name))
			continue;
		changed |= by ? stop_logger(state, by) : resume_logger(state);
	}

	return changed;
}

/**
 * blog_stop() - let loggers keep nothing from here on
 * @name: of the logger, or NULL for all; nothing happens if there is none
 * @by: who says so, for blog_logger_stopped(); cut after BLOG_STOP_BY - 1 characters
 *
 * Context: Any context in which RCU is watching. Takes no lock.
 * Return: true if one was capturing.
 */
bool blog_stop(const char *name, const char *by)
{
	return change_loggers(name, by);
}
EXPORT_SYMBOL_IF_KUNIT(blog_stop);

/**
 * blog_resume() - let loggers go on
 * @name: of the logger, or NULL for all; nothing happens if there is none
 *
 * Those that were switched off are switched on, a little later, unless they are switched
 * off anew before that.
 *
 * Context: Any context in which RCU is watching. Takes no lock.
 * Return: true if one was not capturing, nor about to.
 */
bool blog_resume(const char *name)
{
	return change_loggers(name, NULL);
}
EXPORT_SYMBOL_IF_KUNIT(blog_resume);

/**
 * blog_logger_captures() - whether all loggers of a name capture, or none
 * @name: of the logger, or NULL for all
 * @on: what is asked
 *
 * One that blog_resume() will have switched on captures.
 *
 * Context: Any context in which RCU is watching. Takes no lock.
 * Return: true if all of them are as @on says.
 */
bool blog_logger_captures(const char *name, bool on)
{
	struct blog_state *state;

	guard(preempt_notrace)();
	list_for_each_entry_rcu(state, &blog_loggers, list, rcu_read_lock_sched_held())
		if ((!name || !strcmp(state->logger->name, name)) &&
		    will_capture(state) != on)
			return false;

	return true;
}
EXPORT_SYMBOL_IF_KUNIT(blog_logger_captures);

/**
 * blog_logger_stopped() - whether a logger is stopped, and by whom
 * @logger: a registered logger
 * @stop: set to who stopped it, if it is
 *
 * Context: Any context.
 * Return: true if so; false while it is being stopped.
 */
bool blog_logger_stopped(const struct blog_logger *logger, struct blog_stop *stop)
{
	const struct blog_state *state = logger->state;
	unsigned int seq;

	if (!is_stopped(state))
		return false;
	/* No loop: it may be stopped again by whom we have interrupted. */
	seq = raw_read_seqcount(&state->stop_seq);
	*stop = state->stop;

	return !(seq & 1) && !read_seqcount_retry(&state->stop_seq, seq);
}
EXPORT_SYMBOL_IF_KUNIT(blog_logger_stopped);
