// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: when contexts run short.
 *
 * All figures are read without a lock, in any context, and are about right.
 */
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/irq_work.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>

#include "logger.h"
#include "shortage.h"

/* Contexts in log_batch. */
unsigned int blog_nr_queued(const struct blog_state *state)
{
	return READ_ONCE(state->log_noisy.nr) + READ_ONCE(state->log_quiet.nr);
}

/* Contexts that nobody writes to. */
unsigned int blog_nr_idle(const struct blog_state *state)
{
	return READ_ONCE(state->alloc_ready.nr) + READ_ONCE(state->alloc_noisy.nr) +
	       blog_nr_queued(state) + atomic_read(&state->nr_parked);
}

/* Contexts that have an owner. */
unsigned int blog_nr_active(const struct blog_state *state)
{
	int nr = READ_ONCE(state->nr_contexts) - blog_nr_idle(state);

	return max(nr, 0);
}

/*
 * Idle contexts that tasks and the shrinker leave: two for each CPU, so that a CPU that
 * begins another one need not overwrite what it wrote before.
 */
unsigned int blog_left_for_cpus(const struct blog_state *state)
{
	return min(2 * num_online_cpus(), READ_ONCE(state->budget) / 4);
}

/* If fewer contexts are READY, more are wanted: twice as many. */
unsigned int blog_ready_wanted(const struct blog_state *state)
{
	unsigned int for_tasks = min(num_online_cpus(),
				     READ_ONCE(state->budget) / 8);

	return blog_left_for_cpus(state) + max(for_tasks, 1U);
}

/* Whether there will be no more contexts for now. */
bool blog_at_budget(const struct blog_state *state)
{
	return READ_ONCE(state->nr_contexts) >= READ_ONCE(state->budget) ||
	       READ_ONCE(state->no_memory);
}

/* Contexts that there are, or can be. */
unsigned int blog_nr_possible(const struct blog_state *state)
{
	unsigned int budget = READ_ONCE(state->budget);

	return blog_at_budget(state) ? min(budget, READ_ONCE(state->nr_contexts)) : budget;
}

/* Whether some time has gone since contexts were last taken back. */
bool blog_recall_rested(const struct blog_state *state)
{
	return jiffies - READ_ONCE(state->recalled_at) >= BLOG_RECALL_PAUSE;
}

/*
 * How many owners shall give back their contexts: 0 unless contexts are short. There may
 * be fewer that are silent.
 */
unsigned int blog_recall_wanted(const struct blog_state *state)
{
	unsigned int most = blog_nr_possible(state), active = blog_nr_active(state);
	bool is_short = active >= most / 2 ||
			(blog_at_budget(state) && !READ_ONCE(state->alloc_ready.nr));

	return is_short && active > most / 8 ? active - most / 8 : 0;
}

/* Ask for the refill worker if it has something to do, and was not asked. */
void blog_want_refill(struct blog_state *state)
{
	unsigned int nr = READ_ONCE(state->nr_contexts);
	unsigned int budget = READ_ONCE(state->budget);
	unsigned int ready = READ_ONCE(state->alloc_ready.nr);

	if (READ_ONCE(state->refill_asked))
		return;
	if ((!blog_at_budget(state) && ready < blog_ready_wanted(state)) ||
	    (nr > budget && blog_nr_active(state) < nr) ||
	    (blog_recall_wanted(state) && blog_recall_rested(state))) {
		WRITE_ONCE(state->refill_asked, true);
		irq_work_queue(&state->kick);
	}
}
