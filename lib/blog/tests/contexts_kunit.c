// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of binary logging: the life of contexts.
 *
 * The tests count messages by their own numbers, and compare with what the
 * logger says.
 */
#include <linux/bitmap.h>
#include <linux/cache.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/rculist.h>
#include <linux/sched.h>

#include "blog_kunit.h"

#define BLOG_LOGGER blog_kunit_second
#include <linux/blog/define_logger.h>

/* Log messages, with time for the refill worker between. */
static void log_slowly(u32 writer, u32 seq, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++) {
		if (i % 1000 == 0)
			blog_kunit_settle();
		blog_kunit_message(writer, seq + i);
	}
}

/* Contexts that tasks have. */
static unsigned int count_owned(void)
{
	unsigned int nr = 0;
	struct blog_ctx *ctx;

	guard(rcu)();
	list_for_each_entry_rcu(ctx, &blog_kunit_blog.state->contexts, all)
		nr += READ_ONCE(ctx->state) == BLOG_CTX_ACTIVE &&
		      ctx->kind == BLOG_CTX_TASK;

	return nr;
}

/* Tasks give their contexts back some time after they ended. */
static bool wait_for_owned(unsigned int nr)
{
	unsigned long end = jiffies + 20 * HZ;

	while (count_owned() > nr && time_before(jiffies, end)) {
		rcu_barrier();
		schedule_timeout_uninterruptible(1);
	}

	return count_owned() <= nr;
}

/* A full context is queued, and the task goes on in another. */
static void contexts_full(struct kunit *test)
{
	struct blog_kunit_tally *tally = blog_kunit_tally(test, 1, 2 * CTX_MESSAGES);
	struct blog_ctx *first, *second;
	struct blog_stats stats;

	tally->pid[0] = current->pid;
	blog_kunit_message(0, 0);
	first = blog_kunit_ctx_of(current);
	KUNIT_ASSERT_NOT_NULL(test, first);
	KUNIT_EXPECT_EQ(test, first->state, BLOG_CTX_ACTIVE);

	log_slowly(0, 1, 2 * CTX_MESSAGES - 1);
	second = blog_kunit_ctx_of(current);
	KUNIT_ASSERT_NOT_NULL(test, second);
	KUNIT_EXPECT_PTR_NE(test, first, second);
	KUNIT_EXPECT_EQ(test, first->state, BLOG_CTX_QUEUED);
	KUNIT_EXPECT_NULL(test, first->task);
	KUNIT_EXPECT_GT(test, first->head, BLOG_HEAD_MAX);
	KUNIT_EXPECT_LE(test, first->head, BLOG_DATA_SIZE);

	stats = blog_kunit_stats(test);
	KUNIT_EXPECT_GE(test, stats.contexts[BLOG_CTX_QUEUED], 1);
	KUNIT_EXPECT_EQ(test, stats.captured, 2 * CTX_MESSAGES);
	KUNIT_EXPECT_EQ(test, stats.overwritten, 0);
	KUNIT_EXPECT_EQ(test, stats.dropped, 0);
	KUNIT_EXPECT_TRUE(test, blog_kunit_tally_read(test, tally));
	KUNIT_EXPECT_EQ(test, tally->records, 2 * CTX_MESSAGES);
}

static noinline void log_to_second(u32 seq)
{
	blog(&blog_kunit_second_blog, 0, "%u %s", seq, "to the second logger, and long");
}

static void unregister_second(void *unused)
{
	blog_logger_unregister(&blog_kunit_second_blog);
}

