// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of binary logging: memory that nobody can hoard.
 */
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/shrinker.h>
#include <linux/sizes.h>

#include "../budget.h"
#include "blog_kunit.h"

static struct blog_state *state_of_test(void)
{
	return blog_kunit_blog.state;
}

/* Whoever has said nothing since then is silent, and the worker may look for him. */
static void be_silent(void)
{
	msleep(100);
}

/* Noise is of many writers, so that all have room in one tally. */
#define NOISE_SEQS	1000

static void make_noise(u32 writer, u32 i)
{
	/* With time for the refill worker between. */
	if (i % 1000 == 0)
		blog_kunit_settle();
	blog_kunit_message(writer + i / NOISE_SEQS, i % NOISE_SEQS);
}

static struct blog_kunit_tally *tally_of(struct kunit *test, u32 sleepers, u32 noise)
{
	return blog_kunit_tally(test, sleepers + noise / NOISE_SEQS + 1, NOISE_SEQS);
}

/* Tasks that say something once and then sleep. */
struct sleepers {
	unsigned int nr;
	struct blog_kunit_task *tasks;
};

static void start_sleepers(struct kunit *test, struct sleepers *sleepers, u32 nr,
			   u32 each, struct blog_kunit_tally *tally)
{
	u32 i;

	sleepers->nr = nr;
	sleepers->tasks = blog_kunit_alloc(test, nr * sizeof(*sleepers->tasks));
	for (i = 0; i < nr; i++) {
		struct blog_kunit_task *t = &sleepers->tasks[i];

		t->id = i;
		t->nr = each;
		blog_kunit_start(test, t, raw_smp_processor_id());
		wait_for_completion(&t->written);
		blog_kunit_settle();
		if (tally)
			tally->pid[i] = t->pid;
	}
}

static void stop_sleepers(struct sleepers *sleepers)
{
	u32 i;

	for (i = 0; i < sleepers->nr; i++) {
		complete(&sleepers->tasks[i].written);
		blog_kunit_stop(&sleepers->tasks[i]);
	}
}

static bool has_context(const struct task_struct *task)
{
	return task->blog;
}

/* One that has said a thing sleeps; then others want contexts. */
static struct blog_ctx *start_one(struct kunit *test, struct sleepers *sleeper, u32 each)
{
	struct blog_ctx *ctx;

	start_sleepers(test, sleeper, 1, each, NULL);
	ctx = blog_kunit_ctx_of(sleeper->tasks[0].task);
	KUNIT_ASSERT_NOT_NULL(test, ctx);
	KUNIT_ASSERT_EQ(test, ctx->state, BLOG_CTX_ACTIVE);

	return ctx;
}

static bool recall(struct blog_ctx *ctx, u64 before)
{
	guard(rcu)();
	return blog_ctx_recall(ctx, before);
}

/* ACTIVE -> PARKED: what was said stays, and the next owner goes on behind it. */
static void recall_parks(struct kunit *test)
{
	struct blog_kunit_tally *tally = blog_kunit_tally(test, 2, 10);
	struct sleepers sleeper;
	struct blog_ctx *ctx;
	u64 last;

	ctx = start_one(test, &sleeper, 10);
	last = ctx->last;
	/* Not if something was said since. */
	KUNIT_EXPECT_FALSE(test, recall(ctx, last));
	KUNIT_EXPECT_TRUE(test, has_context(sleeper.tasks[0].task));
	KUNIT_EXPECT_TRUE(test, recall(ctx, last + 1));
	KUNIT_EXPECT_FALSE(test, has_context(sleeper.tasks[0].task));
	KUNIT_EXPECT_EQ(test, ctx->state, BLOG_CTX_PARKED);
	KUNIT_EXPECT_NULL(test, ctx->task);
	/* Nor twice. */
	KUNIT_EXPECT_FALSE(test, recall(ctx, last + 1));

	blog_kunit_message(1, 0);
	KUNIT_EXPECT_PTR_EQ(test, blog_kunit_ctx_of(current), ctx);
	KUNIT_EXPECT_TRUE(test, ctx->mixed);
	stop_sleepers(&sleeper);
	KUNIT_EXPECT_TRUE(test, blog_kunit_tally_read(test, tally));
	KUNIT_EXPECT_EQ(test, tally->records, 11);
}

