/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Always-on binary logging: what a registered logger has.
 *
 * Where things are in lib/blog; each file calls only files below it:
 *
 *	stop.c		stops loggers at the moment; the reader's
 *	logger.c	loggers: registration, switches, counters; the reader's
 *	  budget.c	    how much memory a logger may have
 *	  refill.c	    allocates and frees contexts
 *	    recall.c	    takes them back from who is silent
 *	query.c		switches statements
 *	reader.c	the merge; what a reader says of what it read
 *	  cursor.c	    walks through one context
 *	  copy.c	    copies one as it is
 *	write.c		blog(), the hot path
 *	  context.c	    which context a task or CPU writes to (refill.c and recall.c, too)
 *	    batch.c	contexts that nobody writes to (logger.c and reader.c, too)
 *	      shortage.c    when they run short (refill.c and recall.c, too)
 *	  serialize.c	    how arguments are stored
 *	    site.c	statements (logger.c and query.c, too)
 *	vmcoreinfo.c	where a reader of a memory dump finds all this
 */
#ifndef _LIB_BLOG_LOGGER_H
#define _LIB_BLOG_LOGGER_H

#include <linux/irq_work.h>
#include <linux/percpu.h>
#include <linux/seqlock.h>
#include <linux/shrinker.h>
#include <linux/workqueue.h>

#include <linux/blog/reader.h>

#include "batch.h"

/**
 * struct blog_said - how much a task had said lately when it lost a context
 * @pid:	its pid
 * @nr:		messages; each second since halves them
 * @at:		in seconds: when that was
 */
struct blog_said {
	pid_t pid;
	u16 nr;
	u16 at;
};

/* Of so many tasks a logger remembers it. */
#define BLOG_SAID		16384

/* So few contexts do: whoever gets none writes to the common one. */
#define BLOG_BUDGET_MIN		4U

/* Contexts of a CPU: for quiet tasks, and for all levels that may interrupt each other. */
#define BLOG_SHARED		(BLOG_LEVELS + 1)

/**
 * struct blog_cpu - a logger's part on one CPU
 * @shared:	contexts that this CPU writes: the first one for quiet tasks that get none
 *		of their own, the others for noisy ones and interrupts
 * @nesting:	those before this one are being written, or may be
 * @dropped:	messages that could not be kept
 * @lost:	those dropped that no LOST record tells of yet
 * @magazine:	this CPU's part of alloc_batch
 * @recall:	lets this CPU give back those of @shared that are silent
 * @state:	of which logger this is
 */
struct blog_cpu {
	struct blog_ctx *shared[BLOG_SHARED];
	unsigned int nesting;
	unsigned long dropped;
	u32 lost;
	struct blog_magazine magazine;
	struct irq_work recall;
	struct blog_state *state;
};

/**
 * struct blog_state - contexts and counters of a registered logger
 * @cpu:	per CPU part
 * @site_by_id:	the logger's sites; that with id N is number N - 1
 * @nr_sites:	number of those
 * @lock:	protects all from @contexts to @nr_shrunk, but @budget, which may
 *		change at any time, and @no_memory
 * @contexts:	all contexts
 * @nr_contexts: number of those
 * @budget:	most contexts that there may be
 * @no_memory:	memory is short: set where an allocation failed, or by the shrinker
 * @alloc_ready: READY contexts
 * @alloc_parked: quiet PARKED contexts that are in no magazine, the last one first
 * @alloc_noisy: noisy PARKED contexts, the first one first
 * @log_quiet:	QUEUED contexts that several quiet tasks wrote to, oldest first
 * @log_noisy:	other QUEUED contexts, oldest first
 * @captured:	messages of contexts that were emptied
 * @claimed:	messages that the reader has claimed, each counted once
 * @in_flight:	those of them that it has not shown yet
 * @overwritten: messages that nobody had read when they went
 * @truncated:	messages with a cut string, of contexts that were emptied
 * @nr_changed:	how often messages went from one counter to another
 * @generation:	the last value of blog_ctx.generation: no two are equal
 * @shrunk:	those of @overwritten that went because memory was short
 * @nr_shrunk:	contexts that went because memory was short
 * @common:	context for who gets no other; under @common_lock
 * @common_lock: nests outside @lock
 * @nr_parked:	quiet PARKED contexts, magazines included
 * @nr_shared:	contexts of CPUs
 * @nr_recalled: contexts that were taken back from who was silent
 * @said:	how much some tasks have said lately; see context.c
 * @turns:	the last number of blog_owner.turn
 * @refill_asked: @refill was asked for and has not begun
 * @grow_after:	in jiffies; nothing is allocated before while @no_memory
 * @recalled_at: in jiffies: when contexts were last taken back
 * @kick:	asks for @refill from any context
 * @refill:	allocates and frees contexts
 * @shrinker:	frees contexts while memory is short
 * @stop:	who stopped it last; under @stop_seq
 * @stop_seq:	odd while who came first stops it, with preemption disabled
 * @stopping:	so many are on their way through the statements, to stop it
 * @start_asked: 1 while it is to be switched on; see stop.c
 * @list:	in blog_loggers, under blog_mutex, or RCU
 * @logger:	the logger
 */
struct blog_state {
	struct blog_cpu __percpu *cpu;
	struct blog_site **site_by_id;
	unsigned int nr_sites;

	raw_spinlock_t lock;
	struct list_head contexts;
	unsigned int nr_contexts;
	unsigned int budget;
	bool no_memory;
	struct blog_batch alloc_ready;
	struct blog_batch alloc_parked;
	struct blog_batch alloc_noisy;
	struct blog_batch log_quiet;
	struct blog_batch log_noisy;
	u64 captured;
	u64 claimed;
	u32 in_flight;
	u64 overwritten;
	u64 truncated;
	unsigned int nr_changed;
	unsigned int generation;
	u64 shrunk;
	unsigned long nr_shrunk;

	struct blog_ctx *common;
	raw_spinlock_t common_lock;

	atomic_t nr_parked;
	atomic_t nr_shared;
	atomic_t nr_recalled;
	struct blog_said *said;
	atomic_t turns;
	bool refill_asked;
	unsigned long grow_after;
	unsigned long recalled_at;
	struct irq_work kick;
	struct delayed_work refill;
	struct shrinker *shrinker;

	struct blog_stop stop;
	seqcount_t stop_seq;
	atomic_t stopping;
	atomic_t start_asked;

	struct list_head list;
	struct blog_logger *logger;
};

/* All that are registered, under blog_mutex, or RCU: blog_state.list. */
extern struct list_head blog_loggers;

void blog_logger_capture(struct blog_logger *logger, bool on);

#endif /* _LIB_BLOG_LOGGER_H */
