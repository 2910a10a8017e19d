// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: batches, where contexts are that nobody writes to.
 *
 * Here a context is moved, emptied and counted; nothing here waits, allocates, or
 * looks at the lists of tasks.
 */
#include <kunit/visibility.h>
#include <linux/atomic.h>
#include <linux/blog/reader.h>
#include <linux/cpumask.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/rculist.h>

#include "logger.h"
#include "shortage.h"

/**
 * DOC: which context is taken
 *
 * What a quiet task said shall survive a noisy one, and a task that sleeps shall not
 * keep memory from others. So quiet tasks share contexts with quiet tasks, and noisy
 * ones overwrite what noisy ones wrote.
 *
 * Noisy are interrupts; a task that has just filled a context; one that has written
 * BLOG_RUN messages in a row to its CPU's context; and one that had said so much lately
 * when its context was taken back (blog_state.said). All other tasks are quiet. A
 * context is noisy if who began it is (blog_ctx.noisy).
 *
 * alloc_batch holds what is not full: READY contexts; quiet PARKED ones, of which each
 * CPU has a magazine; and noisy PARKED ones. log_batch holds QUEUED ones, oldest first:
 * quiet ones that several tasks wrote to, and all others. Who takes what, first to last:
 *
 *	quiet			noisy
 *	quiet PARKED		noisy PARKED
 *	READY			READY
 *	the oldest QUEUED	quiet PARKED, if those are more than an eighth of the budget
 *	noisy PARKED		the oldest QUEUED
 *
 * Of the QUEUED contexts the oldest noisy one is emptied, and a quiet one only while
 * those are more than half of all, or if there is no other. Tasks empty one only where
 * no more can be allocated; CPUs, which cannot wait for the refill worker, always. Tasks
 * leave some idle contexts for the CPUs; while half of the budget has owners quiet ones
 * get PARKED contexts only. CPUs take up to half of the budget. The first context of all is the
 * common one, and when it is full it is queued and another taken in one go: there
 * always is one.
 *
 * When contexts run short the refill worker is asked to allocate some, and where that
 * cannot be, to take back those whose owners are silent (recall.c).
 */

const struct blog_reader_ops __rcu *blog_reader;

/* A task that goes leaves its context PARKED if it is at most that full. */
#define BLOG_PARK_MAX	(BLOG_DATA_SIZE / 2)

