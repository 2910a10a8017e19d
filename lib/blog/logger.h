/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Always-on binary logging: what a registered logger has.
 *
 * Where things are in lib/blog; each file calls only files below it:
 *
 *	logger.c	loggers: registration, switches, counters; the reader's
 *	  refill.c	    allocates and frees contexts
 *	query.c		switches statements
 *	reader.c	the merge; what a reader says of what it read
 *	  cursor.c	    walks through one context
 *	write.c		blog(), the hot path
 *	  context.c	    which context a task or CPU writes to (refill.c calls it, too)
 *	    batch.c	contexts that nobody writes to (logger.c and reader.c, too)
 *	  serialize.c	    how arguments are stored
 *	    site.c	statements (logger.c and query.c, too)
 */
#ifndef _LIB_BLOG_LOGGER_H
#define _LIB_BLOG_LOGGER_H

#include <linux/irq_work.h>
#include <linux/percpu.h>
#include <linux/workqueue.h>

#include "batch.h"

/**
 * struct blog_cpu - a logger's part on one CPU
 * @shared:	contexts that this CPU writes, by level; that of the task level
 *		(overflow) is for tasks that get none of their own
 * @dropped:	messages that could not be kept
 * @lost:	those dropped that no LOST record tells of yet
 * @magazine:	this CPU's part of alloc_batch
 */
struct blog_cpu {
	struct blog_ctx *shared[BLOG_LEVELS];
	unsigned long dropped;
	u32 lost;
	struct blog_magazine magazine;
};

/**
 * struct blog_state - contexts and counters of a registered logger
 * @cpu:	per CPU part
 * @site_by_id:	the logger's sites; that with id N is number N - 1
 * @nr_sites:	number of those
 * @lock:	protects all from @contexts to @truncated, but @budget, which may
 *		change at any time, and @no_memory, which is the refill worker's
 * @contexts:	all contexts
 * @nr_contexts: number of those
 * @budget:	most contexts that there may be
 * @no_memory:	the last allocation failed
 * @alloc_batch: its depot: READY and PARKED contexts that are in no magazine
 * @log_batch:	QUEUED contexts, oldest first
 * @captured:	messages of contexts that were emptied
 * @claimed:	messages that the reader has claimed, each counted once
 * @in_flight:	those of them that it has not shown yet
 * @overwritten: messages that nobody had read when they went
 * @truncated:	messages with a cut string, of contexts that were emptied
 * @nr_spare:	contexts in alloc_batch, magazines included
 * @turns:	the last number of blog_owner.turn
 * @refill_asked: @refill was asked for and has not begun
 * @kick:	asks for @refill from any context
 * @refill:	allocates and frees contexts
 * @list:	in blog_loggers, under blog_mutex
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
	struct blog_batch alloc_batch;
	struct blog_batch log_batch;
	u64 captured;
	u64 claimed;
	u32 in_flight;
	u64 overwritten;
	u64 truncated;

	atomic_t nr_spare;
	atomic_t turns;
	bool refill_asked;
	struct irq_work kick;
	struct delayed_work refill;

	struct list_head list;
	struct blog_logger *logger;
};

#endif /* _LIB_BLOG_LOGGER_H */