/* ACTIVE -> QUEUED: one that is more than half full. */
static void recall_queues(struct kunit *test)
{
	struct sleepers sleeper;
	struct blog_ctx *ctx = start_one(test, &sleeper, CTX_MESSAGES * 2 / 3);

	KUNIT_EXPECT_TRUE(test, recall(ctx, ctx->last + 1));
	KUNIT_EXPECT_EQ(test, ctx->state, BLOG_CTX_QUEUED);
	KUNIT_EXPECT_FALSE(test, ctx->mixed);
	stop_sleepers(&sleeper);
	blog_kunit_stats(test);
}

/* Who runs keeps his own, however long he has been silent. */
static void recall_spares_running(struct kunit *test)
{
	struct blog_ctx *ctx;

	blog_kunit_message(0, 0);
	ctx = blog_kunit_ctx_of(current);
	KUNIT_ASSERT_NOT_NULL(test, ctx);
	KUNIT_EXPECT_FALSE(test, recall(ctx, U64_MAX));
	KUNIT_EXPECT_TRUE(test, has_context(current));
}

static void log_in_softirq(struct tasklet_struct *tasklet)
{
	blog_kunit_message(0, 0);
}

/* Let an interrupt say something; the CPU's context. */
static struct blog_ctx *interrupt_says(struct kunit *test)
{
	static DECLARE_TASKLET(tasklet, log_in_softirq);
	struct blog_ctx *ctx;

	tasklet_schedule(&tasklet);
	tasklet_kill(&tasklet);
	ctx = this_cpu_ptr(state_of_test()->cpu)->shared[1];
	KUNIT_ASSERT_NOT_NULL(test, ctx);

	return ctx;
}

/* A CPU gives back what is silent, unless it is just writing there. */
static void recall_from_cpu(struct kunit *test)
{
	struct blog_ctx *ctx = interrupt_says(test);
	struct blog_state *state = state_of_test();
	struct blog_cpu *cpu = this_cpu_ptr(state->cpu);
	struct blog_ctx *after[3];

	KUNIT_EXPECT_EQ(test, ctx->kind, BLOG_CTX_CPU);
	KUNIT_EXPECT_EQ(test, atomic_read(&state->nr_shared), 1);
	local_irq_disable();
	cpu->nesting = 2;
	blog_ctx_recall_from_cpu(cpu, U64_MAX);
	after[0] = cpu->shared[1];
	cpu->nesting = 0;
	blog_ctx_recall_from_cpu(cpu, 0);
	after[1] = cpu->shared[1];
	blog_ctx_recall_from_cpu(cpu, U64_MAX);
	after[2] = cpu->shared[1];
	local_irq_enable();

	KUNIT_EXPECT_PTR_EQ(test, after[0], ctx);
	KUNIT_EXPECT_PTR_EQ(test, after[1], ctx);
	KUNIT_EXPECT_NULL(test, after[2]);
	KUNIT_EXPECT_EQ(test, ctx->state, BLOG_CTX_PARKED);
	KUNIT_EXPECT_EQ(test, atomic_read(&state->nr_shared), 0);
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).nr_recalled, 1);
}

/*
 * An interrupt whose context is full, and was begun by a quiet task, does not go on in
 * the one that is being written by whom it interrupted.
 */
static void replace_in_interrupt(struct kunit *test)
{
	struct blog_ctx *first, *full, *next;
	struct blog_state *state;
	struct blog_cpu *cpu;
	unsigned int nesting;

	blog_kunit_reset(test, 32);
	state = state_of_test();
	cpu = this_cpu_ptr(state->cpu);
	local_irq_disable();
	first = blog_batch_take(state, BLOG_CTX_CPU, false);
	full = blog_batch_take(state, BLOG_CTX_CPU, false);
	if (first && full) {
		cpu->shared[0] = first;
		cpu->shared[1] = full;
		full->head = BLOG_HEAD_MAX + sizeof(u32);
		full->records = 1;
		cpu->nesting = 2;
		next = blog_ctx_replace(full, 2);
		nesting = cpu->nesting;
		cpu->nesting = 0;
	}
	local_irq_enable();

	KUNIT_ASSERT_NOT_NULL(test, first);
	KUNIT_ASSERT_NOT_NULL(test, full);
	KUNIT_EXPECT_EQ(test, full->state, BLOG_CTX_QUEUED);
	KUNIT_EXPECT_NOT_NULL(test, next);
	KUNIT_EXPECT_PTR_NE(test, next, first);
	KUNIT_EXPECT_PTR_EQ(test, next, cpu->shared[1]);
	KUNIT_EXPECT_EQ(test, nesting, 2);
	/* What it holds is no record. */
	full->head = 0;
	full->records = 0;
}

