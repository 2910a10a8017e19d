// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: the life of contexts, and their owners.
 */
#include <kunit/visibility.h>
#include <linux/blog/task.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/wait.h>

#include "logger.h"

/**
 * DOC: the life of contexts
 *
 * A context is a buffer of CONFIG_BLOG_CTX_SIZE_KB that one writer at a time fills. It
 * belongs to one logger for as long as it exists::
 *
 *	           take                  full
 *	READY ------------> ACTIVE ----------------> QUEUED
 *	  ^                 ^    | owner gone or     |   |
 *	  |            take |    | silent,           |   |
 *	  |                 |    v room left         |   |
 *	  |                 PARKED                   |   |
 *	  |                                          |   |
 *	  +-------------- emptied (cleared) ---------+   |
 *	                    ACTIVE <---------------------+
 *	                            recycled: emptied, taken
 *
 * alloc_batch holds what can be taken: READY contexts, and PARKED ones, which the next
 * owner continues after an OWNER record, so that who says little does not use up a
 * whole context. log_batch holds the QUEUED ones. Which of them is taken says batch.c.
 *
 * Who takes:
 *   - a task, for its list task_struct.blog;
 *   - a CPU (blog_cpu.shared): one for quiet tasks that get no context, and one for
 *     its interrupts and noisy tasks. Where an interrupt finds the CPU writing to that,
 *     it takes the next one: there are so many as interrupts nest;
 *   - whoever gets neither writes to the common context of all CPUs
 *     (blog_state.common), under its lock. So no message is dropped as long as there
 *     is one context, however many CPUs there are; but in NMI, where that lock is only
 *     tried.
 * A task without a context tries again at its next message.
 *
 * Who gives back:
 *   - a writer that finds its context full;
 *   - a task that is gone, after its last run;
 *   - whoever is silent while contexts are short: the refill worker takes contexts back
 *     from those who have been silent the longest (recall.c). A task must not run
 *     meanwhile: task_call_func() sees to that. What it said stays; when it says more
 *     it takes a context as a newcomer does. A CPU is asked to do it itself, with
 *     interrupts off, by an irq_work; if it does not answer nobody waits.
 *
 * Nobody allocates here. When contexts run short the refill worker is asked for more; it
 * allocates up to the budget, and frees what is above it. If memory is short the
 * shrinker frees idle contexts.
 *
 * What is where: owners are here, alloc_batch and log_batch in batch.c, who is silent in
 * recall.c, memory in refill.c.
 *
 * Who may touch what:
 *   - a list task_struct.blog: the task itself, with preemption disabled;
 *     blog_task_free(), after the task's last run; and blog_ctx_recall(), under
 *     blog_tasks_lock, while the task does not run. To take contexts out of the
 *     lists of living tasks, blog_ctx_unlink_tasks() sets blog_tasks_frozen
 *     and waits for an RCU grace period: then no task walks or changes its list,
 *     and tasks write to their CPU's context until it is done. (write_fast() may
 *     still look at the first two contexts, and use the one whose logger is on.)
 *     blog_tasks_lock serializes it with blog_task_free() meanwhile.
 *   - blog_cpu.shared and blog_cpu.nesting: the CPU; and blog_contexts_destroy()
 *     once the logger is off and a grace period has passed; and the refill worker
 *     while the CPU is offline.
 *   - batches and totals: blog_state.lock; a magazine: its own lock, which is
 *     taken before blog_state.lock; blog_state.common: common_lock, before both.
 *     A run queue's lock may be held outside all of these.
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
	WRITE_ONCE(ctx->task, current);
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

/* Take a context out of the current task's list. */
static void unlink_own(struct blog_ctx *ctx)
{
	struct blog_ctx **link = &current->blog;

	while (*link != ctx)
		link = &(*link)->next;
	*link = ctx->next;
}

/*
 * Which tasks are noisy is remembered after they have lost their contexts, for BLOG_SAID
 * of them: those whose pids do not fall together, or the later ones. An entry says how
 * many messages a task had said lately when it lost a context; each second halves them.
 * Nobody has a lock; what gets lost matters little.
 */
static struct blog_said *said_entry(struct blog_state *state, pid_t pid)
{
	return &state->said[hash_32(pid, ilog2(BLOG_SAID))];
}

static unsigned int said_lately(struct blog_state *state, pid_t pid)
{
	const struct blog_said *said = said_entry(state, pid);
	u16 age = jiffies / HZ - READ_ONCE(said->at);

	return READ_ONCE(said->pid) == pid && age < 16 ? READ_ONCE(said->nr) >> age : 0;
}

static void note_said(struct blog_state *state, pid_t pid, unsigned int nr)
{
	struct blog_said *said = said_entry(state, pid);

	WRITE_ONCE(said->nr, min(said_lately(state, pid) + nr, U16_MAX));
	WRITE_ONCE(said->pid, pid);
	WRITE_ONCE(said->at, jiffies / HZ);
}

