// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: read contexts, one or many in the order of time.
 */
#include <kunit/visibility.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/min_heap.h>
#include <linux/rculist.h>
#include <linux/string.h>

#include "internal.h"

/**
 * DOC: reading contexts
 *
 * A cursor walks through one context. It stops at the head that it has seen;
 * its owner may go on writing.
 *
 * A merge walks through many contexts. There is one reader that merges at any
 * time, the publisher, or a dump in its stead: the place that it has reached in
 * a context is kept there (blog_ctx.cursor), and each context is read once.
 * What it does not need is that contexts hold still: it takes no lock to read,
 * and a writer that needs a context may recycle one under its hands. In return,
 * what was read counts only once it was claimed::
 *
 *	rcu_read_lock()
 *	blog_merge_add(), for each logger
 *	blog_merge_begin()
 *	blog_merge_peek(), copy, blog_merge_take(), and so on
 *	blog_merge_claim()
 *	drop what was copied out of contexts that are lost (blog_ctx.lost)
 *	rcu_read_unlock()
 *
 * A context is emptied under blog_state.lock, and then has another generation.
 * The claim takes the same lock: if the generation is still that of the
 * cursor, nothing of what was copied had been emptied, and the messages are
 * consumed; else they were counted as overwritten, and the copies are garbage.
 * Therefore no record is both published and overwritten, or neither. (A dump
 * claims nothing, for that takes locks.) Until then the reader believes no
 * length that it finds in a record.
 *
 * Order: find_place() reads the generation before the head (acquire), and
 * empty_ctx() writes the head before the generation (release). So a cursor
 * that starts over in a new generation never sees the head of the old one.
 */

/* Look how far the context is filled by now. */
static void extend_cursor(struct blog_cursor *cursor)
{
	/* Pairs with the release in commit_record(). */
	cursor->end = smp_load_acquire(&cursor->ctx->head);
}

/**
 * blog_cursor_start() - read a context from its beginning
 * @cursor: the place
 * @ctx: the context; unless the caller keeps it from being emptied, what is
 *	read may be garbage
 *
 * The cursor covers what is in the context now. Its owner may go on writing.
 *
 * Context: Any context.
 */
void blog_cursor_start(struct blog_cursor *cursor, const struct blog_ctx *ctx)
{
	memset(cursor, 0, sizeof(*cursor));
	cursor->ctx = ctx;
	extend_cursor(cursor);
}
EXPORT_SYMBOL_IF_KUNIT(blog_cursor_start);

/*
 * Take a control record's payload, if it has the right size. What comes of
 * garbage is dropped at the claim.
 */
#define take_payload(_field, _record, _len)				\
do {									\
	if (sizeof(_field) == (_len))					\
		/* A writer may recycle the context. */			\
		data_race(memcpy(&(_field), (_record)->payload,		\
				 sizeof(_field)));			\
} while (0)

static void apply_control(struct blog_cursor *cursor, u16 what,
			  const struct blog_record *record, u16 len)
{
	u32 lost = 0;

	switch (what) {
	case BLOG_TIME:
		take_payload(cursor->time, record, len);
		break;
	case BLOG_CPU:
		take_payload(cursor->cpu, record, len);
		break;
	case BLOG_CLIENT:
		take_payload(cursor->client, record, len);
		break;
	case BLOG_OWNER:
		take_payload(cursor->owner, record, len);
		break;
	case BLOG_LOST:
		take_payload(lost, record, len);
		cursor->lost += lost;
		break;
	}
}

/* The next record, whatever it is; its length in *@len. */
static const struct blog_record *next_record(struct blog_cursor *cursor,
					     u16 *len)
{
	const struct blog_record *record;
	u32 left;

	if (cursor->pos >= cursor->end)
		return NULL;
	record = (const void *)cursor->ctx->data + cursor->pos;
	left = cursor->end - cursor->pos;
	if (left >= sizeof(*record)) {
		*len = READ_ONCE(record->len);
		if (*len <= left - sizeof(*record) && *len <= BLOG_LEN_MAX &&
		    !(*len % sizeof(u32))) {
			cursor->pos += sizeof(*record) + *len;
			return record;
		}
	}

	/* Garbage: the context was emptied, and is being filled again. */
	cursor->pos = cursor->end;
	return NULL;
}

