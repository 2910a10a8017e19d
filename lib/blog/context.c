// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: the life of contexts, and their owners.
 */
#include <linux/blog/task.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include "logger.h"

/**
 * DOC: the life of contexts
 *
 * A context is a buffer of CONFIG_BLOG_CTX_SIZE_KB that one writer fills. It
 * belongs to one logger for as long as it exists::
 *
 *	           take                  full
 *	READY ------------> ACTIVE ----------------> QUEUED
 *	  ^                 ^    |                   |   |
 *	  |            take |    | task gone,        |   |
 *	  |                 |    v room left         |   |
 *	  |                 PARKED                   |   |
 *	  |                                          |   |
 *	  +-------------- emptied (cleared) ---------+   |
 *	                    ACTIVE <---------------------+
 *	                            recycled: emptied, taken
 *
 * alloc_batch holds what can be taken: READY contexts, and PARKED ones, which
 * the next task continues after an OWNER record, so that a short-lived task
 * does not use up a whole context. Each CPU has a magazine of them; the rest,
 * the depot, is under blog_state.lock. log_batch holds the QUEUED ones, oldest
 * first. It has no magazines, because the one that is recycled must be the
 * oldest, and a context is queued only once in thousands of messages.
 *
 * Who takes:
 *   - a task, for its list task_struct.blog: from its CPU's magazine, the
 *     depot, other CPUs' magazines; if the budget is used up, it recycles the
 *     oldest QUEUED context. It leaves some idle contexts for the CPUs. If
 *     there is nothing for it, it writes to its CPU's overflow context instead,
 *     and tries again at its next message;
 *   - a CPU, for its interrupt levels and for overflow (blog_cpu.shared): from
 *     the depot, or any magazine. If there is nothing, the oldest QUEUED
 *     context is recycled even below the budget; its own full one is queued by
 *     then, so that there is one. A message for which there is none is dropped
 *     and counted.
 *
 * A context in alloc_batch is spare; those in alloc_batch and log_batch are idle.
 * Nobody allocates here. When spare contexts run low the refill worker is
 * asked for more; it allocates up to the budget, and frees what is above it.
 *
 * What is where: owners are here, alloc_batch and log_batch in batch.c, the
 * refill worker in refill.c.
 *
 * Who may touch what:
 *   - a list task_struct.blog: the task itself, with preemption disabled; and
 *     blog_task_free(), after the task's last run. To take contexts out of the
 *     lists of living tasks, blog_ctx_unlink_tasks() sets blog_tasks_frozen
 *     and waits for an RCU grace period: then no task walks or changes its list,
 *     and tasks write to overflow contexts until it is done. (write_fast() may
 *     still look at the first context, and use it if its logger is on.)
 *     blog_tasks_lock serializes it with blog_task_free() meanwhile.
 *   - blog_cpu.shared: the CPU, at that level, and blog_contexts_destroy()
 *     once the logger is off and a grace period has passed. A CPU that goes
 *     offline keeps its own.
 *   - batches and totals: blog_state.lock; a magazine: its own lock, which is
 *     taken before blog_state.lock.
 *   - the records of an ACTIVE context: its owner; see struct blog_ctx.
 *   - the reader looks at any context at any time, see reader.c. What it read
 *     counts only if the context was not emptied meanwhile; it stays there, for
 *     who reads next. Contexts are freed after an RCU grace period, for the reader
 *     may be inside.
 *
 * Locks are taken with interrupts disabled, for interrupts log too. In NMI
 * they are only tried.
 */

DEFINE_STATIC_KEY_FALSE(blog_tasks_frozen);

static DEFINE_RAW_SPINLOCK(blog_tasks_lock);

/* Put a context in front of the current task's list. */
static void adopt(struct blog_ctx *ctx)
{
	ctx->task = current;
	ctx->next = current->blog;
	current->blog = ctx;
}

/* Find the current task's context and move it to the front of its list. */
static struct blog_ctx *find_own(const struct blog_logger *logger)
{
	struct blog_ctx **link, *ctx;

	for (link = &current->blog; (ctx = *link); link = &ctx->next) {
		if (ctx->logger == logger) {
			*link = ctx->next;
			ctx->next = current->blog;
			current->blog = ctx;
			return ctx;
		}
	}

	return NULL;
}

