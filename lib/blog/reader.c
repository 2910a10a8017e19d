// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: read contexts, one or many in the order of time.
 */
#include <kunit/visibility.h>
#include <linux/blog/reader.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/min_heap.h>
#include <linux/mm.h>
#include <linux/rculist.h>
#include <linux/string.h>

#include "logger.h"

/**
 * DOC: reading contexts
 *
 * A cursor walks through one context. It stops at the head that it has seen;
 * its owner may go on writing.
 *
 * A merge walks through many contexts. There is one at any time: the place that
 * it has reached in a context is kept there (blog_ctx.cursor), and each context is
 * read once. <linux/blog/reader.h> explains how a reader uses it.
 *
 * A context is emptied under blog_state.lock, and then has another generation.
 * The claim takes the same lock: if the generation is still that of the
 * cursor, nothing of what was copied had been emptied, and the messages are
 * consumed; else they were counted as overwritten, and the copies are garbage.
 * Therefore each record that leaves its context counts once, as published or as
 * overwritten. (A dump
 * claims nothing, for that takes locks.) Until then the reader believes no
 * length that it finds in a record.
 *
 * Order: find_place() reads the generation before the head (acquire), and
 * empty_ctx() writes the head before the generation (release). So a cursor
 * that starts over in a new generation never sees the head of the old one.
 *
 * Messages are merged by their stamps, and where these are equal by the turns of
 * who wrote them, see struct blog_owner. So what a task wrote from one CPU comes in
 * its order also where the clock stands still. (Turns of different loggers say
 * nothing. And while another logger goes, a task turns to its CPU's overflow
 * context and back without a new turn: if the clock stood still all that time, two
 * of its messages may change places.)
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
	cursor->logger = ctx->logger;
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
		cursor->args = record->payload;
		return true;
	}
	cursor->args = NULL;

	return false;
}
EXPORT_SYMBOL_IF_KUNIT(blog_cursor_next);

/* The reader's next message in a context; false if there is none. */
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

	return ctx->cursor.args || blog_cursor_next(&ctx->cursor);
}

/* Whether the message at one cursor belongs to an earlier turn. */
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

/* Room that a merge begins with, in contexts. */
#define MERGE_MIN	1024

/**
 * blog_merge_grow() - make room for more contexts, twice as many
 * @merge: the merge, which must begin anew
 *
 * Context: Process context; sleeps.
 * Return: 0, or -ENOMEM: then the room is what it was.
 */
