/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * The statements of a logger, as its file "sites" lists them.
 */
#ifndef _BLOG_STATEMENT_H
#define _BLOG_STATEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a statement does. */
enum statement_state {
	STATEMENT_ON = '+',
	STATEMENT_OFF = '-',
	STATEMENT_BAD = '!',	/* cannot be logged */
};

/**
 * struct statement - a log statement
 * @id: its number
 * @state: enum statement_state
 * @file: path of its source file
 * @line: line in it
 * @function: function that it is in
 * @format: its format, with quotes, backslashes, control characters and non-ASCII
 *	bytes as \ooo, and without a newline at its end
 */
struct statement {
	uint32_t	id;
	char		state;
	const char	*file;
	uint32_t	line;
	const char	*function;
	const char	*format;
};

/**
 * struct statements - those of a logger
 * @list: in the order of their numbers
 * @nr: so many
 * @text: storage of their strings
 */
struct statements {
	struct statement	*list;
	size_t			nr;
	char			*text;
};

struct json_object;

bool statements_read(const char *logger, struct statements *statements);
void statements_parse(char *text, struct statements *statements);
void statements_free(struct statements *statements);
const struct statement *statements_find(const struct statements *statements, uint32_t id);
size_t statements_count(const struct statements *statements, enum statement_state state);
void statement_json(const struct statement *statement, struct json_object *json);

#endif /* _BLOG_STATEMENT_H */
