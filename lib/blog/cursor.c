// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: walk through one context, message by message.
 *
 * A cursor stops at the head that it has seen; the context's owner may go on writing.
 * It believes no length that it finds in a record, for the context may be emptied, and
 * filled again, meanwhile.
 */
#include <kunit/visibility.h>
#include <linux/blog/reader.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "logger.h"

/**
 * blog_cursor_extend() - look how far the context is filled by now
 * @cursor: the place
 *
 * Context: Any context.
 */
void blog_cursor_extend(struct blog_cursor *cursor)
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
	blog_cursor_extend(cursor);
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
