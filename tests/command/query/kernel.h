/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What lib/blog/query.c takes of the kernel, in user space.
 */
#ifndef _QUERY_KERNEL_H
#define _QUERY_KERNEL_H

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#define U32_MAX			UINT32_MAX
#define GFP_KERNEL		0
#define BIT(nr)			(1U << (nr))
#define BITS_PER_LONG		(8 * sizeof(long))
#define isodigit(c)		((c) >= '0' && (c) <= '7')
#define EXPORT_SYMBOL_IF_KUNIT(symbol)
#define lockdep_assert_held(lock)
#define __free(name)		__attribute__((cleanup(free_##name)))

#define kmalloc(size, flags)	malloc(size)

static inline void free_kfree(void *p)
{
	free(*(void **)p);
}

#define free_bitmap		free_kfree

static inline unsigned long *bitmap_zalloc(unsigned int bits, int flags)
{
	return calloc(bits / BITS_PER_LONG + 1, sizeof(long));
}

static inline bool test_bit(unsigned int nr, const unsigned long *map)
{
	return map[nr / BITS_PER_LONG] >> nr % BITS_PER_LONG & 1;
}

static inline void __assign_bit(unsigned int nr, unsigned long *map, bool value)
{
	unsigned long bit = 1UL << nr % BITS_PER_LONG;

	map[nr / BITS_PER_LONG] = (map[nr / BITS_PER_LONG] & ~bit) | (value ? bit : 0);
}

/* As the kernel's does: a + before the number, a newline behind it. */
static inline int kstrtou32(const char *text, int base, u32 *number)
{
	unsigned long long value;
	char *end;

	text += *text == '+';
	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	value = strtoull(text, &end, base);
	if (errno || value > U32_MAX || end[*end == '\n'])
		return -EINVAL;
	*number = value;

	return 0;
}

struct blog_logger {
	struct blog_state	*state;
};

struct blog_site {
	const char	*format;
	const char	*function;
	const char	*file;
	u32		line;
	u8		flags;
};

struct blog_state {
	unsigned int		nr_sites;
	struct blog_site	**site_by_id;
};

#define BLOG_SITE_ON		BIT(0)
#define BLOG_SITE_BAD		BIT(1)

static inline bool blog_site_is_on(const struct blog_site *site)
{
	return site->flags & BLOG_SITE_ON;
}

static inline void blog_site_switch(struct blog_site *site, bool on)
{
	site->flags = on ? BLOG_SITE_ON : 0;
}

/* Copied out of include/linux/blog/reader.h, and of files of the kernel. */
#include "reader_part.h"
#include "lib_part.h"

static inline int string_unescape_inplace(char *text, unsigned int flags)
{
	return string_unescape(text, text, 0, flags);
}

#endif /* _QUERY_KERNEL_H */
