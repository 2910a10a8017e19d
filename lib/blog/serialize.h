/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Always-on binary logging: store the arguments of a message, the part that is
 * inlined into the hot path. See serialize.c.
 */
#ifndef _LIB_BLOG_SERIALIZE_H
#define _LIB_BLOG_SERIALIZE_H

#include <linux/align.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/unaligned.h>
#include <asm/word-at-a-time.h>

#include "internal.h"

/* Strings up to so many characters are stored here, longer ones in serialize.c. */
#define BLOG_STR_SHORT		128

/* So many bytes into the arguments there is room for a short string in any case. */
#define BLOG_SHORT_ROOM		(BLOG_ARGS_MAX / 2)

static_assert(BLOG_SHORT_ROOM + BLOG_STR_SHORT + BLOG_FIXED_MAX <= BLOG_ARGS_MAX);

u8 *blog_serialize_rest(u8 *dst, u8 *pos, const struct blog_site *site,
			const u64 *args, unsigned int nr, u32 *truncated);

/* Whether vbin_printf() would store a text instead of what is there. */
static __always_inline bool blog_bad_pointer(const void *ptr)
{
	return (unsigned long)ptr - PAGE_SIZE >= -MAX_ERRNO - PAGE_SIZE;
}

/* Store the first @size bytes of a number; what follows is not kept. */
static __always_inline void blog_store_plain(u8 *pos, u64 value, u8 size)
{
	if (IS_ENABLED(CONFIG_CPU_BIG_ENDIAN))
		value <<= BITS_PER_BYTE * (sizeof(value) - size);
	put_unaligned(value, (u64 *)pos);
}

/* The next argument, or the end, is aligned to 4. */
static __always_inline bool blog_code_aligned(u8 code)
{
	return code <= BLOG_ARG_PLAIN_MAX || code == BLOG_ARG_END;
}

#if defined(CONFIG_DCACHE_WORD_ACCESS) && !defined(CONFIG_KMSAN)

/*
 * Store a short string and at least 4 bytes of zero; NULL if it is not one.
 * Each byte is read once, so that a string that changes meanwhile cannot get a
 * NUL inside.
 */
static __always_inline u8 *blog_store_short(u8 *pos, const char *s)
{
	const struct word_at_a_time constants = WORD_AT_A_TIME_CONSTANTS;
	const char *stop = s + BLOG_STR_SHORT;
	unsigned long word, zero;

	if (unlikely(blog_bad_pointer(s)))
		return NULL;
	do {
		word = load_unaligned_zeropad(s);
		if (has_zero(word, &zero, &constants)) {
			zero = prep_zero_mask(word, zero, &constants);
			zero = create_zero_mask(zero);
			put_unaligned(word & zero_bytemask(zero),
				      (unsigned long *)pos);
			pos += find_zero(zero) + 1;
			put_unaligned(0, (u32 *)pos);
			return pos;
		}
		put_unaligned(word, (unsigned long *)pos);
		pos += sizeof(word);
		s += sizeof(word);
	} while (s != stop);

	return NULL;
}

#else

static __always_inline u8 *blog_store_short(u8 *pos, const char *s)
{
	return NULL;
}

#endif

/*
 * blog_serialize(), inlined: it does what nearly all messages consist of. What
 * it cannot do, and all that follows in the message, is not inlined.
 */
static __always_inline u8 *__blog_serialize(u8 *dst,
					    const struct blog_site *site,
					    const u64 *args, u32 *truncated)
{
	u8 *pos = dst, *end;
	unsigned int nr;
	u8 code;

	for (nr = 0;; nr++) {
		code = site->codes[nr];
		if (code <= BLOG_ARG_PLAIN_MAX) {
			blog_store_plain(pos, args[nr], code);
			pos += code;
			continue;
		}
		if (code == BLOG_ARG_END)
			return pos;

		if (code != BLOG_ARG_STR || pos - dst > BLOG_SHORT_ROOM)
			break;
		end = blog_store_short(pos, (const char *)(unsigned long)args[nr]);
		if (!end)
			break;
		pos = end;
		if (blog_code_aligned(site->codes[nr + 1]))
			pos = PTR_ALIGN(pos, sizeof(u32));
	}

	return blog_serialize_rest(dst, pos, site, args, nr, truncated);
}

#endif /* _LIB_BLOG_SERIALIZE_H */
