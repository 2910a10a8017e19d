// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzes the format parser, the serializer and the plugin's renderer.
 *
 * An input is a format, a NUL, and bytes out of which the arguments are made.
 * The code under test is that of lib/blog and lib/vsprintf.c, built with the
 * kernel's own headers for user space.
 *
 * What must hold for each format that blog_site_parse() accepts:
 *
 *   - the arguments lie in the documented layout, each byte of it written, and
 *     nothing beyond the documented room;
 *   - vsnprintf() of the arguments, bstr_printf() of what was stored and the
 *     plugin say the same, and bstr_printf() finds nothing to warn of;
 *   - cut or altered bytes that blog_args_valid() accepts are safe to render
 *     for bstr_printf(); the plugin never reads beyond any, and misses
 *     arguments where blog_args_valid() does.
 */
#include <linux/blog/reader.h>
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "serialize.h"
#include "support.h"

#define FORMAT_SIZE	1100	/* some are too long */
#define LITERAL_DIGITS	4	/* kernels do not agree on longer numbers */
#define STRING_BYTES	16	/* out of the input; what follows is made up */
#define LONG_STRING	200	/* from here on a byte more says how long */
#define POINTEE_SIZE	64	/* what a pointer with an extension points to */
#define TEXT_SIZE	(64 * 1024)
#define TEXT_MAX	(TEXT_SIZE - 64)	/* that the plugin does not cut */

#define MARK_CUT	"..."
#define MARK_TRUNCATED	"<truncated>"
#define MARK_INVALID	"<invalid conversion>"

struct input {
	const u8 *data;
	size_t size;
};

/**
 * struct message - a statement and its arguments
 * @site: the statement
 * @nr: number of arguments
 * @args: the arguments
 * @plain: the same, but widths and precisions within what vsnprintf() takes
 * @bounds: of the strings, how many characters may be read
 * @nr_blocks: number of @blocks
 * @blocks: allocated memory that arguments point to
 */
struct message {
	struct blog_site site;
	unsigned int nr;
	u64 args[BLOG_SITE_CODES];
	u64 plain[BLOG_SITE_CODES];
	size_t bounds[BLOG_SITE_CODES];
	unsigned int nr_blocks;
	void *blocks[BLOG_SITE_CODES];
};

static char direct_text[TEXT_SIZE];
static char stored_text[TEXT_SIZE];
static char plugin_text[TEXT_SIZE];

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static void check(bool ok, const char *what, const struct message *m)
{
	if (!ok)
		fuzz_fail(what, m->site.format);
}

/* ---------------------------- input ---------------------------- */

/* The next bytes of the input; zeros when it is used up. */
static void take(struct input *in, void *dst, size_t size)
{
	size_t n = min(size, in->size);

	memcpy(dst, in->data, n);
	memset(dst + n, 0, size - n);
	in->data += n;
	in->size -= n;
}

static u8 take_u8(struct input *in)
{
	u8 val;

	take(in, &val, sizeof(val));
	return val;
}

static u16 take_u16(struct input *in)
{
	u16 val;

	take(in, &val, sizeof(val));
	return val;
}

static u64 take_u64(struct input *in)
{
	u64 val;

	take(in, &val, sizeof(val));
	return val;
}

static void *new_block(struct message *m, size_t size)
{
	void *p = malloc(size);

	m->blocks[m->nr_blocks++] = p;
	return p;
}

static char *take_format(struct input *in)
{
	size_t len = strnlen(in->data, min_t(size_t, in->size, FORMAT_SIZE));
	char *format = malloc(len + 1);

	take(in, format, len);
	format[len] = '\0';
	take_u8(in);
	return format;
}

static bool has_long_literal(const char *format)
{
	unsigned int digits = 0;

	for (; *format; format++) {
		digits = isdigit(*format) ? digits + 1 : 0;
		if (digits > LITERAL_DIGITS)
			return true;
	}
	return false;
}

/* ---------------------------- arguments ---------------------------- */

static u64 take_star(struct input *in)
{
	static const int extremes[] = {
		INT_MIN, INT_MAX, -(1 << 23), 1 << 23, (1 << 23) - 1,
		S16_MIN, S16_MAX, S16_MAX + 1,
	};
	s16 star = take_u16(in);

	/* seldom: the kernel takes a while to print millions of blanks */
	if (star < S16_MIN + (int)ARRAY_SIZE(extremes))
		return extremes[star - S16_MIN];
	return star % 256;
}

