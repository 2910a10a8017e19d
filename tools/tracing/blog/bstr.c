// SPDX-License-Identifier: LGPL-2.1
/*
 * The kernel's printf over stored arguments.
 *
 * bstr_print() prints what bstr_printf() of the kernel prints for the same
 * format and bytes. The kernel's printf is not libc's: %.0d of 0 is "0", the
 * 0 flag survives a precision, a negative precision is 0, %p is padded with
 * zeros, an unknown conversion ends the message, and %p has extensions.
 *
 * The layout, as vbin_printf() writes it:
 *
 *   int, %hd, %hhd, %c	aligned to their size, counted from the first argument
 *   8-byte values	aligned to 4
 *   `*`		an int before its value
 *   %s			the bytes and a NUL, unaligned
 *   %p %ps %pS %px %pK %pe	the pointer
 *   other %p extensions	their text, as %s; flags and width are applied
 *
 * Differences, all on purpose:
 *   - Arguments that end too early, or text that does not fit, end the message
 *     with a marker. So does an unknown conversion.
 *   - Pointers are never hashed.
 *   - Signed conversions extend the sign on 32-bit kernels too.
 *   - A NUL printed by %c is left out: the text goes to a C string.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE		/* strerrorname_np() */
#endif
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "bstr.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define MAX_ERRNO	4095
#define WIDTH_MAX	((1 << 23) - 1)
#define PRECISION_MAX	((1 << 15) - 1)
#define SYMBOL_LEN	1024

#define TRUNCATED	"<truncated>"
#define INVALID		"<invalid conversion>"

/* A flag's bit is its character's place in flag_chars. */
static const char flag_chars[] = "-+ #0";

enum bstr_flags {
	F_LEFT		= 1 << 0,
	F_PLUS		= 1 << 1,
	F_SPACE		= 1 << 2,
	F_SPECIAL	= 1 << 3,	/* 0 or 0x prefix */
	F_ZEROPAD	= 1 << 4,
	F_SIGN		= 1 << 5,	/* the value is signed */
	F_UPPER		= 1 << 6,	/* digits A-F and 0X */
};

/* Why the message ends where it does. */
enum bstr_status {
	BSTR_OK,
	BSTR_TRUNCATED,		/* no more arguments, or no more room */
	BSTR_INVALID,		/* a conversion the kernel does not know */
};

/* One conversion. @width and @precision are -1 if not given. */
struct spec {
	unsigned int	flags;
	unsigned int	base;
	int		width;
	int		precision;
	char		qualifier;	/* h l z t, H for hh, L for ll, or 0 */
};

/* Arguments not read yet, and the text printed so far. */
struct bstr {
	const struct bstr_env	*env;
	const uint8_t		*args;
	size_t			len;
	size_t			pos;
	char			*buf;
	size_t			size;	/* without room for marker and NUL */
	size_t			used;
	enum bstr_status	status;
};

/* ---------------------------- output ---------------------------- */

static size_t reserve(struct bstr *b, size_t n)
{
	if (n > b->size - b->used) {
		b->status = BSTR_TRUNCATED;
		return b->size - b->used;
	}
	return n;
}

static void put(struct bstr *b, const char *text, size_t n)
{
	n = reserve(b, n);
	memcpy(b->buf + b->used, text, n);
	b->used += n;
}

static void pad(struct bstr *b, char c, int n)
{
	if (n <= 0)
		return;
	n = reserve(b, n);
	memset(b->buf + b->used, c, n);
	b->used += n;
}

/* Text with precision and width, as the kernel's string_nocheck(). */
static void put_text(struct bstr *b, const char *text, size_t n,
		     const struct spec *spec)
{
	int spaces;

	if (spec->precision >= 0 && n > (size_t)spec->precision)
		n = spec->precision;
	spaces = n < INT_MAX ? spec->width - (int)n : 0;

	if (!(spec->flags & F_LEFT))
		pad(b, ' ', spaces);
	put(b, text, n);
	if (spec->flags & F_LEFT)
		pad(b, ' ', spaces);
}