/* The refill worker takes from those who have been silent the longest. */
static void recall_in_order(struct kunit *test)
{
	struct sleepers old, young;
	u32 i, old_ones = 0, young_ones = 0;

	blog_kunit_reset(test, 32);
	start_sleepers(test, &old, 8, 1, NULL);
	be_silent();
	start_sleepers(test, &young, 8, 1, NULL);
	be_silent();
	/* Half of the budget has owners, and somebody takes note of it. */
	blog_kunit_message(0, 0);
	blog_kunit_settle();
	for (i = 0; i < 8; i++) {
		old_ones += has_context(old.tasks[i].task);
		young_ones += has_context(young.tasks[i].task);
	}
	KUNIT_EXPECT_EQ(test, old_ones, 0);
	KUNIT_EXPECT_GT(test, young_ones, 0);
	KUNIT_EXPECT_TRUE(test, has_context(current));
	KUNIT_EXPECT_GE(test, blog_kunit_stats(test).nr_recalled, 8);
	stop_sleepers(&old);
	stop_sleepers(&young);
}

/*
 * Sleepers hold back nothing: a quiet task's word survives a noisy one that writes as
 * much as half of the budget takes, and nothing else is overwritten.
 */
static void sleepers_many(struct kunit *test, u32 nr)
{
	const u32 budget = 32, noise = budget / 2 * CTX_MESSAGES;
	struct blog_kunit_tally *tally = tally_of(test, nr, noise);
	struct sleepers sleepers;
	struct blog_stats stats;
	u32 i;

	blog_kunit_reset(test, budget);
	start_sleepers(test, &sleepers, nr, 1, tally);
	be_silent();
	for (i = 0; i < noise; i++)
		make_noise(nr, i);
	stats = blog_kunit_stats(test);
	KUNIT_EXPECT_EQ(test, stats.captured, nr + noise);
	KUNIT_EXPECT_EQ(test, stats.dropped, 0);
	KUNIT_EXPECT_EQ(test, stats.overwritten, 0);
	KUNIT_EXPECT_TRUE(test, blog_kunit_tally_read(test, tally));
	KUNIT_EXPECT_EQ(test, tally->records, nr + noise);
	stop_sleepers(&sleepers);
}

static void memory_200_sleepers(struct kunit *test)
{
	sleepers_many(test, 200);
}

static void memory_2000_sleepers(struct kunit *test)
{
	sleepers_many(test, 2000);
}

/* However long the noise, the sleepers' words stay. */
static void memory_last_words(struct kunit *test)
{
	const u32 budget = 32, nr = 300, each = 10, noise = 4 * budget * CTX_MESSAGES;
	struct blog_kunit_tally *tally = tally_of(test, nr, noise);
	struct sleepers sleepers;
	struct blog_stats stats;
	u32 i, words = 0;

	blog_kunit_reset(test, budget);
	start_sleepers(test, &sleepers, nr, each, tally);
	be_silent();
	for (i = 0; i < noise; i++)
		make_noise(nr, i);
	stats = blog_kunit_stats(test);
	KUNIT_EXPECT_EQ(test, stats.dropped, 0);
	KUNIT_EXPECT_GT(test, stats.overwritten, 2 * budget * CTX_MESSAGES);
	KUNIT_EXPECT_TRUE(test, blog_kunit_tally_read(test, tally));
	for (i = 0; i < nr; i++)
		words += find_next_zero_bit(tally->seen, (i + 1) * NOISE_SEQS,
					    i * NOISE_SEQS) - i * NOISE_SEQS;
	KUNIT_EXPECT_EQ(test, words, nr * each);
	/* And most of the memory has the noise. */
	KUNIT_EXPECT_GT(test, tally->records - words, budget / 2 * CTX_MESSAGES);
	stop_sleepers(&sleepers);
}