/* A task writes to two loggers in turn; each of its contexts gets full in both places. */
static void contexts_two_loggers(struct kunit *test)
{
	const u32 nr = 2 * CTX_MESSAGES;
	struct blog_kunit_tally *tally = blog_kunit_tally(test, 1, nr);
	const struct blog_ctx *first;
	struct blog_stats stats;
	u32 seq;

	KUNIT_ASSERT_EQ(test, blog_logger_register(&blog_kunit_second_blog), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, unregister_second, NULL), 0);
	KUNIT_ASSERT_EQ(test, blog_logger_enable(&blog_kunit_second_blog, true), 0);

	tally->pid[0] = current->pid;
	for (seq = 0; seq < nr; seq++) {
		first = current->blog;
		if (seq % 1000 == 0)
			blog_kunit_settle();
		blog_kunit_message(0, seq);
		log_to_second(seq);
		if (seq == 10)
			KUNIT_EXPECT_PTR_EQ(test, first, current->blog);
	}

	stats = blog_kunit_stats(test);
	KUNIT_EXPECT_EQ(test, stats.captured, nr);
	KUNIT_EXPECT_EQ(test, stats.dropped, 0);
	KUNIT_EXPECT_EQ(test, stats.contexts[BLOG_CTX_QUEUED], 1);
	KUNIT_EXPECT_TRUE(test, blog_kunit_tally_read(test, tally));
	blog_logger_stats(&blog_kunit_second_blog, &stats);
	KUNIT_EXPECT_EQ(test, stats.captured, nr);
	KUNIT_EXPECT_EQ(test, stats.dropped, 0);
	KUNIT_EXPECT_GE(test, stats.contexts[BLOG_CTX_QUEUED], 1);
}

/* Over budget the oldest messages go, and are counted. */
static void contexts_overwritten(struct kunit *test)
{
	const u32 nr = 20 * CTX_MESSAGES;
	struct blog_kunit_tally *tally = blog_kunit_tally(test, 1, nr);
	struct blog_stats stats;

	blog_kunit_reset(test, 6);
	log_slowly(0, 0, nr);

	stats = blog_kunit_stats(test);
	KUNIT_EXPECT_LE(test, stats.nr_contexts, 6);
	KUNIT_EXPECT_EQ(test, stats.budget, 6);
	KUNIT_EXPECT_EQ(test, stats.captured, nr);
	KUNIT_EXPECT_EQ(test, stats.dropped, 0);
	KUNIT_EXPECT_GT(test, stats.overwritten, 0);
	/* All but what is kept for interrupts and overflow holds history. */
	KUNIT_EXPECT_GT(test, stats.pending, 2 * CTX_MESSAGES);

	KUNIT_EXPECT_TRUE(test, blog_kunit_tally_read(test, tally));
	KUNIT_EXPECT_EQ(test, tally->records, nr - stats.overwritten);
	/* The first are gone, the last are there. */
	KUNIT_EXPECT_EQ(test, find_first_bit(tally->seen, nr), stats.overwritten);
	KUNIT_EXPECT_EQ(test, find_next_zero_bit(tally->seen, nr, stats.overwritten), nr);
}

/* The memory follows the budget; what is freed is counted. */
static void contexts_budget(struct kunit *test)
{
	const u32 nr = 12 * CTX_MESSAGES;
	struct blog_kunit_tally *tally = blog_kunit_tally(test, 1, nr);
	struct blog_stats stats;
	unsigned int most;

	blog_kunit_reset(test, 64);
	log_slowly(0, 0, nr);
	stats = blog_kunit_stats(test);
	most = stats.nr_contexts;
	KUNIT_EXPECT_GT(test, most, 8);
	KUNIT_EXPECT_LE(test, most, 64);
	KUNIT_EXPECT_EQ(test, stats.overwritten, 0);

	KUNIT_EXPECT_EQ(test, blog_logger_set_budget(&blog_kunit_blog, 5), 0);
	blog_logger_stats(&blog_kunit_blog, &stats);
	KUNIT_EXPECT_EQ(test, stats.nr_contexts, 5);
	stats = blog_kunit_stats(test);
	KUNIT_EXPECT_EQ(test, stats.captured, nr);
	KUNIT_EXPECT_GT(test, stats.overwritten, 0);

	KUNIT_EXPECT_TRUE(test, blog_kunit_tally_read(test, tally));
	KUNIT_EXPECT_EQ(test, tally->records, stats.pending);
	KUNIT_EXPECT_TRUE(test, test_bit(nr - 1, tally->seen));

	/* It goes on, and may have more again. */
	KUNIT_EXPECT_EQ(test, blog_logger_set_budget(&blog_kunit_blog, 64), 0);
	log_slowly(0, 0, nr);
	stats = blog_kunit_stats(test);
	KUNIT_EXPECT_EQ(test, stats.captured, 2 * nr);
	KUNIT_EXPECT_GT(test, stats.nr_contexts, 5);
}