/* A number, or a pointer that is only printed. */
static u64 take_number(struct input *in)
{
	switch (take_u8(in)) {
	case 1:
		return FUZZ_FUNC + take_u8(in);
	case 2:
		return -(u64)(take_u16(in) % (MAX_ERRNO + 2));
	default:
		return take_u64(in);
	}
}

/* Not a pointer to anything: 0, in the first page, or an error. */
static bool take_bad_pointer(struct input *in, u64 *arg)
{
	switch (take_u8(in)) {
	case 1:
		*arg = 0;
		return true;
	case 2:
		*arg = take_u16(in) % PAGE_SIZE;
		return true;
	case 3:
		*arg = -1 - (u64)(take_u16(in) % MAX_ERRNO);
		return true;
	default:
		return false;
	}
}

/*
 * A string of which no more than @bound characters may be read: it has a NUL
 * only if it is shorter, and ends where its memory does.
 */
static u64 take_string(struct message *m, struct input *in, size_t bound)
{
	size_t len, size, i;
	u64 arg;
	char *s;

	if (take_bad_pointer(in, &arg))
		return arg;

	len = take_u8(in);
	if (len >= LONG_STRING)
		len += 10 * take_u8(in);
	size = min(len + 1, bound);
	s = new_block(m, size);
	for (i = 0; i < size; i++)
		s[i] = i < STRING_BYTES ? take_u8(in) ?: ' ' : 'a' + i % 26;
	if (size > len)
		s[len] = '\0';
	return (u64)s;
}

/* The width of a conversion whose '*' is the last argument. */
static int conversion_width(const struct message *m, const char *conversion)
{
	const char *p = conversion + 1;

	p += strspn(p, "-+ #0");
	return *p == '*' ? abs((int)m->plain[m->nr - 1]) : simple_strtoul(p, NULL, 10);
}

/*
 * Extensions that follow what they point to, or have it read by others (files,
 * clocks, names of flags) are left out.
 */
static bool take_ext(struct message *m, struct input *in, u64 *arg)
{
	const char *conversion = m->site.format + blog_code_operand(&m->site, m->nr);
	char ext = strchr(conversion, 'p')[1];

	if (strchr("ACDGOVdfgku", ext) ||
	    (strchr("bhE", ext) && conversion_width(m, conversion) > POINTEE_SIZE))
		return false;
	if (!take_bad_pointer(in, arg)) {
		*arg = (u64)new_block(m, POINTEE_SIZE);
		take(in, (void *)*arg, POINTEE_SIZE);
	}
	return true;
}

/* False if the arguments cannot be made up. */
static bool take_args(struct message *m, struct input *in)
{
	size_t precision = 0;
	u8 code;

	for (; (code = m->site.codes[m->nr]) != BLOG_ARG_END; m->nr++) {
		u64 *arg = &m->args[m->nr], *plain = &m->plain[m->nr];
		size_t *bound = &m->bounds[m->nr];

		switch (code) {
		case BLOG_ARG_WIDTH:
			*arg = take_star(in);
			*plain = clamp((int)*arg, -((1 << 23) - 1), (1 << 23) - 1);
			break;
		case BLOG_ARG_PREC:
			*arg = take_star(in);
			*plain = clamp((int)*arg, -S16_MAX, S16_MAX);
			precision = max((int)*plain, 0);
			break;
		case BLOG_ARG_STR:
			*bound = SIZE_MAX;
			*plain = *arg = take_string(m, in, *bound);
			break;
		case BLOG_ARG_STR_PREC:
			*bound = precision;
			*plain = *arg = take_string(m, in, *bound);
			break;
		case BLOG_ARG_STR_MAX:
			*bound = blog_code_operand(&m->site, m->nr);
			*plain = *arg = take_string(m, in, *bound);
			break;
		case BLOG_ARG_NAME:
			/* Of a dentry; see take_ext(). */
			*bound = SIZE_MAX;
			if (!take_bad_pointer(in, arg))
				return false;
			*plain = *arg;
			break;
		case BLOG_ARG_EXT:
			if (!take_ext(m, in, arg))
				return false;
			*plain = *arg;
			break;
		default:
			*plain = *arg = take_number(in);
			break;
		}
	}
	return true;
}

static void free_blocks(struct message *m)
{
	while (m->nr_blocks)
		free(m->blocks[--m->nr_blocks]);
}

/* ---------------------------- printing ---------------------------- */

#define A(a, i)		(a)[i], (a)[(i) + 1], (a)[(i) + 2], (a)[(i) + 3]
#define ARGS(a)		A(a, 0), A(a, 4), A(a, 8), A(a, 12), A(a, 16), \
			(a)[20], (a)[21], (a)[22]

static_assert(BLOG_SITE_CODES == 23);