/* A crowd in the least budget: nothing is dropped. */
static void memory_common(struct kunit *test)
{
	const u32 nr = 40, each = 3000;
	struct blog_kunit_tally *tally = blog_kunit_tally(test, nr, each);
	struct blog_state *state;
	struct blog_ctx *held[2];
	struct sleepers sleepers;
	struct blog_stats stats;
	u32 i;

	blog_kunit_reset(test, BLOG_BUDGET_MIN);
	state = state_of_test();
	/* As if other CPUs had as many as they may. */
	local_irq_disable();
	for (i = 0; i < ARRAY_SIZE(held); i++)
		held[i] = blog_batch_take(state, BLOG_CTX_CPU, false);
	local_irq_enable();
	KUNIT_EXPECT_NOT_NULL(test, held[0]);
	KUNIT_EXPECT_NOT_NULL(test, held[1]);

	start_sleepers(test, &sleepers, nr, each, tally);
	KUNIT_EXPECT_NOT_NULL(test, state->common);
	stats = blog_kunit_stats(test);
	KUNIT_EXPECT_LE(test, stats.nr_contexts, BLOG_BUDGET_MIN);
	KUNIT_EXPECT_EQ(test, stats.captured, nr * each);
	KUNIT_EXPECT_EQ(test, stats.dropped, 0);
	KUNIT_EXPECT_TRUE(test, blog_kunit_tally_read(test, tally));
	KUNIT_EXPECT_EQ(test, tally->records + stats.overwritten, nr * each);
	stop_sleepers(&sleepers);
}

static unsigned long shrink(unsigned int contexts)
{
	struct shrinker *shrinker = state_of_test()->shrinker;
	struct shrink_control sc = {
		.nr_to_scan = contexts * (BLOG_CTX_SIZE / PAGE_SIZE),
	};

	return shrinker->scan_objects(shrinker, &sc);
}

/* History is given back when memory is short: what was read first, down to a floor. */
static void memory_shrinks(struct kunit *test)
{
	const u32 budget = 32, nr = 20 * CTX_MESSAGES;
	struct blog_kunit_tally *tally = blog_kunit_tally(test, 1, nr);
	struct blog_stats before, after;
	struct blog_ctx *ctx;
	u32 i, read = 0, floor;

	blog_kunit_reset(test, budget);
	for (i = 0; i < nr; i++) {
		if (i % 1000 == 0)
			blog_kunit_settle();
		blog_kunit_message(0, i);
	}
	/* Two that are not the oldest have been read. */
	raw_spin_lock_irq(&state_of_test()->lock);
	list_for_each_entry_reverse(ctx, &state_of_test()->log_noisy.list, batch) {
		blog_ctx_claim(state_of_test(), ctx, ctx->generation, ctx->records);
		state_of_test()->in_flight = 0;
		if (++read == 2)
			break;
	}
	raw_spin_unlock_irq(&state_of_test()->lock);

	before = blog_kunit_stats(test);
	KUNIT_EXPECT_GT(test, before.published, 0);
	KUNIT_EXPECT_EQ(test, before.overwritten, 0);
	KUNIT_EXPECT_GT(test, shrink(before.contexts[BLOG_CTX_READY] + 2), 0);
	after = blog_kunit_stats(test);
	KUNIT_EXPECT_EQ(test, after.overwritten, 0);
	KUNIT_EXPECT_EQ(test, after.retained, before.retained - before.published);
	KUNIT_EXPECT_EQ(test, after.nr_shrunk, before.contexts[BLOG_CTX_READY] + 2);

	KUNIT_EXPECT_GT(test, shrink(3), 0);
	after = blog_kunit_stats(test);
	KUNIT_EXPECT_GT(test, after.overwritten, 0);
	KUNIT_EXPECT_EQ(test, after.shrunk, after.overwritten);
	KUNIT_EXPECT_TRUE(test, blog_kunit_tally_read(test, tally));
	/* The oldest went. */
	KUNIT_EXPECT_EQ(test, find_first_bit(tally->seen, nr), after.overwritten);

	while (shrink(1) != SHRINK_STOP)
		;
	after = blog_kunit_stats(test);
	KUNIT_EXPECT_GE(test, after.nr_contexts, max(budget / 8, BLOG_BUDGET_MIN));
	KUNIT_EXPECT_LT(test, after.nr_contexts, budget / 4);
	floor = after.nr_contexts;
	/* Nothing is allocated for a while, and nothing is dropped. */
	for (i = 0; i < 3 * CTX_MESSAGES; i++)
		blog_kunit_message(0, i);
	after = blog_kunit_stats(test);
	KUNIT_EXPECT_EQ(test, after.nr_contexts, floor);
	KUNIT_EXPECT_EQ(test, after.dropped, 0);
	/* Then it comes again. */
	msleep(2500);
	for (i = 0; i < 3 * CTX_MESSAGES; i++)
		make_noise(0, i);
	KUNIT_EXPECT_GT(test, blog_kunit_stats(test).nr_contexts, floor);
}

