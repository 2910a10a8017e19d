// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: the life of contexts.
 */
#include <kunit/visibility.h>
#include <linux/blog/task.h>
#include <linux/cpumask.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "internal.h"

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
 *	  +--------------- emptied (read) -----------+   |
 *	                    ACTIVE <---------------------+
 *	                            recycled: emptied (overwritten), taken
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
 * Nobody allocates here. When spare contexts run low the refill worker is
 * asked for more; it allocates up to the budget, and frees what is above it.
 *
 * Who may touch what:
 *   - a list task_struct.blog: the task itself, with preemption disabled; and
 *     blog_task_free(), after the task's last run. To take contexts out of the
 *     lists of living tasks, blog_contexts_destroy() sets blog_tasks_frozen
 *     and waits for an RCU grace period: then nobody is inside such a list
 *     (but to look who its first is, and write there if it is of a logger that
 *     is on), and tasks write to overflow contexts until it is done.
 *     blog_tasks_lock serializes it with blog_task_free() meanwhile.
 *   - blog_cpu.shared: the CPU, at that level, and blog_contexts_destroy()
 *     once the logger is off and a grace period has passed. A CPU that goes
 *     offline keeps its own.
 *   - batches and totals: blog_state.lock; a magazine: its own lock, which
 *     nests outside.
 *   - the records of an ACTIVE context: its owner; see struct blog_ctx.
 *   - the publisher reads any context at any time, see reader.c. What it read
 *     counts only if the context was not emptied meanwhile. It empties the
 *     QUEUED ones that it has read to their end. Contexts are freed after an
 *     RCU grace period, for it may be inside.
 *
 * Locks are taken with interrupts disabled, for interrupts log too. In NMI
 * they are only tried.
 */

/* Tasks keep away from their lists of contexts, but for write_fast(). */
DEFINE_STATIC_KEY_FALSE(blog_tasks_frozen);

static DEFINE_RAW_SPINLOCK(blog_tasks_lock);

/* A task that goes leaves its context PARKED if it is at most that full. */
#define BLOG_PARK_MAX	(BLOG_DATA_SIZE / 2)

/*
 * Idle contexts, spare or full, that tasks leave for CPUs: two each, so that one
 * still holds what went before when the other is begun.
 */
static unsigned int left_for_cpus(const struct blog_state *state)
{
	return min(2 * num_online_cpus(), READ_ONCE(state->budget) / 4);
}

/* Below so many spare contexts more are wanted, up to twice as many. */
static unsigned int spare_wanted(const struct blog_state *state)
{
	unsigned int for_tasks = min(num_online_cpus(),
				     READ_ONCE(state->budget) / 8);

	return left_for_cpus(state) + max(for_tasks, 1U);
}

/*
 * Take a lock that interrupts share: false in NMI if somebody has it. The
 * caller has disabled interrupts.
 */
static bool __lock_from_any(raw_spinlock_t *lock)
{
	if (!in_nmi())
		raw_spin_lock(lock);
	/* Without SMP it would always succeed. */
	else if (!IS_ENABLED(CONFIG_SMP) || !raw_spin_trylock(lock))
		return false;
	__release(lock);	/* sparse: the macro acquires it */

	return true;
}

#define lock_from_any(lock)	__cond_lock(lock, __lock_from_any(lock))

/* Whoever writes next starts with a full set of control records. */
static void forget_controls(struct blog_ctx *ctx)
{
	ctx->cpu = BLOG_NO_CPU;
}

/* The messages of a context go, those that were not consumed unread. */
static void empty_ctx(struct blog_state *state, struct blog_ctx *ctx)
{
	lockdep_assert_held(&state->lock);

	state->captured += ctx->records;
	state->overwritten += ctx->records - ctx->consumed;
	state->truncated += ctx->truncated;
	forget_controls(ctx);
	ctx->records = 0;
	ctx->truncated = 0;
	ctx->consumed = 0;
	WRITE_ONCE(ctx->head, 0);
	/* After head: pairs with the acquire in find_place(). */
	smp_store_release(&ctx->generation, ctx->generation + 1);
}

static void set_state(struct blog_ctx *ctx, enum blog_ctx_state to)
{
	WRITE_ONCE(ctx->state, to);
}