/**
 * blog_ctx_own() - the context that this level writes to
 * @logger: a registered logger
 * @level: interrupt_context_level()
 *
 * Context: Preemption disabled. Takes raw spinlocks with interrupts disabled;
 * in NMI it only tries to.
 * Return: the context, perhaps full, or NULL if there is none to be had.
 */
struct blog_ctx *blog_ctx_own(struct blog_logger *logger, unsigned int level)
{
	struct blog_state *state = logger->state;
	struct blog_ctx **shared = &this_cpu_ptr(state->cpu)->shared[level];
	struct blog_ctx *ctx = NULL;
	unsigned long flags;
	bool for_task;

	for_task = !level && !static_branch_unlikely(&blog_tasks_frozen);
	if (for_task) {
		ctx = find_own(logger);
		if (ctx)
			return ctx;
	}

	local_irq_save(flags);
	if (for_task) {
		ctx = blog_batch_take(state, false);
		if (ctx)
			adopt(ctx);
	}
	if (!ctx) {
		if (!*shared)
			*shared = blog_batch_take(state, true);
		ctx = *shared;
	}
	local_irq_restore(flags);

	return ctx;
}

/**
 * blog_ctx_replace() - get another context for a full one
 * @ctx: the full context of this level, the first of its owner
 * @level: interrupt_context_level()
 *
 * Context: Preemption disabled. Takes raw spinlocks with interrupts disabled;
 * in NMI it only tries to.
 * Return: another context, as blog_ctx_own() has it. @ctx is queued, unless
 * NULL is returned in NMI because a lock was held.
 */
struct blog_ctx *blog_ctx_replace(struct blog_ctx *ctx, unsigned int level)
{
	struct blog_logger *logger = ctx->logger;
	struct blog_state *state = logger->state;
	struct blog_ctx *next;
	unsigned long flags;

	local_irq_save(flags);
	if (!blog_lock_from_any(&state->lock)) {
		local_irq_restore(flags);
		return NULL;
	}
	if (ctx->shared)
		__this_cpu_write(state->cpu->shared[level], NULL);
	else
		current->blog = ctx->next;
	blog_batch_queue(state, ctx);
	raw_spin_unlock(&state->lock);
	local_irq_restore(flags);

	next = blog_ctx_own(logger, level);
	/* A new turn: the task may have written to this CPU's overflow context before. */
	if (next)
		blog_ctx_forget(next);

	return next;
}

/**
 * __blog_task_free() - give back the contexts of a task that is gone
 * @tsk: the task
 *
 * Context: Any context but NMI. Takes raw spinlocks with interrupts disabled.
 */
void __blog_task_free(struct task_struct *tsk)
{
	struct blog_ctx *ctx, *next;
	unsigned long flags;
	bool frozen;

	local_irq_save(flags);
	/* Else blog_ctx_unlink_tasks() waits until we are done. */
	frozen = static_branch_unlikely(&blog_tasks_frozen);
	if (frozen)
		raw_spin_lock(&blog_tasks_lock);
	for (ctx = tsk->blog; ctx; ctx = next) {
		next = ctx->next;
		blog_batch_release(ctx->logger->state, ctx);
	}
	tsk->blog = NULL;
	if (frozen)
		raw_spin_unlock(&blog_tasks_lock);
	local_irq_restore(flags);
}

/**
 * blog_ctx_unlink_tasks() - take a logger's contexts out of the lists of tasks
 * @state: state of the logger, which is off
 *
 * Context: Process context; waits for RCU grace periods.
 */
void blog_ctx_unlink_tasks(struct blog_state *state)
{
	struct blog_ctx *ctx, **link;
	unsigned long flags;

	static_branch_inc(&blog_tasks_frozen);
	/* Whoever has not seen the key is out of his list afterwards. */
	synchronize_rcu();

	raw_spin_lock_irqsave(&blog_tasks_lock, flags);
	list_for_each_entry(ctx, &state->contexts, all) {
		if (!ctx->task)
			continue;
		for (link = &ctx->task->blog; *link != ctx; link = &(*link)->next)
			;
		/* Read by write_fast() and blog_task_free(). */
		WRITE_ONCE(*link, ctx->next);
		ctx->task = NULL;
	}
	raw_spin_unlock_irqrestore(&blog_tasks_lock, flags);

	/*
	 * Whoever sees the key off sees the lists as they are now; and who looks
	 * at a context that was his first, in write_fast(), is done with it.
	 */
	synchronize_rcu();
	static_branch_dec(&blog_tasks_frozen);
}
