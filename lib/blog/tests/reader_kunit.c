// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of binary logging: contexts read one by one, and merged.
 */
#include <linux/cpumask.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/workqueue.h>

#include "blog_kunit.h"

/* As if the clock had stood still: all that was logged gets the same stamp. */
static void stop_clock(void)
{
	struct blog_record *record;
	struct blog_ctx *ctx;
	u32 pos;

	list_for_each_entry(ctx, &blog_kunit_blog.state->contexts, all) {
		for (pos = 0; pos < ctx->head; pos += sizeof(*record) + record->len) {
			record = (void *)ctx->data + pos;
			record->delta = 0;
			if (record->site == BLOG_TIME)
				memset(record->payload, 0, record->len);
		}
	}
}

/* The number of a message of blog_kunit_message(). */
static u32 seq_of(const struct blog_cursor *cursor)
{
	return ((const u32 *)cursor->args)[1];
}

/*
 * What a task wrote to several contexts, and in turns to those of its CPU, for
 * it got none of its own, comes in its order, though no clock tells it.
 */
static void reader_equal_stamps(struct kunit *test)
{
	/* So that there are never too few, which would be recycled. */
	const unsigned int budget = 64 * num_online_cpus();
	struct blog_merge merge = {};
	unsigned int own = 0, shared = 0;
	struct blog_cursor *cursor;
	u32 i, burst, seq = 0, last = 0, read = 0;
	bool ordered = true;

	blog_kunit_reset(test, budget);
	KUNIT_ASSERT_EQ(test, blog_merge_grow(&merge), 0);
	for (burst = 0; burst < 4; burst++) {
		/* Nobody brings contexts meanwhile: those that there are run out. */
		disable_delayed_work_sync(&blog_kunit_blog.state->refill);
		do {
			for (i = 0; i < CTX_MESSAGES; i++)
				blog_kunit_message(0, seq++);
		} while (blog_kunit_ctx_of(current) && seq < budget * CTX_MESSAGES);
		enable_delayed_work(&blog_kunit_blog.state->refill);
		blog_kunit_settle();
	}
	stop_clock();

	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, blog_merge_add(&merge, &blog_kunit_blog), 0);
	blog_merge_begin(&merge);
	while ((cursor = blog_merge_peek(&merge))) {
		ordered &= !read || seq_of(cursor) > last;
		last = seq_of(cursor);
		own += !cursor->ctx->shared;
		shared += cursor->ctx->shared;
		read++;
		blog_merge_take(&merge);
	}
	blog_merge_claim(&merge);
	rcu_read_unlock();
	blog_merge_free(&merge);

	KUNIT_EXPECT_TRUE(test, ordered);
	KUNIT_EXPECT_EQ(test, read + blog_kunit_stats(test).overwritten, seq);
	KUNIT_EXPECT_EQ(test, last, seq - 1);
	/* Else this would be about less. */
	KUNIT_EXPECT_GT(test, own, 2 * CTX_MESSAGES);
	KUNIT_EXPECT_GT(test, shared, CTX_MESSAGES / 2);
}

/* Read all that is there; the number of messages that count. */
static u32 read_all(struct kunit *test, struct blog_merge *merge)
{
	struct blog_cursor *cursor;
	u32 nr = 0;

	guard(rcu)();
	blog_merge_reset(merge);
	KUNIT_EXPECT_EQ(test, blog_merge_add(merge, &blog_kunit_blog), 0);
	blog_merge_begin(merge);
	while ((cursor = blog_merge_peek(merge))) {
		nr++;
		blog_merge_take(merge);
	}
	KUNIT_EXPECT_TRUE(test, blog_merge_claim(merge));

	return nr;
}