/* The next task continues the context of one that is gone. */
static void contexts_parked(struct kunit *test)
{
	struct blog_kunit_task first = { .id = 0, .nr = 10 };
	struct blog_kunit_task second = { .id = 1, .nr = 10 };
	struct blog_kunit_tally *tally = blog_kunit_tally(test, 2, 10);
	struct blog_ctx *ctx;
	/* What goes back goes to the CPU that the task ended on. */
	int cpu = raw_smp_processor_id();

	blog_kunit_start(test, &first, cpu);
	wait_for_completion(&first.written);
	ctx = blog_kunit_ctx_of(first.task);
	KUNIT_EXPECT_NOT_NULL(test, ctx);
	complete(&first.written);
	blog_kunit_stop(&first);
	if (!ctx)
		return;
	KUNIT_EXPECT_TRUE(test, wait_for_owned(0));
	KUNIT_EXPECT_EQ(test, ctx->state, BLOG_CTX_PARKED);
	KUNIT_EXPECT_NULL(test, ctx->task);
	KUNIT_EXPECT_EQ(test, blog_kunit_controls(ctx, BLOG_OWNER), 1);

	blog_kunit_start(test, &second, cpu);
	wait_for_completion(&second.written);
	KUNIT_EXPECT_PTR_EQ(test, blog_kunit_ctx_of(second.task), ctx);
	KUNIT_EXPECT_EQ(test, ctx->state, BLOG_CTX_ACTIVE);
	KUNIT_EXPECT_EQ(test, blog_kunit_controls(ctx, BLOG_OWNER), 2);
	complete(&second.written);
	blog_kunit_stop(&second);

	tally->pid[0] = first.pid;
	tally->pid[1] = second.pid;
	KUNIT_EXPECT_TRUE(test, blog_kunit_tally_read(test, tally));
	KUNIT_EXPECT_EQ(test, tally->records, 20);
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).captured, 20);
}

/* Many tasks that come and go share a few contexts. */
static void contexts_short_tasks(struct kunit *test)
{
	const u32 nr = 300, burst = 10;
	struct blog_kunit_tally *tally = blog_kunit_tally(test, nr, 3);
	struct blog_stats stats;
	unsigned int used = 0;
	struct blog_ctx *ctx;
	int cpu = raw_smp_processor_id();
	u32 id;

	for (id = 0; id < nr; id++) {
		struct blog_kunit_task t = { .id = id, .nr = 3 };

		blog_kunit_start(test, &t, cpu);
		tally->pid[id] = t.pid;
		blog_kunit_stop(&t);
		if (id % burst == burst - 1)
			KUNIT_EXPECT_TRUE(test, wait_for_owned(0));
	}

	list_for_each_entry(ctx, &blog_kunit_blog.state->contexts, all)
		used += ctx->head != 0;
	KUNIT_EXPECT_GE(test, used, 1);
	KUNIT_EXPECT_LE(test, used, 2 * burst);
	stats = blog_kunit_stats(test);
	KUNIT_EXPECT_EQ(test, stats.captured, 3 * nr);
	KUNIT_EXPECT_EQ(test, stats.overwritten, 0);
	KUNIT_EXPECT_EQ(test, stats.dropped, 0);
	KUNIT_EXPECT_TRUE(test, blog_kunit_tally_read(test, tally));
	KUNIT_EXPECT_EQ(test, tally->records, 3 * nr);
}