static char sign_char(uint64_t *num, unsigned int flags)
{
	if (!(flags & F_SIGN))
		return 0;
	if ((int64_t)*num < 0) {
		*num = -*num;
		return '-';
	}
	if (flags & F_PLUS)
		return '+';
	return flags & F_SPACE ? ' ' : 0;
}

/* A number, as the kernel's number(). */
static void put_number(struct bstr *b, uint64_t num, const struct spec *spec)
{
	bool upper = spec->flags & F_UPPER;
	const char *set = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	char digits[24], *first = digits + sizeof(digits);
	char prefix[4];
	int nprefix = 0, ndigits, precision, spare;

	prefix[0] = sign_char(&num, spec->flags);
	if (prefix[0])
		nprefix++;
	if ((spec->flags & F_SPECIAL) && spec->base == 16) {
		prefix[nprefix++] = '0';
		prefix[nprefix++] = upper ? 'X' : 'x';
	} else if ((spec->flags & F_SPECIAL) && spec->base == 8 && num) {
		prefix[nprefix++] = '0';
	}

	do {
		*--first = set[num % spec->base];
		num /= spec->base;
	} while (num);
	ndigits = digits + sizeof(digits) - first;

	precision = spec->precision > ndigits ? spec->precision : ndigits;
	spare = spec->width - nprefix - precision;

	if (!(spec->flags & (F_LEFT | F_ZEROPAD)))
		pad(b, ' ', spare);
	put(b, prefix, nprefix);
	if ((spec->flags & (F_LEFT | F_ZEROPAD)) == F_ZEROPAD)
		pad(b, '0', spare);
	pad(b, '0', precision - ndigits);
	put(b, first, ndigits);
	if (spec->flags & F_LEFT)
		pad(b, ' ', spare);
}

/* ---------------------------- arguments ---------------------------- */

/* Take a number of @size bytes; 0 and a status if there is none. */
static uint64_t take_number(struct bstr *b, size_t size)
{
	size_t align = size < 4 ? size : 4;
	size_t pos = (b->pos + align - 1) & ~(align - 1);

	if (pos > b->len || b->len - pos < size) {
		b->pos = b->len;
		b->status = BSTR_TRUNCATED;
		return 0;
	}
	b->pos = pos + size;
	return bstr_read(b->args + pos, size, b->env->big_endian);
}

/* Take a string; what there is of it, and a status, if its NUL is missing. */
static const char *take_string(struct bstr *b, size_t *n)
{
	const char *text = (const char *)b->args + b->pos;

	*n = strnlen(text, b->len - b->pos);
	b->pos += *n;
	if (b->pos == b->len)
		b->status = BSTR_TRUNCATED;
	else
		b->pos++;
	return text;
}

static int clamp(int64_t val, int lo, int hi)
{
	return val < lo ? lo : val > hi ? hi : val;
}

static int take_star(struct bstr *b, int lo, int hi)
{
	return clamp((int32_t)take_number(b, 4), lo, hi);
}

/* ---------------------------- the format ---------------------------- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The kernel's isalnum(), which is Latin-1: it decides how a %p is stored. */
static bool is_alnum(char ch)
{
	unsigned char c = ch;

	return is_digit(ch) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= 0xc0 && c != 0xd7 && c != 0xf7);
}

static int parse_number(const char **fmt, int max)
{
	int64_t val = 0;

	for (; is_digit(**fmt); ++*fmt)
		val = clamp(val * 10 + **fmt - '0', 0, max);
	return val;
}

static unsigned int parse_flags(const char **fmt)
{
	unsigned int flags = 0;
	const char *flag;

	while (**fmt && (flag = strchr(flag_chars, **fmt))) {
		flags |= 1 << (flag - flag_chars);
		++*fmt;
	}
	return flags;
}

static void parse_width(struct bstr *b, const char **fmt, struct spec *spec)
{
	spec->width = -1;
	if (is_digit(**fmt)) {
		spec->width = parse_number(fmt, WIDTH_MAX);
	} else if (**fmt == '*') {
		++*fmt;
		spec->width = take_star(b, -WIDTH_MAX, WIDTH_MAX);
		if (spec->width < 0) {
			spec->width = -spec->width;
			spec->flags |= F_LEFT;
		}
	}
}

