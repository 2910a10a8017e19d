/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * Queries that select statements: the same as those of the kernel's file "sites", but
 * without an operation.
 */
#ifndef _BLOG_QUERY_H
#define _BLOG_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct statement;

/**
 * struct query - what a statement must be
 * @func: pattern of its function, or NULL for any; so too
 * @file: pattern of its file
 * @format: a part of its format
 * @first: first line
 * @last: last line, or 0 for any
 */
struct query {
	char		*func;
	char		*file;
	char		*format;
	uint32_t	first;
	uint32_t	last;
};

/**
 * struct queries - some, one of which must match
 * @list: the queries
 * @nr: so many; 0: all statements match
 * @words: storage of their strings
 */
struct queries {
	struct query	*list;
	size_t		nr;
	char		*words;
};

/**
 * struct query_fault - what is wrong with a text
 * @error: in words
 * @pos: where in the text
 */
struct query_fault {
	const char	*error;
	size_t		pos;
};

bool queries_parse(const char *text, struct queries *queries, struct query_fault *fault);
bool queries_match(const struct queries *queries, const struct statement *statement);
void queries_free(struct queries *queries);

bool matches_wildcards(const char *pattern, const char *text);
char *query_text(int argc, char **argv);
char *query_switching(const char *text, char operation);
size_t query_unswitched(const char *text, size_t pos);

#endif /* _BLOG_QUERY_H */
