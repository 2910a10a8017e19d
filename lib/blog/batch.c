// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: batches, where contexts are that nobody writes to.
 *
 * alloc_batch: what can be taken, in the magazines of CPUs and, the rest, in the
 * depot. log_batch: full contexts, oldest first. Why there are both, and who takes
 * what, says context.c. Here a context is moved, emptied and counted; nothing here
 * waits, allocates, or looks at the lists of tasks.
 */
#include <linux/atomic.h>
#include <linux/blog/reader.h>
#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/rculist.h>

#include "logger.h"

const struct blog_reader_ops __rcu *blog_reader;

/* A task that goes leaves its context PARKED if it is at most that full. */
#define BLOG_PARK_MAX	(BLOG_DATA_SIZE / 2)

/*
 * Tasks leave two idle contexts for each CPU, so that a CPU that begins another one
 * need not overwrite what it wrote before.
 */
static unsigned int left_for_cpus(const struct blog_state *state)
{
	return min(2 * num_online_cpus(), READ_ONCE(state->budget) / 4);
}

/* If fewer contexts are spare, more are wanted: twice as many. */
unsigned int blog_spare_wanted(const struct blog_state *state)
{
	unsigned int for_tasks = min(num_online_cpus(),
				     READ_ONCE(state->budget) / 8);

	return left_for_cpus(state) + max(for_tasks, 1U);
}

/* The messages of a context go, those that have not been counted unread. */
static void empty_ctx(struct blog_state *state, struct blog_ctx *ctx)
{
	lockdep_assert_held(&state->lock);

	state->captured += ctx->records;
	state->overwritten += ctx->records - ctx->counted;
	state->truncated += ctx->truncated;
	blog_ctx_forget(ctx);
	ctx->records = 0;
	ctx->truncated = 0;
	WRITE_ONCE(ctx->counted, 0);
	WRITE_ONCE(ctx->cleared, 0);
	WRITE_ONCE(ctx->head, 0);
	/* After head: pairs with the acquire in find_place(). */
	smp_store_release(&ctx->generation, ctx->generation + 1);
	/* Before what is written next: pairs with the barrier in blog_ctx_emptied(). */
	smp_wmb();
}

/* Lists */

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

static struct blog_ctx *batch_unlink(struct blog_batch *batch,
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
	return batch_unlink(batch, batch->list.next);
}

static struct blog_ctx *batch_pop_last(struct blog_batch *batch)
{
	return batch_unlink(batch, batch->list.prev);
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
	    !blog_lock_from_any(&state->lock))
		return NULL;
	if (may_take(state, leave))
		ctx = batch_pop(&state->alloc_batch);
	raw_spin_unlock(&state->lock);

	return ctx;
}

static struct blog_ctx *magazine_take(struct blog_magazine *magazine)
{
	struct blog_ctx *ctx = NULL;