/* A lone '.' is no precision; a negative one from `*` is 0. */
static void parse_precision(struct bstr *b, const char **fmt, struct spec *spec)
{
	spec->precision = -1;
	if (**fmt != '.')
		return;
	++*fmt;
	if (is_digit(**fmt)) {
		spec->precision = parse_number(fmt, PRECISION_MAX);
	} else if (**fmt == '*') {
		++*fmt;
		spec->precision = take_star(b, 0, PRECISION_MAX);
	}
}

static char parse_qualifier(const char **fmt)
{
	char c = **fmt;

	if (!c || !strchr("hlLzt", c))
		return 0;
	++*fmt;
	if ((c == 'h' || c == 'l') && **fmt == c) {
		++*fmt;
		return c == 'h' ? 'H' : 'L';
	}
	return c;
}

/* ---------------------------- conversions ---------------------------- */

static void print_integer(struct bstr *b, const struct spec *spec)
{
	size_t size, stored;
	int unused_bits;
	uint64_t num;

	switch (spec->qualifier) {
	case 'H':
		size = 1;
		break;
	case 'h':
		size = 2;
		break;
	case 'L':
		size = 8;
		break;
	case 'l':
	case 'z':
	case 't':
		size = b->env->long_size;
		break;
	default:
		size = 4;
	}

	stored = size < 4 && b->env->wide_shorts ? 4 : size;
	num = take_number(b, stored);
	if (b->status)
		return;

	unused_bits = 64 - 8 * size;
	num <<= unused_bits;
	if (spec->flags & F_SIGN)
		num = (int64_t)num >> unused_bits;
	else
		num >>= unused_bits;
	put_number(b, num, spec);
}

static void print_char(struct bstr *b, struct spec *spec)
{
	char c = take_number(b, 1);

	if (b->status)
		return;
	spec->precision = -1;
	if (!c)
		spec->width--;
	put_text(b, &c, !!c, spec);
}

static void print_string(struct bstr *b, const struct spec *spec)
{
	size_t n;
	const char *text = take_string(b, &n);

	put_text(b, text, n, spec);
}

/* What a %p extension left was formatted when it was stored. */
static void print_stored(struct bstr *b)
{
	size_t n;
	const char *text = take_string(b, &n);

	put(b, text, n);
}

static void print_hex_pointer(struct bstr *b, uint64_t ptr, struct spec *spec)
{
	if (spec->width == -1) {
		spec->width = 2 * b->env->long_size;
		spec->flags |= F_ZEROPAD;
	}
	spec->base = 16;
	put_number(b, ptr, spec);
}

static void print_symbol(struct bstr *b, uint64_t ptr, bool offset,
			 const struct spec *spec)
{
	const struct bstr_env *env = b->env;
	char name[SYMBOL_LEN];

	if (!env->symbol ||
	    !env->symbol(env->priv, ptr, offset, name, sizeof(name)))
		snprintf(name, sizeof(name), "0x%llx", (unsigned long long)ptr);
	put_text(b, name, strlen(name), spec);
}

/* "ENOENT" for 2; NULL if the kernel has no name for it either. */
static const char *errno_name(int err)
{
	static const char * const kernel_only[] = {
		[512 - 512] = "ERESTARTSYS",
		[513 - 512] = "ERESTARTNOINTR",
		[514 - 512] = "ERESTARTNOHAND",
		[515 - 512] = "ENOIOCTLCMD",
		[516 - 512] = "ERESTART_RESTARTBLOCK",
		[517 - 512] = "EPROBE_DEFER",
		[518 - 512] = "EOPENSTALE",
		[519 - 512] = "ENOPARAM",
		[521 - 512] = "EBADHANDLE",
		[522 - 512] = "ENOTSYNC",
		[523 - 512] = "EBADCOOKIE",
		[524 - 512] = "ENOTSUPP",
		[525 - 512] = "ETOOSMALL",
		[526 - 512] = "ESERVERFAULT",
		[527 - 512] = "EBADTYPE",
		[528 - 512] = "EJUKEBOX",
		[529 - 512] = "EIOCBQUEUED",
		[530 - 512] = "ERECALLCONFLICT",
	};

	if (err < 512)
		return strerrorname_np(err);
	if ((size_t)err - 512 < ARRAY_SIZE(kernel_only))
		return kernel_only[err - 512];
	return NULL;
}

