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
	const struct blog_place *place;
	const struct blog_cursor *cursor;
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
		for (i = 0; i < CTX_MESSAGES / 2; i++)
			blog_kunit_message(0, seq++);
		enable_delayed_work(&blog_kunit_blog.state->refill);
		blog_kunit_settle();
	}
	stop_clock();

	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, blog_merge_add(&merge, &blog_kunit_blog, 0), 0);
	blog_merge_begin(&merge);
	while ((place = blog_merge_peek(&merge))) {
		cursor = &place->cursor;
		ordered &= !read || seq_of(cursor) > last;
		last = seq_of(cursor);
		own += cursor->ctx->kind == BLOG_CTX_TASK;
		shared += cursor->ctx->kind != BLOG_CTX_TASK;
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

/* Read up to @max messages; how many there were. They are claimed, if @shown settled. */
static u32 read_some(struct kunit *test, struct blog_merge *merge, u32 max, bool shown)
{
	u32 nr = 0;

	guard(rcu)();
	blog_merge_reset(merge);
	KUNIT_EXPECT_EQ(test, blog_merge_add(merge, &blog_kunit_blog, 0), 0);
	blog_merge_begin(merge);
	while (nr < max && blog_merge_peek(merge)) {
		nr++;
		blog_merge_take(merge);
	}
	if (merge->after)
		return nr;
	KUNIT_EXPECT_TRUE(test, blog_merge_claim(merge));
	if (shown)
		blog_merge_settle(merge);

	return nr;
}

static u32 read_all(struct kunit *test, struct blog_merge *merge)
{
	return read_some(test, merge, U32_MAX, true);
}

/* What was read stays, and counts once however often it is read. */
static void reader_rewinds(struct kunit *test)
{
	const u32 nr = 3 * CTX_MESSAGES;
	struct blog_merge merge = {};
	struct blog_stats stats;
	u32 i;

	KUNIT_ASSERT_EQ(test, blog_merge_grow(&merge), 0);
	for (i = 0; i < nr; i++)
		blog_kunit_message(0, i);
	KUNIT_EXPECT_EQ(test, read_some(test, &merge, nr / 2, true), nr / 2);
	for (i = 0; i < 3; i++) {
		blog_merge_rewind(&merge);
		KUNIT_EXPECT_EQ(test, read_all(test, &merge), nr);
		KUNIT_EXPECT_EQ(test, read_all(test, &merge), 0);
	}
	blog_logger_set_in_flight(&blog_kunit_blog, 0);
	stats = blog_kunit_stats(test);
	KUNIT_EXPECT_EQ(test, stats.published, nr);
	KUNIT_EXPECT_EQ(test, stats.pending, 0);
	KUNIT_EXPECT_EQ(test, stats.retained, nr);

	/* What is cleared does not come again. */
	blog_logger_clear(&merge, &blog_kunit_blog);
	blog_kunit_message(0, nr);
	blog_merge_rewind(&merge);
	KUNIT_EXPECT_EQ(test, read_all(test, &merge), 1);
	blog_logger_set_in_flight(&blog_kunit_blog, 0);
	stats = blog_kunit_stats(test);
	KUNIT_EXPECT_EQ(test, stats.retained, 1);
	KUNIT_EXPECT_EQ(test, stats.published, nr + 1);
	KUNIT_EXPECT_EQ(test, stats.overwritten, 0);
	blog_merge_free(&merge);
}

static void note_message(const struct blog_cursor *cursor, void *data)
{
	u64 *time = data;

	time[seq_of(cursor)] = cursor->time;
}

/* A survey moves nothing; what is older than it is told to be is passed over. */
static void reader_passes_over(struct kunit *test)
{
	const u32 nr = 1000, since = 400;
	struct blog_merge merge = {};
	u64 *time = blog_kunit_alloc(test, nr * sizeof(*time));
	u32 i, left = 0;

	KUNIT_ASSERT_EQ(test, blog_merge_grow(&merge), 0);
	for (i = 0; i < nr; i++)
		blog_kunit_message(0, i);
	rcu_read_lock();
	blog_merge_survey(&merge, &blog_kunit_blog, note_message, time);
	rcu_read_unlock();
	for (i = 0; i < nr; i++)
		left += time[i] >= time[since];

	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, blog_merge_add(&merge, &blog_kunit_blog, time[since]), 0);
	blog_merge_begin(&merge);
	for (i = 0; blog_merge_peek(&merge); i++)
		blog_merge_take(&merge);
	KUNIT_EXPECT_EQ(test, i, left);
	KUNIT_EXPECT_TRUE(test, blog_merge_claim(&merge));
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).pending, nr);
	blog_logger_set_in_flight(&blog_kunit_blog, 0);
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).published, nr);
	blog_merge_free(&merge);
}

