// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of binary logging: copies of contexts.
 */
#include <linux/bitmap.h>
#include <linux/cpumask.h>
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "blog_kunit.h"

/* Room for the list of contexts. */
#define LIST_MAX	256

struct list {
	unsigned int nr;
	struct blog_ctx_info info[LIST_MAX];
};

static struct list *list_contexts(struct kunit *test)
{
	struct list *list = blog_kunit_alloc(test, sizeof(*list));

	list->nr = blog_logger_contexts(&blog_kunit_blog, list->info, LIST_MAX);
	KUNIT_ASSERT_LE(test, list->nr, LIST_MAX);

	return list;
}

/* A context that is nobody's, whose records are copies. */
static struct blog_ctx *alloc_copy(struct kunit *test)
{
	struct blog_ctx *copy = blog_kunit_alloc(test, BLOG_CTX_SIZE);

	copy->logger = &blog_kunit_blog;

	return copy;
}

static bool take_copy(struct blog_ctx *copy, struct blog_ctx_info *info)
{
	if (!blog_logger_copy(&blog_kunit_blog, info, copy->data))
		return false;
	copy->head = info->bytes;

	return true;
}

/* Add the messages of a copy to a tally; how many there are. */
static u32 walk(struct kunit *test, const struct blog_ctx *copy,
		struct blog_kunit_tally *tally)
{
	struct blog_cursor cursor;
	const char *fault;
	u32 nr = 0;

	memset(tally->next, 0, tally->writers * sizeof(*tally->next));
	blog_cursor_start(&cursor, copy);
	while (blog_cursor_next(&cursor)) {
		nr++;
		fault = blog_kunit_tally_add(tally, &cursor, cursor.args);
		if (fault) {
			KUNIT_FAIL(test, "%s: message %u", fault, nr);
			break;
		}
	}
	KUNIT_EXPECT_EQ(test, cursor.pos, copy->head);

	return nr;
}

#define WRITERS		3

/* What several tasks wrote to several contexts is in the copies, each message once. */
static void copy_has_all(struct kunit *test)
{
	const u32 nr = 2 * CTX_MESSAGES;
	struct blog_kunit_tally *tally = blog_kunit_tally(test, WRITERS, nr);
	struct blog_kunit_task tasks[WRITERS] = {};
	struct blog_ctx *copy = alloc_copy(test);
	unsigned int i, used = 0, tried;
	struct list *list;

	blog_kunit_reset(test, 16 * WRITERS);
	for (i = 0; i < WRITERS; i++) {
		tasks[i].id = i;
		tasks[i].nr = nr;
		tasks[i].pace = CTX_MESSAGES / 4;
		blog_kunit_start(test, &tasks[i], -1);
		tally->pid[i] = tasks[i].pid;
	}
	for (i = 0; i < WRITERS; i++)
		wait_for_completion(&tasks[i].written);

	/* It takes nothing: the second time all is there again. */
	for (tried = 0; tried < 2; tried++) {
		tally->records = 0;
		bitmap_zero(tally->seen, WRITERS * nr);
		list = list_contexts(test);
		for (i = 0, used = 0; i < list->nr; i++) {
			struct blog_ctx_info *info = &list->info[i];

			KUNIT_EXPECT_TRUE(test, take_copy(copy, info));
			KUNIT_EXPECT_EQ(test, walk(test, copy, tally), info->records);
			KUNIT_EXPECT_EQ(test, info->cleared, 0);
			used += info->bytes > 0;
		}
		KUNIT_EXPECT_EQ(test, tally->records, WRITERS * nr);
	}
	/* Else this would be about less. */
	KUNIT_EXPECT_GE(test, used, 2 * WRITERS);
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).pending, WRITERS * nr);
	for (i = 0; i < WRITERS; i++) {
		complete(&tasks[i].written);
		blog_kunit_stop(&tasks[i]);
	}
}

/* What is cleared is not there, or said to be at the front. */
static void copy_is_cleared(struct kunit *test)
{
	const u32 before = 2 * CTX_MESSAGES, after = 10;
	struct blog_kunit_tally *tally = blog_kunit_tally(test, 1, before + after);
	struct blog_ctx *copy = alloc_copy(test);
	unsigned int i, active = 0, gone = 0;
	struct blog_merge merge = {};
	struct list *list;

	for (i = 0; i < before; i++)
		blog_kunit_message(0, i);
	list = list_contexts(test);
	blog_logger_clear(&merge, &blog_kunit_blog);
	for (i = 0; i < list->nr; i++) {
		struct blog_ctx_info *info = &list->info[i];
		u32 listed = info->records;

		if (!take_copy(copy, info)) {
			KUNIT_EXPECT_GT(test, listed, 0);
			gone++;
		} else if (info->bytes) {
			KUNIT_EXPECT_EQ(test, info->state, BLOG_CTX_ACTIVE);
			KUNIT_EXPECT_EQ(test, info->records, listed);
			KUNIT_EXPECT_EQ(test, info->cleared, listed);
			active++;
		}
	}
	KUNIT_EXPECT_EQ(test, active, 1);
	KUNIT_EXPECT_EQ(test, gone, 1);

	/* The list says so, too. */
	for (i = before; i < before + after; i++)
		blog_kunit_message(0, i);
	list = list_contexts(test);
	for (i = 0; i < list->nr; i++) {
		u32 cleared = list->info[i].cleared;

		KUNIT_EXPECT_TRUE(test, take_copy(copy, &list->info[i]));
		KUNIT_EXPECT_EQ(test, list->info[i].cleared, cleared);
		if (list->info[i].bytes)
			KUNIT_EXPECT_EQ(test, walk(test, copy, tally) - cleared, after);
	}
	for (i = before; i < before + after; i++)
		KUNIT_EXPECT_TRUE(test, test_bit(i, tally->seen));
}