/* More than are counted in one go: each is counted once. */
static void memory_many_contexts(struct kunit *test)
{
	const u32 budget = 600, nr = 560 * CTX_MESSAGES;
	struct blog_ctx_info *info = blog_kunit_alloc(test, budget * sizeof(*info));
	struct blog_stats stats;
	unsigned int listed;
	u32 i, records = 0;

	blog_kunit_reset(test, budget);
	for (i = 0; i < nr; i++)
		make_noise(0, i);
	stats = blog_kunit_stats(test);
	KUNIT_EXPECT_GT(test, stats.nr_contexts, 400);
	KUNIT_EXPECT_EQ(test, stats.captured, nr);
	listed = blog_logger_contexts(&blog_kunit_blog, info, budget);
	KUNIT_EXPECT_EQ(test, listed, stats.nr_contexts);
	for (i = 0; i < min(listed, budget); i++)
		records += info[i].records;
	KUNIT_EXPECT_EQ(test, records, stats.retained);
}

static void budget_fits_machine(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, blog_budget_for(SZ_1G, 2), 16ULL * SZ_1M);
	KUNIT_EXPECT_EQ(test, blog_budget_for(24ULL * SZ_1G, 2), 96ULL * SZ_1M);
	/* Four contexts for each CPU, but no more than 1/64. */
	KUNIT_EXPECT_EQ(test, blog_budget_for(SZ_1G, 128), 16ULL * SZ_1M);
	KUNIT_EXPECT_EQ(test, blog_budget_for(16ULL * SZ_1G, 64),
			clamp(256ULL * BLOG_CTX_SIZE, 64ULL * SZ_1M, 256ULL * SZ_1M));
	KUNIT_EXPECT_EQ(test, blog_budget_for(2ULL << 40, 256), 512ULL * SZ_1M);
}

static void budget_at_boot(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, blog_budget_parse("", "ceph"), 0);
	KUNIT_EXPECT_EQ(test, blog_budget_parse("64M", "ceph"), 64ULL * SZ_1M);
	KUNIT_EXPECT_EQ(test, blog_budget_parse("ceph:32M,libceph:1G", "ceph"), 32ULL * SZ_1M);
	KUNIT_EXPECT_EQ(test, blog_budget_parse("ceph:32M,libceph:1G", "libceph"), SZ_1G);
	KUNIT_EXPECT_EQ(test, blog_budget_parse("ceph:32M,libceph:1G", "rbd"), 0);
	KUNIT_EXPECT_EQ(test, blog_budget_parse("16M,ceph:32M", "ceph"), 32ULL * SZ_1M);
	KUNIT_EXPECT_EQ(test, blog_budget_parse("16M,ceph:32M", "rbd"), 16ULL * SZ_1M);
	/* With a word in the kernel log. */
	KUNIT_EXPECT_EQ(test, blog_budget_parse("much", "ceph"), 0);
	KUNIT_EXPECT_EQ(test, blog_budget_parse("ceph:", "ceph"), 0);
	KUNIT_EXPECT_EQ(test, blog_budget_parse("16M,ceph:x", "ceph"), 16ULL * SZ_1M);
}

static struct kunit_case memory_cases[] = {
	KUNIT_CASE(recall_parks),
	KUNIT_CASE(recall_queues),
	KUNIT_CASE(recall_spares_running),
	KUNIT_CASE(recall_from_cpu),
	KUNIT_CASE(replace_in_interrupt),
	KUNIT_CASE(recall_in_order),
	KUNIT_CASE(memory_200_sleepers),
	KUNIT_CASE_SLOW(memory_2000_sleepers),
	KUNIT_CASE_SLOW(memory_last_words),
	KUNIT_CASE(memory_common),
	KUNIT_CASE_SLOW(memory_shrinks),
	KUNIT_CASE_SLOW(memory_many_contexts),
	KUNIT_CASE(budget_fits_machine),
	KUNIT_CASE(budget_at_boot),
	{}
};

static struct kunit_suite memory_suite = {
	.name = "blog_memory",
	.init = blog_kunit_init,
	.exit = blog_kunit_exit,
	.test_cases = memory_cases,
};

kunit_test_suite(memory_suite);
