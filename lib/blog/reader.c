// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: read the records of a context. So far the KUnit tests
 * do.
 */
#include <kunit/visibility.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "internal.h"

/**
 * blog_cursor_start() - read a context from its beginning
 * @cursor: the place
 * @ctx: the context; the caller keeps it from being emptied
 *
 * The cursor covers what is in the context now. Its owner may go on writing.
 *
 * Context: Any context.
 */
void blog_cursor_start(struct blog_cursor *cursor, const struct blog_ctx *ctx)
{
	memset(cursor, 0, sizeof(*cursor));
	cursor->ctx = ctx;
	/* Pairs with the release in commit_record(). */
	cursor->end = smp_load_acquire(&ctx->head);
}
EXPORT_SYMBOL_IF_KUNIT(blog_cursor_start);

static void apply_control(struct blog_cursor *cursor,
			  const struct blog_record *record)
{
	const void *payload = record->payload;
	u32 lost;

	switch (record->site) {
	case BLOG_TIME:
		memcpy(&cursor->time, payload, sizeof(cursor->time));
		break;
	case BLOG_CPU:
		memcpy(&cursor->cpu, payload, sizeof(cursor->cpu));
		break;
	case BLOG_CLIENT:
		memcpy(&cursor->client, payload, sizeof(cursor->client));
		break;
	case BLOG_OWNER:
		memcpy(&cursor->owner, payload, sizeof(cursor->owner));
		break;
	case BLOG_LOST:
		memcpy(&lost, payload, sizeof(lost));
		cursor->lost += lost;
		break;
	}
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
	while (cursor->pos < cursor->end) {
		const struct blog_record *record;

		record = (const void *)cursor->ctx->data + cursor->pos;
		cursor->pos += sizeof(*record) + record->len;
		if (record->site < BLOG_CONTROL_FIRST) {
			cursor->time += record->delta;
			cursor->record = record;
			return true;
		}
		apply_control(cursor, record);
	}

	return false;
}
EXPORT_SYMBOL_IF_KUNIT(blog_cursor_next);