/*
 * @nr tasks, all alive at once, write @each messages within a budget that is too
 * small for them: those that get no context share one, and what each wrote is
 * known.
 */
static void crowd(struct kunit *test, u32 budget, u32 nr, u32 each)
{
	struct blog_kunit_tally *tally = blog_kunit_tally(test, nr, each);
	struct blog_kunit_task *tasks, another = { .nr = 1 };
	unsigned int own = 0, shared = 0;
	struct blog_stats stats;
	struct blog_ctx *ctx;
	u32 i;

	blog_kunit_reset(test, budget);
	tasks = blog_kunit_alloc(test, nr * sizeof(*tasks));
	for (i = 0; i < nr; i++) {
		tasks[i].id = i;
		tasks[i].nr = each;
		tasks[i].pace = 1;
		blog_kunit_start(test, &tasks[i], -1);
		tally->pid[i] = tasks[i].pid;
	}
	/* All are alive. */
	for (i = 0; i < nr; i++) {
		wait_for_completion(&tasks[i].written);
		own += !!blog_kunit_ctx_of(tasks[i].task);
	}
	list_for_each_entry(ctx, &blog_kunit_blog.state->contexts, all)
		if (ctx->kind != BLOG_CTX_TASK)
			shared += blog_kunit_controls(ctx, BLOG_OWNER);
	KUNIT_EXPECT_GE(test, own, 1);
	KUNIT_EXPECT_LT(test, own, budget);

	stats = blog_kunit_stats(test);
	/* Others had one, and it was taken back. */
	KUNIT_EXPECT_GT(test, shared + stats.nr_recalled, 0);
	KUNIT_EXPECT_LE(test, stats.nr_contexts, budget);
	KUNIT_EXPECT_EQ(test, stats.captured, nr * each);
	KUNIT_EXPECT_EQ(test, stats.dropped, 0);
	KUNIT_EXPECT_TRUE(test, blog_kunit_tally_read(test, tally));
	/* What is not there is counted. */
	KUNIT_EXPECT_EQ(test, tally->records + stats.overwritten, nr * each);

	/* When they are gone others get contexts again. */
	for (i = 0; i < nr; i++) {
		complete(&tasks[i].written);
		blog_kunit_stop(&tasks[i]);
	}
	KUNIT_EXPECT_TRUE(test, wait_for_owned(0));
	blog_kunit_settle();
	blog_kunit_start(test, &another, -1);
	wait_for_completion(&another.written);
	KUNIT_EXPECT_NOT_NULL(test, blog_kunit_ctx_of(another.task));
	complete(&another.written);
	blog_kunit_stop(&another);
}

static void contexts_overflow(struct kunit *test)
{
	/* Each CPU has its shared one. */
	const u32 budget = 4 + 4 * num_online_cpus();

	crowd(test, budget, 8 * budget, 20);
}

static void contexts_3000_tasks(struct kunit *test)
{
	crowd(test, 64, 3000, 5);
}

static struct blog_ctx *list_of(const struct task_struct *task)
{
	return task->blog;
}

