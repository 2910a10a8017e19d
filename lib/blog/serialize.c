// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: store the arguments of a message.
 *
 * The layout is that of vbin_printf(), so that bstr_printf() renders it:
 * 8-byte values are aligned to 4, others to their size, strings are not
 * aligned and end in NUL; a pointer whose extension must be followed now (%pd,
 * %pU...) is stored as text. Unlike there, a string is never read past its
 * precision, and never stored past the limits in record.h. And of a name that the
 * disk has encrypted, %pd and %pD store no more than that: the key may be gone long
 * before the message.
 *
 * Gaps are filled with zero: whatever may leave one writes a zero word behind
 * itself, which the next argument overwrites. BLOG_RECORD_MAX has the room.
 */
#include <kunit/visibility.h>
#include <linux/align.h>
#include <linux/blog/reader.h>
#include <linux/ctype.h>
#include <linux/dcache.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "serialize.h"

/* Beyond these bstr_printf() warns. */
#define STAR_WIDTH_MAX	((1 << 23) - 1)
#define STAR_PREC_MAX	((1 << 15) - 1)

#define CUT_MARK	"..."
#define HIDDEN_NAME	"(encrypted)"

/**
 * struct sink - where the arguments of a message go
 * @pos:	end of what is stored
 * @text_end:	where the text of strings must end, for the rest to fit
 * @precision:	value of the last ".*"
 * @width:	value of the last "*"
 * @cut:	a string had to be cut
 */
struct sink {
	u8 *pos;
	u8 *text_end;
	size_t precision;
	int width;
	bool cut;
};

/* What vbin_printf() stores instead of reading a bad pointer, else the string. */
static const char *string_text(const char *s)
{
	if (likely(!blog_bad_pointer(s)))
		return s;
	return s ? "(efault)" : "(null)";
}

static size_t text_room(const struct sink *sink)
{
	return clamp(sink->text_end - sink->pos, 0, BLOG_STR_MAX);
}

static u8 *zero_gap(u8 *p)
{
	put_unaligned(0, (u32 *)p);
	return p;
}

static u8 *store_16(u8 *p, u16 value)
{
	p = PTR_ALIGN(p, sizeof(u16));
	*(u16 *)p = value;
	return zero_gap(p + sizeof(u16));
}

static u8 *store_32(u8 *p, u32 value)
{
	p = PTR_ALIGN(p, sizeof(u32));
	*(u32 *)p = value;
	return p + sizeof(u32);
}

static u8 *store_plain(u8 *p, u64 value, u8 size)
{
	p = PTR_ALIGN(p, sizeof(u32));
	blog_store_plain(p, value, size);
	return p + size;
}

/* Mark a string of @len characters that was cut. */
static void mark_cut(struct sink *sink, size_t len)
{
	size_t mark = strlen(CUT_MARK);

	if (len >= mark)
		memcpy(sink->pos + len - mark, CUT_MARK, mark);
	sink->cut = true;
}

