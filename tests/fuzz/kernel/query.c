// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzes the queries that switch statements on and off, which users write.
 *
 * An input is a byte that says which allocation fails, modulo 4, and if the rest
 * is to be made up (MADE_UP); two bytes with the statements that are on at first;
 * and the text of the queries, or what they are made of.
 *
 * What must hold for any text: queries that are refused change nothing and have
 * their fault in the text; those that are taken do the same again when repeated; a
 * statement that cannot be logged is never switched on.
 *
 * Of queries that are made up it is known what they mean, and they must do that.
 */
#include <linux/array_size.h>
#include <linux/blog/reader.h>
#include <linux/errno.h>
#include <linux/string.h>

#include "logger.h"
#include "support.h"

static struct blog_logger logger = { .flags = BLOG_CAPTURE };

#define SITE(_function, _file, _line, _format)				\
	{ .logger = &logger, .function = _function, .file = _file,	\
	  .line = _line, .format = _format }

static struct blog_site sites[] = {
	SITE("ceph_add_cap", "fs/ceph/caps.c", 670, "%p add cap %s\n"),
	SITE("ceph_add_cap", "fs/ceph/caps.c", 671, "\"%s\" \\ \001\377;"),
	SITE("ceph_readdir", "fs/ceph/dir.c", 1, ""),
	SITE("__ceph_readdir_prepopulate", "fs/ceph/inode.c", 1200, "mds%d\t%%"),
	SITE("main", "inode.c", U32_MAX, "%d"),
	SITE("f", "/", 10, "a b"),
	SITE("*?*", "a/*/b?.c", 100, "*"),
	SITE("aaaaaaaaab", "a/a/a/a/a/a", 2, "aaaaaaaaaaaaaaab"),
	SITE("bad", "fs/ceph/caps.c", 700, "%n"),
};

#define NR_SITES	ARRAY_SIZE(sites)
#define BAD_SITE	(NR_SITES - 1)

#define MADE_UP		0x80
#define WORD_LEN	8
#define TEXT_SIZE	4096

struct input {
	const u8 *data;
	size_t size;
};

/* Queries that are made up: their text, and what becomes of the statements. */
struct expected {
	char text[TEXT_SIZE];
	size_t len;
	unsigned int flags;
	enum blog_query_error error;
	unsigned int pos;
	bool refused;
};

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

/* ---------------------------- statements ---------------------------- */

static void set_flags(unsigned int on)
{
	unsigned int i;

	for (i = 0; i < NR_SITES; i++)
		sites[i].flags = on >> i & 1 ? BLOG_SITE_ON : 0;
	sites[BAD_SITE].flags = BLOG_SITE_BAD;
}

static unsigned int get_flags(void)
{
	unsigned int i, on = 0;

	for (i = 0; i < NR_SITES; i++)
		if (sites[i].flags & BLOG_SITE_ON)
			on |= 1 << i;
	return on;
}

static void check(bool ok, const char *what, const char *text)
{
	if (!ok)
		fuzz_fail(what, text);
}

static void check_fault(const struct blog_query_fault *fault, int ret,
			const char *text)
{
	bool no_match = fault->error == BLOG_QUERY_NO_MATCH ||
			fault->error == BLOG_QUERY_BAD;

	check(ret == (no_match ? -ENOENT : -EINVAL), "another error", text);
	check(fault->error <= BLOG_QUERY_BAD && blog_query_errors[fault->error],
	      "error without a text", text);
	check(fault->pos <= strlen(text), "fault outside the text", text);
}

/* ---------------------------- made up ---------------------------- */

static u8 take(struct input *in)
{
	if (!in->size)
		return 0;
	in->size--;
	return *in->data++;
}

/* A word for patterns, or a part of one of the statements. */
static void take_word(struct input *in, char *word, const char *like)
{
	static const char letters[] = "*?abcef_/.";
	unsigned int len = take(in) % WORD_LEN + 1, i;

	if (len <= strlen(like) && take(in) & 1) {
		like += take(in) % (strlen(like) - len + 1);
		memcpy(word, like, len);
	} else {
		for (i = 0; i < len; i++)
			word[i] = letters[take(in) % (sizeof(letters) - 1)];
	}
	word[len] = '\0';
	/* match_wildcard() takes no two of them at the end of a string */
	for (i = 1; i < len; i++)
		if (word[i] == '*' && word[i - 1] == '*')
			word[i] = 'a';
}

static bool glob(const char *pattern, const char *s)
{
	if (*pattern == '*')
		return glob(pattern + 1, s) || (*s && glob(pattern, s + 1));
	if (!*s)
		return !*pattern;
	return (*pattern == '?' || *pattern == *s) && glob(pattern + 1, s + 1);
}

static bool glob_file(const char *pattern, const char *file)
{
	const char *s;

	for (s = file; *s; s++)
		if ((s == file || s[-1] == '/') && glob(pattern, s))
			return true;
	return s[-1] == '/' && glob(pattern, s);
}

static void add_text(struct expected *e, const char *text)
{
	strcpy(e->text + e->len, text);
	e->len += strlen(text);
}

static void add_quoted(struct expected *e, const char *term, const char *word)
{
	e->len += sprintf(e->text + e->len, "%s \"%s\" ", term, word);
}