	if (!READ_ONCE(magazine->nr) || !blog_lock_from_any(&magazine->lock))
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
	    !blog_lock_from_any(&state->lock))
		return NULL;
	if (may_take(state, leave))
		ctx = batch_pop(&state->log_batch);
	if (ctx) {
		empty_ctx(state, ctx);
		/* Who clears looks for QUEUED ones. */
		blog_ctx_set_state(ctx, BLOG_CTX_ACTIVE);
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
	if ((nr < budget && spare < blog_spare_wanted(state)) ||
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

/**
 * blog_batch_take() - take a context for a new owner, ACTIVE from here on
 * @state: state of the logger
 * @for_cpu: for this CPU, not for a task
 *
 * Context: Interrupts disabled. Takes raw spinlocks; in NMI it only tries to.
 * Return: a context, empty or to be continued, or NULL if there is none.
 */
struct blog_ctx *blog_batch_take(struct blog_state *state, bool for_cpu)
{
	unsigned int leave = for_cpu ? 0 : left_for_cpus(state);
	struct blog_ctx *ctx = take_spare(state, for_cpu, leave);

	if (!ctx && (for_cpu || at_budget(state)))
		ctx = recycle_oldest(state, leave);
	if (ctx) {
		ctx->shared = for_cpu;
		blog_ctx_set_state(ctx, BLOG_CTX_ACTIVE);
	}
	want_refill(state);

	return ctx;
}

/* A full context has been read to its end. */
static void reuse_ctx(struct blog_state *state, struct blog_ctx *ctx)
{
	lockdep_assert_held(&state->lock);

	batch_unlink(&state->log_batch, &ctx->batch);
	empty_ctx(state, ctx);
	blog_ctx_set_state(ctx, BLOG_CTX_READY);
	atomic_inc(&state->nr_spare);
	depot_put(state, ctx);
}

static void reuse_if_cleared(struct blog_state *state, struct blog_ctx *ctx)
{
	if (ctx->state == BLOG_CTX_QUEUED && ctx->cleared == ctx->records)
		reuse_ctx(state, ctx);
}

/* So that the reader takes it before it is recycled. */
static void tell_full(void)
{
	const struct blog_reader_ops *reader;

	guard(rcu)();
	reader = rcu_dereference(blog_reader);
	if (reader)
		reader->context_full();
}

/**
 * blog_batch_queue() - queue a context that is full, or too full to be parked
 * @state: state of the logger
 * @ctx: the context, which its owner has let go of
 *
 * Context: blog_state.lock held.
 */
void blog_batch_queue(struct blog_state *state, struct blog_ctx *ctx)
{
	lockdep_assert_held(&state->lock);

	ctx->task = NULL;
	ctx->next = NULL;
	blog_ctx_set_state(ctx, BLOG_CTX_QUEUED);
	batch_append(&state->log_batch, ctx);
	reuse_if_cleared(state, ctx);
	tell_full();
}

/**
 * blog_batch_release() - take back a context whose owner is gone
 * @state: state of the logger
 * @ctx: the context
 *
 * Context: Interrupts disabled, not in NMI. Takes raw spinlocks.
 */
void blog_batch_release(struct blog_state *state, struct blog_ctx *ctx)
{
	if (ctx->head <= BLOG_PARK_MAX) {
		ctx->task = NULL;
		ctx->next = NULL;
		blog_ctx_forget(ctx);
		blog_ctx_set_state(ctx, BLOG_CTX_PARKED);
		atomic_inc(&state->nr_spare);
		magazine_put(state, ctx);
	} else {
		raw_spin_lock(&state->lock);
		blog_batch_queue(state, ctx);
		raw_spin_unlock(&state->lock);
	}
	want_refill(state);
}

/* For the reader */

/**
 * blog_ctx_claim() - let messages of a context count as published
 * @state: state of the context's logger
 * @ctx: the context
 * @generation: the context's generation when they were read
 * @index: those before this one; some may have been claimed already
 *
 * They stay where they are.
 *
 * Context: blog_state.lock held.
 * Return: false if the context was emptied meanwhile: what was read may be
 * garbage, and was counted as overwritten.
 */
bool blog_ctx_claim(struct blog_state *state, struct blog_ctx *ctx,
		    unsigned int generation, u32 index)
{
	lockdep_assert_held(&state->lock);

	if (ctx->generation != generation)
		return false;
	if (index > ctx->counted) {
		state->claimed += index - ctx->counted;
		state->in_flight += index - ctx->counted;
		ctx->counted = index;
	}

	return true;
}

/**
 * blog_ctx_clear() - let nobody read messages of a context any more
 * @state: state of the context's logger
 * @ctx: the context
 * @index: those before this one
 *
 * Those that were not claimed count as overwritten. A QUEUED context without
 * more is emptied, and READY from here on.
 *
 * Context: blog_state.lock held.
 */
void blog_ctx_clear(struct blog_state *state, struct blog_ctx *ctx, u32 index)
{
	lockdep_assert_held(&state->lock);

	if (index > ctx->counted) {
		state->overwritten += index - ctx->counted;
		ctx->counted = index;
	}
	WRITE_ONCE(ctx->cleared, index);
	reuse_if_cleared(state, ctx);
}

/* For the refill worker */

/**
 * blog_batch_add() - bring a new context
 * @state: state of the logger
 * @ctx: the context, READY
 *
 * Context: Process context. Takes a raw spinlock with interrupts disabled.
 */
void blog_batch_add(struct blog_state *state, struct blog_ctx *ctx)
{
	/* First: who takes it decrements. */
	atomic_inc(&state->nr_spare);
	raw_spin_lock_irq(&state->lock);
	list_add_tail_rcu(&ctx->all, &state->contexts);
	WRITE_ONCE(state->nr_contexts, state->nr_contexts + 1);
	depot_put(state, ctx);
	raw_spin_unlock_irq(&state->lock);
}

/**
 * blog_batch_remove() - take an idle context away for good
 * @state: state of the logger
 *
 * Context: Process context. Takes raw spinlocks with interrupts disabled.
 * Return: a spare context, an empty one if possible, else the oldest full one, or
 * NULL. A reader may be inside until an RCU grace period has passed.
 */
struct blog_ctx *blog_batch_remove(struct blog_state *state)
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
		blog_ctx_set_state(ctx, BLOG_CTX_READY);
		list_del_rcu(&ctx->all);
		WRITE_ONCE(state->nr_contexts, state->nr_contexts - 1);
	}
	raw_spin_unlock_irq(&state->lock);

	return ctx;
}