/* Messages whose context is recycled while they are read count once. */
static void reader_lost_claim(struct kunit *test)
{
	const struct blog_ctx *ctx;
	struct blog_merge merge = {};
	struct blog_stats stats;
	u64 overwritten;
	u32 i;

	blog_kunit_reset(test, 8);
	KUNIT_ASSERT_EQ(test, blog_merge_grow(&merge), 0);
	for (i = 0; i < 2 * CTX_MESSAGES; i++)
		blog_kunit_message(0, i);

	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, blog_merge_add(&merge, &blog_kunit_blog), 0);
	blog_merge_begin(&merge);
	ctx = blog_merge_peek(&merge)->ctx;
	for (i = 0; i < 10; i++)
		blog_merge_take(&merge);
	KUNIT_EXPECT_EQ(test, ctx->taken, 10);
	KUNIT_EXPECT_FALSE(test, blog_ctx_emptied(ctx));
	rcu_read_unlock();

	/* A reader would be in its critical section until the claim. */
	for (i = 0; i < 20 * CTX_MESSAGES; i++) {
		if (i % 1000 == 0)
			blog_kunit_settle();
		blog_kunit_message(0, 2 * CTX_MESSAGES + i);
	}
	KUNIT_EXPECT_TRUE(test, blog_ctx_emptied(ctx));
	KUNIT_EXPECT_FALSE(test, blog_merge_claim(&merge));
	KUNIT_EXPECT_TRUE(test, blog_ctx_lost(ctx));

	stats = blog_kunit_stats(test);
	overwritten = stats.overwritten;
	KUNIT_EXPECT_EQ(test, stats.published, 0);
	KUNIT_EXPECT_GT(test, overwritten, 0);

	/* And then all that is left is read. */
	KUNIT_EXPECT_EQ(test, read_all(test, &merge) + overwritten, 22 * CTX_MESSAGES);
	blog_logger_set_in_flight(&blog_kunit_blog, 0);
	stats = blog_kunit_stats(test);
	KUNIT_EXPECT_EQ(test, stats.pending, 0);
	KUNIT_EXPECT_EQ(test, stats.overwritten, overwritten);
	blog_merge_free(&merge);
}

/* A reader who finds no memory for all contexts gets room for more of them. */
static void reader_grows(struct kunit *test)
{
	struct blog_merge merge = {};

	blog_kunit_message(0, 0);
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, blog_merge_add(&merge, &blog_kunit_blog), -ENOSPC);
	rcu_read_unlock();
	KUNIT_ASSERT_EQ(test, blog_merge_grow(&merge), 0);
	KUNIT_EXPECT_EQ(test, read_all(test, &merge), 1);
	KUNIT_EXPECT_EQ(test, read_all(test, &merge), 0);
	blog_merge_free(&merge);
}

/* What a reader was told. */
static struct {
	unsigned int added;
	unsigned int gone;
	atomic_t full;
} told;

static void note_added(struct blog_logger *logger)
{
	told.added += logger == &blog_kunit_blog;
}

static void note_gone(struct blog_logger *logger)
{
	told.gone += logger == &blog_kunit_blog;
}

static void note_full(void)
{
	atomic_inc(&told.full);
}

static const struct blog_reader_ops other_reader = {
	.logger_added = note_added,
	.logger_gone = note_gone,
	.context_full = note_full,
};

/* There is one reader; it is told of what is there, what comes and what goes. */
static void reader_is_told(struct kunit *test)
{
	u32 i;

	memset(&told, 0, sizeof(told));
	if (IS_ENABLED(CONFIG_BLOG_TRACEFS)) {
		KUNIT_EXPECT_EQ(test, blog_reader_register(&other_reader), -EBUSY);
		KUNIT_EXPECT_EQ(test, told.added, 0);
		return;
	}

	KUNIT_ASSERT_EQ(test, blog_reader_register(&other_reader), 0);
	KUNIT_EXPECT_EQ(test, blog_reader_register(&other_reader), -EBUSY);
	KUNIT_EXPECT_EQ(test, told.added, 1);
	for (i = 0; i < 2 * CTX_MESSAGES; i++)
		blog_kunit_message(0, i);
	KUNIT_EXPECT_GE(test, atomic_read(&told.full), 1);

	blog_logger_unregister(&blog_kunit_blog);
	KUNIT_EXPECT_EQ(test, told.gone, 1);
	KUNIT_EXPECT_EQ(test, blog_kunit_init(test), 0);
	KUNIT_EXPECT_EQ(test, told.added, 2);
	blog_reader_unregister(&other_reader);
	KUNIT_EXPECT_EQ(test, told.gone, 2);

	blog_logger_unregister(&blog_kunit_blog);
	KUNIT_EXPECT_EQ(test, blog_kunit_init(test), 0);
	KUNIT_EXPECT_EQ(test, told.added, 2);
	KUNIT_EXPECT_EQ(test, told.gone, 2);
}

static struct kunit_case reader_cases[] = {
	KUNIT_CASE(reader_equal_stamps),
	KUNIT_CASE(reader_lost_claim),
	KUNIT_CASE(reader_grows),
	KUNIT_CASE(reader_is_told),
	{}
};

static struct kunit_suite reader_suite = {
	.name = "blog_reader",
	.init = blog_kunit_init,
	.exit = blog_kunit_exit,
	.test_cases = reader_cases,
};

kunit_test_suite(reader_suite);