static void refuse(struct expected *e, enum blog_query_error error,
		   unsigned int pos)
{
	if (e->refused)
		return;
	e->refused = true;
	e->error = error;
	e->pos = pos;
}

/* A format, and maybe a NUL, which is not taken. */
static void add_escaped(struct expected *e, const char *word, bool nul)
{
	add_text(e, "format ");
	if (nul)
		refuse(e, BLOG_QUERY_FORMAT, e->len);
	add_text(e, "\"");
	for (; *word; word++)
		e->len += sprintf(e->text + e->len, "\\%03o", (u8)*word);
	add_text(e, nul ? "\\000\" " : "\" ");
}

/* Return: the statements that a query of some terms selects. */
static unsigned int add_terms(struct expected *e, struct input *in)
{
	const struct blog_site *like = &sites[take(in) % NR_SITES];
	u32 first = 0, last = U32_MAX;
	char word[WORD_LEN + 1];
	unsigned int i, selected = (1 << NR_SITES) - 1;
	u8 terms = take(in);

	if (terms & 1) {
		take_word(in, word, like->function);
		add_quoted(e, "func", word);
		for (i = 0; i < NR_SITES; i++)
			if (!glob(word, sites[i].function))
				selected &= ~(1 << i);
	}
	if (terms & 2) {
		take_word(in, word, like->file);
		add_quoted(e, "file", word);
		for (i = 0; i < NR_SITES; i++)
			if (!glob_file(word, sites[i].file))
				selected &= ~(1 << i);
	}
	if (terms & 4) {
		take_word(in, word, like->format);
		add_escaped(e, word, terms & 0x20);
		for (i = 0; i < NR_SITES; i++)
			if (!strstr(sites[i].format, word))
				selected &= ~(1 << i);
	}
	if (terms & 0x18) {
		first = like->line;
		last = first + min_t(u32, take(in), U32_MAX - first);
		add_text(e, "line ");
		if (terms & 8)
			e->len += sprintf(e->text + e->len, "%u", first);
		else
			first = 0;
		if (terms & 0x10)
			e->len += sprintf(e->text + e->len, "-%u", last);
		else
			last = first;
		add_text(e, " ");
		for (i = 0; i < NR_SITES; i++)
			if (sites[i].line < first || sites[i].line > last)
				selected &= ~(1 << i);
	}
	return selected;
}

static void add_query(struct expected *e, struct input *in)
{
	unsigned int pos = e->len, selected = add_terms(e, in);
	bool on = take(in) & 1;

	add_text(e, on ? "+" : "-");
	add_text(e, take(in) & 1 ? " ;\n" : "\n");
	if (!(selected & ~(1 << BAD_SITE)))
		refuse(e, selected ? BLOG_QUERY_BAD : BLOG_QUERY_NO_MATCH, pos);
	selected &= ~(1 << BAD_SITE);
	e->flags = on ? e->flags | selected : e->flags & ~selected;
}

static void check_made_up(struct input *in)
{
	static struct expected e;
	struct blog_query_fault fault;
	unsigned int before = get_flags(), nr = take(in) % 4 + 1;
	int ret;

	e.len = 0;
	e.flags = before;
	e.refused = false;
	while (nr--)
		add_query(&e, in);

	fuzz_fail_at = 0;
	ret = blog_query_apply(&logger, e.text, &fault);
	if (e.refused) {
		check(ret && fault.error == e.error && fault.pos == e.pos,
		      "not refused as it should be", e.text);
		check(get_flags() == before, "refused, but something changed", e.text);
	} else {
		check(!ret, "refused", e.text);
		check(get_flags() == e.flags, "does something else", e.text);
	}
}

/* ---------------------------- any text ---------------------------- */

static void check_any(struct input *in)
{
	unsigned int before = get_flags(), after;
	struct blog_query_fault fault;
	char *text;
	int ret;

	/* it ends with its memory */
	text = malloc(in->size + 1);
	memcpy(text, in->data, in->size);
	text[in->size] = '\0';

	ret = blog_query_apply(&logger, text, &fault);
	after = get_flags();
	if (ret) {
		check(after == before, "refused, but something changed", text);
		if (ret == -ENOMEM)
			check(fuzz_failed, "memory is not short", text);
		else
			check_fault(&fault, ret, text);
	} else {
		fuzz_fail_at = 0;
		check(!blog_query_apply(&logger, text, &fault), "refused again", text);
		check(get_flags() == after, "does another thing again", text);
	}
	free(text);
}

/* ---------------------------- the fuzzer ---------------------------- */

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct input in = { .data = data + 3, .size = size - 3 };
	struct blog_site *site_by_id[NR_SITES];
	struct blog_state state = {
		.site_by_id = site_by_id,
		.nr_sites = NR_SITES,
	};
	unsigned int i;

	if (size < 3)
		return 0;
	for (i = 0; i < NR_SITES; i++)
		site_by_id[i] = &sites[i];
	logger.state = &state;
	fuzz_failed = false;
	fuzz_fail_at = data[0] % 4;
	set_flags(data[1] | data[2] << 8);

	if (data[0] & MADE_UP)
		check_made_up(&in);
	else
		check_any(&in);
	check(sites[BAD_SITE].flags == BLOG_SITE_BAD, "bad site changed", "");
	return 0;
}
