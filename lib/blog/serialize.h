/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Always-on binary logging: store the arguments of a message, the part that is
 * inlined into the hot path. See serialize.c.
 */
#ifndef _LIB_BLOG_SERIALIZE_H
#define _LIB_BLOG_SERIALIZE_H

#include <linux/align.h>
#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "internal.h"

#define BLOG_CUT_MARK	"..."

/**
 * struct blog_sink - where the arguments of a message go
 * @pos:	end of what is stored
 * @room:	characters left for the text of strings
 * @precision:	value of the last ".*"
 * @width:	value of the last "*"
 * @cut:	a string had to be cut
 */
struct blog_sink {
	u8 *pos;
	size_t room;
	size_t precision;
	int width;
	bool cut;
};

void blog_mark_cut(u8 *text, size_t len);
void blog_store_rare_int(struct blog_sink *sink, u8 code, int value);
const u8 *blog_store_rare_text(struct blog_sink *sink,
			       const struct blog_site *site, const u8 *code,
			       const void *ptr);

/* What vbin_printf() stores instead of reading a bad pointer, else NULL. */
static __always_inline const char *blog_bad_pointer_text(const void *ptr)
{
	if (unlikely(!ptr))
		return "(null)";
	if (unlikely((unsigned long)ptr < PAGE_SIZE || IS_ERR_VALUE(ptr)))
		return "(efault)";
	return NULL;
}

static __always_inline u8 *zero_gap(u8 *p)
{
	put_unaligned(0, (u32 *)p);
	return p;
}

static __always_inline u8 *store_32(u8 *p, u32 value)
{
	p = PTR_ALIGN(p, sizeof(u32));
	*(u32 *)p = value;
	return p + sizeof(u32);
}

static __always_inline u8 *store_64(u8 *p, u64 value)
{
	p = PTR_ALIGN(p, sizeof(u32));
	put_unaligned(value, (u64 *)p);
	return p + sizeof(u64);
}

/* @len characters were stored, and a NUL. */
static __always_inline void end_text(struct blog_sink *sink, size_t len)
{
	sink->room -= len;
	sink->pos = zero_gap(sink->pos + len + 1);
}

static __always_inline void store_string(struct blog_sink *sink, const char *s)
{
	const char *bad = blog_bad_pointer_text(s);
	size_t room = min_t(size_t, sink->room, BLOG_STR_MAX);
	ssize_t len;

	len = strscpy((char *)sink->pos, unlikely(bad) ? bad : s, room + 1);
	if (unlikely(len < 0)) {
		len = room;
		blog_mark_cut(sink->pos, len);
		sink->cut = true;
	}
	end_text(sink, len);
}

/*
 * blog_serialize(), inlined. The compiler keeps in registers what has no
 * address: where a function needs @sink, it gets a copy. An if for each of the
 * usual codes is cheaper than a jump table here.
 */
static __always_inline u8 *__blog_serialize(u8 *dst,
					    const struct blog_site *site,
					    va_list args, bool *cut)
{
	struct blog_sink sink = {
		.pos = dst,
		.room = BLOG_ARGS_MAX - site->fixed,
	};
	const u8 *code;

	for (code = site->codes;; code++) {
		if (*code == BLOG_ARG_64) {
			sink.pos = store_64(sink.pos, va_arg(args, u64));
		} else if (*code == BLOG_ARG_32) {
			sink.pos = store_32(sink.pos, va_arg(args, u32));
		} else if (*code == BLOG_ARG_STR) {
			store_string(&sink, va_arg(args, const char *));
		} else if (*code == BLOG_ARG_END) {
			break;
		} else if (*code <= BLOG_ARG_LAST_INT) {
			struct blog_sink rare = sink;

			blog_store_rare_int(&rare, *code, va_arg(args, int));
			sink = rare;
		} else {
			struct blog_sink rare = sink;

			code = blog_store_rare_text(&rare, site, code,
						    va_arg(args, const void *));
			sink = rare;
		}
	}
	*cut = sink.cut;

	return PTR_ALIGN(sink.pos, sizeof(u32));
}

#endif /* _LIB_BLOG_SERIALIZE_H */
