// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: store the arguments of a message.
 *
 * The layout is that of vbin_printf(), so that bstr_printf() renders it:
 * 8-byte values are aligned to 4, others to their size, strings are not
 * aligned and end in NUL; a pointer whose extension must be followed now (%pd,
 * %pU...) is stored as text. Unlike there, a string is never read past its
 * precision, and never stored past the limits in internal.h.
 *
 * Gaps are filled with zero: whatever may leave one writes a zero word behind
 * itself, which the next argument overwrites. BLOG_RECORD_MAX has the room.
 */
#include <kunit/visibility.h>
#include <linux/align.h>
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "internal.h"

#define BLOG_CUT_MARK	"..."

/* Beyond these bstr_printf() warns. */
#define STAR_WIDTH_MAX	((1 << 23) - 1)
#define STAR_PREC_MAX	((1 << 15) - 1)

static void mark_cut(u8 *text, size_t len)
{
	size_t mark = strlen(BLOG_CUT_MARK);

	if (len >= mark)
		memcpy(text + len - mark, BLOG_CUT_MARK, mark);
}

/* What vbin_printf() stores instead of reading a bad pointer, else NULL. */
static const char *bad_pointer_text(const void *ptr)
{
	if (!ptr)
		return "(null)";
	if ((unsigned long)ptr < PAGE_SIZE || IS_ERR_VALUE(ptr))
		return "(efault)";
	return NULL;
}

/*
 * Copy up to @max characters; each byte is read once, so that a string that
 * changes meanwhile cannot get a NUL inside.
 */
static size_t copy_bounded(u8 *dst, const char *s, size_t max)
{
	size_t len;

	for (len = 0; len < max; len++) {
		char c = READ_ONCE(s[len]);

		if (!c)
			break;
		dst[len] = c;
	}
	dst[len] = '\0';

	return len;
}

/* The string of a %s with a precision; returns its length. */
static noinline size_t store_bounded(u8 *dst, const char *s, size_t precision,
				     size_t room, bool *cut)
{
	const char *bad = bad_pointer_text(s);
	size_t max = min(precision, room);
	size_t len;

	len = copy_bounded(dst, bad ?: s, max);
	if (len == max && max < precision && (bad ?: s)[len]) {
		mark_cut(dst, len);
		*cut = true;
	}

	return len;
}

/* The string of a plain %s; returns its length. */
static __always_inline size_t store_string(u8 *dst, const char *s, size_t room,
					   bool *cut)
{
	const char *bad = bad_pointer_text(s);
	ssize_t len;

	len = strscpy((char *)dst, unlikely(bad) ? bad : s, room + 1);
	if (unlikely(len < 0)) {
		len = room;
		mark_cut(dst, len);
		*cut = true;
	}

	return len;
}