/* A dump goes on where the reader is, and leaves no trace. */
static void reader_dumps(struct kunit *test)
{
	struct blog_merge merge = {}, dump = {};
	u32 i;

	KUNIT_ASSERT_EQ(test, blog_merge_grow(&merge), 0);
	KUNIT_ASSERT_EQ(test, blog_merge_grow(&dump), 0);
	for (i = 0; i < 100; i++)
		blog_kunit_message(0, i);

	KUNIT_EXPECT_EQ(test, read_some(test, &merge, 30, true), 30);
	blog_merge_follow(&dump, &merge, false);
	KUNIT_EXPECT_EQ(test, read_all(test, &dump), 70);
	/* What has been read but not shown comes, too. */
	KUNIT_EXPECT_EQ(test, read_some(test, &merge, 20, false), 20);
	blog_merge_follow(&dump, &merge, false);
	KUNIT_EXPECT_EQ(test, read_all(test, &dump), 70);
	blog_merge_settle(&merge);
	blog_merge_follow(&dump, &merge, false);
	KUNIT_EXPECT_EQ(test, read_all(test, &dump), 50);

	blog_merge_follow(&dump, &merge, true);
	KUNIT_EXPECT_EQ(test, read_all(test, &dump), 100);

	blog_logger_set_in_flight(&blog_kunit_blog, 0);
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).published, 50);
	KUNIT_EXPECT_EQ(test, read_all(test, &merge), 50);
	blog_merge_free(&dump);
	blog_merge_free(&merge);
}

/* What was claimed and could not be shown is claimed once more, or counts as lost. */
static void reader_puts_back(struct kunit *test)
{
	const struct blog_place *place;
	struct blog_merge merge = {};
	struct blog_origin origin;
	struct blog_stats stats;
	u32 i;

	KUNIT_ASSERT_EQ(test, blog_merge_grow(&merge), 0);
	for (i = 0; i < 100; i++)
		blog_kunit_message(0, i);
	rcu_read_lock();
	blog_merge_add(&merge, &blog_kunit_blog, 0);
	blog_merge_begin(&merge);
	place = blog_merge_peek(&merge);
	origin = (struct blog_origin) { place->cursor.ctx, place->generation, 60 };
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, read_all(test, &merge), 100);

	blog_logger_put_back(&blog_kunit_blog, &origin);
	stats = blog_kunit_stats(test);
	KUNIT_EXPECT_EQ(test, stats.published, 60);
	KUNIT_EXPECT_EQ(test, stats.pending, 40);
	blog_merge_rewind(&merge);
	KUNIT_EXPECT_EQ(test, read_all(test, &merge), 100);
	blog_logger_set_in_flight(&blog_kunit_blog, 0);
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).published, 100);

	origin.generation--;
	blog_logger_put_back(&blog_kunit_blog, &origin);
	stats = blog_kunit_stats(test);
	KUNIT_EXPECT_EQ(test, stats.published, 99);
	KUNIT_EXPECT_EQ(test, stats.overwritten, 1);
	blog_merge_free(&merge);
}

/* Messages whose context is recycled while they are read count once. */
static void reader_lost_claim(struct kunit *test)
{
	const struct blog_place *place;
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
	KUNIT_EXPECT_EQ(test, blog_merge_add(&merge, &blog_kunit_blog, 0), 0);
	blog_merge_begin(&merge);
	place = blog_merge_peek(&merge);
	ctx = place->cursor.ctx;
	for (i = 0; i < 10; i++)
		blog_merge_take(&merge);
	KUNIT_EXPECT_EQ(test, place->index, 10);
	KUNIT_EXPECT_FALSE(test, blog_ctx_emptied(place));
	rcu_read_unlock();

	/* A reader would be in its critical section until the claim. */
	for (i = 0; i < 20 * CTX_MESSAGES; i++) {
		if (i % 1000 == 0)
			blog_kunit_settle();
		blog_kunit_message(0, 2 * CTX_MESSAGES + i);
	}
	KUNIT_EXPECT_TRUE(test, blog_ctx_emptied(place));
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
	KUNIT_EXPECT_EQ(test, blog_merge_add(&merge, &blog_kunit_blog, 0), -ENOSPC);
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
	KUNIT_CASE(reader_rewinds),
	KUNIT_CASE(reader_passes_over),
	KUNIT_CASE(reader_dumps),
	KUNIT_CASE(reader_puts_back),
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