/* The messages of a context go, those that have not been counted unread. */
static void empty_ctx(struct blog_state *state, struct blog_ctx *ctx)
{
	lockdep_assert_held(&state->lock);

	state->captured += ctx->records;
	state->overwritten += ctx->records - ctx->counted;
	state->truncated += ctx->truncated;
	state->nr_changed++;
	blog_ctx_forget(ctx);
	ctx->records = 0;
	ctx->truncated = 0;
	ctx->mixed = false;
	WRITE_ONCE(ctx->counted, 0);
	WRITE_ONCE(ctx->cleared, 0);
	WRITE_ONCE(ctx->head, 0);
	/* After head: pairs with the acquire in find_place(). */
	smp_store_release(&ctx->generation, ++state->generation);
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

/* Where a QUEUED context is. One that a single task filled is not that of a quiet one. */
static struct blog_batch *log_of(struct blog_state *state, const struct blog_ctx *ctx)
{
	return ctx->mixed && !ctx->noisy ? &state->log_quiet : &state->log_noisy;
}

static void put_ready(struct blog_state *state, struct blog_ctx *ctx)
{
	lockdep_assert_held(&state->lock);

	blog_ctx_set_state(ctx, BLOG_CTX_READY);
	batch_append(&state->alloc_ready, ctx);
}

/* Whether more than @leave contexts are idle, those in magazines aside. */
static bool may_take(const struct blog_state *state, unsigned int leave)
{
	return READ_ONCE(state->alloc_ready.nr) + READ_ONCE(state->alloc_noisy.nr) +
	       READ_ONCE(state->alloc_parked.nr) + blog_nr_queued(state) > leave;
}

/* Take a context out of a batch. */
static struct blog_ctx *batch_take(struct blog_state *state, struct blog_batch *batch,
				   unsigned int leave)
{
	struct blog_ctx *ctx = NULL;

	if (!READ_ONCE(batch->nr) || !may_take(state, leave) ||
	    !blog_lock_from_any(&state->lock))
		return NULL;
	if (may_take(state, leave))
		ctx = batch_pop(batch);
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

/* Put a quiet PARKED context in this CPU's magazine; if full, half of it to the depot. */
static void magazine_put(struct blog_state *state, struct blog_ctx *ctx)
{
	struct blog_magazine *magazine = &this_cpu_ptr(state->cpu)->magazine;

	raw_spin_lock(&magazine->lock);
	if (magazine->nr == BLOG_MAGAZINE) {
		raw_spin_lock(&state->lock);
		while (magazine->nr > BLOG_MAGAZINE / 2) {
			WRITE_ONCE(magazine->nr, magazine->nr - 1);
			batch_push(&state->alloc_parked, magazine->ctx[magazine->nr]);
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

	if (atomic_read(&state->nr_parked) <= READ_ONCE(state->alloc_parked.nr))
		return NULL;
	for_each_possible_cpu(cpu) {
		ctx = magazine_take(&per_cpu_ptr(state->cpu, cpu)->magazine);
		if (ctx)
			return ctx;
	}

	return NULL;
}

static struct blog_ctx *take_parked(struct blog_state *state, bool for_cpu,
				    unsigned int leave)
{
	struct blog_ctx *ctx = NULL;

	/* Whoever takes one out of a magazine leaves as many, too. */
	if (!atomic_read(&state->nr_parked) || blog_nr_idle(state) <= leave)
		return NULL;
	if (!for_cpu)
		ctx = magazine_take(&this_cpu_ptr(state->cpu)->magazine);
	if (!ctx)
		ctx = batch_take(state, &state->alloc_parked, leave);
	if (!ctx)
		ctx = steal(state);
	if (ctx)
		atomic_dec(&state->nr_parked);

	return ctx;
}

static struct blog_ctx *take_ready(struct blog_state *state, unsigned int leave)
{
	return batch_take(state, &state->alloc_ready, leave);
}

/* Take the QUEUED context out of log_batch that is to go first. */
static struct blog_ctx *pop_oldest(struct blog_state *state)
{
	bool quiet = !state->log_noisy.nr ||
		     state->log_quiet.nr > blog_nr_possible(state) / 2;

	return batch_pop(quiet ? &state->log_quiet : &state->log_noisy);
}

/* Take the PARKED context that was parked first. */
static struct blog_ctx *pop_parked(struct blog_state *state)
{
	struct blog_ctx *ctx = batch_pop_last(&state->alloc_parked);

	if (ctx)
		atomic_dec(&state->nr_parked);

	return ctx;
}

/* Empty a QUEUED context. */
static struct blog_ctx *recycle(struct blog_state *state, unsigned int leave)
{
	struct blog_ctx *ctx = NULL;

	if (!blog_nr_queued(state) || !may_take(state, leave) ||
	    !blog_lock_from_any(&state->lock))
		return NULL;
	if (may_take(state, leave))
		ctx = pop_oldest(state);
	if (ctx) {
		empty_ctx(state, ctx);
		/* Who clears looks for QUEUED ones. */
		blog_ctx_set_state(ctx, BLOG_CTX_ACTIVE);
	}
	raw_spin_unlock(&state->lock);

	return ctx;
}

static struct blog_ctx *take_noisy(struct blog_state *state, unsigned int leave)
{
	return batch_take(state, &state->alloc_noisy, leave);
}

static struct blog_ctx *take_for_noisy(struct blog_state *state, bool for_cpu,
				       unsigned int leave)
{
	unsigned int most = READ_ONCE(state->budget) / 8;
	struct blog_ctx *ctx = take_noisy(state, leave) ?: take_ready(state, leave);

	if (!ctx && atomic_read(&state->nr_parked) > most)
		ctx = take_parked(state, for_cpu, leave);
	if (!ctx && (for_cpu || blog_at_budget(state)))
		ctx = recycle(state, leave);

	return ctx;
}

static struct blog_ctx *take_for_quiet(struct blog_state *state, bool for_cpu,
				       unsigned int leave)
{
	struct blog_ctx *ctx = take_parked(state, for_cpu, leave);

	if (ctx || (!for_cpu && blog_nr_active(state) >= READ_ONCE(state->budget) / 2))
		return ctx;
	ctx = take_ready(state, leave);
	if (!ctx && (for_cpu || blog_at_budget(state)))
		ctx = recycle(state, leave);

	return ctx ?: take_noisy(state, leave);
}

static struct blog_ctx *take_for_task(struct blog_state *state, bool noisy)
{
	unsigned int leave = blog_left_for_cpus(state);

	return noisy ? take_for_noisy(state, false, leave) :
		       take_for_quiet(state, false, leave);
}

static struct blog_ctx *take_for_cpu(struct blog_state *state, bool noisy)
{
	struct blog_ctx *ctx;

	if (atomic_read(&state->nr_shared) >= READ_ONCE(state->budget) / 2)
		return NULL;
	ctx = noisy ? take_for_noisy(state, true, 0) : take_for_quiet(state, true, 0);
	/* If need be whatever there is. */
	if (!ctx)
		ctx = take_parked(state, true, 0);
	if (ctx)
		atomic_inc(&state->nr_shared);

	return ctx;
}

static void activate(struct blog_ctx *ctx, enum blog_ctx_kind kind, bool noisy)
{
	if (!ctx->head)
		ctx->noisy = noisy;
	ctx->kind = kind;
	blog_ctx_set_state(ctx, BLOG_CTX_ACTIVE);
}

/**
 * blog_batch_take() - take a context for a new owner, ACTIVE from here on
 * @state: state of the logger
 * @kind: for a task, or for this CPU
 * @noisy: who takes it is
 *
 * Context: Interrupts disabled. Takes raw spinlocks; in NMI it only tries to.
 * Return: a context, empty or to be continued, or NULL if there is none.
 */
struct blog_ctx *blog_batch_take(struct blog_state *state, enum blog_ctx_kind kind,
				 bool noisy)
{
	struct blog_ctx *ctx;

	ctx = kind == BLOG_CTX_TASK ? take_for_task(state, noisy) :
				      take_for_cpu(state, noisy);
	if (ctx)
		activate(ctx, kind, noisy);
	blog_want_refill(state);

	return ctx;
}
EXPORT_SYMBOL_IF_KUNIT(blog_batch_take);

/* A full context has been read to its end. */
static void reuse_ctx(struct blog_state *state, struct blog_ctx *ctx)
{
	lockdep_assert_held(&state->lock);

	batch_unlink(log_of(state, ctx), &ctx->batch);
	empty_ctx(state, ctx);
	put_ready(state, ctx);
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

/* The owner lets go of a context. */
static void disown(struct blog_state *state, struct blog_ctx *ctx)
{
	if (ctx->kind == BLOG_CTX_CPU)
		atomic_dec(&state->nr_shared);
	WRITE_ONCE(ctx->task, NULL);
	ctx->next = NULL;
	blog_ctx_forget(ctx);
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

	disown(state, ctx);
	blog_ctx_set_state(ctx, BLOG_CTX_QUEUED);
	batch_append(log_of(state, ctx), ctx);
	reuse_if_cleared(state, ctx);
	tell_full();
}

/**
 * blog_batch_renew() - queue the common context, which is full, for another
 * @state: state of the logger
 *
 * Context: blog_state.common_lock held, interrupts disabled. Takes a raw spinlock; in
 * NMI it only tries to.
 * Return: false if it could not: the common context is still full.
 */
bool blog_batch_renew(struct blog_state *state)
{
	struct blog_ctx *ctx;

	if (!blog_lock_from_any(&state->lock))
		return false;
	blog_batch_queue(state, state->common);
	ctx = batch_pop(&state->alloc_ready) ?: batch_pop(&state->alloc_noisy) ?:
	      pop_parked(state);
	if (!ctx) {
		/* If there is no other it is the same. */
		ctx = pop_oldest(state);
		empty_ctx(state, ctx);
	}
	activate(ctx, BLOG_CTX_COMMON, false);
	state->common = ctx;
	raw_spin_unlock(&state->lock);
	blog_want_refill(state);

	return true;
}

/**
 * blog_batch_release() - take back a context whose owner is gone, or silent
 * @state: state of the logger
 * @ctx: the context
 *
 * Context: Interrupts disabled, not in NMI. Takes raw spinlocks.
 */
void blog_batch_release(struct blog_state *state, struct blog_ctx *ctx)
{
	bool park = ctx->head && ctx->head <= BLOG_PARK_MAX;

	if (park && !ctx->noisy) {
		disown(state, ctx);
		blog_ctx_set_state(ctx, BLOG_CTX_PARKED);
		atomic_inc(&state->nr_parked);
		magazine_put(state, ctx);
	} else {
		raw_spin_lock(&state->lock);
		if (park) {
			disown(state, ctx);
			blog_ctx_set_state(ctx, BLOG_CTX_PARKED);
			batch_append(&state->alloc_noisy, ctx);
		} else if (ctx->head) {
			blog_batch_queue(state, ctx);
		} else {
			disown(state, ctx);
			put_ready(state, ctx);
		}
		raw_spin_unlock(&state->lock);
	}
	blog_want_refill(state);
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
		state->nr_changed++;
	}

	return true;
}
EXPORT_SYMBOL_IF_KUNIT(blog_ctx_claim);

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
	state->nr_changed++;
	WRITE_ONCE(ctx->cleared, index);
	reuse_if_cleared(state, ctx);
}

/* For the refill worker and the shrinker */

/**
 * blog_batch_add() - bring a new context
 * @state: state of the logger
 * @ctx: the context
 *
 * The first one is the common one.
 *
 * Context: Process context. Takes raw spinlocks with interrupts disabled.
 */
void blog_batch_add(struct blog_state *state, struct blog_ctx *ctx)
{
	raw_spin_lock_irq(&state->common_lock);
	raw_spin_lock(&state->lock);
	ctx->generation = ++state->generation;
	list_add_tail_rcu(&ctx->all, &state->contexts);
	WRITE_ONCE(state->nr_contexts, state->nr_contexts + 1);
	if (state->common) {
		put_ready(state, ctx);
	} else {
		activate(ctx, BLOG_CTX_COMMON, false);
		state->common = ctx;
	}
	raw_spin_unlock(&state->lock);
	raw_spin_unlock_irq(&state->common_lock);
}

/* So many QUEUED contexts are looked at for one that was read. */
#define BLOG_LOOK_MAX	64

/* Take a QUEUED context that was read to its end. */
static struct blog_ctx *pop_read(struct blog_batch *batch)
{
	unsigned int nr = 0;
	struct blog_ctx *ctx;

	list_for_each_entry(ctx, &batch->list, batch) {
		if (ctx->counted == ctx->records)
			return batch_unlink(batch, &ctx->batch);
		if (++nr == BLOG_LOOK_MAX)
			break;
	}

	return NULL;
}

/**
 * blog_batch_remove() - take an idle context away for good
 * @state: state of the logger
 * @shrunk: because memory is short: what goes unread is counted as that, too
 *
 * Empty ones go first, then those that were read, then those that were not, oldest
 * first; PARKED ones last.
 *
 * Context: Process context. Takes raw spinlocks with interrupts disabled.
 * Return: the context, or NULL. A reader may be inside until an RCU grace period has
 * passed.
 */
struct blog_ctx *blog_batch_remove(struct blog_state *state, bool shrunk)
{
	struct blog_ctx *ctx, *stolen = NULL;
	unsigned long flags;

	local_irq_save(flags);
	if (!may_take(state, 0)) {
		stolen = steal(state);
		if (stolen)
			atomic_dec(&state->nr_parked);
	}
	raw_spin_lock(&state->lock);
	ctx = stolen ?: batch_pop(&state->alloc_ready) ?: pop_read(&state->log_noisy) ?:
	      pop_read(&state->log_quiet) ?: pop_oldest(state) ?:
	      batch_pop(&state->alloc_noisy) ?: pop_parked(state);
	if (ctx) {
		if (shrunk) {
			state->shrunk += ctx->records - ctx->counted;
			state->nr_shrunk++;
		}
		empty_ctx(state, ctx);
		blog_ctx_set_state(ctx, BLOG_CTX_READY);
		list_del_rcu(&ctx->all);
		WRITE_ONCE(state->nr_contexts, state->nr_contexts - 1);
	}
	raw_spin_unlock(&state->lock);
	local_irq_restore(flags);

	return ctx;
}