/* Each argument takes a word, whatever its type. */
static int print_direct(const struct message *m)
{
	int (*print)(char *buf, size_t size, const char *fmt, ...) = snprintf;

	return print(direct_text, TEXT_SIZE, m->site.format, ARGS(m->plain));
}

/* Return: the length; @cut says whether a string was cut. */
static size_t serialize(const struct message *m, u8 *dst, bool *cut)
{
	size_t size = m->nr * sizeof(u64);
	/* No more than blog() has. */
	u64 *args = malloc(__blog_room(m->nr) * sizeof(u64));
	u32 truncated = 7;
	u8 *end;

	memcpy(args, m->args, size);
	end = blog_serialize(dst, &m->site, args, &truncated);
	*cut = truncated != 7;
	check(!*cut || truncated == 8, "cut is counted wrongly", m);
	free(args);
	return end - dst;
}

static bool ends_with(const char *text, size_t len, const char *end)
{
	size_t n = strlen(end);

	return len >= n && !memcmp(text + len - n, end, n);
}

/* ---------------------------- layout ---------------------------- */

struct walk {
	const struct message *m;
	const u8 *stored;
	size_t len;
	size_t pos;
	bool cut;
};

/* Most characters that fit in the next string. */
static size_t text_room(const struct walk *w)
{
	size_t end = BLOG_ARGS_MAX - w->m->site.fixed;

	return w->pos < end ? min(end - w->pos, BLOG_STR_MAX) : 0;
}

static void check_gap(struct walk *w, size_t align)
{
	for (; w->pos % align; w->pos++)
		check(w->pos < w->len && !w->stored[w->pos], "gap is not zero", w->m);
}

static void check_number(struct walk *w, u64 val, size_t size)
{
	check_gap(w, min(size, sizeof(u32)));
	check(w->len - w->pos >= size && !memcmp(w->stored + w->pos, &val, size),
	      "number altered", w->m);
	w->pos += size;
}

static size_t check_end_of_text(struct walk *w)
{
	size_t n = strnlen(w->stored + w->pos, w->len - w->pos);

	check(n < w->len - w->pos && n <= text_room(w), "text without end", w->m);
	w->pos += n + 1;
	return n;
}

static void check_string(struct walk *w, u64 arg, size_t bound)
{
	const u8 *text = w->stored + w->pos;
	const char *s = (const char *)arg;
	size_t room = text_room(w);
	size_t len, n;

	if (arg < PAGE_SIZE)
		s = arg ? "(efault)" : "(null)";
	else if (IS_ERR_VALUE(arg))
		s = "(efault)";
	len = strnlen(s, bound);
	n = check_end_of_text(w);
	check(n == min(len, room), "string of another length", w->m);
	if (n < len) {
		w->cut = true;
		if (n >= strlen(MARK_CUT)) {
			n -= strlen(MARK_CUT);
			check(!strcmp(text + n, MARK_CUT), "cut is not marked", w->m);
		}
	}
	check(!memcmp(text, s, n), "string altered", w->m);
}

/* Return: whether a string was cut, as far as can be told. */
static bool check_layout(const struct message *m, const u8 *stored, size_t len)
{
	struct walk w = {
		.m = m,
		.stored = stored,
		.len = len,
	};
	unsigned int i;

	for (i = 0; i < m->nr; i++) {
		switch (m->site.codes[i]) {
		case BLOG_ARG_64:
			check_number(&w, m->args[i], 8);
			break;
		case BLOG_ARG_32:
			check_number(&w, m->args[i], 4);
			break;
		case BLOG_ARG_WIDTH:
		case BLOG_ARG_PREC:
			check_number(&w, m->plain[i], 4);
			break;
		case BLOG_ARG_16:
			check_number(&w, m->args[i], 2);
			break;
		case BLOG_ARG_8:
			check_number(&w, m->args[i], 1);
			break;
		case BLOG_ARG_EXT:
			check_end_of_text(&w);
			break;
		default:
			check_string(&w, m->args[i], m->bounds[i]);
			break;
		}
	}
	check_gap(&w, sizeof(u32));
	check(w.pos == len, "of another length", m);
	return w.cut;
}

/* ---------------------------- texts ---------------------------- */

/* The plugin leaves out a NUL. */
static size_t drop_nuls(char *text, size_t len)
{
	size_t i, n = 0;

	for (i = 0; i < len; i++)
		if (text[i])
			text[n++] = text[i];
	text[n] = '\0';
	return n;
}

static bool has_ext(const struct message *m)
{
	return memchr(m->site.codes, BLOG_ARG_EXT, m->nr);
}

