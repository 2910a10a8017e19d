// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of binary logging: formats and what is stored for them.
 *
 * What blog_serialize() stores is compared with vbin_printf(), and what
 * bstr_printf() makes of it with snprintf().
 */
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/prandom.h>
#include <linux/random.h>
#include <linux/stdarg.h>
#include <linux/string.h>

#include "blog_kunit.h"
#include "format_args.h"

#define POISON		0xa5
#define RED_ZONE	64
#define TEXT_MAX	(2 * BLOG_ARGS_MAX)

static unsigned int seed;
module_param(seed, uint, 0444);
MODULE_PARM_DESC(seed, "Seed of the random formats; 0 for a random one");

/**
 * struct checker - memory of one comparison
 * @guard:	end of memory that faults beyond
 * @ours:	what blog_serialize() stores; poisoned before
 * @theirs:	what vbin_printf() stores
 * @text:	made of @ours
 * @expected:	made by snprintf()
 */
struct checker {
	u8 *guard;
	u8 ours[BLOG_ARGS_MAX + 8 + RED_ZONE] __aligned(8);
	u32 theirs[TEXT_MAX / sizeof(u32)];
	char text[TEXT_MAX];
	char expected[TEXT_MAX];
};

enum kind {
	SAME,		/* the bytes of vbin_printf() */
	BOUNDED,	/* the text of snprintf(), but other bytes */
};

static int formats_init(struct kunit *test)
{
	struct checker *c = blog_kunit_alloc(test, sizeof(*c));

	c->guard = blog_kunit_guarded_end(test);
	test->priv = c;

	return 0;
}

/* Serialize into c->ours, whose end must stay as it was; returns the length. */
static size_t store_args(struct kunit *test, const struct blog_site *site,
			 const u64 *args, bool *cut)
{
	struct checker *c = test->priv;
	u32 truncated = 0;
	u8 *end;

	memset(c->ours, POISON, sizeof(c->ours));
	end = blog_serialize(c->ours, site, args, &truncated);
	*cut = truncated;
	KUNIT_EXPECT_LE_MSG(test, end - c->ours, BLOG_ARGS_MAX,
			    "format \"%s\"", site->format);
	KUNIT_EXPECT_NULL_MSG(test, memchr_inv(c->ours + BLOG_ARGS_MAX + 8, POISON,
					       RED_ZONE),
			      "format \"%s\"", site->format);

	return end - c->ours;
}

/* The arguments are valid as a whole, and not if a word is missing. */
static void check_valid(struct kunit *test, const struct blog_site *site,
			size_t len)
{
	struct checker *c = test->priv;
	size_t part;

	KUNIT_EXPECT_TRUE_MSG(test, blog_args_valid(site, c->ours, len),
			      "format \"%s\"", site->format);
	for (part = 0; part < len; part += sizeof(u32)) {
		u8 *args = c->guard - part;

		memcpy(args, c->ours, part);
		KUNIT_EXPECT_FALSE_MSG(test, blog_args_valid(site, args, part),
				       "format \"%s\", %zu of %zu bytes",
				       site->format, part, len);
	}
}

static void check_text(struct kunit *test, const char *format, size_t len,
		       int expected_len)
{
	struct checker *c = test->priv;
	int text_len;

	/* Rendering reads nothing beyond what was stored. */
	memcpy(c->guard - len, c->ours, len);
	text_len = bstr_printf(c->text, sizeof(c->text), format,
			       (u32 *)(c->guard - len));
	KUNIT_EXPECT_EQ_MSG(test, text_len, expected_len, "format \"%s\"", format);
	KUNIT_EXPECT_MEMEQ_MSG(test, c->text, c->expected, expected_len + 1,
			       "format \"%s\"", format);
}

static __printf(4, 5)
void check(struct kunit *test, enum kind kind, const u64 *words,
	   const char *format, ...)
{
	struct blog_site site = { .format = format };
	struct checker *c = test->priv;
	size_t len, their_len;
	bool cut = false;
	int expected_len;
	va_list args;

	KUNIT_ASSERT_EQ_MSG(test, blog_site_parse(&site), 0, "format \"%s\"", format);

	len = store_args(test, &site, words, &cut);
	KUNIT_EXPECT_FALSE_MSG(test, cut, "format \"%s\"", format);

	va_start(args, format);
	expected_len = vsnprintf(c->expected, sizeof(c->expected), format, args);
	va_end(args);

	if (kind == SAME) {
		/* It leaves gaps as they are; ours are zero. */
		memset(c->theirs, 0, sizeof(c->theirs));
		va_start(args, format);
		their_len = sizeof(u32) * vbin_printf(c->theirs,
						      ARRAY_SIZE(c->theirs),
						      format, args);
		va_end(args);
		KUNIT_EXPECT_EQ_MSG(test, len, their_len, "format \"%s\"", format);
		KUNIT_EXPECT_MEMEQ_MSG(test, c->ours, c->theirs, len,
				       "format \"%s\"", format);
	}
	check_text(test, format, len, expected_len);
	check_valid(test, &site, len);
}

