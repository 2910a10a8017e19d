// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: read many contexts in the order of time.
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
 * A merge walks through many contexts; the place that it has reached in each is
 * kept there. Reading takes nothing: what was read stays until its context is
 * recycled, cleared or freed, and blog_merge_rewind() lets the merge begin anew with
 * all that there is. There are two merges at most: the reader's, which claims
 * (blog_ctx.place), and that of a dump, which does not (blog_ctx.dump).
 * <linux/blog/reader.h> explains how a reader uses them.
 *
 * A context is emptied under blog_state.lock, and then has another generation.
 * The claim takes the same lock: if the generation is still that of the place,
 * nothing of what was copied had been emptied, and the messages count as published,
 * unless they had done so before; else they were counted as overwritten, and the
 * copies are garbage. Therefore each record counts once, as published or as
 * overwritten, however often it is read. Until the claim the reader believes no
 * length that it finds in a record. A dump cannot take locks; it looks at the
 * generation once more after it has copied (blog_ctx_emptied()).
 *
 * Order: find_place() reads the generation before the head (acquire), and
 * empty_ctx() writes the head before the generation (release). So a cursor
 * that starts over in a new generation never sees the head of the old one. And
 * empty_ctx() writes the generation before what is stored next (smp_wmb), and
 * blog_ctx_emptied() reads it after what was copied (smp_rmb): a copy of anything
 * newer is found out.
 *
 * Messages are merged by their stamps, and where these are equal by the turns of
 * who wrote them, see struct blog_owner. So what a task wrote from one CPU comes in
 * its order also where the clock stands still. (Turns of different loggers say
 * nothing. And while another logger goes, a task turns to its CPU's
 * context and back without a new turn: if the clock stood still all that time, two
 * of its messages may change places.)
 */

/* Where a merge is in a context. */
static struct blog_place *place_of(const struct blog_merge *merge, struct blog_ctx *ctx)
{
	return merge->after ? &ctx->dump : &ctx->place;
}

static bool place_valid(const struct blog_place *place, unsigned int view,
			unsigned int generation)
{
	return place->cursor.ctx && place->view == view &&
	       place->generation == generation;
}

/* Messages that a merge does not begin with: those cleared, or read before a dump. */
static u32 first_index(const struct blog_merge *merge, const struct blog_ctx *ctx,
		       unsigned int generation)
{
	const struct blog_merge *after = merge->after;

	if (!after || merge->anew || !place_valid(&ctx->place, after->view, generation))
		return READ_ONCE(ctx->cleared);
	/* It may be changing the place just now. */
	if (READ_ONCE(after->unwritten) && READ_ONCE(ctx->chunk) == after->chunk)
		return max(READ_ONCE(ctx->settled), READ_ONCE(ctx->cleared));

	return READ_ONCE(ctx->place.index);
}

/* Whether there is a message at a place. */
static bool at_message(struct blog_place *place)
{
	return place->cursor.args || blog_cursor_next(&place->cursor);
}

/* Go beyond the message at a place; whether there is another. */
static bool go_on(struct blog_place *place)
{
	WRITE_ONCE(place->index, place->index + 1);

	return blog_cursor_next(&place->cursor);
}

static void start_place(const struct blog_merge *merge, struct blog_ctx *ctx,
			struct blog_place *place, unsigned int generation)
{
	u32 first = first_index(merge, ctx, generation);

	/* A dump may interrupt us: it must not take an old index for a new one. */
	WRITE_ONCE(place->index, 0);
	blog_cursor_start(&place->cursor, ctx);
	place->generation = generation;
	barrier();
	WRITE_ONCE(place->view, merge->view);
	while (place->index < first && at_message(place))
		go_on(place);
}

/* A merge's next message in a context; false if there is none. */
static bool find_place(const struct blog_merge *merge, struct blog_ctx *ctx)
{
	struct blog_place *place = place_of(merge, ctx);
	/* Pairs with the release in empty_ctx(). */
	unsigned int generation = smp_load_acquire(&ctx->generation);

	if (place_valid(place, merge->view, generation))
		blog_cursor_extend(&place->cursor);
	else
		start_place(merge, ctx, place, generation);

	return at_message(place);
}

