// SPDX-License-Identifier: LGPL-2.1
/*
 * Merges the messages of many contexts by time: by a heap of places, with the oldest
 * message first.
 */
#include <stdlib.h>

#include "contexts.h"
#include "output.h"
#include "record.h"

struct merge {
	struct record_cursor	*cursors;
	size_t			nr;
};

/* ---------------------------- a context ---------------------------- */

static void start(struct record_cursor *cursor, const struct context *context)
{
	uint32_t i;

	record_start(cursor, context->data, context->size);
	cursor->message.logger = context->logger;
	for (i = 0; i < context->cleared && record_next(cursor); i++)
		;
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

/**
 * context_visit - look at the messages of a context
 * @context: the context
 * @until: younger messages are passed over
 * @look: called for each; what it returns means nothing
 * @data: for it
 */
void context_visit(const struct context *context, uint64_t until, message_fn look,
		   void *data)
{
	struct record_cursor cursor;

	start(&cursor, context);
	while (record_next(&cursor))
		if (cursor.message.time <= until)
			look(&cursor.message, data);
}

/* ---------------------------- merge ---------------------------- */

static bool is_before(const struct record_cursor *a, const struct record_cursor *b)
{
	uint64_t left = a->message.time, right = b->message.time;

	return left < right ||
	       (left == right && (int32_t)(a->turn - b->turn) < 0);
}

static void sift_down(struct merge *merge, size_t pos)
{
	struct record_cursor moved = merge->cursors[pos];

	for (;;) {
		size_t child = 2 * pos + 1;

		if (child + 1 < merge->nr &&
		    is_before(&merge->cursors[child + 1], &merge->cursors[child]))
			child++;
		if (child >= merge->nr || !is_before(&merge->cursors[child], &moved))
			break;
		merge->cursors[pos] = merge->cursors[child];
		pos = child;
	}
	merge->cursors[pos] = moved;
}

static void begin_merge(struct merge *merge, const struct contexts *contexts,
			message_filter wanted, void *data)
{
	size_t i;

	merge->nr = 0;
	merge->cursors = must(calloc(contexts->nr + 1, sizeof(*merge->cursors)));
	for (i = 0; i < contexts->nr; i++) {
		start(&merge->cursors[merge->nr], &contexts->list[i]);
		merge->nr += next_wanted(contexts, &merge->cursors[merge->nr], wanted, data);
	}
	for (i = merge->nr / 2; i--;)
		sift_down(merge, i);
}

/* Whether the first one is still the oldest: mostly the same context goes on. */
static bool goes_on(const struct merge *merge)
{
	return (merge->nr < 2 || !is_before(&merge->cursors[1], &merge->cursors[0])) &&
	       (merge->nr < 3 || !is_before(&merge->cursors[2], &merge->cursors[0]));
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
int contexts_each(const struct contexts *contexts, message_filter wanted, message_fn look,
		  void *data)
{
	struct merge merge;
	int ret = 0;

	begin_merge(&merge, contexts, wanted, data);
	while (merge.nr && !ret) {
		struct record_cursor *first = merge.cursors;

		ret = look(&first->message, data);
		if (!next_wanted(contexts, first, wanted, data))
			*first = merge.cursors[--merge.nr];
		if (merge.nr && !goes_on(&merge))
			sift_down(&merge, 0);
	}
	free(merge.cursors);

	return ret;
}

/**
 * contexts_visit - look at the messages of contexts, in no order: quicker
 * @contexts: the contexts
 * @look: called for each; what it returns means nothing
 * @data: for it
 */
void contexts_visit(const struct contexts *contexts, message_fn look, void *data)
{
	size_t i;

	for (i = 0; i < contexts->nr; i++)
		context_visit(&contexts->list[i], contexts->until, look, data);
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
