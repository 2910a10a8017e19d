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

#include "site.h"

u8 *blog_serialize(u8 *dst, const struct blog_site *site, const u64 *args,
		   u32 *truncated);
u8 *blog_serialize_rest(u8 *dst, u8 *pos, const struct blog_site *site,
			const u64 *args, size_t nr, u32 *truncated);

/* Whether vbin_printf() would store a text instead of what is there. */
static __always_inline bool blog_bad_pointer(const void *ptr)
{
	return (unsigned long)ptr - PAGE_SIZE >= -MAX_ERRNO - PAGE_SIZE;
}

/* Store a number of @size bytes; always writes 8. */
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
 * Store a short string and 4 bytes of zero behind its NUL, and move *@pos to
 * these; returns whether it is one. Each byte is read once, so that a string that
 * changes meanwhile cannot get a NUL inside.
 */
static __always_inline bool blog_store_short(u8 **pos, const char *s)
{
	const struct word_at_a_time constants = WORD_AT_A_TIME_CONSTANTS;
	unsigned long word, zero;
	unsigned int i;

	if (unlikely(blog_bad_pointer(s)))
		return false;
	for (i = 0; i < BLOG_STR_SHORT; i += sizeof(word)) {
		word = load_unaligned_zeropad(s + i);
		/* What is behind the NUL will be overwritten. */
		put_unaligned(word, (unsigned long *)(*pos + i));
		/* Quicker than has_zero(), but takes some non-ASCII for zero. */
		if ((word - REPEAT_BYTE(0x01)) & REPEAT_BYTE(0x80) &&
		    has_zero(word, &zero, &constants))
			goto found;
	}

	return false;
found:
	zero = prep_zero_mask(word, zero, &constants);
	zero = create_zero_mask(zero);
	*pos += i + find_zero(zero) + 1;
	put_unaligned(0, (u32 *)*pos);

	return true;
}

#else

static __always_inline bool blog_store_short(u8 **pos, const char *s)
{
	return false;
}

#endif

/*
 * Store the first arguments of a message, as many as begin it and take 8 bytes.
 * Moves *@pos; returns how many those are. Reads and writes 2 or 4 words in any
 * case.
 */
static __always_inline size_t blog_store_lead(u8 **pos,
					      const struct blog_site *site,
					      const u64 *args)
{
	u64 *dst = (u64 *)*pos;
	size_t lead = site->lead;

	put_unaligned(args[0], dst);
	put_unaligned(args[1], dst + 1);
	if (lead > BLOG_LEAD_MAX / 2) {
		put_unaligned(args[2], dst + 2);
		put_unaligned(args[3], dst + 3);
	}
	*pos += lead * sizeof(u64);

	return lead;
}

static_assert(BLOG_LEAD_MAX == 4);

/*
 * Store numbers, from argument *@nr on, up to the first argument that is none,
 * which *@nr becomes. Moves *@pos; returns the code of that argument, or
 * BLOG_ARG_END.
 */
static __always_inline u8 blog_store_numbers(u8 **pos,
					     const struct blog_site *site,
					     const u64 *args, size_t *nr)
{
	u8 code;

	while ((code = site->codes[*nr]) <= BLOG_ARG_PLAIN_MAX) {
		blog_store_plain(*pos, args[*nr], code);
		*pos += code;
		++*nr;
	}

	return code;
}

/*
 * Store numbers and short strings, which are what nearly all messages consist of,
 * from argument *@nr on, up to the first argument that is neither, which *@nr
 * becomes. Moves *@pos; returns whether there is none. Not for a
 * BLOG_SITE_COMPLEX.
 */
static __always_inline bool blog_store_simple(u8 **pos,
					      const struct blog_site *site,
					      const u64 *args, size_t *nr)
{
	u8 code;

	while ((code = blog_store_numbers(pos, site, args, nr)) == BLOG_ARG_STR &&
	       blog_store_short(pos, (const char *)(unsigned long)args[*nr])) {
		++*nr;
		if (blog_code_aligned(site->codes[*nr]))
			*pos = PTR_ALIGN(*pos, sizeof(u32));
	}

	return code == BLOG_ARG_END;
}

#endif /* _LIB_BLOG_SERIALIZE_H */
