// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of binary logging: contexts read one by one, and merged.
 */
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>

#include "blog_kunit.h"

/* More messages than a context takes, fewer than two take. */
#define CTX_MESSAGES	(BLOG_CTX_SIZE / 48)

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
	return ((u32 *)cursor->record->payload)[1];
}

/*
 * What a task wrote to several contexts, and in turns to those of its CPU, for
 * it got none of its own, comes in its order, though no clock tells it.
 */
static void reader_equal_stamps(struct kunit *test)
{
	const unsigned int size = 64, bursts = 4, nr = 12 * CTX_MESSAGES;
	struct blog_merge merge = { .size = size };
	unsigned int own = 0, shared = 0;
	struct blog_cursor *cursor;
	u32 i, burst, seq = 0, last = 0, read = 0;
	bool ordered = true;

	blog_kunit_reset(test, size);
	merge.data = blog_kunit_alloc(test, size * sizeof(*merge.data));
	for (burst = 0; burst < bursts; burst++) {
		/* On this CPU no worker brings contexts meanwhile. */
		preempt_disable();
		for (i = 0; i < nr; i++)
			blog_kunit_message(0, seq++);
		preempt_enable();
		blog_kunit_settle();
	}
	stop_clock();

	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, blog_merge_add(&merge, blog_kunit_blog.state), 0);
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

	KUNIT_EXPECT_TRUE(test, ordered);
	KUNIT_EXPECT_EQ(test, read + blog_kunit_stats(test).overwritten, bursts * nr);
	KUNIT_EXPECT_EQ(test, last, bursts * nr - 1);
	/* Else this would be about less. */
	KUNIT_EXPECT_GT(test, own, 2 * CTX_MESSAGES);
	KUNIT_EXPECT_GT(test, shared, 2 * CTX_MESSAGES);
}

static struct kunit_case reader_cases[] = {
	KUNIT_CASE(reader_equal_stamps),
	{}
};

static struct kunit_suite reader_suite = {
	.name = "blog_reader",
	.init = blog_kunit_init,
	.exit = blog_kunit_exit,
	.test_cases = reader_cases,
};

kunit_test_suite(reader_suite);
