// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: queries that switch log statements on and off.
 */
#include <kunit/visibility.h>
#include <linux/bitmap.h>
#include <linux/blog/reader.h>
#include <linux/cleanup.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/parser.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/string_helpers.h>

#include "logger.h"
#include "site.h"

/**
 * DOC: queries
 *
 * A query is a number of terms, which select statements, and an operation, +
 * to switch them on or - to switch them off::
 *
 *	queries   ::= query { separator query }
 *	separator ::= ";" | newline
 *	query     ::= { term } operation | "#" comment | nothing
 *	term      ::= "func" word | "file" word [ ":" lines ] |
 *		      "line" lines | "format" word
 *	lines     ::= N | N "-" M | N "-" | "-" M
 *	operation ::= "+" | "-"
 *
 * All terms of a query must match; without terms it is for all statements.
 * Each term may be there once. A comment goes on to the end of its line.
 *
 *   - func: the name of the function, in which * stands for any characters and
 *     ? for any one.
 *   - file: the same for the path of the source file as the list shows it, or
 *     for what follows any slash of it: inode.c is that of any directory.
 *   - line: a line number, or the first and the last one.
 *   - format: a part of the format; * and ? stand for themselves. Characters may
 *     be written as \\ooo, \\n, \\t, \\", \\\\ and so on, as the list shows them.
 *
 * Words are separated by blanks. One that has a blank or a semicolon, or starts
 * with a quote, is put in double quotes.
 *
 * Later queries see what earlier ones did. If one is wrong, or has no statement
 * to switch, none of them has any effect.
 */

const char * const blog_query_errors[] = {
	[BLOG_QUERY_EMPTY]	= "No query",
	[BLOG_QUERY_TERM]	= "Not func, file, line, format, + or -",
	[BLOG_QUERY_VALUE]	= "Term without value",
	[BLOG_QUERY_TWICE]	= "Term is there twice",
	[BLOG_QUERY_QUOTE]	= "Quote is not closed",
	[BLOG_QUERY_FORMAT]	= "Not a part of a format",
	[BLOG_QUERY_LINES]	= "Not a line number N, or a range N-M, N- or -M",
	[BLOG_QUERY_OPERATION]	= "Query without + or - at its end",
	[BLOG_QUERY_MORE]	= "Query goes on after + or -",
	[BLOG_QUERY_NO_MATCH]	= "No statement matches",
	[BLOG_QUERY_BAD]	= "Only statements that cannot be logged match",
};
EXPORT_SYMBOL_IF_KUNIT(blog_query_errors);

#define BLANKS	" \t\r"

/**
 * struct query - a parsed query
 * @func:	pattern, or NULL for any; so too
 * @file:	pattern
 * @format:	part of the format
 * @first:	first line
 * @last:	last line, or 0 for any
 * @on:		the operation
 */
struct query {
	char *func;
	char *file;
	char *format;
	u32 first;
	u32 last;
	bool on;
};

/**
 * struct parser - place in a text
 * @text:	the text
 * @next:	what is not parsed yet
 * @at:		the word that is being parsed, in @text
 * @words:	room for the words of a query, each terminated
 * @used:	bytes of @words in use
 * @fault:	where to say what is wrong
 */
struct parser {
	const char *text;
	const char *next;
	const char *at;
	char *words;
	size_t used;
	struct blog_query_fault *fault;
};

static int fail(struct parser *p, const char *at, enum blog_query_error error)
{
	p->fault->error = error;
	p->fault->pos = at - p->text;

	return error == BLOG_QUERY_NO_MATCH || error == BLOG_QUERY_BAD ?
	       -ENOENT : -EINVAL;
}

static bool ends_query(char c)
{
	return !c || c == ';' || c == '\n';
}

/* Find the quote that ends a quoted word, or NULL; "\x" is never an end. */
static const char *closing_quote(const char *s)
{
	for (; *s != '"'; s++) {
		if (*s == '\\' && s[1])
			s++;
		if (!*s || *s == '\n')
			return NULL;
	}

	return s;
}

/* Take the next word; *@word is NULL if the query has no more. */
static int next_word(struct parser *p, char **word)
{
	const char *start, *end;

	*word = NULL;
	p->next += strspn(p->next, BLANKS);
	p->at = p->next;
	if (ends_query(*p->next))
		return 0;

	if (*p->next == '"') {
		start = p->next + 1;
		end = closing_quote(start);
		if (!end)
			return fail(p, p->at, BLOG_QUERY_QUOTE);
		p->next = end + 1;
	} else {
		start = p->next;
		end = start + strcspn(start, BLANKS ";\n");
		p->next = end;
	}

	/* What separates it from the next word is room for the NUL. */
	*word = p->words + p->used;
	memcpy(*word, start, end - start);
	(*word)[end - start] = '\0';
	p->used += end - start + 1;

	return 0;
}

static int parse_lines(struct parser *p, struct query *query, char *text)
{
	char *dash = strchr(text, '-');
	u32 first = 1, last = U32_MAX;

	if (query->last)
		return fail(p, p->at, BLOG_QUERY_TWICE);
	if (dash)
		*dash++ = '\0';
	else
		dash = text;

	if ((!*text && !*dash) ||
	    (*text && kstrtou32(text, 10, &first)) ||
	    (*dash && kstrtou32(dash, 10, &last)) ||
	    !first || first > last)
		return fail(p, p->at, BLOG_QUERY_LINES);
	query->first = first;
	query->last = last;

	return 0;
}

static int set_once(struct parser *p, char **member, char *value)
{
	if (*member)
		return fail(p, p->at, BLOG_QUERY_TWICE);
	*member = value;

	return 0;
}