/* A context that was emptied after it had been listed is found out, and one that is gone. */
static void copy_is_late(struct kunit *test)
{
	struct blog_ctx *copy = alloc_copy(test);
	unsigned int i, same = 0, shrunk;
	struct list *list;
	u32 seq = 0;

	blog_kunit_reset(test, 8);
	while (seq < 8 * CTX_MESSAGES)
		blog_kunit_message(0, seq++);
	list = list_contexts(test);
	KUNIT_EXPECT_GT(test, list->nr, 4);
	while (seq < 24 * CTX_MESSAGES)
		blog_kunit_message(0, seq++);
	for (i = 0; i < list->nr; i++)
		/* The common one is empty: nobody needs it. */
		if (take_copy(copy, &list->info[i]) && list->info[i].bytes)
			same++;
	KUNIT_EXPECT_EQ(test, same, 0);

	list = list_contexts(test);
	KUNIT_ASSERT_EQ(test, blog_logger_set_budget(&blog_kunit_blog, 4), 0);
	/* Readers may be inside those that go. */
	synchronize_rcu();
	shrunk = list->nr - blog_kunit_stats(test).nr_contexts;
	KUNIT_EXPECT_GT(test, shrunk, 0);
	for (i = 0; i < list->nr; i++)
		shrunk -= !take_copy(copy, &list->info[i]);
	KUNIT_EXPECT_EQ(test, shrunk, 0);
}

/* While somebody writes the copies have whole messages, from the first one on. */
static void copy_is_prefix(struct kunit *test)
{
	const u32 nr = CTX_MESSAGES / 2;
	struct blog_kunit_tally *tally = blog_kunit_tally(test, 1, nr);
	struct blog_ctx *copies[] = { alloc_copy(test), alloc_copy(test) };
	struct blog_ctx_info *info;
	struct list *list;
	u32 i;

	blog_kunit_message(0, 0);
	list = list_contexts(test);
	for (info = list->info; info->ctx != blog_kunit_ctx_of(current); info++)
		KUNIT_ASSERT_LT(test, info - list->info, list->nr);
	for (i = 1; i < nr; i++) {
		blog_kunit_message(0, i);
		if (i % (nr / 16))
			continue;
		swap(copies[0], copies[1]);
		KUNIT_ASSERT_TRUE(test, take_copy(copies[0], info));
		bitmap_zero(tally->seen, nr);
		KUNIT_EXPECT_EQ(test, walk(test, copies[0], tally), i + 1);
		KUNIT_EXPECT_GT(test, copies[0]->head, copies[1]->head);
		KUNIT_EXPECT_MEMEQ(test, copies[0]->data, copies[1]->data, copies[1]->head);
	}
}

/* So too while another CPU writes, if there is one. */
static void copy_is_prefix_of_another(struct kunit *test)
{
	const u32 nr = CTX_MESSAGES / 2;
	struct blog_kunit_tally *tally = blog_kunit_tally(test, 1, nr);
	struct blog_kunit_task writer = { .nr = nr };
	struct blog_ctx *copy = alloc_copy(test);
	unsigned long end = jiffies + 20 * HZ;
	struct list *list = list_contexts(test);
	u32 found = 0;
	bool good = true;
	unsigned int i;

	blog_kunit_start(test, &writer, cpumask_last(cpu_online_mask));
	while (good && found < nr && time_before(jiffies, end)) {
		bitmap_zero(tally->seen, nr);
		tally->records = 0;
		for (i = 0; good && i < list->nr; i++)
			if (take_copy(copy, &list->info[i]))
				good = walk(test, copy, tally) <= list->info[i].records;
		good &= tally->records >= found;
		found = tally->records;
		cond_resched();
	}
	blog_kunit_stop(&writer);
	KUNIT_EXPECT_TRUE(test, good);
	KUNIT_EXPECT_EQ(test, found, nr);
}

static struct kunit_case copy_cases[] = {
	KUNIT_CASE(copy_has_all),
	KUNIT_CASE(copy_is_cleared),
	KUNIT_CASE(copy_is_late),
	KUNIT_CASE(copy_is_prefix),
	KUNIT_CASE(copy_is_prefix_of_another),
	{}
};

static struct kunit_suite copy_suite = {
	.name = "blog_copy",
	.init = blog_kunit_init,
	.exit = blog_kunit_exit,
	.test_cases = copy_cases,
};

kunit_test_suite(copy_suite);