/* Batches */

static void batch_append(struct blog_batch *batch, struct blog_ctx *ctx)
{
	list_add_tail(&ctx->batch, &batch->list);
	WRITE_ONCE(batch->nr, batch->nr + 1);
}

static void batch_push(struct blog_batch *batch, struct blog_ctx *ctx)
{
	list_add(&ctx->batch, &batch->list);
	WRITE_ONCE(batch->nr, batch->nr + 1);
}

static struct blog_ctx *batch_remove(struct blog_batch *batch,
				     struct list_head *entry)
{
	if (entry == &batch->list)
		return NULL;
	list_del_init(entry);
	WRITE_ONCE(batch->nr, batch->nr - 1);

	return list_entry(entry, struct blog_ctx, batch);
}

static struct blog_ctx *batch_pop(struct blog_batch *batch)
{
	return batch_remove(batch, batch->list.next);
}

static struct blog_ctx *batch_pop_last(struct blog_batch *batch)
{
	return batch_remove(batch, batch->list.prev);
}

/* Put a READY or PARKED context where it can be taken, PARKED ones first. */
static void depot_put(struct blog_state *state, struct blog_ctx *ctx)
{
	lockdep_assert_held(&state->lock);

	if (ctx->state == BLOG_CTX_PARKED)
		batch_push(&state->alloc_batch, ctx);
	else
		batch_append(&state->alloc_batch, ctx);
}

/* Whether more than @leave contexts are idle. */
static bool may_take(const struct blog_state *state, unsigned int leave)
{
	return READ_ONCE(state->alloc_batch.nr) +
	       READ_ONCE(state->log_batch.nr) > leave;
}

/* Take a spare context out of the depot. */
static struct blog_ctx *depot_take(struct blog_state *state, unsigned int leave)
{
	struct blog_ctx *ctx = NULL;

	if (!READ_ONCE(state->alloc_batch.nr) || !may_take(state, leave) ||
	    !lock_from_any(&state->lock))
		return NULL;
	if (may_take(state, leave))
		ctx = batch_pop(&state->alloc_batch);
	raw_spin_unlock(&state->lock);

	return ctx;
}

static struct blog_ctx *magazine_take(struct blog_magazine *magazine)
{
	struct blog_ctx *ctx = NULL;

	if (!READ_ONCE(magazine->nr) || !lock_from_any(&magazine->lock))
		return NULL;
	if (magazine->nr) {
		WRITE_ONCE(magazine->nr, magazine->nr - 1);
		ctx = magazine->ctx[magazine->nr];
	}
	raw_spin_unlock(&magazine->lock);

	return ctx;
}

/* Put a context in this CPU's magazine; if full, half of it to the depot. */
static void magazine_put(struct blog_state *state, struct blog_ctx *ctx)
{
	struct blog_magazine *magazine = &this_cpu_ptr(state->cpu)->magazine;

	raw_spin_lock(&magazine->lock);
	if (magazine->nr == BLOG_MAGAZINE) {
		raw_spin_lock(&state->lock);
		while (magazine->nr > BLOG_MAGAZINE / 2) {
			WRITE_ONCE(magazine->nr, magazine->nr - 1);
			depot_put(state, magazine->ctx[magazine->nr]);
		}
		raw_spin_unlock(&state->lock);
	}
	magazine->ctx[magazine->nr] = ctx;
	WRITE_ONCE(magazine->nr, magazine->nr + 1);
	raw_spin_unlock(&magazine->lock);
}

/* Take a context out of any magazine, if there is one in them. */
static struct blog_ctx *steal(struct blog_state *state)
{
	struct blog_ctx *ctx;
	int cpu;

	if (atomic_read(&state->nr_spare) <= READ_ONCE(state->alloc_batch.nr))
		return NULL;
	for_each_possible_cpu(cpu) {
		ctx = magazine_take(&per_cpu_ptr(state->cpu, cpu)->magazine);
		if (ctx)
			return ctx;
	}

	return NULL;
}

