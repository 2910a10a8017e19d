/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Always-on binary logging: how messages are stored in a context. Written by
 * write.c and serialize.c, read by reader.c.
 */
#ifndef _LIB_BLOG_RECORD_H
#define _LIB_BLOG_RECORD_H

#include <linux/blog/types.h>
#include <linux/build_bug.h>

/**
 * DOC: records
 *
 * A context holds a sequence of records, each a header and, aligned to 4
 * bytes, its payload. The payload of a message is its arguments in the layout
 * of vbin_printf(). The other records, with numbers that no site has, carry
 * what changes seldom; what they say holds for all records that follow in the
 * context. A context starts with TIME, OWNER, CPU and CLIENT.
 */
struct blog_record {
	u32 delta;		/* ns since the previous record; 0 in others than messages */
	u16 site;		/* blog_site.id, or enum blog_control */
	u16 len;		/* bytes of payload, a multiple of 4 */
	u8 payload[];
};

static_assert(sizeof(struct blog_record) == 8);

enum blog_control {
	BLOG_CONTROL_FIRST = 0xfff0,
	BLOG_TIME = BLOG_CONTROL_FIRST,	/* u64: trace_clock_local() from here on */
	BLOG_CPU,			/* u32 */
	BLOG_CLIENT,			/* u64 */
	BLOG_OWNER,			/* struct blog_owner */
	BLOG_LOST,			/* u32: messages that this CPU dropped before */
};

static_assert(sizeof(struct blog_owner) == 32);

/* Most ns between two records, such that a compare can have it as an immediate. */
#define BLOG_DELTA_MAX		S32_MAX

/* Most characters of one string, and most bytes of all arguments together. */
#define BLOG_STR_MAX		1000
#define BLOG_ARGS_MAX		2048

/* Longest payload of a record: alignment may add up to 8 bytes. */
static_assert(BLOG_ARGS_MAX + 8 == BLOG_LEN_MAX);

/*
 * Room that a context keeps free before each message: every control record
 * (14 times 4 bytes of payload in all), the message, and 8 bytes that the
 * serializer may write beyond it.
 */
#define BLOG_CONTROL_MAX	(5 * sizeof(struct blog_record) + 14 * sizeof(u32))
static_assert(2 * sizeof(u64) + 2 * sizeof(u32) + sizeof(struct blog_owner) ==
	      14 * sizeof(u32));
#define BLOG_RECORD_MAX		(sizeof(struct blog_record) + BLOG_ARGS_MAX + 8)
#define BLOG_ROOM		(BLOG_CONTROL_MAX + BLOG_RECORD_MAX)

#endif /* _LIB_BLOG_RECORD_H */
