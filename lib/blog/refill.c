// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: the memory of a logger's contexts.
 *
 * One worker for each logger allocates and frees its contexts; it is the only one
 * that changes how many there are. Who finds that spare ones run low asks for it
 * (batch.c), from any context, through an irq_work. It allocates up to the budget,
 * and frees what is above it. If there is no memory it tries again after a second,
 * and meanwhile full contexts are recycled as if the budget were used up.
 */
#include <kunit/visibility.h>
#include <linux/cpumask.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "logger.h"
#include "refill.h"

/* The refill workers of all loggers; NULL if there was no memory at boot. */
static struct workqueue_struct *refill_wq __ro_after_init;

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
	blog_ctx_forget(ctx);
	blog_ctx_set_state(ctx, BLOG_CTX_READY);

	return ctx;
}

static bool grow(struct blog_state *state)
{
	struct blog_ctx *ctx = alloc_ctx(state);

	WRITE_ONCE(state->no_memory, !ctx);
	if (!ctx)
		return false;

	blog_batch_add(state, ctx);

	return true;
}

/* Free idle contexts above the budget. */
static void shrink(struct blog_state *state)
{
	struct blog_ctx *ctx, *next;
	LIST_HEAD(removed);

	while (state->nr_contexts > READ_ONCE(state->budget)) {
		ctx = blog_batch_remove(state);
		if (!ctx)
			break;
		list_add(&ctx->batch, &removed);
	}
	if (list_empty(&removed))
		return;

	/* A reader may be inside. */
	synchronize_rcu();
	list_for_each_entry_safe(ctx, next, &removed, batch)
		kvfree(ctx);
}

static void refill_work(struct work_struct *work)
{
	struct blog_state *state = container_of(to_delayed_work(work),
						struct blog_state, refill);
	unsigned int wanted = 2 * blog_spare_wanted(state);

	/* Who asks from here on asks anew. */
	WRITE_ONCE(state->refill_asked, false);
	shrink(state);
	while (state->nr_contexts < READ_ONCE(state->budget) &&
	       atomic_read(&state->nr_spare) < wanted) {
		if (grow(state))
			continue;
		/* No memory: nobody else needs to ask. */
		WRITE_ONCE(state->refill_asked, true);
		queue_delayed_work(refill_wq, &state->refill, HZ);
		break;
	}
}

static void kick(struct irq_work *work)
{
	struct blog_state *state = container_of(work, struct blog_state, kick);

	mod_delayed_work(refill_wq, &state->refill, 0);
}

/**
 * blog_contexts_refill() - allocate or free contexts now
 * @state: state of a registered logger
 *
 * Context: Process context; sleeps until the refill worker has run.
 */
void blog_contexts_refill(struct blog_state *state)
{
	mod_delayed_work(refill_wq, &state->refill, 0);
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

	if (!refill_wq)
		return -ENOMEM;
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
	blog_ctx_unlink_tasks(state);
	irq_work_sync(&state->kick);

	list_for_each_entry_safe(ctx, next, &state->contexts, all)
		kvfree(ctx);
	free_percpu(state->cpu);
}

/* Loggers can be registered from here on. */
static int __init blog_refill_init(void)
{
	refill_wq = alloc_workqueue("blog_refill", WQ_UNBOUND, 0);

	return refill_wq ? 0 : -ENOMEM;
}
early_initcall(blog_refill_init);