/* Whether this task has written much to this context of its CPU. */
static bool runs_on(const struct blog_ctx *ctx)
{
	/* It may be taken back just now, and have another owner. */
	return ctx && data_race(!ctx->owner.level && ctx->owner.pid == current->pid &&
				ctx->records - ctx->run >= BLOG_RUN);
}

/* Whether this task is noisy; if it is not known for that, it is from here on. */
static bool is_noisy(struct blog_state *state)
{
	if (said_lately(state, current->pid) >= BLOG_RUN)
		return true;
	if (!runs_on(READ_ONCE(this_cpu_ptr(state->cpu)->shared[0])))
		return false;
	note_said(state, current->pid, BLOG_RUN);

	return true;
}

/*
 * This CPU's context, which is in use from here on: who interrupts us takes another one,
 * until blog_cpu.nesting is what it was. The first is for quiet tasks.
 */
static struct blog_ctx *own_of_cpu(struct blog_state *state, bool noisy)
{
	struct blog_cpu *cpu = this_cpu_ptr(state->cpu);
	/* Never one that is being written to. */
	unsigned int nr = max(READ_ONCE(cpu->nesting), noisy ? 1U : 0U);
	struct blog_ctx *ctx;
	unsigned long flags;

	if (WARN_ON_ONCE(nr == BLOG_SHARED))
		return NULL;
	WRITE_ONCE(cpu->nesting, nr + 1);
	barrier();
	/* It may be taken back before this, not from here on. */
	ctx = READ_ONCE(cpu->shared[nr]);
	if (!ctx) {
		local_irq_save(flags);
		ctx = blog_batch_take(state, BLOG_CTX_CPU, noisy);
		WRITE_ONCE(cpu->shared[nr], ctx);
		local_irq_restore(flags);
	}

	return ctx;
}

static struct blog_ctx *take_own(struct blog_state *state, bool noisy)
{
	struct blog_ctx *ctx;
	unsigned long flags;

	local_irq_save(flags);
	ctx = blog_batch_take(state, BLOG_CTX_TASK, noisy);
	if (ctx)
		adopt(ctx);
	local_irq_restore(flags);

	return ctx;
}

/* The idle task is of its CPU. And tasks stay out of their lists while these are frozen. */
static bool for_task(unsigned int level)
{
	return !level && !is_idle_task(current) &&
	       !static_branch_unlikely(&blog_tasks_frozen);
}

/**
 * blog_ctx_own() - the context that this level writes to
 * @logger: a registered logger
 * @level: interrupt_context_level()
 *
 * Context: Preemption disabled. Takes raw spinlocks with interrupts disabled;
 * in NMI it only tries to.
 * Return: the context, perhaps full, or NULL if there is none to be had. If it is a
 * CPU's, the caller puts blog_cpu.nesting back after it has written.
 */
struct blog_ctx *blog_ctx_own(struct blog_logger *logger, unsigned int level)
{
	struct blog_state *state = logger->state;
	bool tasks = for_task(level), noisy;
	struct blog_ctx *ctx = NULL;

	if (tasks)
		ctx = find_own(logger);
	if (ctx)
		return ctx;

	noisy = level || is_noisy(state);
	if (tasks)
		ctx = take_own(state, noisy);

	return ctx ?: own_of_cpu(state, noisy);
}

/*
 * The CPU lets go of its context; an interrupt finds it in use, or gone. Returns whether
 * it was one for noisy tasks and interrupts.
 */
static bool drop_of_cpu(struct blog_state *state)
{
	struct blog_cpu *cpu = this_cpu_ptr(state->cpu);
	unsigned int depth = READ_ONCE(cpu->nesting) - 1;

	WRITE_ONCE(cpu->shared[depth], NULL);
	barrier();
	WRITE_ONCE(cpu->nesting, depth);

	return depth;
}

/**
 * blog_ctx_replace() - get another context for a full one
 * @ctx: the full context, out of blog_ctx_own()
 * @level: interrupt_context_level()
 *
 * Context: Preemption disabled. Takes raw spinlocks with interrupts disabled;
 * in NMI it only tries to.
 * Return: another context, as blog_ctx_own() has it. @ctx is queued, unless
 * NULL is returned in NMI because a lock was held.
 */
struct blog_ctx *blog_ctx_replace(struct blog_ctx *ctx, unsigned int level)
{
	struct blog_state *state = ctx->logger->state;
	struct blog_ctx *next = NULL;
	bool noisy = true;
	unsigned long flags;

	local_irq_save(flags);
	if (!blog_lock_from_any(&state->lock)) {
		local_irq_restore(flags);
		return NULL;
	}
	if (ctx->kind == BLOG_CTX_CPU) {
		noisy = drop_of_cpu(state);
	} else {
		unlink_own(ctx);
		note_said(state, current->pid, ctx->records - ctx->run);
	}
	blog_batch_queue(state, ctx);
	raw_spin_unlock(&state->lock);
	local_irq_restore(flags);