static int parse_file(struct parser *p, struct query *query, char *value)
{
	char *colon = strchr(value, ':');
	int ret = set_once(p, &query->file, value);

	if (ret || !colon)
		return ret;
	*colon++ = '\0';

	return parse_lines(p, query, colon);
}

static int parse_format(struct parser *p, struct query *query, char *value)
{
	int len = string_unescape_inplace(value, UNESCAPE_SPACE |
					  UNESCAPE_OCTAL | UNESCAPE_SPECIAL);

	/* A NUL would end it. */
	if (len != strlen(value))
		return fail(p, p->at, BLOG_QUERY_FORMAT);

	return set_once(p, &query->format, value);
}

static int parse_term(struct parser *p, struct query *query, const char *term)
{
	int (*parse)(struct parser *p, struct query *query, char *value) = NULL;
	const char *at = p->at;
	char *value;
	int ret;

	if (!strcmp(term, "line"))
		parse = parse_lines;
	else if (!strcmp(term, "file"))
		parse = parse_file;
	else if (!strcmp(term, "format"))
		parse = parse_format;
	else if (strcmp(term, "func"))
		return fail(p, at, BLOG_QUERY_TERM);

	ret = next_word(p, &value);
	if (ret)
		return ret;
	if (!value || !*value)
		return fail(p, at, BLOG_QUERY_VALUE);

	return parse ? parse(p, query, value) : set_once(p, &query->func, value);
}

static int parse_query(struct parser *p, struct query *query)
{
	char *word;
	int ret;

	memset(query, 0, sizeof(*query));
	p->used = 0;
	while (!(ret = next_word(p, &word))) {
		if (!word)
			return fail(p, p->at, BLOG_QUERY_OPERATION);
		if (!strcmp(word, "+") || !strcmp(word, "-"))
			break;
		ret = parse_term(p, query, word);
		if (ret)
			return ret;
	}
	if (ret)
		return ret;

	query->on = *word == '+';
	ret = next_word(p, &word);

	return word ? fail(p, p->at, BLOG_QUERY_MORE) : ret;
}

/* Whether a pattern matches a path, or what follows one of its slashes. */
static bool file_matches(const char *pattern, const char *file)
{
	while (!match_wildcard(pattern, file)) {
		file = strchr(file, '/');
		if (!file)
			return false;
		file++;
	}

	return true;
}

static bool query_matches(const struct query *query,
			  const struct blog_site *site)
{
	return (!query->func || match_wildcard(query->func, site->function)) &&
	       (!query->file || file_matches(query->file, site->file)) &&
	       (!query->last || (site->line >= query->first &&
				 site->line <= query->last)) &&
	       (!query->format || strstr(site->format, query->format));
}

/* Note in a map of the sites that are on what a query makes of it. */
static int switch_sites(struct parser *p, const char *at,
			const struct query *query,
			const struct blog_state *state, unsigned long *map)
{
	enum blog_query_error error = BLOG_QUERY_NO_MATCH;
	bool found = false;
	unsigned int i;

	for (i = 0; i < state->nr_sites; i++) {
		const struct blog_site *site = state->site_by_id[i];

		if (!query_matches(query, site))
			continue;
		if (site->flags & BLOG_SITE_BAD) {
			error = BLOG_QUERY_BAD;
			continue;
		}
		__assign_bit(i, map, query->on);
		found = true;
	}

	return found ? 0 : fail(p, at, error);
}

static int run_queries(struct parser *p, const struct blog_state *state,
		       unsigned long *map)
{
	bool any = false;

	for (;;) {
		const char *at;
		struct query query;
		int ret;

		p->next += strspn(p->next, BLANKS ";\n");
		if (!*p->next)
			return any ? 0 : fail(p, p->text, BLOG_QUERY_EMPTY);
		if (*p->next == '#') {
			p->next += strcspn(p->next, "\n");
			continue;
		}

		at = p->next;
		ret = parse_query(p, &query);
		if (!ret)
			ret = switch_sites(p, at, &query, state, map);
		if (ret)
			return ret;
		any = true;
	}
}

static void store_map(struct blog_state *state, const unsigned long *map)
{
	unsigned int i;

	for (i = 0; i < state->nr_sites; i++) {
		struct blog_site *site = state->site_by_id[i];

		if (!(site->flags & BLOG_SITE_BAD))
			blog_site_switch(site, test_bit(i, map));
	}
}

/**
 * blog_query_apply() - switch statements of a logger on and off
 * @logger: a registered logger
 * @text: queries
 * @fault: says what is wrong with @text, if it is
 *
 * All queries take effect, or none. A statement whose format cannot be logged
 * stays off.
 *
 * Context: Process context with blog_mutex held; may sleep. Writers may still
 * be inside a statement that was switched off until an RCU grace period has
 * passed.
 * Return: 0, -EINVAL for what is no query, -ENOENT for a query that no statement
 * matches; both set *@fault. -ENOMEM.
 */
int blog_query_apply(struct blog_logger *logger, const char *text,
		     struct blog_query_fault *fault)
{
	struct blog_state *state = logger->state;
	struct parser p = { .text = text, .next = text, .fault = fault };
	unsigned int i;
	int ret;

	lockdep_assert_held(&blog_mutex);

	char *words __free(kfree) = kmalloc(strlen(text) + 1, GFP_KERNEL);
	unsigned long *map __free(bitmap) = bitmap_zalloc(state->nr_sites,
							  GFP_KERNEL);
	if (!words || !map)
		return -ENOMEM;

	p.words = words;
	for (i = 0; i < state->nr_sites; i++)
		__assign_bit(i, map, blog_site_is_on(state->site_by_id[i]));

	ret = run_queries(&p, state, map);
	if (!ret)
		store_map(state, map);

	return ret;
}
EXPORT_SYMBOL_IF_KUNIT(blog_query_apply);
