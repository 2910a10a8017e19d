// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: the newest messages of each task, where not all fit.
 *
 * All messages are looked at twice. First, in any order, to count the bytes of each task.
 * Then each task has a share of the room: all the same, but those who need less leave the
 * rest to others. The second time they come in the order of time, and a message is kept if
 * what its task says from there on fits into its share. So busy tasks do not displace what
 * quiet ones said, and what is kept of a task has no gaps.
 *
 * The messages of a CPU's interrupts are those of one task here. Tasks that the table has
 * no place for are one, too.
 */
#include <kunit/visibility.h>
#include <linux/bits.h>
#include <linux/export.h>
#include <linux/hash.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "blog.h"

#define TASKS_BITS	14
#define NR_TASKS	BIT(TASKS_BITS)

/* So many places are tried. */
#define TRIES		16

/**
 * struct blog_teller - who says something
 * @key:	who it is, see key_of()
 * @used:	the place in the table is taken
 * @bytes:	in all
 * @before:	those of them that have come for the second time
 */
struct blog_teller {
	s64 key;
	bool used;
	u64 bytes;
	u64 before;
};

/* One user at a time: a dump. */
static struct blog_teller *tellers;
static struct blog_teller others;
static u64 share;

/**
 * blog_newest_init() - make ready
 *
 * Context: Process context; sleeps.
 * Return: 0 or -ENOMEM.
 */
int blog_newest_init(void)
{
	if (!tellers)
		tellers = kvcalloc(NR_TASKS, sizeof(*tellers), GFP_KERNEL);

	return tellers ? 0 : -ENOMEM;
}
EXPORT_SYMBOL_IF_KUNIT(blog_newest_init);

static s64 key_of(const struct blog_cursor *cursor)
{
	return cursor->owner.level ? -1 - (s64)cursor->cpu : cursor->owner.pid;
}

static struct blog_teller *find_teller(const struct blog_cursor *cursor)
{
	s64 key = key_of(cursor);
	unsigned int place = hash_64(key, TASKS_BITS), tries;

	for (tries = 0; tries < TRIES; tries++, place++) {
		struct blog_teller *teller = &tellers[place % NR_TASKS];

		if (!teller->used) {
			teller->used = true;
			teller->key = key;
		}
		if (teller->key == key)
			return teller;
	}

	return &others;
}

/**
 * blog_newest_begin() - begin to count
 *
 * Context: Any context, as the following; one caller at a time.
 */
void blog_newest_begin(void)
{
	memset(tellers, 0, NR_TASKS * sizeof(*tellers));
	memset(&others, 0, sizeof(others));
}
EXPORT_SYMBOL_IF_KUNIT(blog_newest_begin);

/**
 * blog_newest_count() - look at a message for the first time
 * @cursor: the message
 * @bytes: that it takes
 *
 * Context: As blog_newest_begin().
 */
void blog_newest_count(const struct blog_cursor *cursor, u32 bytes)
{
	find_teller(cursor)->bytes += bytes;
}
EXPORT_SYMBOL_IF_KUNIT(blog_newest_count);

/* What is kept if each may have so much. */
static u64 total(u64 each)
{
	u64 bytes = min(each, others.bytes);
	unsigned int i;

	for (i = 0; i < NR_TASKS; i++)
		bytes += min(each, tellers[i].bytes);

	return bytes;
}

/**
 * blog_newest_share() - share out the room
 * @room: bytes
 *
 * Context: As blog_newest_begin().
 */
void blog_newest_share(u64 room)
{
	u64 least = 0, most = room, middle;

	share = U64_MAX;
	if (total(share) <= room)
		return;
	while (least < most) {
		middle = most - (most - least) / 2;
		if (total(middle) <= room)
			least = middle;
		else
			most = middle - 1;
	}
	share = least;
}
EXPORT_SYMBOL_IF_KUNIT(blog_newest_share);

/**
 * blog_newest_keep() - look at a message for the second time, in the order of time
 * @cursor: the message
 * @bytes: that it takes
 *
 * Context: As blog_newest_begin().
 * Return: whether it is to be kept.
 */
bool blog_newest_keep(const struct blog_cursor *cursor, u32 bytes)
{
	struct blog_teller *teller = find_teller(cursor);
	/* Somebody may have said more since. */
	u64 rest = teller->bytes - min(teller->bytes, teller->before);

	teller->before += bytes;

	return rest <= share;
}
EXPORT_SYMBOL_IF_KUNIT(blog_newest_keep);