	if (for_task(level))
		next = take_own(state, noisy);
	if (!next)
		next = own_of_cpu(state, noisy);
	/* A new turn: the task may have written to this CPU's context before. */
	if (next)
		blog_ctx_forget(next);

	return next;
}
EXPORT_SYMBOL_IF_KUNIT(blog_ctx_replace);

/**
 * blog_ctx_common() - the context for who gets no other
 * @state: state of a registered logger
 *
 * Context: blog_state.common_lock held, interrupts disabled. Takes a raw spinlock; in
 * NMI it only tries to.
 * Return: the context, with room, or NULL if there is no memory at all, or in NMI.
 */
struct blog_ctx *blog_ctx_common(struct blog_state *state)
{
	struct blog_ctx *ctx = state->common;

	lockdep_assert_held(&state->common_lock);

	if (ctx && ctx->head > BLOG_HEAD_MAX)
		return blog_batch_renew(state) ? state->common : NULL;

	return ctx;
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

struct recall {
	struct blog_ctx *ctx;
	u64 before;
};

/* Called while @task does not begin to run, nor end if it runs. */
static int take_from(struct task_struct *task, void *arg)
{
	const struct recall *recall = arg;
	struct blog_ctx *ctx = recall->ctx, **link;
	bool taken;

	if (task_curr(task))
		return 0;

	raw_spin_lock(&blog_tasks_lock);
	taken = READ_ONCE(ctx->task) == task && ctx->last < recall->before;
	if (taken) {
		for (link = &task->blog; *link != ctx; link = &(*link)->next)
			;
		*link = ctx->next;
		WRITE_ONCE(ctx->task, NULL);
		note_said(ctx->logger->state, task->pid, ctx->records - ctx->run);
	}
	raw_spin_unlock(&blog_tasks_lock);

	return taken;
}

/*
 * The task that has a context, or NULL if it is hard to find. Not through the pointer
 * in the context: the task may be gone.
 */
static struct task_struct *find_task(const struct blog_ctx *ctx)
{
	/* After exec in a thread it has the pid of its group. */
	const pid_t pids[] = {
		/* The owner stores both. */
		data_race(ctx->owner.pid), data_race(ctx->owner.tgid),
	};
	struct task_struct *task;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pids); i++) {
		task = pid_task(find_pid_ns(pids[i], &init_pid_ns), PIDTYPE_PID);
		if (task && task == READ_ONCE(ctx->task))
			return task;
	}

	return NULL;
}

/**
 * blog_ctx_recall() - take a context back from a silent task
 * @ctx: a task's context
 * @before: its last message must be older
 *
 * Context: Process context, RCU read-side critical section: the task is not freed
 * meanwhile. Takes a run queue's lock, and raw spinlocks, with interrupts disabled.
 * Return: false if the task runs, has said something, or has lost the context.
 */
bool blog_ctx_recall(struct blog_ctx *ctx, u64 before)
{
	struct recall recall = { .ctx = ctx, .before = before };
	struct task_struct *task = find_task(ctx);

	if (!task || !task_call_func(task, take_from, &recall))
		return false;
	local_irq_disable();
	blog_batch_release(ctx->logger->state, ctx);
	local_irq_enable();

	return true;
}
EXPORT_SYMBOL_IF_KUNIT(blog_ctx_recall);

/**
 * blog_ctx_recall_from_cpu() - take back a CPU's silent contexts
 * @cpu: a logger's part of this CPU, or of one that is offline, and stays so
 * @before: their last message must be older
 *
 * Context: Interrupts disabled, not in NMI. Takes raw spinlocks.
 */
void blog_ctx_recall_from_cpu(struct blog_cpu *cpu, u64 before)
{
	struct blog_ctx *ctx;
	unsigned int depth;

	/* Those below are being written by whom we interrupted. */
	for (depth = READ_ONCE(cpu->nesting); depth < BLOG_SHARED; depth++) {
		/* An NMI uses it before, or takes another. */
		ctx = xchg(&cpu->shared[depth], NULL);
		if (!ctx ||
		    (ctx->last >= before && !cmpxchg(&cpu->shared[depth], NULL, ctx)))
			continue;
		blog_batch_release(cpu->state, ctx);
		atomic_inc(&cpu->state->nr_recalled);
	}
}
EXPORT_SYMBOL_IF_KUNIT(blog_ctx_recall_from_cpu);

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
		WRITE_ONCE(ctx->task, NULL);
	}
	raw_spin_unlock_irqrestore(&blog_tasks_lock, flags);

	/*
	 * Whoever sees the key off sees the lists as they are now; and who looks
	 * at a context that was his first, in write_fast(), is done with it.
	 */
	synchronize_rcu();
	static_branch_dec(&blog_tasks_frozen);
}
