// SPDX-License-Identifier: LGPL-2.1
/*
 * Merges the messages of many contexts by time: by a heap of places, with the oldest
 * message first.
 */
#include <stdlib.h>

#include "contexts.h"
#include "output.h"
#include "record.h"

/* A place in a context. */
struct place {
	struct record_cursor	cursor;
	const struct context	*context;
};

struct merge {
	struct place	*places;
	size_t		nr;
};

/* ---------------------------- a context ---------------------------- */

/* Windows have so much memory together, if there are not too many. */
#define WINDOWS_SIZE	(128UL << 20)
#define WINDOW_MAX	(64UL << 10)

static struct record_window *make_window(const struct contexts *contexts,
					 struct context *context, size_t nr_windows)
{
	size_t room = WINDOWS_SIZE / nr_windows & ~(size_t)(RECORD_WINDOW_MIN - 1);
	struct record_window *window;

	if (room > WINDOW_MAX)
		room = WINDOW_MAX;
	if (room < RECORD_WINDOW_MIN)
		room = RECORD_WINDOW_MIN;
	if (room > context->size)
		room = context->size;
	window = must(malloc(sizeof(*window) + room));
	*window = (struct record_window) {
		.fetch = contexts->fetch, .data = context, .total = context->size,
		.room = room,
	};

	return window;
}

/* So many are started at the same time as @nr_windows says. */
static void start(struct record_cursor *cursor, const struct contexts *contexts,
		  struct context *context, size_t nr_windows)
{
	uint32_t i;

	if (contexts->fetch)
		record_start_window(cursor, make_window(contexts, context, nr_windows));
	else
		record_start(cursor, context->data, context->size);
	cursor->message.logger = context->logger;
	for (i = 0; i < context->cleared && record_next(cursor); i++)
		;
}

/* At the end of the context. */
static void finish(struct contexts *contexts, const struct context *context,
		   struct record_cursor *cursor)
{
	if (cursor->damaged)
		contexts->nr_damaged++;
	else if (context->last > cursor->message.time)
		contexts->nr_begun++;
	free(cursor->window);
}

static bool next_wanted(const struct contexts *contexts, struct record_cursor *cursor,
			message_filter wanted, void *data)
{
	struct message *message = &cursor->message;
	uint32_t lost = 0;

	while (record_next(cursor)) {
		if (message->time < contexts->since)
			continue;
		/* What was dropped before one that is not wanted was so before the next. */
		lost += message->lost;
		if (message->time <= contexts->until && (!wanted || wanted(message, data))) {
			message->lost = lost;
			return true;
		}
	}

	return false;
}

static void visit(struct contexts *contexts, struct context *context, message_fn look,
		  void *data)
{
	struct record_cursor cursor;

	start(&cursor, contexts, context, 1);
	while (record_next(&cursor))
		if (cursor.message.time <= contexts->until)
			look(&cursor.message, data);
	finish(contexts, context, &cursor);
}

/**
 * context_visit - look at the messages of a context that is in memory
 * @context: the context
 * @until: younger messages are passed over
 * @look: called for each; what it returns means nothing
 * @data: for it
 */
void context_visit(struct context *context, uint64_t until, message_fn look, void *data)
{
	struct contexts contexts = { .until = until };

	visit(&contexts, context, look, data);
}

/* ---------------------------- merge ---------------------------- */

static bool is_before(const struct place *a, const struct place *b)
{
	uint64_t left = a->cursor.message.time, right = b->cursor.message.time;

	return left < right ||
	       (left == right && (int32_t)(a->cursor.turn - b->cursor.turn) < 0);
}

static void sift_down(struct merge *merge, size_t pos)
{
	struct place moved = merge->places[pos];

	for (;;) {
		size_t child = 2 * pos + 1;

		if (child + 1 < merge->nr &&
		    is_before(&merge->places[child + 1], &merge->places[child]))
			child++;
		if (child >= merge->nr || !is_before(&merge->places[child], &moved))
			break;
		merge->places[pos] = merge->places[child];
		pos = child;
	}
	merge->places[pos] = moved;
}