/* The text of a pointer with an extension; returns its length. */
static noinline size_t store_ext(u8 *dst, const char *conversion, int width,
				 int precision, const void *ptr, size_t room,
				 bool *cut)
{
	char format[BLOG_EXT_MAX + 1];
	int stars[2], nr_stars = 0;
	size_t i = 0;
	int len;

	/* blog_site_parse() has checked that it fits. */
	do {
		if (conversion[i] == '*')
			stars[nr_stars++] = conversion[i - 1] == '.' ? precision : width;
		format[i] = conversion[i];
	} while (conversion[i++] != 'p');
	while (isalnum(conversion[i])) {
		format[i] = conversion[i];
		i++;
	}
	format[i] = '\0';

	if (nr_stars == 2)
		len = snprintf(dst, room + 1, format, stars[0], stars[1], ptr);
	else if (nr_stars == 1)
		len = snprintf(dst, room + 1, format, stars[0], ptr);
	else
		len = snprintf(dst, room + 1, format, ptr);
	if (len > room) {
		len = room;
		mark_cut(dst, len);
		*cut = true;
	}
	/* The text may have a NUL inside (%*pE of a buffer): end there. */
	return strnlen(dst, len);
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

static __always_inline u8 *store_16(u8 *p, u16 value)
{
	p = PTR_ALIGN(p, sizeof(u16));
	*(u16 *)p = value;
	return zero_gap(p + sizeof(u16));
}

/**
 * blog_serialize() - store the arguments of a message
 * @dst: where to, aligned to 4; BLOG_ARGS_MAX bytes and a word
 * @site: the statement
 * @args: its arguments
 * @cut: set to true if a string had to be cut
 *
 * Context: Any context.
 * Return: the end of what was stored, aligned to 4.
 */
u8 *blog_serialize(u8 *dst, const struct blog_site *site, va_list *args,
		   bool *cut)
{
	size_t room = BLOG_ARGS_MAX - site->fixed;
	const u8 *code = site->codes;
	size_t precision = 0;
	int width = 0;
	u8 *p = dst;

	for (;; code++) {
		size_t len;

		/* The usual first; an if is cheaper than a jump table here. */
		if (likely(*code == BLOG_ARG_64)) {
			p = store_64(p, va_arg(*args, u64));
			continue;
		}
		if (likely(*code == BLOG_ARG_32)) {
			p = store_32(p, va_arg(*args, u32));
			continue;
		}
		if (*code == BLOG_ARG_END)
			break;

		switch (*code) {
		case BLOG_ARG_STR:
			len = store_string(p, va_arg(*args, const char *),
					   min_t(size_t, room, BLOG_STR_MAX), cut);
			break;
		case BLOG_ARG_16:
			p = store_16(p, va_arg(*args, int));
			continue;
		case BLOG_ARG_8:
			*p = va_arg(*args, int);
			p = zero_gap(p + 1);
			continue;
		case BLOG_ARG_WIDTH:
			width = clamp(va_arg(*args, int), -STAR_WIDTH_MAX,
				      STAR_WIDTH_MAX);
			p = store_32(p, width);
			continue;
		case BLOG_ARG_PREC: {
			int value = clamp(va_arg(*args, int), -STAR_PREC_MAX,
					  STAR_PREC_MAX);

			/* vsnprintf() takes a negative one as 0. */
			precision = max(value, 0);
			p = store_32(p, value);
			continue;
		}
		case BLOG_ARG_STR_PREC:
			len = store_bounded(p, va_arg(*args, const char *), precision,
					    min_t(size_t, room, BLOG_STR_MAX), cut);
			break;
		case BLOG_ARG_STR_MAX:
			len = store_bounded(p, va_arg(*args, const char *),
					    blog_code_operand(code),
					    min_t(size_t, room, BLOG_STR_MAX), cut);
			code += 2;
			break;
		default: /* BLOG_ARG_EXT */
			len = store_ext(p, site->format + blog_code_operand(code),
					width, precision, va_arg(*args, const void *),
					min_t(size_t, room, BLOG_STR_MAX), cut);
			code += 2;
			break;
		}
		/* A string: */
		room -= len;
		p = zero_gap(p + len + 1);
	}

	return PTR_ALIGN(p, sizeof(u32));
}
EXPORT_SYMBOL_IF_KUNIT(blog_serialize);

/* Where the value of @size bytes at @pos ends, or beyond any @len. */
static size_t value_end(size_t pos, size_t size)
{
	return ALIGN(pos, min_t(size_t, size, sizeof(u32))) + size;
}

/**
 * blog_args_valid() - whether bstr_printf() may render arguments
 * @site: the statement that they are of
 * @args: the arguments, aligned to 4
 * @len: bytes in @args
 *
 * Context: Any context.
 * Return: true if all that the format asks for lies within @len.
 */
bool blog_args_valid(const struct blog_site *site, const void *args,
		     unsigned int len)
{
	const u8 *code;
	size_t pos = 0;

	for (code = site->codes; *code != BLOG_ARG_END; code++) {
		switch (*code) {
		case BLOG_ARG_64:
			pos = value_end(pos, 8);
			break;
		case BLOG_ARG_32:
		case BLOG_ARG_WIDTH:
		case BLOG_ARG_PREC:
			pos = value_end(pos, 4);
			break;
		case BLOG_ARG_16:
			pos = value_end(pos, 2);
			break;
		case BLOG_ARG_8:
			pos = value_end(pos, 1);
			break;
		case BLOG_ARG_STR_MAX:
		case BLOG_ARG_EXT:
			code += 2;
			fallthrough;
		default:
			if (pos >= len)
				return false;
			pos += strnlen(args + pos, len - pos) + 1;
			break;
		}
		if (pos > len)
			return false;
	}

	return true;
}
EXPORT_SYMBOL_IF_KUNIT(blog_args_valid);