static size_t store_string(struct sink *sink, const char *s)
{
	size_t room = text_room(sink);
	ssize_t len = strscpy((char *)sink->pos, string_text(s), room + 1);

	if (len >= 0)
		return len;
	mark_cut(sink, room);

	return room;
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
static size_t store_bounded(struct sink *sink, const char *s, size_t precision)
{
	size_t max = min(precision, text_room(sink));
	size_t len;

	s = string_text(s);
	len = copy_bounded(sink->pos, s, max);
	if (len == max && max < precision && s[len])
		mark_cut(sink, len);

	return len;
}

/*
 * Whether the directory that a dentry is in has its names encrypted on disk. Then so
 * do all below it; it need not be asked about each name that %pd4 shows.
 */
static bool dentry_encrypted(const struct dentry *dentry)
{
	const struct dentry *parent;
	const struct inode *dir;

	if (blog_bad_pointer(dentry))
		return false;
	guard(rcu)();
	parent = READ_ONCE(dentry->d_parent);
	dir = parent ? d_inode_rcu(parent) : NULL;

	/* Its owner may change other flags. */
	return dir && data_race(IS_ENCRYPTED(dir));
}

/* What %pd shows. RCU keeps the name. */
static const char *name_text(const struct dentry *dentry)
{
	if (blog_bad_pointer(dentry))
		return (const char *)dentry;
	if (dentry_encrypted(dentry))
		return HIDDEN_NAME;

	return (const char *)READ_ONCE(dentry->d_name.name);
}

/* The name of a dentry; returns its length. */
static size_t store_name(struct sink *sink, const struct dentry *dentry)
{
	guard(rcu)();

	return store_bounded(sink, name_text(dentry), SIZE_MAX);
}

/* Whether what a pointer extension shows is the name of an encrypted file. */
static bool name_hidden(char extension, const void *ptr)
{
	const struct file *file = ptr;

	switch (extension) {
	case 'd':
		return dentry_encrypted(ptr);
	case 'D':
		return !blog_bad_pointer(file) &&
		       dentry_encrypted(READ_ONCE(file->f_path.dentry));
	default:
		return false;
	}
}

/* The text of a pointer with an extension; returns its length. */
static size_t store_ext(struct sink *sink, const char *conversion,
			const void *ptr)
{
	size_t room = text_room(sink);
	char format[BLOG_EXT_MAX + 1];
	bool star = false;
	size_t i = 0;
	int len;

	/* blog_site_parse() has checked that it fits, and has no ".*". */
	do {
		star |= conversion[i] == '*';
		format[i] = conversion[i];
	} while (conversion[i++] != 'p');
	if (name_hidden(conversion[i], ptr)) {
		format[i - 1] = 's';
		ptr = HIDDEN_NAME;
	} else {
		while (isalnum(conversion[i])) {
			format[i] = conversion[i];
			i++;
		}
	}
	format[i] = '\0';

	if (star)
		len = snprintf(sink->pos, room + 1, format, sink->width, ptr);
	else
		len = snprintf(sink->pos, room + 1, format, ptr);
	if (len > room) {
		len = room;
		mark_cut(sink, len);
	}
	/* The text may have a NUL inside (%*pE of a buffer): end there. */
	return strnlen(sink->pos, len);
}

static void store_int(struct sink *sink, u8 code, int value)
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

static void store_text(struct sink *sink, const struct blog_site *site,
		       unsigned int nr, const void *ptr)
{
	size_t len;

	switch (site->codes[nr]) {
	case BLOG_ARG_STR:
		len = store_string(sink, ptr);
		break;
	case BLOG_ARG_STR_PREC:
		len = store_bounded(sink, ptr, sink->precision);
		break;
	case BLOG_ARG_NAME:
		len = store_name(sink, ptr);
		break;
	case BLOG_ARG_STR_MAX:
		len = store_bounded(sink, ptr, blog_code_operand(site, nr));
		break;
	default: /* BLOG_ARG_EXT */
		len = store_ext(sink, site->format + blog_code_operand(site, nr),
				ptr);
		break;
	}
	sink->pos = zero_gap(sink->pos + len + 1);
}

/**
 * blog_serialize_rest() - store the last arguments of a message
 * @dst: as for blog_serialize()
 * @pos: end of what is stored already
 * @site: as for blog_serialize()
 * @args: as for blog_serialize()
 * @nr: number of the first argument to store, from 0
 * @truncated: as for blog_serialize()
 *
 * Context: Any context.
 * Return: the end of what was stored, aligned to 4.
 */
u8 *blog_serialize_rest(u8 *dst, u8 *pos, const struct blog_site *site,
			const u64 *args, size_t nr, u32 *truncated)
{
	struct sink sink = {
		.pos = pos,
		/* Also for what precedes @pos: simpler, and there is room. */
		.text_end = dst + BLOG_ARGS_MAX - site->fixed,
	};
	u8 code;

	while ((code = site->codes[nr]) != BLOG_ARG_END) {
		u64 arg = args[nr];

		if (code <= BLOG_ARG_PLAIN_MAX)
			sink.pos = store_plain(sink.pos, arg, code);
		else if (blog_code_is_int(code))
			store_int(&sink, code, arg);
		else
			store_text(&sink, site, nr, (void *)(unsigned long)arg);
		nr++;
	}
	/* Read by blog_logger_stats(). */
	if (sink.cut)
		WRITE_ONCE(*truncated, *truncated + 1);

	return PTR_ALIGN(sink.pos, sizeof(u32));
}

/**
 * blog_serialize() - store the arguments of a message, out of line
 * @dst: where to, aligned to 4; BLOG_ARGS_MAX bytes and a word
 * @site: the statement
 * @args: its arguments, in an array of __blog_room() words
 * @truncated: incremented if a string had to be cut
 *
 * Context: Any context.
 * Return: the end of what was stored, aligned to 4.
 */
u8 *blog_serialize(u8 *dst, const struct blog_site *site, const u64 *args,
		   u32 *truncated)
{
	u8 *pos = dst;
	size_t nr = blog_store_lead(&pos, site, args);

	if (!(READ_ONCE(site->flags) & BLOG_SITE_COMPLEX) &&
	    blog_store_simple(&pos, site, args, &nr))
		return pos;
	return blog_serialize_rest(dst, pos, site, args, nr, truncated);
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