/**
 * blog_cursor_next() - go to the next message
 * @cursor: the place
 *
 * Context: Any context.
 * Return: false if there is none.
 */
bool blog_cursor_next(struct blog_cursor *cursor)
{
	const struct blog_record *record;
	u16 len;

	while ((record = next_record(cursor, &len))) {
		u16 site = READ_ONCE(record->site);

		if (site >= BLOG_CONTROL_FIRST) {
			apply_control(cursor, site, record, len);
			continue;
		}
		cursor->time += READ_ONCE(record->delta);
		cursor->site = site;
		cursor->len = len;
		cursor->record = record;
		return true;
	}
	cursor->record = NULL;

	return false;
}
EXPORT_SYMBOL_IF_KUNIT(blog_cursor_next);

/* The publisher's next message in a context; false if there is none. */
static bool find_place(struct blog_ctx *ctx)
{
	/* Pairs with the release in empty_ctx(). */
	unsigned int generation = smp_load_acquire(&ctx->generation);

	if (!ctx->cursor.ctx || ctx->cursor_generation != generation) {
		blog_cursor_start(&ctx->cursor, ctx);
		ctx->cursor_generation = generation;
		ctx->taken = 0;
	} else {
		extend_cursor(&ctx->cursor);
	}

	return ctx->cursor.record || blog_cursor_next(&ctx->cursor);
}

/* Whether what a context has at its cursor was begun earlier. */
static bool turn_before(const struct blog_ctx *left, const struct blog_ctx *right)
{
	return (s32)(left->cursor.owner.turn - right->cursor.owner.turn) < 0;
}

/* Where the clock tells nothing, a task's messages keep their order by its turns. */
static bool source_less(const void *a, const void *b, void *unused)
{
	const struct blog_source *left = a, *right = b;

	return left->time < right->time ||
	       (left->time == right->time && turn_before(left->ctx, right->ctx));
}

static void source_swap(void *a, void *b, void *unused)
{
	struct blog_source *left = a, *right = b;

	swap(*left, *right);
}

static const struct min_heap_callbacks by_time = {
	.less = source_less,
	.swp = source_swap,
};

/* Messages have been taken, and are to be claimed: lost until that is done. */
static void note_taken(struct blog_merge *merge, struct blog_ctx *ctx)
{
	ctx->lost = true;
	ctx->next_taken = merge->taken;
	merge->taken = ctx;
}

/**
 * blog_merge_add() - let a logger's contexts take part in a merge
 * @merge: the merge; it begins with @nr and @taken of it set to 0
 * @state: the logger's state
 *
 * Context: RCU read-side critical section; one caller at a time.
 * Return: 0, or -ENOSPC if blog_merge.data has no room for all of them.
 */