#define check(test, kind, format, ...)					\
do {									\
	__blog_args(words, ##__VA_ARGS__);				\
									\
	(check)(test, kind, words, format, ##__VA_ARGS__);		\
} while (0)

static void formats_table(struct kunit *test)
{
#define MESSAGE(...)		check(test, SAME, __VA_ARGS__)
#define MESSAGE_BOUNDED(...)	check(test, BOUNDED, __VA_ARGS__)
#define MESSAGE_KERNEL(...)	check(test, SAME, __VA_ARGS__)
#include "formats.h"
#undef MESSAGE
#undef MESSAGE_BOUNDED
#undef MESSAGE_KERNEL
}

static __printf(2, 3)
void check_va_format(struct kunit *test, const char *format, ...)
{
	struct va_format vaf = { .fmt = format };
	va_list args;

	va_start(args, format);
	vaf.va = &args;
	check(test, SAME, "%pV", &vaf);
	check(test, SAME, "%c%pV%hd", 'x', &vaf, 3);
	check(test, SAME, "%s <%pV> <%pV> %lld", "twice", &vaf, &vaf, 4LL);
	va_end(args);
}

/* A message within a message. */
static void formats_nested(struct kunit *test)
{
	check_va_format(test, "");
	check_va_format(test, "%d", 1);
	check_va_format(test, "%s: %*d %pI4", "inner", 5, -1, ip4);
}

/* Random formats */

/*
 * A random format gets its arguments by a call that is written down for its
 * pattern of types: i is an int, l a long long, p a pointer. Each conversion is
 * drawn to fit the type in its place, so the call passes exactly what the
 * format asks for, whatever the ABI; long, size_t and ptrdiff_t are as one of
 * the two types, by their size.
 */
static const char * const patterns[] = {
	"i", "l", "p", "ip", "pl", "iil", "pip", "lpip", "iiiip", "plipl",
	"iiliip", "pppppp",
};

#define ARGS_MAX	6

struct random_message {
	struct rnd_state rnd;
	char format[512];
	size_t len;
	enum kind kind;
	union {
		int i;
		long long l;
		const void *p;
	} args[ARGS_MAX];
	char strings[ARGS_MAX][64];
};

static u32 below(struct random_message *m, u32 nr)
{
	return prandom_u32_state(&m->rnd) % nr;
}

static const char *one_of(struct random_message *m, const char * const *list,
			  size_t nr)
{
	return list[below(m, nr)];
}

#define one_of(m, ...)							\
({									\
	static const char * const list[] = { __VA_ARGS__ };		\
									\
	(one_of)(m, list, ARRAY_SIZE(list));				\
})

static void __printf(2, 3) append(struct random_message *m, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	m->len += vscnprintf(m->format + m->len, sizeof(m->format) - m->len, fmt,
			     args);
	va_end(args);
}

static u64 random_number(struct random_message *m)
{
	u64 value = (u64)prandom_u32_state(&m->rnd) << 32 |
		    prandom_u32_state(&m->rnd);

	/* All magnitudes, both signs. */
	value >>= below(m, 64);
	return below(m, 2) ? -value : value;
}

static void append_literal(struct random_message *m)
{
	append(m, "%s", one_of(m, "", " ", "=", " and ", "%%", ", caps ", "%%%%d"));
}

/* A width and a precision, or none; returns whether there is a precision. */
static bool append_numbers(struct random_message *m)
{
	bool precision = !below(m, 4);

	if (!below(m, 3))
		append(m, "%u", 1 + below(m, 30));
	if (precision)
		append(m, ".%u", below(m, 30));

	return precision;
}

static void append_flags(struct random_message *m)
{
	append(m, "%%%s", one_of(m, "", "", "", "-", "+", " ", "#", "0", "-0+ #"));
}

static void append_integer(struct random_message *m, const char *qualifier)
{
	append(m, "%s%s", qualifier, one_of(m, "d", "i", "u", "x", "X", "o"));
}

static void add_int(struct random_message *m, int n)
{
	m->args[n].i = random_number(m);
	append_flags(m);
	if (!below(m, 5)) {
		append(m, "c");
		return;
	}
	append_numbers(m);
	append_integer(m, sizeof(long) == sizeof(int) ?
		       one_of(m, "", "h", "hh", "l", "z", "t") :
		       one_of(m, "", "h", "hh"));
}

static void add_long_long(struct random_message *m, int n)
{
	m->args[n].l = random_number(m);
	append_flags(m);
	append_numbers(m);
	append_integer(m, sizeof(long) == sizeof(long long) ?
		       one_of(m, "ll", "L", "l", "z", "t") : one_of(m, "ll", "L"));
}

static void make_string(struct random_message *m, int n)
{
	size_t i, len = below(m, sizeof(m->strings[n]));

	for (i = 0; i < len; i++)
		m->strings[n][i] = 1 + below(m, 255);
	m->strings[n][len] = '\0';
	m->args[n].p = below(m, 20) ? m->strings[n] : NULL;
}

static void add_pointer(struct random_message *m, int n)
{
	make_string(m, n);
	append(m, "%%%s", one_of(m, "", "", "-"));
	switch (below(m, 4)) {
	case 0:
		append(m, "p%s", one_of(m, "", "x", "e", "K"));
		break;
	case 1:
		m->args[n].p = bytes;
		append(m, "p%s", one_of(m, "I4", "M", "m", "U", "UB", "I6c", "4cc"));
		break;
	default:
		if (append_numbers(m))
			m->kind = BOUNDED;
		append(m, "s");
		break;
	}
}

/* An int that is the width or the precision of what follows it. */
static void add_star(struct random_message *m, int n, char next)
{
	static const char * const conversions[] = {
		['i'] = "*d", ['l'] = "*llx", ['p'] = "*s",
	};
	bool precision = below(m, 2);

	m->args[n].i = (int)below(m, 60) - 30;
	append(m, "%%%s%s%s", one_of(m, "", "-"), precision ? "." : "",
	       conversions[(u8)next]);
	if (next == 'i')
		m->args[n + 1].i = random_number(m);
	else if (next == 'l')
		m->args[n + 1].l = random_number(m);
	else
		make_string(m, n + 1);
	if (next == 'p' && precision)
		m->kind = BOUNDED;
}

static void make_random(struct random_message *m, const char *pattern)
{
	int n;

	m->len = 0;
	m->kind = SAME;
	append_literal(m);
	for (n = 0; pattern[n]; n++) {
		if (pattern[n] == 'i' && pattern[n + 1] && !below(m, 3)) {
			add_star(m, n, pattern[n + 1]);
			n++;
		} else if (pattern[n] == 'i') {
			add_int(m, n);
		} else if (pattern[n] == 'l') {
			add_long_long(m, n);
		} else {
			add_pointer(m, n);
		}
		append_literal(m);
	}
}

static void check_random(struct kunit *test, struct random_message *m, int pattern)
{
#define i(n)	(m->args[n].i)
#define l(n)	(m->args[n].l)
#define p(n)	(m->args[n].p)

	switch (pattern) {
	case 0:
		check(test, m->kind, m->format, i(0));
		break;
	case 1:
		check(test, m->kind, m->format, l(0));
		break;
	case 2:
		check(test, m->kind, m->format, p(0));
		break;
	case 3:
		check(test, m->kind, m->format, i(0), p(1));
		break;
	case 4:
		check(test, m->kind, m->format, p(0), l(1));
		break;
	case 5:
		check(test, m->kind, m->format, i(0), i(1), l(2));
		break;
	case 6:
		check(test, m->kind, m->format, p(0), i(1), p(2));
		break;
	case 7:
		check(test, m->kind, m->format, l(0), p(1), i(2), p(3));
		break;
	case 8:
		check(test, m->kind, m->format, i(0), i(1), i(2), i(3), p(4));
		break;
	case 9:
		check(test, m->kind, m->format, p(0), l(1), i(2), p(3), l(4));
		break;
	case 10:
		check(test, m->kind, m->format, i(0), i(1), l(2), i(3), i(4), p(5));
		break;
	case 11:
		check(test, m->kind, m->format, p(0), p(1), p(2), p(3), p(4), p(5));
		break;
	}
#undef i
#undef l
#undef p
	BUILD_BUG_ON(ARRAY_SIZE(patterns) != 12);
}

static void formats_random(struct kunit *test)
{
	struct random_message *m = blog_kunit_alloc(test, sizeof(*m));
	unsigned int used = seed ?: get_random_u32();
	int i, pattern;

	kunit_info(test, "blog_kunit.seed=%u\n", used);
	prandom_seed_state(&m->rnd, used);
	for (i = 0; i < 10000; i++) {
		pattern = below(m, ARRAY_SIZE(patterns));
		make_random(m, patterns[pattern]);
		check_random(test, m, pattern);
		if (READ_ONCE(test->status) == KUNIT_FAILURE)
			return;
		cond_resched();
	}
}

/* Strings */

/* Serialize a message of which not all may fit; returns whether it was cut. */
static bool store_words(struct kunit *test, const char *format, const u64 *args)
{
	struct blog_site site = { .format = format };
	struct checker *c = test->priv;
	size_t len;
	bool cut;

	KUNIT_ASSERT_EQ(test, blog_site_parse(&site), 0);
	len = store_args(test, &site, args, &cut);
	check_valid(test, &site, len);
	bstr_printf(c->text, sizeof(c->text), format, (u32 *)c->ours);

	return cut;
}

#define store(test, format, ...)					\
({									\
	__blog_args(words, ##__VA_ARGS__);				\
									\
	store_words(test, format, words);				\
})

/* A string of @len equal letters that end where memory does, without a NUL. */
static char *unterminated(struct kunit *test, size_t len)
{
	u8 *end = blog_kunit_guarded_end(test);

	return memset(end - len, 'u', len);
}

/* Nothing behind a precision is read. */
static void strings_unterminated(struct kunit *test)
{
	struct checker *c = test->priv;
	char *s = unterminated(test, 1000);
	char *last = s + 995;

	KUNIT_EXPECT_FALSE(test, store(test, "%.*s|%d", 5, last, 7));
	KUNIT_EXPECT_STREQ(test, c->text, "uuuuu|7");
	KUNIT_EXPECT_FALSE(test, store(test, "%.5s|%d", last, 7));
	KUNIT_EXPECT_STREQ(test, c->text, "uuuuu|7");
	KUNIT_EXPECT_FALSE(test, store(test, "%*.*s|", -7, 5, last));
	KUNIT_EXPECT_STREQ(test, c->text, "uuuuu  |");
	KUNIT_EXPECT_FALSE(test, store(test, "%.0s%.*s|", last + 5, 0, last + 5));
	KUNIT_EXPECT_STREQ(test, c->text, "|");
	KUNIT_EXPECT_FALSE(test, store(test, "%.*s|", -1, last + 5));
	KUNIT_EXPECT_STREQ(test, c->text, "|");
	KUNIT_EXPECT_FALSE(test, store(test, "%.1000s|", s));
	KUNIT_EXPECT_EQ(test, strspn(c->text, "u"), 1000);
	KUNIT_EXPECT_FALSE(test, store(test, "%.*s|", 1000, s));
	KUNIT_EXPECT_EQ(test, strspn(c->text, "u"), 1000);
}

/* @text begins with @nr letters @letter, then @rest. */
static void expect_letters(struct kunit *test, const char *text, char letter,
			   size_t nr, const char *rest)
{
	char letters[] = { letter, '\0' };

	KUNIT_EXPECT_EQ(test, strspn(text, letters), nr);
	KUNIT_EXPECT_STREQ(test, text + strspn(text, letters), rest);
}

/* Nothing behind a NUL matters, wherever it lies in a word. */
static void strings_terminated(struct kunit *test)
{
	struct checker *c = test->priv;
	u8 *end = blog_kunit_guarded_end(test);
	size_t len;

	memset(end - 64, 't', 63);
	for (len = 0; len < 40; len++) {
		KUNIT_EXPECT_FALSE(test, store(test, "%.80s|", end - 1 - len));
		expect_letters(test, c->text, 't', len, "|");
		/* There strscpy() cannot recover from a read beyond the page. */
		if (IS_ENABLED(CONFIG_UML))
			continue;
		KUNIT_EXPECT_FALSE(test, store(test, "%s|", end - 1 - len));
		expect_letters(test, c->text, 't', len, "|");
	}
}

/* A string is cut after BLOG_STR_MAX characters, and shows it. */
static void strings_cut(struct kunit *test)
{
	struct checker *c = test->priv;
	char *s = blog_kunit_alloc(test, 3000);

	memset(s, 'x', 2999);
	KUNIT_EXPECT_TRUE(test, store(test, "%s|%d", s, 7));
	expect_letters(test, c->text, 'x', BLOG_STR_MAX - 3, "...|7");
	KUNIT_EXPECT_TRUE(test, store(test, "%.2000s|%d", s, 7));
	expect_letters(test, c->text, 'x', BLOG_STR_MAX - 3, "...|7");
	KUNIT_EXPECT_TRUE(test, store(test, "%.*s|%d", 1001, s, 7));
	expect_letters(test, c->text, 'x', BLOG_STR_MAX - 3, "...|7");
	KUNIT_EXPECT_TRUE(test, store(test, "%*pE|%d", 1500, s, 7));
	expect_letters(test, c->text, 'x', BLOG_STR_MAX - 3, "...|7");

	KUNIT_EXPECT_FALSE(test, store(test, "%.*s|%d", 1000, s, 7));
	expect_letters(test, c->text, 'x', BLOG_STR_MAX, "|7");
	s[BLOG_STR_MAX + 1] = '\0';
	KUNIT_EXPECT_TRUE(test, store(test, "%s|%d", s, 7));
	expect_letters(test, c->text, 'x', BLOG_STR_MAX - 3, "...|7");
	s[BLOG_STR_MAX] = '\0';
	KUNIT_EXPECT_FALSE(test, store(test, "%s|%.*s", s, 0, s));
	expect_letters(test, c->text, 'x', BLOG_STR_MAX, "|");
	KUNIT_EXPECT_FALSE(test, store(test, "%.*s|%d", 2000, s, 7));
	expect_letters(test, c->text, 'x', BLOG_STR_MAX, "|7");
	KUNIT_EXPECT_FALSE(test, store(test, "%*pE|%d", 1000, s, 7));
	expect_letters(test, c->text, 'x', BLOG_STR_MAX, "|7");
}

/* All strings of a message share BLOG_ARGS_MAX; what comes last has least. */
static void strings_share_room(struct kunit *test)
{
	struct checker *c = test->priv;
	char *s = blog_kunit_alloc(test, 1500);
	char *third;

	memset(s, 'x', 1000);
	KUNIT_EXPECT_TRUE(test, store(test, "%s|%s|%s|%s|%.9s|%pM|%lld", s, s, s,
				      "more", "still more", bytes, 7LL));
	KUNIT_EXPECT_EQ(test, strspn(c->text, "x"), 1000);
	KUNIT_EXPECT_EQ(test, strspn(c->text + 1001, "x"), 1000);
	third = c->text + 2002;
	KUNIT_EXPECT_LE(test, strspn(third, "x"), BLOG_ARGS_MAX - 2000);
	KUNIT_EXPECT_STREQ(test, third + strspn(third, "x"), "...||||7");

	KUNIT_EXPECT_TRUE(test, store(test, "%s%s%s%lld%hd%lld%hd%lld%hd%lld%hd%lld%hd%lld|",
				      s, s, s, 1LL, 2, 3LL, 4, 5LL, 6, 7LL, 8, 9LL,
				      10, 11LL));
	third = strchr(c->text, '.');
	KUNIT_EXPECT_STREQ(test, third, "...1234567891011|");
}

/* A name in an encrypted directory is not stored, that of the directory is. */
static void names_encrypted(struct kunit *test)
{
	static struct inode root = {}, inode = { .i_flags = S_ENCRYPTED };
	static struct dentry names[4] = {
		{ .d_parent = &names[0], .d_name = QSTR_INIT("mnt", 3), .d_inode = &root },
		{ .d_parent = &names[0], .d_name = QSTR_INIT("safe", 4), .d_inode = &inode },
		{ .d_parent = &names[1], .d_name = QSTR_INIT("will", 4), .d_inode = &inode },
		{ .d_parent = &names[2], .d_name = QSTR_INIT("heir", 4) },
	};
	static struct file file = { .f_path.dentry = &names[2] };
	struct checker *c = test->priv;

	KUNIT_EXPECT_FALSE(test, store(test, "%pd %pd2", &names[1], &names[1]));
	KUNIT_EXPECT_STREQ(test, c->text, "safe /safe");
	KUNIT_EXPECT_FALSE(test, store(test, "%d %pd %pd|%s", 7, &names[2], &names[3],
				       "text"));
	KUNIT_EXPECT_STREQ(test, c->text, "7 (encrypted) (encrypted)|text");
	KUNIT_EXPECT_FALSE(test, store(test, "%pd2 %pd3 %pd4 %pD %pD2", &names[2],
				       &names[3], &names[3], &file, &file));
	KUNIT_EXPECT_STREQ(test, c->text,
			   "(encrypted) (encrypted) (encrypted) (encrypted) (encrypted)");
	KUNIT_EXPECT_FALSE(test, store(test, "%13pd|%*pd|%.4pd|", &names[2], -13,
				       &names[2], &names[2]));
	KUNIT_EXPECT_STREQ(test, c->text, "  (encrypted)|(encrypted)  |(enc|");
}

/* Formats that cannot be logged */

static int parse(const char *format)
{
	struct blog_site site = { .format = format };

	return blog_site_parse(&site);
}

static void parse_unknown(struct kunit *test)
{
	static const char * const formats[] = {
		"%", "text %", "%d %", "%5", "%-", "%.", "%*", "%.*", "%l", "%hh",
		"%n", "%f", "%5.2f", "%e", "%g", "%a", "%m", "%C", "%S", "%D",
		"%q", "%jd", "%LLd", "%zzd", "%ttd", "%hhhd", "%llld", "%y",
		"%d %s %n", "%.-5d", "%'d", "%1$d", "% ", "%\n", "%!",
		/* vbin_printf() would take the precision for the width. */
		"%.*pd", "%*.*pd", "%-*.*pI4", "%.*ph",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(formats); i++)
		KUNIT_EXPECT_EQ_MSG(test, parse(formats[i]), -EINVAL,
				    "format \"%s\"", formats[i]);
}

/* @nr times the same conversion. */
static int parse_repeated(struct kunit *test, const char *conversion, size_t nr)
{
	size_t i, len = strlen(conversion);
	char *format = blog_kunit_alloc(test, nr * len + 1);

	for (i = 0; i < nr; i++)
		memcpy(format + i * len, conversion, len);

	return parse(format);
}

static void parse_too_many(struct kunit *test)
{
	const int most = BLOG_SITE_CODES - 1;

	KUNIT_EXPECT_EQ(test, parse_repeated(test, "%d", most), 0);
	KUNIT_EXPECT_EQ(test, parse_repeated(test, "%d", most + 1), -E2BIG);
	KUNIT_EXPECT_EQ(test, parse_repeated(test, "%s", most), 0);
	KUNIT_EXPECT_EQ(test, parse_repeated(test, "%s", most + 1), -E2BIG);
	KUNIT_EXPECT_EQ(test, parse_repeated(test, "%*d", most / 2), 0);
	KUNIT_EXPECT_EQ(test, parse_repeated(test, "%*d", most / 2 + 1), -E2BIG);
	KUNIT_EXPECT_EQ(test, parse_repeated(test, "%pM", most / 3), 0);
	KUNIT_EXPECT_EQ(test, parse_repeated(test, "%pM", most / 3 + 1), -E2BIG);
	KUNIT_EXPECT_EQ(test, parse_repeated(test, "%.3s", most / 3), 0);
	KUNIT_EXPECT_EQ(test, parse_repeated(test, "%.3s", most / 3 + 1), -E2BIG);
	KUNIT_EXPECT_EQ(test, parse_repeated(test, "%%", 100), 0);
	/* A conversion that store_ext() could not copy. */
	KUNIT_EXPECT_EQ(test, parse("%-000000000000000000020pM"), -E2BIG);
	/* A format that the catalogue could not show. */
	KUNIT_EXPECT_EQ(test, parse_repeated(test, "x", 1024), 0);
	KUNIT_EXPECT_EQ(test, parse_repeated(test, "x", 1025), -E2BIG);
}

static struct kunit_case formats_cases[] = {
	KUNIT_CASE(formats_table),
	KUNIT_CASE(formats_nested),
	KUNIT_CASE(formats_random),
	KUNIT_CASE(strings_unterminated),
	KUNIT_CASE(strings_terminated),
	KUNIT_CASE(strings_cut),
	KUNIT_CASE(strings_share_room),
	KUNIT_CASE(names_encrypted),
	KUNIT_CASE(parse_unknown),
	KUNIT_CASE(parse_too_many),
	{}
};

static struct kunit_suite formats_suite = {
	.name = "blog_formats",
	.init = formats_init,
	.test_cases = formats_cases,
};

kunit_test_suite(formats_suite);

MODULE_DESCRIPTION("KUnit tests of binary logging");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
