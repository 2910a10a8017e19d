// SPDX-License-Identifier: LGPL-2.1
/*
 * The decoder: each format with the text that the kernel prints for it, cut at
 * every length, in every layout; and random bytes.
 *
 * The encoder below follows the arguments a row lists, not its format, so that
 * it shares no idea of formats with the decoder.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bstr.h"
#include "test.h"

#define MAX_ARGS	10
#define ARGS_SIZE	512
#define TEXT_SIZE	2048
#define FUZZ_CASES	200000

enum kind {
	K_END,
	K_CHAR,		/* %c */
	K_HH,		/* %hhd */
	K_H,		/* %hd */
	K_INT,		/* %d, `*` */
	K_LONG,		/* %ld %zd %td %p */
	K_LL,		/* %lld */
	K_STR,		/* %s, %pI4 and so on */
};

struct arg {
	enum kind	kind;
	uint64_t	num;
	const char	*str;
};

struct row {
	const char	*fmt;
	const char	*want;
	struct arg	args[MAX_ARGS];
};

#define NONE	{ { K_END, 0, NULL } }
#define C(x)	{ K_CHAR, (uint8_t)(x), NULL }
#define HH(x)	{ K_HH, (uint8_t)(x), NULL }
#define H(x)	{ K_H, (uint16_t)(x), NULL }
#define I(x)	{ K_INT, (uint32_t)(x), NULL }
#define L(x)	{ K_LONG, (uint64_t)(x), NULL }
#define Q(x)	{ K_LL, (uint64_t)(x), NULL }
#define S(x)	{ K_STR, 0, x }
#define ERR(x)	L(-(int64_t)(x))

#define PTR	0xffff888012345678ULL
#define FUNC	0xffffffff81001000ULL	/* known to the resolver, 0x80 long */

