/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the simulation share.
 */
#ifndef _SIMULATE_SIMULATE_H
#define _SIMULATE_SIMULATE_H

#include "context.h"

/* In a context, in place of its data. */
struct notes {
	u64 first;		/* stamp of its first message */
};

static inline struct notes *notes_of(struct blog_ctx *ctx)
{
	return (struct notes *)ctx->data;
}

/* Messages of a task, one after the other in one context. */
struct stretch {
	const struct blog_ctx *ctx;
	unsigned int generation;
	u64 from;
};

enum kind {
	BUSY,			/* long runs */
	WORKER,			/* bursts, some times a second */
	RARE,			/* ten messages once in a while */
	ONCE,			/* ten messages once for ever */
	NR_KINDS
};

/**
 * struct actor - a task
 * @task:	as lib/blog knows it
 * @kind:	what it does
 * @home:	CPU that it mostly runs on
 * @cpu:	the one that it runs on now
 * @left:	messages that it has still to say before it sleeps
 * @stretches:	where what it said is, or was
 * @nr:		number of those
 * @room:	for so many there is room
 * @words:	the first of them that belongs to what it said last
 */
struct actor {
	struct task_struct task;
	enum kind kind;
	unsigned int home;
	unsigned int cpu;
	unsigned int left;
	struct stretch *stretches;
	unsigned int nr;
	unsigned int room;
	unsigned int words;
};

struct machine {
	const char *name;
	unsigned int cpus;
	u64 memory;		/* bytes */
	unsigned int tasks;
	double rate;		/* messages a second */
};

/* What became of messages. */
struct counts {
	u64 messages;
	u64 shared;		/* of tasks, in a CPU's context */
	u64 common;
	u64 dropped;
};

/**
 * struct result - what there is at the end
 * @counts:	of all messages
 * @memory:	bytes allocated
 * @budget:	bytes that may be
 * @oldest:	age of the oldest message that is left, in seconds
 * @reach:	so far back reaches what is left without a gap, in seconds; the median
 *		of the tasks of a kind
 * @quiet:	tasks that said ten things
 * @kept:	those of them of whose last words none is lost
 * @recalled:	contexts, a second
 * @active:	contexts that have an owner; @parked, @full_noisy and @full_quiet: that have not
 */
struct result {
	struct counts counts;
	u64 memory;
	u64 budget;
	double oldest;
	double reach[NR_KINDS];
	unsigned int quiet;
	unsigned int kept;
	double recalled;
	unsigned int active;
	unsigned int parked;
	unsigned int full_noisy;
	unsigned int full_quiet;
};

extern struct counts counts;

/* write.c */
void write_messages(struct blog_logger *logger, unsigned int level, unsigned int nr);

/* simulate.c */
double sim_random(void);
void note_stretch(struct task_struct *task, const struct blog_ctx *ctx);

/* report.c */
void look_back(struct result *result, struct blog_state *state,
	       const struct actor *actors, unsigned int nr);
void print_results(const struct machine *machines, const struct result *results,
		   unsigned int nr);

#endif /* _SIMULATE_SIMULATE_H */