/* Where the clock tells nothing, a task's messages keep their order by its turns. */
static bool source_less(const void *a, const void *b, void *unused)
{
	const struct blog_source *left = a, *right = b;

	return left->time < right->time ||
	       (left->time == right->time && (s32)(left->turn - right->turn) < 0);
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

/* A message is taken, and to be claimed: lost until that is done. */
static void note_taken(struct blog_merge *merge, struct blog_ctx *ctx)
{
	if (merge->after || ctx->chunk == merge->chunk)
		return;
	/* First: a dump may interrupt us. */
	WRITE_ONCE(ctx->settled, ctx->place.index);
	WRITE_ONCE(ctx->chunk, merge->chunk);
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
	struct blog_source *data, *old = merge->sources.data;

	data = kvmalloc_array(size, sizeof(*data), GFP_KERNEL);
	if (!data)
		return -ENOMEM;
	/* The kernel may die in between, and then use what is there. */
	WRITE_ONCE(merge->sources.data, data);
	WRITE_ONCE(merge->sources.size, size);
	kvfree(old);
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
 * @merge: the merge; all that was taken is claimed
 *
 * Context: Any context; one user of @merge at a time.
 */
void blog_merge_reset(struct blog_merge *merge)
{
	merge->sources.nr = 0;
	merge->taken = NULL;
	WRITE_ONCE(merge->unwritten, true);
	/* Never that of a new context. */
	if (!++merge->chunk)
		merge->chunk++;
}
EXPORT_SYMBOL_IF_KUNIT(blog_merge_reset);

/**
 * blog_merge_rewind() - begin anew with all that is retained
 * @merge: the merge; takes effect with blog_merge_add()
 *
 * Context: Any context; one user of @merge at a time.
 */
void blog_merge_rewind(struct blog_merge *merge)
{
	merge->view++;
}
EXPORT_SYMBOL_IF_KUNIT(blog_merge_rewind);

/**
 * blog_merge_follow() - let a merge go on where another one is
 * @dump: the merge of a dump, which never claims
 * @merge: the other one. What it has taken since blog_merge_reset() comes again
 *	unless blog_merge_settle() was called.
 * @anew: begin with all that is retained instead
 *
 * Context: Any context; one user of @dump at a time. @merge may be in use.
 */
void blog_merge_follow(struct blog_merge *dump, const struct blog_merge *merge, bool anew)
{
	dump->after = merge;
	dump->anew = anew;
	dump->view++;
}
EXPORT_SYMBOL_IF_KUNIT(blog_merge_follow);

/* Whether all of a context is older, and nothing will come: the claim finds out if not. */
static bool is_past(const struct blog_ctx *ctx, u64 since)
{
	/* Pairs with the release in blog_ctx_set_state(). */
	if (smp_load_acquire(&ctx->state) != BLOG_CTX_QUEUED)
		return false;

	/* An owner stores it, but a context that is QUEUED has none. */
	return data_race(READ_ONCE(ctx->last)) < since;
}

/* Pass over messages before @since; whether there are others. */
static bool pass_over(struct blog_merge *merge, struct blog_ctx *ctx, u64 since)
{
	struct blog_place *place = place_of(merge, ctx);
	struct blog_cursor *cursor = &place->cursor;
	bool more = true;

	if (cursor->time >= since)
		return true;
	note_taken(merge, ctx);
	if (is_past(ctx, since)) {
		blog_cursor_extend(cursor);
		/* So too. */
		WRITE_ONCE(place->index, data_race(READ_ONCE(ctx->records)));
		cursor->pos = cursor->end;
		cursor->args = NULL;
		return false;
	}
	while (more && cursor->time < since)
		more = go_on(place);

	return more;
}

/**
 * blog_merge_add() - let a logger's contexts take part in a merge
 * @merge: the merge
 * @logger: a registered logger
 * @since: older messages are passed over, as if they had been taken
 *
 * Context: RCU read-side critical section; one user of @merge at a time.
 * Return: 0, or -ENOSPC if there is no room for all of them.
 */
int blog_merge_add(struct blog_merge *merge, struct blog_logger *logger, u64 since)
{
	struct blog_sources *sources = &merge->sources;
	struct blog_ctx *ctx;

	list_for_each_entry_rcu(ctx, &logger->state->contexts, all) {
		const struct blog_place *place = place_of(merge, ctx);

		if (!find_place(merge, ctx) || !pass_over(merge, ctx, since))
			continue;
		if (sources->nr == sources->size)
			return -ENOSPC;
		sources->data[sources->nr++] = (struct blog_source) {
			.time = place->cursor.time,
			.turn = place->cursor.owner.turn,
			.ctx = ctx,
		};
	}

	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(blog_merge_add);

/**
 * blog_merge_survey() - look at what a merge has before it
 * @merge: the merge, which stays where it is
 * @logger: a registered logger
 * @look: called for each message, not in the order of time; it may be garbage
 * @data: for @look
 *
 * Context: As blog_merge_add().
 */
void blog_merge_survey(struct blog_merge *merge, struct blog_logger *logger,
		       void (*look)(const struct blog_cursor *cursor, void *data),
		       void *data)
{
	struct blog_cursor cursor;
	struct blog_ctx *ctx;

	list_for_each_entry_rcu(ctx, &logger->state->contexts, all) {
		if (!find_place(merge, ctx))
			continue;
		cursor = place_of(merge, ctx)->cursor;
		do
			look(&cursor, data);
		while (blog_cursor_next(&cursor));
	}
}
EXPORT_SYMBOL_IF_KUNIT(blog_merge_survey);

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
 * Return: the place of the message, or NULL if there is none.
 */
const struct blog_place *blog_merge_peek(const struct blog_merge *merge)
{
	return merge->sources.nr ? place_of(merge, merge->sources.data[0].ctx) : NULL;
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
	struct blog_place *place = place_of(merge, first->ctx);

	note_taken(merge, first->ctx);
	if (!go_on(place)) {
		min_heap_pop(sources, &by_time, NULL);
		return;
	}
	first->time = place->cursor.time;
	first->turn = place->cursor.owner.turn;
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
	claimed = blog_ctx_claim(state, ctx, ctx->place.generation, ctx->place.index);
	raw_spin_unlock_irqrestore(&state->lock, flags);

	return claimed;
}

/**
 * blog_merge_claim() - make what was taken count
 * @merge: the merge
 *
 * What counted before does not count again. Where a context was emptied meanwhile,
 * it is blog_ctx_lost(): the messages taken out of it must be dropped.
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
	}
	merge->taken = NULL;

	return all;
}
EXPORT_SYMBOL_IF_KUNIT(blog_merge_claim);

/**
 * blog_merge_settle() - say that all that was claimed has been shown
 * @merge: the merge
 *
 * A dump that follows it goes on from there.
 *
 * Context: Any context; one user of @merge at a time.
 */
void blog_merge_settle(struct blog_merge *merge)
{
	WRITE_ONCE(merge->unwritten, false);
}
EXPORT_SYMBOL_IF_KUNIT(blog_merge_settle);

/**
 * blog_place_is_new() - whether a message has never been claimed
 * @place: out of blog_merge_peek()
 *
 * Context: As blog_merge_add(), not beside blog_logger_clear().
 * Return: true if so.
 */
bool blog_place_is_new(const struct blog_place *place)
{
	/* If it is emptied just now, the claim finds out. */
	return place->index >= READ_ONCE(place->cursor.ctx->counted);
}

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
 * blog_ctx_emptied() - whether what was copied out of a context may be garbage
 * @place: out of blog_merge_peek(), of a message that was copied
 *
 * For a dump, which claims nothing.
 *
 * Context: As blog_merge_add().
 * Return: true if so.
 */
bool blog_ctx_emptied(const struct blog_place *place)
{
	/* Pairs with the barrier in empty_ctx(). */
	smp_rmb();

	return READ_ONCE(place->cursor.ctx->generation) != place->generation;
}
EXPORT_SYMBOL_IF_KUNIT(blog_ctx_emptied);

/**
 * blog_logger_unread() - whether a merge has messages of a logger before it
 * @merge: the merge
 * @logger: a registered logger
 *
 * Context: As blog_merge_add().
 * Return: true if so.
 */
bool blog_logger_unread(const struct blog_merge *merge, struct blog_logger *logger)
{
	struct blog_ctx *ctx;

	list_for_each_entry_rcu(ctx, &logger->state->contexts, all)
		if (find_place(merge, ctx))
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
 * blog_logger_unclaim() - say that a message which was claimed will not be shown
 * @logger: a registered logger
 *
 * It was in flight, and counts as overwritten.
 *
 * Context: Any context but NMI. Takes a raw spinlock with interrupts disabled.
 */
void blog_logger_unclaim(struct blog_logger *logger)
{
	struct blog_state *state = logger->state;
	unsigned long flags;

	raw_spin_lock_irqsave(&state->lock, flags);
	state->claimed--;
	state->in_flight--;
	state->overwritten++;
	raw_spin_unlock_irqrestore(&state->lock, flags);
}

/**
 * blog_logger_put_back() - let a message that was claimed be claimed once more
 * @logger: a registered logger
 * @origin: where it was; the context may be gone
 *
 * The merge is going to be rewound. The messages after it in its context are put
 * back, too. If the context was emptied the message counts as overwritten.
 *
 * Context: Any context but NMI. Takes a raw spinlock with interrupts disabled.
 */
void blog_logger_put_back(struct blog_logger *logger, const struct blog_origin *origin)
{
	struct blog_state *state = logger->state;
	struct blog_ctx *ctx;
	unsigned long flags;

	guard(rcu)();
	ctx = blog_ctx_find(state, origin->ctx);
	raw_spin_lock_irqsave(&state->lock, flags);
	/* One that has been removed was emptied before. */
	if (!ctx || ctx->generation != origin->generation) {
		state->claimed--;
		state->overwritten++;
	} else if (origin->index < ctx->counted) {
		state->nr_changed++;
		state->claimed -= ctx->counted - origin->index;
		ctx->counted = origin->index;
	}
	state->in_flight = 0;
	raw_spin_unlock_irqrestore(&state->lock, flags);
}
EXPORT_SYMBOL_IF_KUNIT(blog_logger_put_back);

/* Clear a full context; false if it is not full. */
static bool clear_queued(struct blog_state *state, struct blog_ctx *ctx)
{
	unsigned long flags;
	bool queued;

	raw_spin_lock_irqsave(&state->lock, flags);
	queued = ctx->state == BLOG_CTX_QUEUED;
	if (queued)
		blog_ctx_clear(state, ctx, ctx->records);
	raw_spin_unlock_irqrestore(&state->lock, flags);

	return queued;
}

/* Clear what is in a context now. */
static void clear_ctx(const struct blog_merge *merge, struct blog_state *state,
		      struct blog_ctx *ctx)
{
	struct blog_place *place = place_of(merge, ctx);
	unsigned long flags;
	bool more;

	if (clear_queued(state, ctx))
		return;
	for (more = find_place(merge, ctx); more; more = go_on(place))
		;
	raw_spin_lock_irqsave(&state->lock, flags);
	if (ctx->generation == place->generation)
		blog_ctx_clear(state, ctx, place->index);
	raw_spin_unlock_irqrestore(&state->lock, flags);
}

/**
 * blog_logger_clear() - let nobody read any more what a logger has captured
 * @merge: the reader's merge, which goes beyond it; all that it has taken is claimed
 * @logger: a registered logger
 *
 * What was not claimed counts as overwritten.
 *
 * Context: Any context but NMI; one user of @merge at a time. Takes raw spinlocks
 * with interrupts disabled.
 */
void blog_logger_clear(const struct blog_merge *merge, struct blog_logger *logger)
{
	struct blog_state *state = logger->state;
	struct blog_ctx *ctx;

	guard(rcu)();
	list_for_each_entry_rcu(ctx, &state->contexts, all)
		clear_ctx(merge, state, ctx);
}
EXPORT_SYMBOL_IF_KUNIT(blog_logger_clear);