/* Empty the oldest full context. */
static struct blog_ctx *recycle_oldest(struct blog_state *state,
				       unsigned int leave)
{
	struct blog_ctx *ctx = NULL;

	if (!READ_ONCE(state->log_batch.nr) || !may_take(state, leave) ||
	    !lock_from_any(&state->lock))
		return NULL;
	if (may_take(state, leave))
		ctx = batch_pop(&state->log_batch);
	if (ctx) {
		empty_ctx(state, ctx);
		/* The publisher looks for QUEUED ones. */
		set_state(ctx, BLOG_CTX_ACTIVE);
	}
	raw_spin_unlock(&state->lock);

	return ctx;
}

static bool at_budget(const struct blog_state *state)
{
	return READ_ONCE(state->nr_contexts) >= READ_ONCE(state->budget) ||
	       READ_ONCE(state->no_memory);
}

/* Ask for the refill worker if it has something to do, and was not asked. */
static void want_refill(struct blog_state *state)
{
	unsigned int nr = READ_ONCE(state->nr_contexts);
	unsigned int budget = READ_ONCE(state->budget);
	int spare = atomic_read(&state->nr_spare);

	if (READ_ONCE(state->refill_asked))
		return;
	if ((nr < budget && spare < spare_wanted(state)) ||
	    (nr > budget && (spare || READ_ONCE(state->log_batch.nr)))) {
		WRITE_ONCE(state->refill_asked, true);
		irq_work_queue(&state->kick);
	}
}

static struct blog_ctx *take_spare(struct blog_state *state, bool for_cpu,
				   unsigned int leave)
{
	struct blog_ctx *ctx = NULL;

	if (!atomic_read(&state->nr_spare))
		return NULL;
	if (!for_cpu)
		ctx = magazine_take(&this_cpu_ptr(state->cpu)->magazine);
	if (!ctx)
		ctx = depot_take(state, leave);
	if (!ctx)
		ctx = steal(state);
	if (ctx)
		atomic_dec(&state->nr_spare);

	return ctx;
}

/*
 * Take a context, ACTIVE from here on. Interrupts are disabled.
 * @for_cpu: for this CPU, not for a task
 */
static struct blog_ctx *take(struct blog_state *state, bool for_cpu)
{
	unsigned int leave = for_cpu ? 0 : left_for_cpus(state);
	struct blog_ctx *ctx = take_spare(state, for_cpu, leave);

	if (!ctx && (for_cpu || at_budget(state)))
		ctx = recycle_oldest(state, leave);
	if (ctx) {
		ctx->shared = for_cpu;
		set_state(ctx, BLOG_CTX_ACTIVE);
	}
	want_refill(state);

	return ctx;
}

/* A full context has been read to its end. */
static void reuse_ctx(struct blog_state *state, struct blog_ctx *ctx)
{
	lockdep_assert_held(&state->lock);

	batch_remove(&state->log_batch, &ctx->batch);
	empty_ctx(state, ctx);
	set_state(ctx, BLOG_CTX_READY);
	atomic_inc(&state->nr_spare);
	depot_put(state, ctx);
}

static void reuse_if_read(struct blog_state *state, struct blog_ctx *ctx)
{
	if (ctx->state == BLOG_CTX_QUEUED && ctx->consumed == ctx->records)
		reuse_ctx(state, ctx);
}

/* A context is full, or nearly so, and its owner has let go of it. */
static void queue_ctx(struct blog_state *state, struct blog_ctx *ctx)
{
	lockdep_assert_held(&state->lock);

	ctx->task = NULL;
	ctx->next = NULL;
	set_state(ctx, BLOG_CTX_QUEUED);
	batch_append(&state->log_batch, ctx);
	reuse_if_read(state, ctx);
	blog_publish_soon();
}

/* The owner of a context is gone. Interrupts are disabled. */
static void release(struct blog_state *state, struct blog_ctx *ctx)
{
	if (ctx->head <= BLOG_PARK_MAX) {
		ctx->task = NULL;
		ctx->next = NULL;
		forget_controls(ctx);
		set_state(ctx, BLOG_CTX_PARKED);
		atomic_inc(&state->nr_spare);
		magazine_put(state, ctx);
	} else {
		raw_spin_lock(&state->lock);
		queue_ctx(state, ctx);
		raw_spin_unlock(&state->lock);
	}
	want_refill(state);
}

