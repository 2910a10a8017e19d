/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Always-on binary logging: a context, and what its owners do with it.
 */
#ifndef _LIB_BLOG_CONTEXT_H
#define _LIB_BLOG_CONTEXT_H

#include <linux/blog/blog.h>
#include <linux/blog/reader.h>
#include <linux/cache.h>
#include <linux/jump_label.h>
#include <linux/list.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>

#include "record.h"

/* Else the allocator rounds it up, and the budget is not kept. */
static_assert(!(BLOG_CTX_SIZE & (BLOG_CTX_SIZE - 1)));

/**
 * struct blog_ctx - a context: a buffer of records and who writes it
 * @logger:	logger that the context belongs to
 * @next:	next context of the same task; accessed by the task with
 *		preemption off, and by others while blog_tasks_frozen
 * @last:	stamp of the last record
 * @client:	client of the last record
 * @head:	bytes of @data in use; a reader pairs its acquire with the
 *		writer's release
 * @cpu:	CPU of the last record. BLOG_NO_CPU: a full set of control records
 *		must come next; also while control records are being written, or
 *		arguments stored by code that may log itself
 * @records:	messages in @data
 * @owner:	what the last OWNER record says
 * @truncated:	messages in @data with a cut string
 * @run:	value of @records when the last OWNER record was written
 * @mixed:	more than one task has written to it
 * @noisy:	who began it is noisy
 * @kind:	whose it is, or was last
 * @state:	enum blog_ctx_state; written by whoever moves the context
 * @task:	task that has this context in its list, or NULL; so too
 * @generation:	another one each time that @data is emptied; written under
 *		blog_state.lock
 * @counted:	messages at the front of @data that count as published or
 *		overwritten; under blog_state.lock
 * @cleared:	those of them that nobody is to read any more; so too
 * @all:	in blog_state.contexts, under blog_state.lock, or RCU
 * @batch:	in a batch's list, under blog_state.lock
 * @place:	the reader's place; that and what follows are the reader's alone
 * @dump:	the place of a dump
 * @chunk:	value of blog_merge.chunk when messages were last taken
 * @settled:	blog_place.index before that
 * @lost:	what was taken does not count: it is not claimed yet, or the context
 *		was emptied before it was
 * @next_taken:	next context in blog_merge.taken
 * @rcu:	lets it be freed after who reads it
 * @data:	the records
 *
 * The fields down to @kind are written by the owner alone while the context
 * is ACTIVE, and else by whoever moves it, who then has it to himself.
 */
struct blog_ctx {
	struct blog_logger *logger;
	struct blog_ctx *next;
	u64 last;
	u64 client;
	u32 head;
	u32 cpu;
	u32 records;
	struct blog_owner owner;
	u32 truncated;
	u32 run;
	bool mixed;
	bool noisy;
	enum blog_ctx_kind kind;

	enum blog_ctx_state state;
	struct task_struct *task;
	unsigned int generation;
	u32 counted;
	u32 cleared;
	struct list_head all;
	struct list_head batch;

	struct blog_place place ____cacheline_aligned;
	struct blog_place dump;
	unsigned int chunk;
	u32 settled;
	bool lost;
	struct blog_ctx *next_taken;
	struct rcu_head rcu;

	u8 data[] ____cacheline_aligned;
};

#ifdef CONFIG_64BIT
/* What a message looks at is one cache line. */
static_assert(offsetofend(struct blog_ctx, owner.comm) == 64);
#endif

/*
 * Contexts are of a size that is a power of two, and what a message looks at is at the
 * front: were they aligned to it, all would want the same few lines of the CPU's cache.
 * So each begins some lines further on than the one before, within so much.
 */
#define BLOG_CTX_COLOURS	SZ_4K

#define BLOG_NO_CPU		U32_MAX
#define BLOG_DATA_SIZE		(BLOG_CTX_SIZE - BLOG_CTX_COLOURS - sizeof(struct blog_ctx))
static_assert(BLOG_DATA_SIZE <= BLOG_RECORDS_MAX);

/* A context whose head is beyond this is full. */
#define BLOG_HEAD_MAX		(BLOG_DATA_SIZE - BLOG_ROOM)

/* Whoever writes next starts with a full set of control records. */
static inline void blog_ctx_forget(struct blog_ctx *ctx)
{
	ctx->cpu = BLOG_NO_CPU;
}

static inline void blog_ctx_set_state(struct blog_ctx *ctx, enum blog_ctx_state to)
{
	/* After what it holds: pairs with the acquire in is_past(). */
	smp_store_release(&ctx->state, to);
}

/*
 * Take a lock that interrupts share: false in NMI if somebody has it. (Without
 * SMP a try would always succeed.) The caller has disabled interrupts.
 */
#define blog_lock_from_any(lock)						\
	(in_nmi() ? IS_ENABLED(CONFIG_SMP) && raw_spin_trylock(lock) :	\
		    ({ raw_spin_lock(lock); true; }))

/* Tasks keep away from their lists of contexts, but for write_fast(). */
DECLARE_STATIC_KEY_FALSE(blog_tasks_frozen);

/*
 * The context of @task, the current one, if it is among the first two of its list: a
 * task that works for two loggers, as all of CephFS do, writes to them in turn.
 * Preemption is disabled. While blog_tasks_frozen, the list may lose contexts of loggers
 * that are off. That of a logger that is on stays, and the others are not freed before a
 * grace period.
 */
static __always_inline struct blog_ctx *
blog_ctx_of_task(const struct task_struct *task, const struct blog_logger *logger)
{
	struct blog_ctx *ctx = READ_ONCE(task->blog);

	if (!ctx || likely(ctx->logger == logger))
		return ctx;
	ctx = READ_ONCE(ctx->next);

	return ctx && ctx->logger == logger ? ctx : NULL;
}

/*
 * A task that has said so much lately is noisy; so much in a row, if it writes to a
 * context of its CPU.
 */
#define BLOG_RUN	32

struct blog_cpu;

struct blog_ctx *blog_ctx_own(struct blog_logger *logger, unsigned int level);
struct blog_ctx *blog_ctx_replace(struct blog_ctx *ctx, unsigned int level);
struct blog_ctx *blog_ctx_common(struct blog_state *state);
bool blog_ctx_recall(struct blog_ctx *ctx, u64 before);
void blog_ctx_recall_from_cpu(struct blog_cpu *cpu, u64 before);
void blog_ctx_unlink_tasks(struct blog_state *state);

/* copy.c */
struct blog_ctx *blog_ctx_find(struct blog_state *state, const struct blog_ctx *wanted);

#endif /* _LIB_BLOG_CONTEXT_H */
