// SPDX-License-Identifier: GPL-2.0
/*
 * What is left at the end of a simulation, and the table of that.
 */
#include "logger.h"
#include "shortage.h"
#include "simulate.h"

static double age(u64 stamp)
{
	return (double)(sim_now - stamp) / NSEC_PER_SEC;
}

static bool is_left(const struct stretch *stretch)
{
	return stretch->ctx->generation == stretch->generation;
}

static bool words_are_left(const struct actor *actor)
{
	unsigned int i;

	for (i = actor->words; i < actor->nr; i++)
		if (!is_left(&actor->stretches[i]))
			return false;

	return true;
}

/* How far back goes what is left of a task without a gap. */
static double reach_of(const struct actor *actor)
{
	unsigned int i = actor->nr;

	while (i && is_left(&actor->stretches[i - 1]))
		i--;

	return i < actor->nr ? age(actor->stretches[i].from) : 0;
}

static int compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static double median_reach(enum kind kind, const struct actor *actors, unsigned int nr)
{
	double *reach = sim_zalloc((nr + 1) * sizeof(*reach)), median;
	unsigned int i, n = 0;

	for (i = 0; i < nr; i++)
		if (actors[i].kind == kind && actors[i].nr)
			reach[n++] = reach_of(&actors[i]);
	qsort(reach, n, sizeof(*reach), compare);
	median = reach[n / 2];
	free(reach);

	return median;
}

static double oldest_of(struct blog_state *state)
{
	struct blog_ctx *ctx;
	u64 first = sim_now;

	list_for_each_entry(ctx, &state->contexts, all)
		if (ctx->records)
			first = min(first, notes_of(ctx)->first);

	return age(first);
}

void look_back(struct result *result, struct blog_state *state,
	       const struct actor *actors, unsigned int nr)
{
	unsigned int i;

	result->counts = counts;
	result->memory = (u64)state->nr_contexts * BLOG_CTX_SIZE;
	result->budget = (u64)state->budget * BLOG_CTX_SIZE;
	result->oldest = oldest_of(state);
	result->recalled = atomic_read(&state->nr_recalled) / age(0);
	result->active = state->nr_contexts - blog_nr_idle(state);
	result->parked = atomic_read(&state->nr_parked);
	result->full_noisy = state->log_noisy.nr;
	result->full_quiet = state->log_quiet.nr;
	for (i = 0; i < NR_KINDS; i++)
		result->reach[i] = median_reach(i, actors, nr);
	for (i = 0; i < nr; i++) {
		if ((actors[i].kind != RARE && actors[i].kind != ONCE) || !actors[i].nr)
			continue;
		result->quiet++;
		result->kept += words_are_left(&actors[i]);
	}
}

/* A line of the table; the value is an expression of m and r. */
#define LINE(what, format, value)						\
do {										\
	printf("%-44s", what);							\
	for (i = 0; i < nr; i++) {						\
		const struct machine *m __maybe_unused = &machines[i];		\
		const struct result *r __maybe_unused = &results[i];		\
										\
		printf(" %11" format, value);					\
	}									\
	printf("\n");								\
} while (0)

static double percent(double part, double whole)
{
	return whole ? 100 * part / whole : 0;
}

void print_results(const struct machine *machines, const struct result *results,
		   unsigned int nr)
{
	unsigned int i;

	LINE("", "s", m->name);
	LINE("CPUs", "u", m->cpus);
	LINE("memory of the machine, GiB", ".0f", m->memory / 1073741824.0);
	LINE("tasks", "u", m->tasks);
	LINE("messages a second", ".0f", m->rate);
	LINE("budget, MiB", ".0f", r->budget / 1048576.0);
	LINE("allocated, MiB", ".0f", r->memory / 1048576.0);
	LINE("messages dropped", "llu", (unsigned long long)r->counts.dropped);
	LINE("oldest message left, seconds", ".1f", r->oldest);
	LINE("history of a busy task (median), seconds", ".1f", r->reach[BUSY]);
	LINE("history of a worker (median), seconds", ".1f", r->reach[WORKER]);
	LINE("quiet tasks that spoke", "u", r->quiet);
	LINE("whose last words are left, %", ".1f", percent(r->kept, r->quiet));
	LINE("tasks' messages in contexts of CPUs, %", ".2f",
	     percent(r->counts.shared, r->counts.messages));
	LINE("messages in the common context, %", ".2f",
	     percent(r->counts.common, r->counts.messages));
	LINE("contexts taken back, a second", ".0f", r->recalled);
	LINE("contexts with an owner", "u", r->active);
	LINE("contexts parked", "u", r->parked);
	LINE("contexts full, noisy", "u", r->full_noisy);
	LINE("contexts full, quiet", "u", r->full_quiet);
}