/* Owners */

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
		ctx = take(state, false);
		if (ctx)
			adopt(ctx);
	}
	if (!ctx) {
		if (!*shared)
			*shared = take(state, true);
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
	if (!lock_from_any(&state->lock)) {
		local_irq_restore(flags);
		return NULL;
	}
	if (ctx->shared)
		__this_cpu_write(state->cpu->shared[level], NULL);
	else
		current->blog = ctx->next;
	queue_ctx(state, ctx);
	raw_spin_unlock(&state->lock);
	local_irq_restore(flags);

	next = blog_ctx_own(logger, level);
	/* A task may have written to its CPU's overflow context before: a new turn. */
	if (next)
		forget_controls(next);

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
	/* Else unlink_from_tasks() waits until we are done. */
	frozen = static_branch_unlikely(&blog_tasks_frozen);
	if (frozen)
		raw_spin_lock(&blog_tasks_lock);
	for (ctx = tsk->blog; ctx; ctx = next) {
		next = ctx->next;
		release(ctx->logger->state, ctx);
	}
	tsk->blog = NULL;
	if (frozen)
		raw_spin_unlock(&blog_tasks_lock);
	local_irq_restore(flags);
}

/* The publisher */

/**
 * blog_ctx_claim() - take messages out of a context for good
 * @state: state of the context's logger
 * @ctx: the context
 * @generation: the context's generation when they were read
 * @nr: the next so many that are not consumed
 *
 * A QUEUED context without more is emptied, and READY from here on.
 *
 * Context: blog_state.lock held.
 * Return: false if the context was emptied meanwhile: what was read may be
 * garbage, and was counted as overwritten.
 */
bool blog_ctx_claim(struct blog_state *state, struct blog_ctx *ctx,
		    unsigned int generation, u32 nr)
{
	lockdep_assert_held(&state->lock);

	if (ctx->generation != generation)
		return false;
	ctx->consumed += nr;
	state->claimed += nr;
	state->in_flight += nr;
	reuse_if_read(state, ctx);

	return true;
}

/**
 * blog_ctx_clear() - let messages of a context go unread
 * @state: state of the context's logger
 * @ctx: the context
 * @nr: the next so many that are not consumed
 *
 * Context: blog_state.lock held.
 */
void blog_ctx_clear(struct blog_state *state, struct blog_ctx *ctx, u32 nr)
{
	lockdep_assert_held(&state->lock);

	ctx->consumed += nr;
	state->overwritten += nr;
	reuse_if_read(state, ctx);
}

/* The refill worker, the only one that changes blog_state.nr_contexts. */

static struct blog_ctx *alloc_ctx(struct blog_state *state)
{
	struct blog_ctx *ctx;

	/* Not zeroed: nobody reads beyond head. It may fail, but not loop. */
	ctx = kmalloc(BLOG_CTX_SIZE, GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN);
	if (!ctx)
		ctx = __vmalloc(BLOG_CTX_SIZE, GFP_KERNEL |
				__GFP_RETRY_MAYFAIL | __GFP_NOWARN);
	if (!ctx)
		return NULL;

	memset(ctx, 0, sizeof(*ctx));
	ctx->logger = state->logger;
	INIT_LIST_HEAD(&ctx->batch);
	forget_controls(ctx);
	set_state(ctx, BLOG_CTX_READY);

	return ctx;
}

static bool grow(struct blog_state *state)
{
	struct blog_ctx *ctx = alloc_ctx(state);

	WRITE_ONCE(state->no_memory, !ctx);
	if (!ctx)
		return false;

	/* First: who takes it decrements. */
	atomic_inc(&state->nr_spare);
	raw_spin_lock_irq(&state->lock);
	list_add_tail_rcu(&ctx->all, &state->contexts);
	WRITE_ONCE(state->nr_contexts, state->nr_contexts + 1);
	depot_put(state, ctx);
	raw_spin_unlock_irq(&state->lock);

	return true;
}

/*
 * Take an idle context away: a spare one, empty if possible, else the oldest.
 */
static struct blog_ctx *remove_idle(struct blog_state *state)
{
	struct blog_ctx *ctx;

	raw_spin_lock_irq(&state->lock);
	ctx = batch_pop_last(&state->alloc_batch);
	raw_spin_unlock_irq(&state->lock);
	if (!ctx) {
		local_irq_disable();
		ctx = steal(state);
		local_irq_enable();
	}
	if (ctx)
		atomic_dec(&state->nr_spare);

