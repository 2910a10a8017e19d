// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: the memory of a logger's contexts.
 *
 * One worker for each logger allocates and frees its contexts. Who finds that contexts
 * run short asks for it (batch.c), from any context, through an irq_work. It allocates
 * up to the budget, frees what is above it, and takes contexts back from who is silent
 * (recall.c).
 *
 * While memory is short a shrinker frees idle contexts, with the history that they
 * hold, down to a floor: an eighth of the budget, and what is left for CPUs. What it
 * takes is counted. For BLOG_SHORT_SECONDS after that, and for a second after an
 * allocation that failed, nothing is allocated: full contexts are recycled as if the
 * budget were used up.
 */
#include <kunit/visibility.h>
#include <linux/align.h>
#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/cpumask.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/kmemleak.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "logger.h"
#include "recall.h"
#include "refill.h"
#include "shortage.h"

/* Memory is short for so long after the shrinker ran. */
#define BLOG_SHORT_SECONDS	2

#define CTX_PAGES		DIV_ROUND_UP(BLOG_CTX_SIZE, PAGE_SIZE)

/* The refill workers of all loggers; NULL if there was no memory at boot. */
static struct workqueue_struct *refill_wq __ro_after_init;

/* Where in its memory the next context begins, in bytes. */
static unsigned int next_colour(void)
{
	static atomic_t lines;

	return (unsigned int)atomic_inc_return(&lines) * SMP_CACHE_BYTES % BLOG_CTX_COLOURS;
}

static void free_ctx(struct blog_ctx *ctx)
{
	kvfree(PTR_ALIGN_DOWN(ctx, BLOG_CTX_COLOURS));
}

static struct blog_ctx *alloc_ctx(struct blog_state *state)
{
	struct blog_ctx *ctx;
	void *memory;

	/*
	 * Not zeroed: nobody reads beyond head. Nothing is reclaimed for the sake of
	 * pages that hang together.
	 */
	memory = kmalloc(BLOG_CTX_SIZE, (GFP_KERNEL & ~__GFP_RECLAIM) | __GFP_NOWARN);
	if (!memory)
		memory = __vmalloc(BLOG_CTX_SIZE, GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN);
	if (!memory)
		return NULL;

	/* What is logged is not what is in use; nor do lists of contexts keep anything. */
	kmemleak_ignore(memory);
	ctx = memory + next_colour();
	memset(ctx, 0, sizeof(*ctx));
	ctx->logger = state->logger;
	INIT_LIST_HEAD(&ctx->batch);
	blog_ctx_forget(ctx);
	blog_ctx_set_state(ctx, BLOG_CTX_READY);

	return ctx;
}

/* Nothing is allocated for so long; then the worker looks again. */
static void pause_growth(struct blog_state *state, unsigned int seconds)
{
	/* Pairs with the barrier in may_grow(). */
	smp_store_mb(state->grow_after, jiffies + seconds * HZ);
	WRITE_ONCE(state->no_memory, true);
	queue_delayed_work(refill_wq, &state->refill, seconds * HZ);
}

/* Whether the last pause is over; if not the worker looks again when it is. */
static bool may_grow(struct blog_state *state)
{
	long left;

	if (!READ_ONCE(state->no_memory))
		return true;
	/* First: the shrinker may set both just now. Pairs with that in pause_growth(). */
	smp_store_mb(state->no_memory, false);
	left = READ_ONCE(state->grow_after) - jiffies;
	if (left <= 0)
		return true;
	WRITE_ONCE(state->no_memory, true);
	queue_delayed_work(refill_wq, &state->refill, left);

	return false;
}

static bool grow(struct blog_state *state)
{
	struct blog_ctx *ctx = alloc_ctx(state);

	if (ctx)
		blog_batch_add(state, ctx);
	else
		pause_growth(state, 1);

	return ctx;
}

/* Free idle contexts above the budget. */
static void shrink(struct blog_state *state)
{
	struct blog_ctx *ctx, *next;
	LIST_HEAD(removed);

	while (READ_ONCE(state->nr_contexts) > READ_ONCE(state->budget)) {
		ctx = blog_batch_remove(state, false);
		if (!ctx)
			break;
		list_add(&ctx->batch, &removed);
	}
	if (list_empty(&removed))
		return;

	/* A reader may be inside. */
	synchronize_rcu();
	list_for_each_entry_safe(ctx, next, &removed, batch)
		free_ctx(ctx);
}

static bool wants_more(const struct blog_state *state, unsigned int ready)
{
	return !READ_ONCE(state->no_memory) &&
	       READ_ONCE(state->nr_contexts) < READ_ONCE(state->budget) &&
	       READ_ONCE(state->alloc_ready.nr) < ready;
}