/* For 64-bit kernels. */
static const struct row rows[] = {
	/* no conversion */
	{ "", "", NONE },
	{ "plain text", "plain text", NONE },
	{ "100%%", "100%", NONE },
	{ "%5%|", "%|", NONE },
	{ "%-05.3%|", "%|", NONE },
	{ "%*%|", "%|", { I(7) } },
	{ "line\nline", "line\nline", NONE },
	{ "tab\there", "tab\there", NONE },
	{ "caf\xc3\xa9 %d", "caf\xc3\xa9 1", { I(1) } },

	/* int */
	{ "%d", "0", { I(0) } },
	{ "%d", "42", { I(42) } },
	{ "%d", "-42", { I(-42) } },
	{ "%i", "-1", { I(-1) } },
	{ "%d", "-2147483648", { I(INT32_MIN) } },
	{ "%u", "4294967295", { I(-1) } },
	{ "%x", "deadbeef", { I(0xdeadbeef) } },
	{ "%X", "DEADBEEF", { I(0xdeadbeef) } },
	{ "%o", "777", { I(0777) } },
	{ "%d %d", "1 2", { I(1), I(2) } },
	{ "%5d|", "   42|", { I(42) } },
	{ "%-5d|", "42   |", { I(42) } },
	{ "%05d|", "00042|", { I(42) } },
	{ "%-05d|", "42   |", { I(42) } },
	{ "%0-5d|", "42   |", { I(42) } },
	{ "%+d", "+42", { I(42) } },
	{ "%+d", "-42", { I(-42) } },
	{ "% d", " 42", { I(42) } },
	{ "% d", "-42", { I(-42) } },
	{ "%+ d", "+42", { I(42) } },
	{ "%+u", "42", { I(42) } },
	{ "% u", "42", { I(42) } },
	{ "%+x", "2a", { I(42) } },
	{ "%+5d|", "  +42|", { I(42) } },
	{ "%+05d|", "+0042|", { I(42) } },
	{ "%05d|", "-0042|", { I(-42) } },
	{ "% 05d|", " 0042|", { I(42) } },
	{ "%-+5d|", "+42  |", { I(42) } },
	{ "%1d", "12345", { I(12345) } },
	{ "%0d", "7", { I(7) } },

	/* precision of numbers: the kernel's, not libc's */
	{ "%.5d|", "00042|", { I(42) } },
	{ "%.5d|", "-00042|", { I(-42) } },
	{ "%8.5d|", "   00042|", { I(42) } },
	{ "%-8.5d|", "00042   |", { I(42) } },
	{ "%08.5d|", "00000042|", { I(42) } },
	{ "%+08.3d|", "+0000042|", { I(42) } },
	{ "%.0d|", "0|", { I(0) } },
	{ "%.d|", "0|", { I(0) } },
	{ "%.0x|", "0|", { I(0) } },
	{ "%5.0d|", "    0|", { I(0) } },
	{ "%.2d|", "12345|", { I(12345) } },

	/* prefixes */
	{ "%#x", "0x2a", { I(42) } },
	{ "%#X", "0X2A", { I(42) } },
	{ "%#x", "0x0", { I(0) } },
	{ "%#o", "052", { I(42) } },
	{ "%#o", "0", { I(0) } },
	{ "%#d", "42", { I(42) } },
	{ "%#8x|", "    0x2a|", { I(42) } },
	{ "%#08x|", "0x00002a|", { I(42) } },
	{ "%#-8x|", "0x2a    |", { I(42) } },
	{ "%#.4x|", "0x002a|", { I(42) } },
	{ "%#10.4x|", "    0x002a|", { I(42) } },
	{ "%#010.4x|", "0x0000002a|", { I(42) } },
	{ "%#6o|", "   052|", { I(42) } },
	{ "%#06o|", "000052|", { I(42) } },
	{ "%#5o|", "    0|", { I(0) } },

	/* qualifiers */
	{ "%hhd", "-1", { HH(-1) } },
	{ "%hhu", "255", { HH(-1) } },
	{ "%hhx", "ff", { HH(-1) } },
	{ "%hhi", "127", { HH(127) } },
	{ "%02hhx%02hhx", "0aff", { HH(10), HH(255) } },
	{ "%hd", "-2", { H(-2) } },
	{ "%hu", "65534", { H(-2) } },
	{ "%ho", "17", { H(15) } },
	{ "%hd %hd %hd", "1 -2 3", { H(1), H(-2), H(3) } },
	{ "%hhd %hd %d", "1 2 3", { HH(1), H(2), I(3) } },
	{ "%ld", "-1", { L(-1) } },
	{ "%lu", "18446744073709551615", { L(-1) } },
	{ "%lx", "123456789abcdef0", { L(0x123456789abcdef0) } },
	{ "%lld", "-9223372036854775808", { Q(INT64_MIN) } },
	{ "%llu", "18446744073709551615", { Q(-1) } },
	{ "%llX", "FEDCBA9876543210", { Q(0xfedcba9876543210) } },
	{ "%llo", "1777777777777777777777", { Q(-1) } },
	{ "%#llo", "01777777777777777777777", { Q(-1) } },
	{ "%Ld", "-5", { Q(-5) } },
	{ "%Lx", "ff", { Q(255) } },
	{ "%zu", "18446744073709551615", { L(-1) } },
	{ "%zd", "-3", { L(-3) } },
	{ "%zx", "1f", { L(31) } },
	{ "%td", "-4", { L(-4) } },
	{ "%tu", "4", { L(4) } },
	{ "%020lld|", "00000000000000000042|", { Q(42) } },
	{ "%-20llx|", "2a                  |", { Q(42) } },

	/* alignment: 8-byte values to 4, others to their size, strings to none */
	{ "%d %lld", "1 2", { I(1), Q(2) } },
	{ "%c %lld", "a 2", { C('a'), Q(2) } },
	{ "%c%c%c %d", "abc 4", { C('a'), C('b'), C('c'), I(4) } },
	{ "%s %d", "abcd 5", { S("abcd"), I(5) } },
	{ "%s %lld %s", "a -1 b", { S("a"), Q(-1), S("b") } },
	{ "%s%hd%s%d", "ab-1c-2", { S("ab"), H(-1), S("c"), I(-2) } },
	{ "%c%hd", "x515", { C('x'), H(515) } },

	/* width and precision from arguments */
	{ "%*d|", "   42|", { I(5), I(42) } },
	{ "%*d|", "42   |", { I(-5), I(42) } },
	{ "%-*d|", "42   |", { I(5), I(42) } },
	{ "%0*d|", "00042|", { I(5), I(42) } },
	{ "%.*d|", "00042|", { I(5), I(42) } },
	{ "%.*d|", "42|", { I(-5), I(42) } },
	{ "%*.*d|", "     042|", { I(8), I(3), I(42) } },
	{ "%*.*d|", "042     |", { I(-8), I(3), I(42) } },
	{ "%*lld|", "   -1|", { I(5), Q(-1) } },
	{ "%*c|", "  x|", { I(3), C('x') } },
	{ "%*s|", "   ab|", { I(5), S("ab") } },
	{ "%*s|", "ab   |", { I(-5), S("ab") } },
	{ "%.*s|", "ab|", { I(2), S("abcd") } },
	{ "%.*s|", "|", { I(-1), S("abcd") } },
	{ "%*.*s|", "  ab|", { I(4), I(2), S("abcd") } },

	/* characters */
	{ "%c", "A", { C('A') } },
	{ "%3c|", "  A|", { C('A') } },
	{ "%-3c|", "A  |", { C('A') } },
	{ "%.0c|", "A|", { C('A') } },
	{ "%hhc%lc", "ab", { C('a'), C('b') } },
	{ "[%c]", "[]", { C(0) } },
	{ "%3c|", "  |", { C(0) } },

	/* strings */
	{ "%s", "", { S("") } },
	{ "%s", "hello", { S("hello") } },
	{ "%s", "(null)", { S("(null)") } },
	{ "%s", "(efault)", { S("(efault)") } },
	{ "%10s|", "     hello|", { S("hello") } },
	{ "%-10s|", "hello     |", { S("hello") } },
	{ "%010s|", "     hello|", { S("hello") } },
	{ "%.3s|", "hel|", { S("hello") } },
	{ "%.0s|", "|", { S("hello") } },
	{ "%.s|", "hello|", { S("hello") } },
	{ "%.10s|", "hello|", { S("hello") } },
	{ "%6.3s|", "   hel|", { S("hello") } },
	{ "%-6.3s|", "hel   |", { S("hello") } },
	{ "%2s|", "hello|", { S("hello") } },
	{ "%ls", "x", { S("x") } },
	{ "%s", "50%d done", { S("50%d done") } },
	{ "%s/%s/%s", "a/b/c", { S("a"), S("b"), S("c") } },

	/* pointers */
	{ "%p", "ffff888012345678", { L(PTR) } },
	{ "%p", "0000000000000000", { L(0) } },
	{ "%p", "000000000000002a", { L(42) } },
	{ "%p.", "ffff888012345678.", { L(PTR) } },
	{ "%p)", "ffff888012345678)", { L(PTR) } },
	{ "%20p|", "    ffff888012345678|", { L(PTR) } },
	{ "%-20p|", "ffff888012345678    |", { L(PTR) } },
	{ "%8p|", "      2a|", { L(42) } },
	{ "%08p|", "0000002a|", { L(42) } },
	{ "%-p|", "2a              |", { L(42) } },
	{ "%#p", "0x0000000000002a", { L(42) } },
	{ "%.20p", "0000ffff888012345678", { L(PTR) } },
	{ "%*p|", "    ffff888012345678|", { I(20), L(PTR) } },
	{ "%lp", "000000000000002a", { L(42) } },
	{ "%px", "ffff888012345678", { L(PTR) } },
	{ "%10px|", "        2a|", { L(42) } },
	{ "%pK", "ffff888012345678", { L(PTR) } },
	{ "%pxyz.", "000000000000002a.", { L(42) } },

	/* error pointers */
	{ "%pe", "-ENOENT", { ERR(2) } },
	{ "%pe", "-EPERM", { ERR(1) } },
	{ "%pe", "-EAGAIN", { ERR(11) } },
	{ "%pe", "-EDEADLK", { ERR(35) } },
	{ "%pe", "-EOPNOTSUPP", { ERR(95) } },
	{ "%pe", "-EHWPOISON", { ERR(133) } },
	{ "%pe", "-ERESTARTSYS", { ERR(512) } },
	{ "%pe", "-ENOTSUPP", { ERR(524) } },
	{ "%pe", "-ERECALLCONFLICT", { ERR(530) } },
	{ "%pe", "-520", { ERR(520) } },
	{ "%pe", "-531", { ERR(531) } },
	{ "%pe", "-4095", { ERR(4095) } },
	{ "%pe", "fffffffffffff000", { ERR(4096) } },
	{ "%pe", "0000000000000000", { L(0) } },
	{ "%pe", "ffff888012345678", { L(PTR) } },
	{ "%10pe|", "   -ENOENT|", { ERR(2) } },
	{ "%-10pe|", "-ENOENT   |", { ERR(2) } },
	{ "%.4pe|", "-ENO|", { ERR(2) } },
	{ "%8pe|", "   -1234|", { ERR(1234) } },

	/* symbols */
	{ "%ps", "known_func", { L(FUNC) } },
	{ "%ps", "known_func", { L(FUNC + 16) } },
	{ "%pS", "known_func+0x0/0x80", { L(FUNC) } },
	{ "%pS", "known_func+0x10/0x80", { L(FUNC + 16) } },
	{ "%pSR", "known_func+0x10/0x80", { L(FUNC + 16) } },
	{ "%pSb", "known_func+0x10/0x80", { L(FUNC + 16) } },
	{ "%psb", "known_func", { L(FUNC + 16) } },
	{ "%ps", "0xffff888012345678", { L(PTR) } },
	{ "%pS", "0x2a", { L(42) } },
	{ "%12ps|", "  known_func|", { L(FUNC) } },
	{ "%-12ps|", "known_func  |", { L(FUNC) } },
	{ "%.5ps|", "known|", { L(FUNC) } },

	/* extensions that were text when stored: width is in it */
	{ "%pI4", "10.0.0.1", { S("10.0.0.1") } },
	{ "%pI6c %d", "fe80::1 7", { S("fe80::1"), I(7) } },
	{ "%pISpc", "10.0.0.1:6789", { S("10.0.0.1:6789") } },
	{ "%pU", "00010203-0405-0607-0809-0a0b0c0d0e0f",
	  { S("00010203-0405-0607-0809-0a0b0c0d0e0f") } },
	{ "%pd %pD4", "file a/b/c/d", { S("file"), S("a/b/c/d") } },
	{ "%10pd|", "      file|", { S("      file") } },
	{ "%*ph|", "01 02 03|", { I(3), S("01 02 03") } },
	{ "%pV", "nested text", { S("nested text") } },
	{ "%pB", "known_func+0x10/0x80", { S("known_func+0x10/0x80") } },
	{ "%ptTd", "2026-01-02", { S("2026-01-02") } },
	{ "%pd", "", { S("") } },
	{ "%p\xc3\xa9|", "text\xa9|", { S("text") } },

	/* what the kernel does not know ends the message */
	{ "a %n b", "a <invalid conversion>", NONE },
	{ "%d %y %d", "1 <invalid conversion>", { I(1) } },
	{ "%f", "<invalid conversion>", NONE },
	{ "%tt", "<invalid conversion>", NONE },
	{ "%LLd", "<invalid conversion>", NONE },
	{ "%zzd", "<invalid conversion>", NONE },
	{ "%.-5d", "<invalid conversion>", NONE },
	{ "half %", "half <invalid conversion>", NONE },
	{ "half %-", "half <invalid conversion>", NONE },
	{ "half %5.3l", "half <invalid conversion>", NONE },
	{ "%*", "<invalid conversion>", { I(1) } },

	/* as consumers write them */
	{ "%p %llx.%llx cap %p %s seq %d",
	  "ffff888012345678 10000000000.fffffffffffffffe cap 0000000000000000 pAsLsXsFs seq 7",
	  { L(PTR), Q(0x10000000000), Q(-2), L(0), S("pAsLsXsFs"), I(7) } },
	{ "%s %p tid %llu (%d/%d) %.*s took %ldus = %pe",
	  "osd 000000000000002a tid 9 (1/3) obj took -1us = -EIO",
	  { S("osd"), L(42), Q(9), I(1), I(3), I(3), S("objects"), L(-1), ERR(5) } },
};

