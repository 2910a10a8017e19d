// SPDX-License-Identifier: LGPL-2.1
/*
 * Read the statements out of a blog event's parsed print fmt.
 *
 * The kernel lists them as __print_symbolic() entries
 *
 *   { id, "function (file:line) format" }
 *
 * with quotes, backslashes and bytes that do not print escaped as in C. The
 * parser keeps the escapes, and keeps the entries in a list: thousands of them
 * are too many to search for every record, so they go into a sorted table.
 */
#include <stdlib.h>
#include <string.h>

#include <event-parse.h>

#include "catalogue.h"

static struct tep_print_flag_sym *find_symbols(struct tep_event *event)
{
	struct tep_print_arg *arg;

	for (arg = event->print_fmt.args; arg; arg = arg->next)
		if (arg->type == TEP_PRINT_SYMBOL)
			return arg->symbol.symbols;
	return NULL;
}

/* Up to three octal digits; @pos is left behind the last. */
static char unescape_octal(const char **pos)
{
	unsigned int val = 0;
	int i;

	for (i = 0; i < 3 && **pos >= '0' && **pos <= '7'; i++)
		val = val << 3 | (*(*pos)++ - '0');
	return val;
}

static char unescape_char(const char **pos)
{
	static const char from[] = "abefnrtv", to[] = "\a\b\033\f\n\r\t\v";
	const char *known;
	char c = **pos;

	if (c >= '0' && c <= '7')
		return unescape_octal(pos);
	if (!c)
		return '\\';
	++*pos;
	known = strchr(from, c);
	return known ? to[known - from] : c;
}

/* Copy @src to @dst without escapes. Return: the byte after the copy's NUL. */
static char *unescape(char *dst, const char *src)
{
	while (*src) {
		char c = *src++;

		*dst++ = c == '\\' ? unescape_char(&src) : c;
	}
	*dst++ = '\0';
	return dst;
}

/* Cut "function (file:line) format" into its parts, in place. */
static void split_entry(struct blog_site *site, char *entry)
{
	char *place = strstr(entry, " (");
	char *end = place ? strchr(place, ')') : NULL;

	site->func = entry;
	site->fmt = NULL;
	if (!end || (end[1] && end[1] != ' '))
		return;
	*place = '\0';
	site->fmt = end[1] ? end + 2 : end + 1;
}

static int compare_sites(const void *a, const void *b)
{
	const struct blog_site *sa = a, *sb = b;

	return (sa->id > sb->id) - (sa->id < sb->id);
}

/**
 * blog_catalogue_read - build the table of an event's statements
 * @cat: filled in; free it with blog_catalogue_free()
 * @event: parsed event; one without statements gives an empty table
 *
 * Return: 0, or -1 if out of memory; @cat is then empty.
 */
int blog_catalogue_read(struct blog_catalogue *cat, struct tep_event *event)
{
	struct tep_print_flag_sym *symbols = find_symbols(event), *sym;
	struct blog_site *site;
	size_t size = 0;
	char *text;

	memset(cat, 0, sizeof(*cat));
	for (sym = symbols; sym; sym = sym->next) {
		cat->nr_sites++;
		size += strlen(sym->str) + 1;
	}
	if (!cat->nr_sites)
		return 0;

	cat->sites = calloc(cat->nr_sites, sizeof(*cat->sites));
	cat->text = malloc(size);
	if (!cat->sites || !cat->text) {
		blog_catalogue_free(cat);
		return -1;
	}

	text = cat->text;
	site = cat->sites;
	for (sym = symbols; sym; sym = sym->next, site++) {
		char *entry = text;

		text = unescape(text, sym->str);
		site->id = strtoul(sym->value, NULL, 0);
		split_entry(site, entry);
	}
	qsort(cat->sites, cat->nr_sites, sizeof(*cat->sites), compare_sites);
	return 0;
}

/**
 * blog_catalogue_free - free what blog_catalogue_read() allocated
 * @cat: the catalogue, empty afterwards
 */
void blog_catalogue_free(struct blog_catalogue *cat)
{
	free(cat->sites);
	free(cat->text);
	memset(cat, 0, sizeof(*cat));
}

/**
 * blog_catalogue_find - look a statement up
 * @cat: the catalogue
 * @id: its site id
 *
 * Return: the statement, or NULL if the catalogue does not list it.
 */
const struct blog_site *blog_catalogue_find(const struct blog_catalogue *cat,
					    uint32_t id)
{
	struct blog_site key = { .id = id };

	if (!cat->nr_sites)
		return NULL;
	return bsearch(&key, cat->sites, cat->nr_sites, sizeof(key),
		       compare_sites);
}