	raw_spin_lock_irq(&state->lock);
	if (!ctx)
		ctx = batch_pop(&state->log_batch);
	if (ctx) {
		empty_ctx(state, ctx);
		set_state(ctx, BLOG_CTX_READY);
		list_del_rcu(&ctx->all);
		WRITE_ONCE(state->nr_contexts, state->nr_contexts - 1);
	}
	raw_spin_unlock_irq(&state->lock);

	return ctx;
}

/* Free idle contexts above the budget. */
static void shrink(struct blog_state *state)
{
	struct blog_ctx *ctx, *next;
	LIST_HEAD(removed);

	while (state->nr_contexts > READ_ONCE(state->budget)) {
		ctx = remove_idle(state);
		if (!ctx)
			break;
		list_add(&ctx->batch, &removed);
	}
	if (list_empty(&removed))
		return;

	/* The publisher may be inside. */
	synchronize_rcu();
	list_for_each_entry_safe(ctx, next, &removed, batch)
		kvfree(ctx);
}

static void refill_work(struct work_struct *work)
{
	struct blog_state *state = container_of(to_delayed_work(work),
						struct blog_state, refill);
	unsigned int wanted = 2 * spare_wanted(state);

	/* Who asks from here on asks anew. */
	WRITE_ONCE(state->refill_asked, false);
	shrink(state);
	while (state->nr_contexts < READ_ONCE(state->budget) &&
	       atomic_read(&state->nr_spare) < wanted) {
		if (grow(state))
			continue;
		/* No memory: nobody else needs to ask. */
		WRITE_ONCE(state->refill_asked, true);
		queue_delayed_work(system_unbound_wq, &state->refill, HZ);
		break;
	}
}

static void kick(struct irq_work *work)
{
	struct blog_state *state = container_of(work, struct blog_state, kick);

	mod_delayed_work(system_unbound_wq, &state->refill, 0);
}

/**
 * blog_contexts_refill() - allocate or free contexts now
 * @state: state of a registered logger
 *
 * Context: Process context; sleeps until the refill worker has run.
 */
void blog_contexts_refill(struct blog_state *state)
{
	mod_delayed_work(system_unbound_wq, &state->refill, 0);
	flush_delayed_work(&state->refill);
}
EXPORT_SYMBOL_IF_KUNIT(blog_contexts_refill);

/**
 * blog_contexts_init() - set up a logger's contexts
 * @state: its state, zeroed, with @logger set
 * @budget: most contexts that there may be
 *
 * There are none until blog_contexts_refill().
 *
 * Context: Process context.
 * Return: 0 or -ENOMEM.
 */
int blog_contexts_init(struct blog_state *state, unsigned int budget)
{
	int cpu;

	state->cpu = alloc_percpu(struct blog_cpu);
	if (!state->cpu)
		return -ENOMEM;
	for_each_possible_cpu(cpu)
		raw_spin_lock_init(&per_cpu_ptr(state->cpu, cpu)->magazine.lock);

	raw_spin_lock_init(&state->lock);
	INIT_LIST_HEAD(&state->contexts);
	INIT_LIST_HEAD(&state->alloc_batch.list);
	INIT_LIST_HEAD(&state->log_batch.list);
	INIT_DELAYED_WORK(&state->refill, refill_work);
	init_irq_work(&state->kick, kick);
	state->budget = budget;

	return 0;
}

/* Take a logger's contexts out of the lists of living tasks. */
static void unlink_from_tasks(struct blog_state *state)
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

/**
 * blog_contexts_destroy() - free a logger's contexts with all they hold
 * @state: its state; nobody writes to the logger or reads it any more
 *
 * Context: Process context; sleeps.
 */
void blog_contexts_destroy(struct blog_state *state)
{
	struct blog_ctx *ctx, *next;

	/* From here on the contexts stay, whoever still asks for others. */
	disable_delayed_work_sync(&state->refill);
	unlink_from_tasks(state);
	irq_work_sync(&state->kick);

	list_for_each_entry_safe(ctx, next, &state->contexts, all)
		kvfree(ctx);
	free_percpu(state->cpu);
}
