// SPDX-License-Identifier: LGPL-2.1
/*
 * Walks through the records of a context. Nothing that they say is believed before it
 * is checked: they may come out of a damaged dump.
 */
#include <string.h>

#include "record.h"

/**
 * record_start - go before the first record
 * @cursor: the place
 * @data: the records, aligned to 4 bytes
 * @size: bytes of them
 */
void record_start(struct record_cursor *cursor, const void *data, size_t size)
{
	memset(cursor, 0, sizeof(*cursor));
	cursor->pos = data;
	cursor->end = cursor->pos + size;
}

/**
 * record_start_window - go before the first record of a context that is not in memory
 * @cursor: the place
 * @window: takes some records at a time; it has none yet
 */
void record_start_window(struct record_cursor *cursor, struct record_window *window)
{
	record_start(cursor, window->bytes, 0);
	cursor->window = window;
}

/* What was not used yet goes to the front, and what follows is fetched behind it. */
static bool move_window(struct record_cursor *cursor)
{
	struct record_window *window = cursor->window;
	size_t left = cursor->end - cursor->pos, size = window->room - left;

	if (size > window->total - window->next)
		size = window->total - window->next;
	memmove(window->bytes, cursor->pos, left);
	cursor->pos = window->bytes;
	cursor->end = cursor->pos + left;
	if (!size)
		return false;
	if (!window->fetch(window->data, window->next, window->bytes + left, size)) {
		window->next = window->total;
		cursor->damaged = true;
		return false;
	}
	window->next += size;
	cursor->end += size;

	return true;
}

static bool is_at_hand(struct record_cursor *cursor, size_t size)
{
	return (size_t)(cursor->end - cursor->pos) >= size ||
	       (cursor->window && move_window(cursor) &&
		(size_t)(cursor->end - cursor->pos) >= size);
}

static void take_owner(struct record_cursor *cursor, const struct record_owner *owner)
{
	struct message *message = &cursor->message;

	message->pid = owner->pid;
	message->tgid = owner->tgid;
	message->level = owner->level;
	memcpy(message->comm, owner->comm, sizeof(owner->comm));
	cursor->turn = owner->turn;
}

static void take_control(struct record_cursor *cursor, const struct record *record)
{
	const void *payload = record + 1;
	struct record_owner owner;
	uint64_t wide = 0;
	uint32_t narrow = 0;

	if (record->len == sizeof(wide))
		memcpy(&wide, payload, sizeof(wide));
	else if (record->len == sizeof(narrow))
		memcpy(&narrow, payload, sizeof(narrow));

	switch (record->site) {
	case RECORD_TIME:
		cursor->message.time = wide;
		break;
	case RECORD_CPU:
		cursor->message.cpu = narrow;
		break;
	case RECORD_CLIENT:
		cursor->message.client = wide;
		break;
	case RECORD_OWNER:
		if (record->len != sizeof(owner))
			break;
		memcpy(&owner, payload, sizeof(owner));
		take_owner(cursor, &owner);
		break;
	case RECORD_LOST:
		cursor->message.lost += narrow;
		break;
	}
}

/* The next record, whatever it is; NULL if there is none, or it is damaged. */
static const struct record *next_record(struct record_cursor *cursor)
{
	const struct record *record;

	if (is_at_hand(cursor, sizeof(*record))) {
		record = (const void *)cursor->pos;
		if (record->site && !(record->len % sizeof(uint32_t)) &&
		    is_at_hand(cursor, sizeof(*record) + record->len)) {
			record = (const void *)cursor->pos;
			cursor->pos += sizeof(*record) + record->len;
			return record;
		}
	}
	cursor->damaged |= cursor->pos != cursor->end;
	cursor->pos = cursor->end;
	if (cursor->window)
		cursor->window->next = cursor->window->total;

	return NULL;
}

/**
 * record_next - go to the next message
 * @cursor: the place
 *
 * Return: false if there is none.
 */
bool record_next(struct record_cursor *cursor)
{
	const struct record *record;

	cursor->message.lost = 0;
	while ((record = next_record(cursor))) {
		if (record->site >= RECORD_CONTROL) {
			take_control(cursor, record);
			continue;
		}
		cursor->message.time += record->delta;
		cursor->message.site = record->site;
		cursor->message.args = record + 1;
		cursor->message.len = record->len;
		return true;
	}

	return false;
}