static bool is_error(const struct bstr *b, uint64_t ptr, int *err)
{
	uint64_t max = b->env->long_size == 4 ? UINT32_MAX : UINT64_MAX;

	if (ptr <= max - MAX_ERRNO)
		return false;
	*err = max - ptr + 1;
	return true;
}

static void print_error(struct bstr *b, int err, struct spec *spec)
{
	const char *name = errno_name(err);
	char text[32];

	if (name) {
		snprintf(text, sizeof(text), "-%s", name);
		put_text(b, text, strlen(text), spec);
		return;
	}
	spec->flags |= F_SIGN;
	spec->base = 10;
	put_number(b, (uint64_t)-(int64_t)err, spec);
}

static void print_raw_pointer(struct bstr *b, char ext, struct spec *spec)
{
	uint64_t ptr = take_number(b, b->env->long_size);
	int err;

	if (b->status)
		return;
	if (ext == 's' || ext == 'S')
		print_symbol(b, ptr, ext == 'S', spec);
	else if (ext == 'e' && is_error(b, ptr, &err))
		print_error(b, err, spec);
	else
		print_hex_pointer(b, ptr, spec);
}

static void print_pointer(struct bstr *b, const char **fmt, struct spec *spec)
{
	char ext = **fmt;

	if (is_alnum(ext) && !strchr("sSxKe", ext))
		print_stored(b);
	else
		print_raw_pointer(b, ext, spec);
	while (is_alnum(**fmt))
		++*fmt;
}

/* One conversion; @fmt is past its '%'. */
static void print_conversion(struct bstr *b, const char **fmt)
{
	struct spec spec = { .base = 10 };

	spec.flags = parse_flags(fmt);
	parse_width(b, fmt, &spec);
	parse_precision(b, fmt, &spec);
	if (b->status)
		return;
	spec.qualifier = parse_qualifier(fmt);

	switch (*(*fmt)++) {
	case '%':
		put(b, "%", 1);
		return;
	case 'c':
		print_char(b, &spec);
		return;
	case 's':
		print_string(b, &spec);
		return;
	case 'p':
		print_pointer(b, fmt, &spec);
		return;
	case 'd':
	case 'i':
		spec.flags |= F_SIGN;
		break;
	case 'u':
		break;
	case 'o':
		spec.base = 8;
		break;
	case 'X':
		spec.flags |= F_UPPER;
		spec.base = 16;
		break;
	case 'x':
		spec.base = 16;
		break;
	default:
		b->status = BSTR_INVALID;
		return;
	}
	print_integer(b, &spec);
}

static void put_marker(struct bstr *b)
{
	const char *marker = b->status == BSTR_INVALID ? INVALID : TRUNCATED;

	if (b->status == BSTR_OK)
		return;
	memcpy(b->buf + b->used, marker, strlen(marker));
	b->used += strlen(marker);
}

/**
 * bstr_print - render a format and its stored arguments
 * @buf: where the text goes, NUL-terminated
 * @size: size of @buf, at least BSTR_MIN_SIZE
 * @fmt: the kernel's format
 * @args: arguments in the layout of vbin_printf(), at any alignment
 * @len: bytes in @args
 * @env: layout of the arguments
 *
 * Never reads past @args + @len, whatever they hold. Text that is cut short
 * ends in a marker.
 *
 * Return: length of the text.
 */
size_t bstr_print(char *buf, size_t size, const char *fmt, const void *args,
		  size_t len, const struct bstr_env *env)
{
	struct bstr b = {
		.env	= env,
		.args	= args,
		.len	= len,
		.buf	= buf,
		.size	= size - sizeof(INVALID),
	};

	while (!b.status && *fmt) {
		size_t n = strcspn(fmt, "%");

		put(&b, fmt, n);
		fmt += n;
		if (!b.status && *fmt) {
			fmt++;
			print_conversion(&b, &fmt);
		}
	}
	put_marker(&b);
	buf[b.used] = '\0';
	return b.used;
}
