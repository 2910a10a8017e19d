/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * The format of what lies in a context, and how to walk through it. lib/blog/record.h
 * of the kernel says the same; tests/simulate/format.c proves it.
 */
#ifndef _BLOG_RECORD_H
#define _BLOG_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "message.h"

/* Each record: then @len bytes of payload. */
struct record {
	uint32_t	delta;		/* ns since the record before */
	uint16_t	site;		/* number of a statement, from 1, or one of these */
	uint16_t	len;		/* a multiple of 4 */
};

enum record_control {
	RECORD_CONTROL = 0xfff0,	/* the first of them */
	RECORD_TIME = RECORD_CONTROL,	/* u64: ns of the trace clock from here on */
	RECORD_CPU,			/* u32 */
	RECORD_CLIENT,			/* u64 */
	RECORD_OWNER,			/* struct record_owner */
	RECORD_LOST,			/* u32: messages dropped before */
};

struct record_owner {
	int32_t		pid;
	char		comm[16];
	int32_t		tgid;
	uint32_t	level;
	uint32_t	turn;
};

/**
 * struct record_window - some of the records of a context that is not in memory
 * @fetch: copies records from there on; fails if they cannot be had
 * @data: for it
 * @next: offset of what it is to copy next; @total: bytes of all records
 * @room: bytes of @bytes, where the copy is
 */
struct record_window {
	bool		(*fetch)(void *data, uint32_t offset, void *buf, size_t size);
	void		*data;
	size_t		next;
	size_t		total;
	size_t		room;
	uint8_t		bytes[] __attribute__((aligned(8)));
};

/* Least room of one: it holds the longest record that there is. */
#define RECORD_WINDOW_MIN	4096

/**
 * struct record_cursor - a place among the records of a context
 * @pos: the next record; @end: behind the last that is in memory
 * @window: what that is of the context; NULL: all
 * @damaged: what followed was no record
 * @turn: of its writer: tells the order where stamps are equal
 * @message: the message at the place, but for its logger
 */
struct record_cursor {
	const uint8_t		*pos;
	const uint8_t		*end;
	struct record_window	*window;
	bool			damaged;
	uint32_t		turn;
	struct message		message;
};

void record_start(struct record_cursor *cursor, const void *data, size_t size);
void record_start_window(struct record_cursor *cursor, struct record_window *window);
bool record_next(struct record_cursor *cursor);

#endif /* _BLOG_RECORD_H */