/* For 32-bit kernels. */
static const struct row rows32[] = {
	{ "%ld", "-1", { L(-1) } },
	{ "%lu", "4294967295", { L(-1) } },
	{ "%zd %zu", "-2 4294967294", { L(-2), L(-2) } },
	{ "%td", "-4", { L(-4) } },
	{ "%d %lld %ld", "1 -2 3", { I(1), Q(-2), L(3) } },
	{ "%c %lx", "a ffffffff", { C('a'), L(-1) } },
	{ "%p", "c0001234", { L(0xc0001234) } },
	{ "%p", "0000002a", { L(42) } },
	{ "%px %pK", "c0001234 00000000", { L(0xc0001234), L(0) } },
	{ "%12p|", "    c0001234|", { L(0xc0001234) } },
	{ "%pe", "-ENOENT", { ERR(2) } },
	{ "%pe", "fffff000", { L(0xfffff000) } },
	{ "%pS", "0xc0001234", { L(0xc0001234) } },
	{ "%s %p %s", "a c0001234 b", { S("a"), L(0xc0001234), S("b") } },
};

/* ---------------------------- encoder ---------------------------- */

static size_t put_number(uint8_t *buf, size_t pos, uint64_t num, size_t size,
			 size_t align, bool big_endian)
{
	size_t i;

	while (pos % align)
		buf[pos++] = 0xa5;
	for (i = 0; i < size; i++)
		buf[pos + (big_endian ? size - 1 - i : i)] = num >> (8 * i);
	return pos + size;
}

