/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * The messages of many contexts in the order of time.
 */
#ifndef _BLOG_CONTEXTS_H
#define _BLOG_CONTEXTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "message.h"

struct logger;

/* Whether a message is wanted: called for each, in no order. */
typedef bool (*message_filter)(const struct message *message, void *data);

/**
 * struct context - a context
 * @logger: whose it is
 * @data: its records, aligned to 4 bytes; for contexts.fetch: which context
 * @size: bytes of them
 * @cleared: so many messages at the front are not to be shown
 * @last: stamp of the last record that was begun, if one may be incomplete
 */
struct context {
	const struct logger	*logger;
	const void		*data;
	size_t			size;
	uint32_t		cleared;
	uint64_t		last;
};

/* Memory that the records of contexts lie in. */
struct block {
	struct block	*next;
	char		data[] __attribute__((aligned(8)));
};

/**
 * struct contexts - many of them
 * @list: so many of @nr, in no order; with @room for more
 * @blocks: what they lie in, as far as that is to be freed with them
 * @since: older messages are passed over, and what was dropped before them
 * @until: younger messages are passed over
 * @fetch: if they are not in memory: see struct record_window; gets a struct context
 * @nr_damaged: in so many of them the last walk found something that is no record
 * @nr_begun: in so many, a record that was not complete
 */
struct contexts {
	struct context	*list;
	size_t		nr;
	size_t		room;
	struct block	*blocks;
	uint64_t	since;
	uint64_t	until;
	bool		(*fetch)(void *context, uint32_t offset, void *buf, size_t size);
	size_t		nr_damaged;
	size_t		nr_begun;
};

void context_visit(struct context *context, uint64_t until, message_fn look, void *data);
void contexts_add(struct contexts *contexts, const struct context *context);
void contexts_own(struct contexts *contexts, struct block *blocks);
int contexts_each(struct contexts *contexts, message_filter wanted, message_fn look,
		  void *data);
void contexts_visit(struct contexts *contexts, message_fn look, void *data);
void contexts_free(struct contexts *contexts);

#endif /* _BLOG_CONTEXTS_H */
