// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of binary logging: the newest messages of each task.
 */
#include <kunit/test.h>
#include <linux/kernel.h>

#include "../blog.h"

#define BYTES	100

static struct blog_cursor message_of(pid_t pid)
{
	return (struct blog_cursor) { .owner = { .pid = pid } };
}

/* How many of the last messages of a task are kept, of those in @said, in turns. */
static void keep(struct kunit *test, const unsigned int *said, unsigned int nr, u64 room,
		 unsigned int *kept)
{
	struct blog_cursor cursor;
	unsigned int i, j, most = 0;

	KUNIT_ASSERT_EQ(test, blog_newest_init(), 0);
	blog_newest_begin();
	for (i = 0; i < nr; i++) {
		cursor = message_of(i + 1);
		for (j = 0; j < said[i]; j++)
			blog_newest_count(&cursor, BYTES);
		most = max(most, said[i]);
		kept[i] = 0;
	}
	blog_newest_share(room);
	for (j = 0; j < most; j++) {
		for (i = 0; i < nr; i++) {
			if (j >= said[i])
				continue;
			cursor = message_of(i + 1);
			if (blog_newest_keep(&cursor, BYTES))
				kept[i]++;
			else
				KUNIT_EXPECT_EQ_MSG(test, kept[i], 0, "a gap of task %u", i);
		}
	}
}

static void newest_all(struct kunit *test)
{
	static const unsigned int said[] = { 10, 20, 30 };
	unsigned int kept[ARRAY_SIZE(said)];

	keep(test, said, ARRAY_SIZE(said), 60 * BYTES, kept);
	KUNIT_EXPECT_MEMEQ(test, kept, said, sizeof(said));
}

/* Who needs less leaves the rest to others. */
static void newest_shares(struct kunit *test)
{
	static const unsigned int said[] = { 3, 1000, 10, 5000 };
	unsigned int kept[ARRAY_SIZE(said)];

	keep(test, said, ARRAY_SIZE(said), 113 * BYTES, kept);
	KUNIT_EXPECT_EQ(test, kept[0], 3);
	KUNIT_EXPECT_EQ(test, kept[1], 50);
	KUNIT_EXPECT_EQ(test, kept[2], 10);
	KUNIT_EXPECT_EQ(test, kept[3], 50);
	keep(test, said, ARRAY_SIZE(said), 4 * BYTES, kept);
	KUNIT_EXPECT_EQ(test, kept[0], 1);
	KUNIT_EXPECT_EQ(test, kept[3], 1);
	keep(test, said, ARRAY_SIZE(said), 3 * BYTES, kept);
	KUNIT_EXPECT_EQ(test, kept[0], 0);
}

/* More tasks than the table has places: nothing is kept beyond the room. */
static void newest_crowd(struct kunit *test)
{
	const unsigned int nr = 40000, said = 2;
	struct blog_cursor cursor;
	unsigned int i, j, kept = 0;
	u64 room = 10000 * BYTES;

	KUNIT_ASSERT_EQ(test, blog_newest_init(), 0);
	blog_newest_begin();
	for (i = 0; i < nr * said; i++) {
		cursor = message_of(i % nr + 1);
		blog_newest_count(&cursor, BYTES);
	}
	blog_newest_share(room);
	for (j = 0; j < said; j++) {
		for (i = 0; i < nr; i++) {
			cursor = message_of(i + 1);
			kept += blog_newest_keep(&cursor, BYTES);
		}
	}
	KUNIT_EXPECT_LE(test, kept * BYTES, room);

	blog_newest_share(nr * said * BYTES);
	blog_newest_begin();
	for (i = 0; i < 100; i++) {
		cursor = message_of(7);
		blog_newest_count(&cursor, BYTES);
	}
	blog_newest_share(10 * BYTES);
	for (i = 0, kept = 0; i < 100; i++)
		kept += blog_newest_keep(&cursor, BYTES);
	KUNIT_EXPECT_EQ(test, kept, 10);
}

/* Those of interrupts are no task's. */
static void newest_interrupts(struct kunit *test)
{
	struct blog_cursor task = message_of(1), irq = message_of(1);
	unsigned int i, kept = 0;

	irq.owner.level = 2;
	KUNIT_ASSERT_EQ(test, blog_newest_init(), 0);
	blog_newest_begin();
	blog_newest_count(&task, BYTES);
	for (i = 0; i < 100; i++)
		blog_newest_count(&irq, BYTES);
	blog_newest_share(11 * BYTES);
	KUNIT_EXPECT_TRUE(test, blog_newest_keep(&task, BYTES));
	for (i = 0; i < 100; i++)
		kept += blog_newest_keep(&irq, BYTES);
	KUNIT_EXPECT_EQ(test, kept, 10);
}

static struct kunit_case newest_cases[] = {
	KUNIT_CASE(newest_all),
	KUNIT_CASE(newest_shares),
	KUNIT_CASE(newest_crowd),
	KUNIT_CASE(newest_interrupts),
	{}
};

static struct kunit_suite newest_suite = {
	.name = "blog_newest",
	.test_cases = newest_cases,
};

kunit_test_suite(newest_suite);