/* A place goes to the next message of its context, or goes. */
static void advance(struct merge *merge, struct contexts *contexts, size_t pos,
		    message_filter wanted, void *data)
{
	struct place *place = &merge->places[pos];

	if (next_wanted(contexts, &place->cursor, wanted, data))
		return;
	finish(contexts, place->context, &place->cursor);
	*place = merge->places[--merge->nr];
}

static void begin_merge(struct merge *merge, struct contexts *contexts,
			message_filter wanted, void *data)
{
	size_t i;

	merge->nr = 0;
	merge->places = must(calloc(contexts->nr + 1, sizeof(*merge->places)));
	contexts->nr_damaged = 0;
	contexts->nr_begun = 0;
	for (i = 0; i < contexts->nr; i++) {
		struct place *place = &merge->places[merge->nr++];

		place->context = &contexts->list[i];
		start(&place->cursor, contexts, &contexts->list[i], contexts->nr);
		advance(merge, contexts, merge->nr - 1, wanted, data);
	}
	for (i = merge->nr / 2; i--;)
		sift_down(merge, i);
}

static void end_merge(struct merge *merge)
{
	while (merge->nr)
		free(merge->places[--merge->nr].cursor.window);
	free(merge->places);
}

/* Whether the first one is still the oldest: mostly the same context goes on. */
static bool goes_on(const struct merge *merge)
{
	return (merge->nr < 2 || !is_before(&merge->places[1], &merge->places[0])) &&
	       (merge->nr < 3 || !is_before(&merge->places[2], &merge->places[0]));
}

/**
 * contexts_add - let a context take part
 * @contexts: zeroed at first, but for @until
 * @context: the context; what it points to must stay
 */
void contexts_add(struct contexts *contexts, const struct context *context)
{
	if (contexts->nr == contexts->room) {
		contexts->room = 2 * contexts->room + 64;
		contexts->list = must(realloc(contexts->list,
					      contexts->room * sizeof(*context)));
	}
	contexts->list[contexts->nr++] = *context;
}

/**
 * contexts_own - let contexts_free() free memory
 * @contexts: the contexts
 * @blocks: a list of it
 */
void contexts_own(struct contexts *contexts, struct block *blocks)
{
	struct block **end = &contexts->blocks;

	while (*end)
		end = &(*end)->next;
	*end = blocks;
}

/**
 * contexts_each - look at the messages of contexts, oldest first
 * @contexts: the contexts
 * @wanted: whether a message is wanted, or NULL
 * @look: called for each that is
 * @data: for both
 *
 * Return: 0, or what @look returned to stop.
 */
int contexts_each(struct contexts *contexts, message_filter wanted, message_fn look,
		  void *data)
{
	struct merge merge;
	int ret = 0;

	begin_merge(&merge, contexts, wanted, data);
	while (merge.nr && !ret) {
		ret = look(&merge.places[0].cursor.message, data);
		if (!ret)
			advance(&merge, contexts, 0, wanted, data);
		if (merge.nr && !goes_on(&merge))
			sift_down(&merge, 0);
	}
	end_merge(&merge);

	return ret;
}

/**
 * contexts_visit - look at the messages of contexts, in no order: quicker
 * @contexts: the contexts
 * @look: called for each; what it returns means nothing
 * @data: for it
 */
void contexts_visit(struct contexts *contexts, message_fn look, void *data)
{
	size_t i;

	contexts->nr_damaged = 0;
	contexts->nr_begun = 0;
	for (i = 0; i < contexts->nr; i++)
		visit(contexts, &contexts->list[i], look, data);
}

/**
 * contexts_free - free the list and the blocks
 * @contexts: the contexts
 */
void contexts_free(struct contexts *contexts)
{
	while (contexts->blocks) {
		struct block *next = contexts->blocks->next;

		free(contexts->blocks);
		contexts->blocks = next;
	}
	free(contexts->list);
	contexts->list = NULL;
	contexts->nr = 0;
	contexts->room = 0;
}