/* Whether it can log itself, or have too many strings for the fast path. */
static bool is_complex(const struct message *m)
{
	unsigned int i, nr_strings = 0;

	for (i = 0; i < m->nr; i++)
		nr_strings += m->site.codes[i] == BLOG_ARG_STR;
	return has_ext(m) || nr_strings > BLOG_SHORT_STRINGS;
}

static void check_texts(const struct message *m, const void *stored, size_t len,
			bool cut)
{
	int n = bstr_printf(stored_text, TEXT_SIZE, m->site.format, stored);
	size_t plugin_len;

	if (!cut) {
		int direct = print_direct(m);

		if (direct > TEXT_MAX)
			return;
		/* the text of an extension ends at its first NUL */
		if (!has_ext(m) || !memchr(direct_text, 0, direct))
			check(direct == n && !memcmp(direct_text, stored_text, n),
			      "vsnprintf() and bstr_printf() differ", m);
	}
	if (n > TEXT_MAX)
		return;
	n = drop_nuls(stored_text, n);
	plugin_len = fuzz_render(plugin_text, TEXT_SIZE, m->site.format, stored, len);
	check(plugin_len == n && !memcmp(plugin_text, stored_text, n),
	      "bstr_printf() and the plugin differ", m);
}

/* ---------------------------- broken bytes ---------------------------- */

/* @stored gets altered and cut, and copied to where it ends at its memory's. */
static void check_broken(const struct message *m, struct input *in, u8 *stored,
			 size_t len)
{
	unsigned int changes = take_u8(in) % 4;
	size_t n, cut = len;
	bool valid;
	u8 *copy;

	while (changes-- && len)
		stored[take_u16(in) % len] = take_u8(in);
	if (take_u8(in) & 1)
		cut = take_u16(in) % (len + 1);

	/* malloc() aligns; so 0 bytes have an address, too */
	copy = malloc(cut ?: 1);
	memcpy(copy, stored, cut);
	valid = blog_args_valid(&m->site, copy, cut);
	n = fuzz_render(plugin_text, TEXT_SIZE, m->site.format, copy, cut);
	if (n < TEXT_MAX)
		check(valid == !ends_with(plugin_text, n, MARK_TRUNCATED) ||
		      strstr(m->site.format, MARK_TRUNCATED),
		      "blog_args_valid() and the plugin differ", m);
	if (valid) {
		/* a width may be beyond its limit now */
		fuzz_may_warn = true;
		bstr_printf(stored_text, TEXT_SIZE, m->site.format, (const u32 *)copy);
		fuzz_may_warn = false;
	}
	free(copy);
}

/* ---------------------------- the fuzzer ---------------------------- */

static void check_message(const struct message *m, struct input *in)
{
	size_t size = BLOG_ARGS_MAX + sizeof(u64), len;
	u8 *one = malloc(size), *two = malloc(size);
	bool cut, cut_too;

	memset(one, 0xa5, size);
	memset(two, 0x5a, size);
	len = serialize(m, one, &cut);
	check(len == serialize(m, two, &cut_too) && cut == cut_too &&
	      !memcmp(one, two, len), "bytes not written", m);
	check(len <= BLOG_LEN_MAX, "too long", m);
	check(m->site.flags == (is_complex(m) ? BLOG_SITE_COMPLEX : 0), "wrong flags", m);
	check(check_layout(m, one, len) <= cut, "cut is not told", m);
	check(blog_args_valid(&m->site, one, len), "not valid", m);
	check_texts(m, one, len, cut);
	check_broken(m, in, two, len);
	free(one);
	free(two);
}

/* What is refused is too much, or the plugin does not know it either. */
static void check_refused(const struct message *m, int error)
{
	static const u8 zeros[1024];
	size_t n;

	check(error == -E2BIG || error == -EINVAL, "unknown error", m);
	if (error == -E2BIG || strstr(m->site.format, ".*"))
		return;
	n = fuzz_render(plugin_text, TEXT_SIZE, m->site.format, zeros, sizeof(zeros));
	check(n > TEXT_MAX || ends_with(plugin_text, n, MARK_INVALID),
	      "refused, and the plugin knows it", m);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct input in = { .data = data, .size = size };
	char *format = take_format(&in);
	struct message m = { .site.format = format };
	int ret;

	no_hash_pointers = true;
	fuzz_forget_warnings();
	ret = blog_site_parse(&m.site);
	if (ret)
		check_refused(&m, ret);
	else if (!has_long_literal(format) && take_args(&m, &in))
		check_message(&m, &in);
	free_blocks(&m);
	free(format);
	return 0;
}