int blog_merge_grow(struct blog_merge *merge)
{
	size_t size = merge->sources.size ? 2 * merge->sources.size : MERGE_MIN;
	struct blog_source *data;

	data = kvmalloc_array(size, sizeof(*data), GFP_KERNEL);
	if (!data)
		return -ENOMEM;
	kvfree(merge->sources.data);
	merge->sources.data = data;
	merge->sources.size = size;
	blog_merge_reset(merge);

	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(blog_merge_grow);

/**
 * blog_merge_free() - free the room of a merge
 * @merge: the merge
 *
 * Context: Process context; sleeps.
 */
void blog_merge_free(struct blog_merge *merge)
{
	kvfree(merge->sources.data);
	memset(merge, 0, sizeof(*merge));
}
EXPORT_SYMBOL_IF_KUNIT(blog_merge_free);

/**
 * blog_merge_reset() - let no context take part yet
 * @merge: the merge
 *
 * Context: Any context; one merge at a time.
 */
void blog_merge_reset(struct blog_merge *merge)
{
	merge->sources.nr = 0;
	merge->taken = NULL;
}
EXPORT_SYMBOL_IF_KUNIT(blog_merge_reset);

/**
 * blog_merge_add() - let a logger's contexts take part in a merge
 * @merge: the merge
 * @logger: a registered logger
 *
 * Context: RCU read-side critical section; one merge at a time.
 * Return: 0, or -ENOSPC if there is no room for all of them.
 */
int blog_merge_add(struct blog_merge *merge, struct blog_logger *logger)
{
	struct blog_sources *sources = &merge->sources;
	struct blog_ctx *ctx;

	list_for_each_entry_rcu(ctx, &logger->state->contexts, all) {
		bool more = find_place(ctx);

		/* By a dump, which claims nothing. */
		if (ctx->taken)
			note_taken(merge, ctx);
		if (!more)
			continue;
		if (sources->nr == sources->size)
			return -ENOSPC;
		sources->data[sources->nr++] = (struct blog_source) {
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
	min_heapify_all(&merge->sources, &by_time, NULL);
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
	return merge->sources.nr ? &merge->sources.data[0].ctx->cursor : NULL;
}
EXPORT_SYMBOL_IF_KUNIT(blog_merge_peek);

/* Mostly the same context goes on. */
static bool still_first(const struct blog_sources *sources)
{
	const struct blog_source *first = sources->data;

	return (sources->nr < 2 || !source_less(first + 1, first, NULL)) &&
	       (sources->nr < 3 || !source_less(first + 2, first, NULL));
}

/**
 * blog_merge_take() - take the message that blog_merge_peek() shows
 * @merge: the merge, not at its end
 *
 * Context: As blog_merge_add().
 */
void blog_merge_take(struct blog_merge *merge)
{
	struct blog_sources *sources = &merge->sources;
	struct blog_source *first = sources->data;
	struct blog_ctx *ctx = first->ctx;

	if (!ctx->taken++)
		note_taken(merge, ctx);
	if (!blog_cursor_next(&ctx->cursor)) {
		min_heap_pop(sources, &by_time, NULL);
		return;
	}
	first->time = ctx->cursor.time;
	if (!still_first(sources))
		min_heap_sift_down(sources, 0, &by_time, NULL);
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
 * Where a context was emptied meanwhile, it is blog_ctx_lost(): the messages
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
 * blog_ctx_lost() - whether what was taken out of a context does not count
 * @ctx: a context out of which messages were taken
 *
 * Context: After blog_merge_claim(), in the same RCU read-side critical section.
 * Return: true if so.
 */
bool blog_ctx_lost(const struct blog_ctx *ctx)
{
	return ctx->lost;
}
EXPORT_SYMBOL_IF_KUNIT(blog_ctx_lost);

/**
 * blog_ctx_emptied() - whether what was taken out of a context may be garbage
 * @ctx: a context out of which messages were taken
 *
 * For a dump, which claims nothing.
 *
 * Context: As blog_merge_add().
 * Return: true if so.
 */
bool blog_ctx_emptied(const struct blog_ctx *ctx)
{
	return READ_ONCE(ctx->generation) != ctx->cursor_generation;
}
EXPORT_SYMBOL_IF_KUNIT(blog_ctx_emptied);

/**
 * blog_logger_unread() - whether a logger has messages that were not claimed
 * @logger: a registered logger
 *
 * Context: As blog_merge_add().
 * Return: true if so.
 */
bool blog_logger_unread(struct blog_logger *logger)
{
	struct blog_ctx *ctx;

	list_for_each_entry_rcu(ctx, &logger->state->contexts, all)
		if (find_place(ctx) || ctx->taken)
			return true;

	return false;
}

/**
 * blog_logger_set_in_flight() - say what of the claimed is not shown yet
 * @logger: a registered logger
 * @nr: so many messages
 *
 * Context: Any context but NMI. Takes a raw spinlock with interrupts disabled.
 */
void blog_logger_set_in_flight(struct blog_logger *logger, u32 nr)
{
	struct blog_state *state = logger->state;
	unsigned long flags;

	raw_spin_lock_irqsave(&state->lock, flags);
	state->in_flight = nr;
	raw_spin_unlock_irqrestore(&state->lock, flags);
}
EXPORT_SYMBOL_IF_KUNIT(blog_logger_set_in_flight);

/**
 * blog_logger_unclaim() - say that messages which were claimed will not be shown
 * @logger: a registered logger
 * @nr: so many of those that are in flight
 *
 * They count as overwritten.
 *
 * Context: Any context but NMI. Takes a raw spinlock with interrupts disabled.
 */
void blog_logger_unclaim(struct blog_logger *logger, u32 nr)
{
	struct blog_state *state = logger->state;
	unsigned long flags;

	raw_spin_lock_irqsave(&state->lock, flags);
	state->claimed -= nr;
	state->in_flight -= nr;
	state->overwritten += nr;
	raw_spin_unlock_irqrestore(&state->lock, flags);
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
 * blog_logger_clear() - let all that a logger has captured go unread
 * @logger: a registered logger
 *
 * It counts as overwritten.
 *
 * Context: Any context but NMI, not while a merge is in use; one caller at a time.
 * Takes raw spinlocks with interrupts disabled.
 */
void blog_logger_clear(struct blog_logger *logger)
{
	struct blog_state *state = logger->state;
	struct blog_ctx *ctx;

	guard(rcu)();
	list_for_each_entry_rcu(ctx, &state->contexts, all)
		clear_ctx(state, ctx);
}