int blog_merge_add(struct blog_merge *merge, struct blog_state *state)
{
	struct blog_ctx *ctx;

	list_for_each_entry_rcu(ctx, &state->contexts, all) {
		bool more = find_place(ctx);

		/* By a dump, which claims nothing. */
		if (ctx->taken)
			note_taken(merge, ctx);
		if (!more)
			continue;
		if (merge->nr == merge->size)
			return -ENOSPC;
		merge->data[merge->nr++] = (struct blog_source) {
			.time = ctx->cursor.time,
			.ctx = ctx,
		};
	}

	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(blog_merge_add);

/**
 * blog_merge_begin() - sort what was added
 * @merge: the merge
 *
 * Context: As blog_merge_add().
 */
void blog_merge_begin(struct blog_merge *merge)
{
	min_heapify_all(merge, &by_time, NULL);
}
EXPORT_SYMBOL_IF_KUNIT(blog_merge_begin);

/**
 * blog_merge_peek() - the oldest message of all
 * @merge: the merge
 *
 * Context: As blog_merge_add().
 * Return: a cursor at the message, or NULL if there is none.
 */
struct blog_cursor *blog_merge_peek(struct blog_merge *merge)
{
	return merge->nr ? &merge->data[0].ctx->cursor : NULL;
}
EXPORT_SYMBOL_IF_KUNIT(blog_merge_peek);

/* Mostly the same context goes on. */
static bool still_first(const struct blog_merge *merge)
{
	const struct blog_source *first = merge->data;

	return (merge->nr < 2 || !source_less(first + 1, first, NULL)) &&
	       (merge->nr < 3 || !source_less(first + 2, first, NULL));
}

/**
 * blog_merge_take() - take the message that blog_merge_peek() shows
 * @merge: the merge, not at its end
 *
 * Context: As blog_merge_add().
 */
void blog_merge_take(struct blog_merge *merge)
{
	struct blog_source *first = merge->data;
	struct blog_ctx *ctx = first->ctx;

	if (!ctx->taken++)
		note_taken(merge, ctx);
	if (!blog_cursor_next(&ctx->cursor)) {
		min_heap_pop(merge, &by_time, NULL);
		return;
	}
	first->time = ctx->cursor.time;
	if (!still_first(merge))
		min_heap_sift_down(merge, 0, &by_time, NULL);
}
EXPORT_SYMBOL_IF_KUNIT(blog_merge_take);

static bool claim(struct blog_ctx *ctx)
{
	struct blog_state *state = ctx->logger->state;
	unsigned long flags;
	bool claimed;

	raw_spin_lock_irqsave(&state->lock, flags);
	claimed = blog_ctx_claim(state, ctx, ctx->cursor_generation, ctx->taken);
	raw_spin_unlock_irqrestore(&state->lock, flags);

	return claimed;
}

/**
 * blog_merge_claim() - make what was taken count
 * @merge: the merge
 *
 * Where the context was emptied meanwhile, blog_ctx.lost is set: the messages
 * taken out of it must be dropped.
 *
 * Context: As blog_merge_add(). Takes raw spinlocks with interrupts disabled.
 * Return: false if a context is lost.
 */
bool blog_merge_claim(struct blog_merge *merge)
{
	struct blog_ctx *ctx;
	bool all = true;

	for (ctx = merge->taken; ctx; ctx = ctx->next_taken) {
		ctx->lost = !claim(ctx);
		all &= !ctx->lost;
		ctx->taken = 0;
	}
	merge->taken = NULL;

	return all;
}
EXPORT_SYMBOL_IF_KUNIT(blog_merge_claim);

/**
 * blog_unread() - whether a logger has messages that were not claimed
 * @state: the logger's state
 *
 * Context: As blog_merge_add().
 * Return: true if so.
 */
bool blog_unread(struct blog_state *state)
{
	struct blog_ctx *ctx;

	list_for_each_entry_rcu(ctx, &state->contexts, all)
		if (find_place(ctx) || ctx->taken)
			return true;

	return false;
}

/* Let a full context go unread; false if it is not full. */
static bool clear_queued(struct blog_state *state, struct blog_ctx *ctx)
{
	unsigned long flags;
	bool queued;

	raw_spin_lock_irqsave(&state->lock, flags);
	queued = ctx->state == BLOG_CTX_QUEUED;
	if (queued)
		blog_ctx_clear(state, ctx, ctx->records - ctx->consumed);
	raw_spin_unlock_irqrestore(&state->lock, flags);

	return queued;
}

/* Let what is in a context now go unread. */
static void clear_ctx(struct blog_state *state, struct blog_ctx *ctx)
{
	unsigned long flags;
	u32 nr = 0;

	if (clear_queued(state, ctx) || !find_place(ctx))
		return;
	do
		nr++;
	while (blog_cursor_next(&ctx->cursor));

	raw_spin_lock_irqsave(&state->lock, flags);
	if (ctx->generation == ctx->cursor_generation)
		blog_ctx_clear(state, ctx, nr);
	raw_spin_unlock_irqrestore(&state->lock, flags);
}

/**
 * blog_clear() - let all that a logger has captured go unread
 * @state: the logger's state
 *
 * It counts as overwritten.
 *
 * Context: Any context but NMI; as for blog_merge_add(), one caller at a time.
 * Takes raw spinlocks with interrupts disabled.
 */
void blog_clear(struct blog_state *state)
{
	struct blog_ctx *ctx;

	guard(rcu)();
	list_for_each_entry_rcu(ctx, &state->contexts, all)
		clear_ctx(state, ctx);
}