/* What the kernel stores in 4 bytes was promoted to int before. */
static uint64_t promote(const struct arg *arg)
{
	return arg->kind == K_H ? (int16_t)arg->num : (int8_t)arg->num;
}

/* Return: bytes that the arguments take, without padding behind them. */
static size_t encode(uint8_t *buf, const struct row *row,
		     const struct bstr_env *env)
{
	size_t long_size = env->long_size;
	bool big = env->big_endian;
	size_t pos = 0;
	int i;

	for (i = 0; i < MAX_ARGS && row->args[i].kind; i++) {
		const struct arg *arg = &row->args[i];
		enum kind kind = arg->kind;
		uint64_t num = arg->num;

		if (env->wide_shorts && (kind == K_H || kind == K_HH)) {
			num = promote(arg);
			kind = K_INT;
		}
		switch (kind) {
		case K_END:
			break;
		case K_CHAR:
		case K_HH:
			pos = put_number(buf, pos, num, 1, 1, big);
			break;
		case K_H:
			pos = put_number(buf, pos, num, 2, 2, big);
			break;
		case K_INT:
			pos = put_number(buf, pos, num, 4, 4, big);
			break;
		case K_LONG:
			pos = put_number(buf, pos, num, long_size, 4, big);
			break;
		case K_LL:
			pos = put_number(buf, pos, num, 8, 4, big);
			break;
		case K_STR:
			strcpy((char *)buf + pos, arg->str);
			pos += strlen(arg->str) + 1;
			break;
		}
	}
	return pos;
}

