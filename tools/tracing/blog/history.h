/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * What this kernel retains: the files instances/blog/loggers/NAME/history. Reading
 * takes nothing from anybody, and waits for nobody.
 */
#ifndef _BLOG_HISTORY_H
#define _BLOG_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"
#include "contexts.h"
#include "message.h"

struct history;

/**
 * struct history_head - at the start of such a file, in the byte order of the machine
 * @magic: "BLOG"
 * @version: of this and what follows
 * @head_size: bytes of this; the first context follows
 * @ctx_size: bytes of struct history_ctx
 * @long_size: bytes of a pointer
 * @short_size: bytes of a stored %hd
 * @contexts: so many were there at open(); some may be left out since
 * @now: ns of the trace clock at open(); so too
 * @boottime: ns since boot
 * @realtime: ns since 1970
 */
struct history_head {
	char		magic[4];
	uint32_t	version;
	uint32_t	head_size;
	uint32_t	ctx_size;
	uint16_t	long_size;
	uint16_t	short_size;
	uint32_t	contexts;
	uint64_t	now;
	uint64_t	boottime;
	uint64_t	realtime;
};

/**
 * struct history_ctx - before the records of each context, which end at a multiple of 8
 * @bytes: of records
 * @cleared: so many messages at the front are not to be shown
 * @state: where it was in its life
 * @kind: a task's 0, a CPU's 1, or common 2
 */
struct history_ctx {
	uint32_t	bytes;
	uint32_t	cleared;
	uint16_t	state;
	uint16_t	kind;
	uint32_t	reserved;
};

const char *history_parse(struct contexts *contexts, const struct logger *logger,
			  const void *data, size_t size, struct clock *clock);
struct history *history_read(const char *logger);
int history_each(struct history *history, message_fn look, void *data);
int history_each_of(struct history *history, message_filter wanted, message_fn look,
		    void *data);
void history_visit(struct history *history, message_fn look, void *data);
const struct clock *history_clock(const struct history *history);
const struct logger *history_loggers(const struct history *history);
void history_free(struct history *history);

#endif /* _BLOG_HISTORY_H */
