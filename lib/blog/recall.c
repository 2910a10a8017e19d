// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: take contexts back from those who are silent.
 *
 * A task keeps its context while it sleeps, and a CPU its own. Where thousands have
 * said something once, nothing would be left for those who have something to say. So
 * when contexts are short (blog_recall_wanted()) the refill worker takes back those
 * whose last message is the oldest, until no more than an eighth of the contexts has
 * owners, and none of whoever has said something within BLOG_SILENT_NS: who runs, or is
 * merely slow, keeps his own. What was said stays where it is; the context is PARKED, or
 * QUEUED if it is more than half full.
 *
 * A task that runs just now is passed over. A CPU is asked to give back its own, and
 * does so when it next takes interrupts; nobody waits for either. From one round to the
 * next BLOG_RECALL_PAUSE goes by.
 */
#include <linux/cpu.h>
#include <linux/irq_work.h>
#include <linux/mm.h>
#include <linux/rculist.h>
#include <linux/sched/clock.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "logger.h"
#include "recall.h"
#include "shortage.h"

/* Whoever has said nothing for so long is silent. */
#define BLOG_SILENT_NS		(10 * NSEC_PER_MSEC)

/* So many of the silent are looked at in one round, in the order of their contexts. */
#define BLOG_RECALL_MAX		4096

struct silent {
	struct blog_ctx *ctx;
	u64 last;
};

static int by_last(const void *a, const void *b)
{
	const struct silent *x = a, *y = b;

	return x->last < y->last ? -1 : x->last > y->last;
}

/* Note the contexts of silent tasks, at most @max. */
static unsigned int find_silent(struct blog_state *state, struct silent *silent,
				unsigned int max, u64 before)
{
	unsigned int nr = 0;
	struct blog_ctx *ctx;

	list_for_each_entry_rcu(ctx, &state->contexts, all) {
		/* Its owner stores it. */
		u64 last = data_race(READ_ONCE(ctx->last));

		if (!READ_ONCE(ctx->task) || last >= before)
			continue;
		silent[nr++] = (struct silent){ .ctx = ctx, .last = last };
		if (nr == max)
			break;
	}

	return nr;
}

/* Called on the CPU, with interrupts off. */
static void recall_from_cpu(struct irq_work *work)
{
	struct blog_cpu *cpu = container_of(work, struct blog_cpu, recall);

	blog_ctx_recall_from_cpu(cpu, sched_clock() - BLOG_SILENT_NS);
}

static bool has_silent(const struct blog_cpu *cpu, u64 before)
{
	const struct blog_ctx *ctx;
	unsigned int depth;

	/* The shrinker may free one that is queued meanwhile. */
	guard(rcu)();
	for (depth = 0; depth < BLOG_SHARED; depth++) {
		ctx = READ_ONCE(cpu->shared[depth]);
		/* So too. */
		if (ctx && data_race(READ_ONCE(ctx->last)) < before)
			return true;
	}

	return false;
}

/* Ask those CPUs that have a silent context; nothing runs on those that are offline. */
static void ask_cpus(struct blog_state *state, u64 before)
{
	int cpu;

	/* Else one comes or goes; next time. */
	if (!cpus_read_trylock())
		return;
	for_each_possible_cpu(cpu) {
		struct blog_cpu *part = per_cpu_ptr(state->cpu, cpu);

		if (!has_silent(part, before))
			continue;
		if (cpu_online(cpu)) {
			irq_work_queue_on(&part->recall, cpu);
		} else {
			local_irq_disable();
			blog_ctx_recall_from_cpu(part, before);
			local_irq_enable();
		}
	}
	cpus_read_unlock();
}

/**
 * blog_recall() - take contexts back if they are short
 * @state: state of a registered logger
 *
 * Context: Process context, of the refill worker; sleeps.
 */
void blog_recall(struct blog_state *state)
{
	unsigned int wanted = blog_recall_wanted(state), max, nr, i, taken = 0;
	u64 before = sched_clock() - BLOG_SILENT_NS;
	struct silent *silent;

	if (!wanted || !blog_recall_rested(state))
		return;
	WRITE_ONCE(state->recalled_at, jiffies);
	max = min(READ_ONCE(state->nr_contexts), BLOG_RECALL_MAX);
	silent = kvmalloc_array(max, sizeof(*silent), GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN);
	if (silent) {
		guard(rcu)();
		nr = find_silent(state, silent, max, before);
		sort(silent, nr, sizeof(*silent), by_last, NULL);
		for (i = 0; i < nr && taken < wanted; i++)
			taken += blog_ctx_recall(silent[i].ctx, before);
	}
	kvfree(silent);
	atomic_add(taken, &state->nr_recalled);
	if (taken < wanted)
		ask_cpus(state, before);
}

/**
 * blog_recall_init() - let CPUs be asked
 * @state: a logger's state, with its per CPU part
 *
 * Context: Any context.
 */
void blog_recall_init(struct blog_state *state)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct blog_cpu *part = per_cpu_ptr(state->cpu, cpu);

		part->state = state;
		part->recall = IRQ_WORK_INIT_HARD(recall_from_cpu);
	}
	state->recalled_at = jiffies - BLOG_RECALL_PAUSE;
}

/**
 * blog_recall_end() - wait until no CPU is asked any more
 * @state: a logger's state, whose refill worker has ended
 *
 * Context: Process context; sleeps.
 */
void blog_recall_end(struct blog_state *state)
{
	int cpu;

	for_each_possible_cpu(cpu)
		irq_work_sync(&per_cpu_ptr(state->cpu, cpu)->recall);
}