/* ---------------------------- tests ---------------------------- */

static bool resolve(void *priv, uint64_t addr, bool offset, char *buf,
		    size_t size)
{
	(void)priv;
	if (addr < FUNC || addr >= FUNC + 0x80)
		return false;
	if (offset)
		snprintf(buf, size, "known_func+0x%x/0x80",
			 (unsigned int)(addr - FUNC));
	else
		snprintf(buf, size, "known_func");
	return true;
}

/* Decode a copy that ends where the arguments end, at an odd address. */
static void decode(char *text, size_t size, const char *fmt,
		   const uint8_t *args, size_t len, const struct bstr_env *env)
{
	uint8_t *copy = malloc(len + 1);

	if (!copy)
		abort();
	memcpy(copy + 1, args, len);
	bstr_print(text, size, fmt, copy + 1, len, env);
	free(copy);
}

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && !strcmp(text + n - m, end);
}

static void test_row(const struct row *row, const struct bstr_env *env)
{
	uint8_t args[ARGS_SIZE];
	char text[TEXT_SIZE];
	size_t len, cut;

	len = encode(args, row, env);
	decode(text, sizeof(text), row->fmt, args, len, env);
	check_text(row->fmt, text, row->want);

	for (cut = 0; cut < len; cut++) {
		decode(text, sizeof(text), row->fmt, args, cut, env);
		check(ends_with(text, "<truncated>"), row->fmt,
		      "no marker behind cut arguments");
	}
}