static void refill_work(struct work_struct *work)
{
	struct blog_state *state = container_of(to_delayed_work(work),
						struct blog_state, refill);
	unsigned int wanted = 2 * blog_ready_wanted(state);

	/* Who asks from here on asks anew. */
	WRITE_ONCE(state->refill_asked, false);
	blog_recall(state);
	shrink(state);
	if (!may_grow(state))
		return;
	while (wants_more(state, wanted) && grow(state))
		;
}

static void kick(struct irq_work *work)
{
	struct blog_state *state = container_of(work, struct blog_state, kick);

	mod_delayed_work(refill_wq, &state->refill, 0);
}

/* Contexts that the shrinker may have, now. */
static unsigned int can_shrink(const struct blog_state *state)
{
	unsigned int floor = max(READ_ONCE(state->budget) / 8, BLOG_BUDGET_MIN);
	unsigned int nr = READ_ONCE(state->nr_contexts), idle = blog_nr_idle(state);
	unsigned int left = blog_left_for_cpus(state);

	return nr > floor && idle > left ? min(nr - floor, idle - left) : 0;
}

static unsigned long count_pages(struct shrinker *shrinker, struct shrink_control *sc)
{
	return can_shrink(shrinker->private_data) * CTX_PAGES ?: SHRINK_EMPTY;
}

static void free_ctx_rcu(struct rcu_head *rcu)
{
	free_ctx(container_of(rcu, struct blog_ctx, rcu));
}

static unsigned long free_pages_of(struct shrinker *shrinker, struct shrink_control *sc)
{
	struct blog_state *state = shrinker->private_data;
	unsigned long nr = DIV_ROUND_UP(sc->nr_to_scan, CTX_PAGES), freed = 0;
	struct blog_ctx *ctx;

	pause_growth(state, BLOG_SHORT_SECONDS);
	while (freed < nr && can_shrink(state)) {
		ctx = blog_batch_remove(state, true);
		if (!ctx)
			break;
		/* A reader may be inside. Not kvfree_rcu(), which takes its time. */
		call_rcu_hurry(&ctx->rcu, free_ctx_rcu);
		freed++;
	}
	sc->nr_scanned = freed * CTX_PAGES;

	return freed ? freed * CTX_PAGES : SHRINK_STOP;
}

/* Without one the contexts stay. */
static void add_shrinker(struct blog_state *state)
{
	struct shrinker *shrinker = shrinker_alloc(0, "blog-%s", state->logger->name);

	if (!shrinker)
		return;
	shrinker->count_objects = count_pages;
	shrinker->scan_objects = free_pages_of;
	shrinker->private_data = state;
	shrinker->batch = CTX_PAGES;
	/* What is dropped cannot be read again from anywhere. */
	shrinker->seeks = 8 * DEFAULT_SEEKS;
	state->shrinker = shrinker;
	shrinker_register(shrinker);
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
	state->said = kvcalloc(BLOG_SAID, sizeof(*state->said), GFP_KERNEL);
	state->cpu = alloc_percpu(struct blog_cpu);
	if (!state->cpu || !state->said) {
		free_percpu(state->cpu);
		kvfree(state->said);
		return -ENOMEM;
	}
	for_each_possible_cpu(cpu)
		raw_spin_lock_init(&per_cpu_ptr(state->cpu, cpu)->magazine.lock);

	raw_spin_lock_init(&state->lock);
	raw_spin_lock_init(&state->common_lock);
	INIT_LIST_HEAD(&state->contexts);
	INIT_LIST_HEAD(&state->alloc_ready.list);
	INIT_LIST_HEAD(&state->alloc_parked.list);
	INIT_LIST_HEAD(&state->alloc_noisy.list);
	INIT_LIST_HEAD(&state->log_quiet.list);
	INIT_LIST_HEAD(&state->log_noisy.list);
	blog_recall_init(state);
	INIT_DELAYED_WORK(&state->refill, refill_work);
	init_irq_work(&state->kick, kick);
	state->budget = budget;
	add_shrinker(state);

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
	shrinker_free(state->shrinker);
	disable_delayed_work_sync(&state->refill);
	blog_recall_end(state);
	blog_ctx_unlink_tasks(state);
	irq_work_sync(&state->kick);

	list_for_each_entry_safe(ctx, next, &state->contexts, all)
		free_ctx(ctx);
	free_percpu(state->cpu);
	kvfree(state->said);
}

/* Loggers can be registered from here on. */
static int __init blog_refill_init(void)
{
	refill_wq = alloc_workqueue("blog_refill", WQ_UNBOUND, 0);

	return refill_wq ? 0 : -ENOMEM;
}
early_initcall(blog_refill_init);
