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
	const struct record *record = (const void *)cursor->pos;
	size_t left = cursor->end - cursor->pos;

	if (left < sizeof(*record) || record->len % sizeof(uint32_t) ||
	    record->len > left - sizeof(*record)) {
		cursor->pos = cursor->end;
		return NULL;
	}
	cursor->pos += sizeof(*record) + record->len;

	return record;
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