static void test_rows(const struct row *row, size_t n, int long_size)
{
	int layout;

	for (; n--; row++) {
		for (layout = 0; layout < 4; layout++) {
			struct bstr_env env = {
				.long_size = long_size,
				.big_endian = layout & 1,
				.wide_shorts = layout & 2,
				.symbol = resolve,
			};

			test_row(row, &env);
		}
	}
}

static void test_small_buffers(void)
{
	const struct bstr_env env = { .long_size = 8 };
	uint8_t wide[] = { 0xff, 0xff, 0xff, 0x7f, 42, 0, 0, 0 };
	char text[BSTR_MIN_SIZE];
	size_t n;

	for (n = 0; n < 2; n++) {
		decode(text, sizeof(text), n ? "%0*d" : "%*d", wide,
		       sizeof(wide), &env);
		check(ends_with(text, "<truncated>"), "huge width",
		      "no marker behind text that does not fit");
	}
	decode(text, sizeof(text),
	       "a text that is longer than the smallest buffer there may be, by far",
	       wide, 0, &env);
	check(ends_with(text, "<truncated>"), "long text", "no marker");
	check(strlen(text) < sizeof(text), "long text", "too long");

	decode(text, sizeof(text), "%ps", (uint8_t *)"\1\2\3\4\5\6\7\10", 8,
	       &env);
	check_text("no resolver", text, "0x807060504030201");
}

/* ---------------------------- fuzz ---------------------------- */

static uint64_t seed = 0x5eed;

static uint32_t rnd(uint32_t below)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (seed >> 33) % below;
}

/* A format of the table, or the like with some characters changed. */
static void random_format(char *fmt, size_t size)
{
	static const char chars[] = "%%%%*.-+ #0159hlLztdiuxXocspSsKeRbI4";
	size_t len, changes;

	snprintf(fmt, size, "%s", rows[rnd(ARRAY_SIZE(rows))].fmt);
	len = strlen(fmt);
	for (changes = rnd(6); len && changes; changes--)
		fmt[rnd(len)] = rnd(8) ? chars[rnd(sizeof(chars) - 1)] :
					 (char)(1 + rnd(255));
}

static void test_fuzz(void)
{
	char fmt[128], text[TEXT_SIZE];
	uint8_t args[64];
	size_t len, i;
	int n, bad = 0;

	for (n = 0; n < FUZZ_CASES; n++) {
		struct bstr_env env = {
			.long_size = rnd(2) ? 4 : 8,
			.big_endian = rnd(2),
			.wide_shorts = rnd(2),
			.symbol = resolve,
		};
		size_t size = BSTR_MIN_SIZE + rnd(TEXT_SIZE - BSTR_MIN_SIZE);

		random_format(fmt, sizeof(fmt));
		len = rnd(sizeof(args) + 1);
		for (i = 0; i < len; i++)
			args[i] = rnd(3) ? rnd(256) : 0;
		decode(text, size, fmt, args, len, &env);
		bad += strlen(text) >= size;
	}
	check(!bad, "fuzz", "text larger than its buffer");
}

void test_bstr(void)
{
	test_rows(rows, ARRAY_SIZE(rows), 8);
	test_rows(rows32, ARRAY_SIZE(rows32), 4);
	test_small_buffers();
	test_fuzz();
	printf("decoder: %zu formats in 4 layouts, each cut at every byte; %d random records\n",
	       ARRAY_SIZE(rows) + ARRAY_SIZE(rows32), FUZZ_CASES);
}
