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
#include "serialize.h"

/* Beyond these bstr_printf() warns. */
#define STAR_WIDTH_MAX	((1 << 23) - 1)
#define STAR_PREC_MAX	((1 << 15) - 1)

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
static size_t store_bounded(u8 *dst, const char *s, size_t precision,
			    size_t room, bool *cut)
{
	const char *bad = blog_bad_pointer_text(s);
	size_t max = min(precision, room);
	size_t len;

	len = copy_bounded(dst, bad ?: s, max);
	if (len == max && max < precision && (bad ?: s)[len]) {
		blog_mark_cut(dst, len);
		*cut = true;
	}

	return len;
}

/* The text of a pointer with an extension; returns its length. */
static size_t store_ext(u8 *dst, const char *conversion, int width,
			const void *ptr, size_t room, bool *cut)
{
	char format[BLOG_EXT_MAX + 1];
	bool star = false;
	size_t i = 0;
	int len;

	/* blog_site_parse() has checked that it fits, and has no ".*". */
	do {
		star |= conversion[i] == '*';
		format[i] = conversion[i];
	} while (conversion[i++] != 'p');
	while (isalnum(conversion[i])) {
		format[i] = conversion[i];
		i++;
	}
	format[i] = '\0';

	if (star)
		len = snprintf(dst, room + 1, format, width, ptr);
	else
		len = snprintf(dst, room + 1, format, ptr);
	if (len > room) {
		len = room;
		blog_mark_cut(dst, len);
		*cut = true;
	}
	/* The text may have a NUL inside (%*pE of a buffer): end there. */
	return strnlen(dst, len);
}

/**
 * blog_mark_cut() - mark a string that was cut
 * @text: the string
 * @len: its length
 *
 * Context: Any context.
 */
void blog_mark_cut(u8 *text, size_t len)
{
	size_t mark = strlen(BLOG_CUT_MARK);

	if (len >= mark)
		memcpy(text + len - mark, BLOG_CUT_MARK, mark);
}

static u8 *store_16(u8 *p, u16 value)
{
	p = PTR_ALIGN(p, sizeof(u16));
	*(u16 *)p = value;
	return zero_gap(p + sizeof(u16));
}

/**
 * blog_store_rare_int() - store an argument of an unusual integer type
 * @sink: where to
 * @code: its code
 * @value: the argument
 *
 * Context: Any context.
 */
void blog_store_rare_int(struct blog_sink *sink, u8 code, int value)
{
	switch (code) {
	case BLOG_ARG_16:
		sink->pos = store_16(sink->pos, value);
		break;
	case BLOG_ARG_8:
		*sink->pos = value;
		sink->pos = zero_gap(sink->pos + 1);
		break;
	case BLOG_ARG_WIDTH:
		sink->width = clamp(value, -STAR_WIDTH_MAX, STAR_WIDTH_MAX);
		sink->pos = store_32(sink->pos, sink->width);
		break;
	case BLOG_ARG_PREC:
		value = clamp(value, -STAR_PREC_MAX, STAR_PREC_MAX);
		/* vsnprintf() takes a negative one as 0. */
		sink->precision = max(value, 0);
		sink->pos = store_32(sink->pos, value);
		break;
	}
}

/**
 * blog_store_rare_text() - store a string with a precision, or a rendered pointer
 * @sink: where to
 * @site: the statement
 * @code: the argument's code
 * @ptr: the argument
 *
 * Context: Any context.
 * Return: the last byte of the code.
 */
const u8 *blog_store_rare_text(struct blog_sink *sink,
			       const struct blog_site *site, const u8 *code,
			       const void *ptr)
{
	size_t room = min_t(size_t, sink->room, BLOG_STR_MAX);
	size_t len;

	switch (*code) {
	case BLOG_ARG_STR_PREC:
		len = store_bounded(sink->pos, ptr, sink->precision, room,
				    &sink->cut);
		end_text(sink, len);
		return code;
	case BLOG_ARG_STR_MAX:
		len = store_bounded(sink->pos, ptr, blog_code_operand(code),
				    room, &sink->cut);
		break;
	default: /* BLOG_ARG_EXT */
		len = store_ext(sink->pos, site->format + blog_code_operand(code),
				sink->width, ptr, room, &sink->cut);
		break;
	}
	end_text(sink, len);

	return code + 2;
}

/**
 * blog_serialize() - store the arguments of a message, out of line
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
	va_list copy;
	u8 *end;

	va_copy(copy, *args);
	end = __blog_serialize(dst, site, copy, cut);
	va_end(copy);

	return end;
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