/* A logger may go while tasks have its contexts, and come back to them. */
static void contexts_unregister(struct kunit *test)
{
	struct blog_kunit_task tasks[4] = {};
	struct completion start;
	struct blog_stats stats;
	int i;

	for (i = 0; i < ARRAY_SIZE(tasks); i++) {
		tasks[i].id = i;
		tasks[i].nr = 5;
		blog_kunit_start(test, &tasks[i], -1);
		wait_for_completion(&tasks[i].written);
		KUNIT_EXPECT_NOT_NULL(test, list_of(tasks[i].task));
		blog_kunit_settle();
	}
	blog_kunit_message(4, 0);
	KUNIT_EXPECT_NOT_NULL(test, list_of(current));

	blog_logger_unregister(&blog_kunit_blog);
	for (i = 0; i < ARRAY_SIZE(tasks); i++)
		KUNIT_EXPECT_NULL(test, list_of(tasks[i].task));
	KUNIT_EXPECT_NULL(test, list_of(current));
	blog_kunit_message(4, 1);
	KUNIT_EXPECT_NULL(test, list_of(current));

	KUNIT_ASSERT_EQ(test, blog_kunit_init(test), 0);
	stats = blog_kunit_stats(test);
	KUNIT_EXPECT_EQ(test, stats.captured, 0);
	KUNIT_EXPECT_EQ(test, count_owned(), 0);
	blog_kunit_message(4, 2);
	KUNIT_EXPECT_NOT_NULL(test, blog_kunit_ctx_of(current));
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).captured, 1);

	for (i = 0; i < ARRAY_SIZE(tasks); i++) {
		complete(&tasks[i].written);
		blog_kunit_stop(&tasks[i]);
	}
	/* Ended tasks give nothing back to the new contexts. */
	rcu_barrier();
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).contexts[BLOG_CTX_PARKED], 0);

	/* One that waited through it all. */
	init_completion(&start);
	tasks[0].start = &start;
	blog_kunit_start(test, &tasks[0], -1);
	blog_kunit_reset(test, 8);
	complete(&start);
	blog_kunit_stop(&tasks[0]);
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).captured, 5);
}

static unsigned long free_pages_now(void)
{
	struct sysinfo info;

	si_meminfo(&info);
	return info.freeram;
}

/* Whatever their state, contexts go with their logger. */
static void contexts_freed(struct kunit *test)
{
	const int rounds = 20;
	unsigned long before, after;
	int i;

	for (i = 0; i < rounds; i++) {
		if (i == 1)
			before = free_pages_now();
		blog_kunit_reset(test, 16);
		log_slowly(0, 0, 4 * CTX_MESSAGES);
	}
	blog_logger_unregister(&blog_kunit_blog);
	after = free_pages_now();

	/* One context a round would be more. */
	KUNIT_EXPECT_GT(test, after + rounds / 2 * (BLOG_CTX_SIZE / PAGE_SIZE), before);
}

/* Contexts do not begin with the same lines of the cache, and lie in their memory. */
static void contexts_colours(struct kunit *test)
{
	unsigned int contexts = 0, begins = 0;
	DECLARE_BITMAP(seen, BLOG_CTX_COLOURS / SMP_CACHE_BYTES) = {};
	struct blog_ctx *ctx;

	log_slowly(0, 0, 8 * CTX_MESSAGES);

	guard(rcu)();
	list_for_each_entry_rcu(ctx, &blog_kunit_blog.state->contexts, all) {
		unsigned long begin = offset_in_page(ctx) % BLOG_CTX_COLOURS;

		KUNIT_EXPECT_EQ(test, begin % SMP_CACHE_BYTES, 0);
		KUNIT_EXPECT_LE(test, begin + sizeof(*ctx) + BLOG_DATA_SIZE, BLOG_CTX_SIZE);
		begins += !__test_and_set_bit(begin / SMP_CACHE_BYTES, seen);
		contexts++;
	}
	KUNIT_EXPECT_GE(test, contexts, 8);
	KUNIT_EXPECT_GT(test, begins, contexts / 2);
}

static struct kunit_case contexts_cases[] = {
	KUNIT_CASE(contexts_full),
	KUNIT_CASE(contexts_two_loggers),
	KUNIT_CASE(contexts_overwritten),
	KUNIT_CASE(contexts_budget),
	KUNIT_CASE(contexts_parked),
	KUNIT_CASE(contexts_short_tasks),
	KUNIT_CASE(contexts_overflow),
	KUNIT_CASE_SLOW(contexts_3000_tasks),
	KUNIT_CASE(contexts_colours),
	KUNIT_CASE(contexts_unregister),
	KUNIT_CASE_SLOW(contexts_freed),
	{}
};

static struct kunit_suite contexts_suite = {
	.name = "blog_contexts",
	.init = blog_kunit_init,
	.exit = blog_kunit_exit,
	.test_cases = contexts_cases,
};

kunit_test_suite(contexts_suite);
