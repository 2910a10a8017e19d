// SPDX-License-Identifier: LGPL-2.1
/*
 * Reads what the file "sites" of a logger lists, a line for each statement behind the
 * one with the version:
 *
 *	1 + samples/blog/blog_sample.c:34 say_set "%.*s"
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <json.h>

#include "instance.h"
#include "output.h"
#include "statement.h"

static size_t count_lines(const char *text)
{
	size_t nr = 0;

	for (; (text = strchr(text, '\n')); text++)
		nr++;

	return nr;
}

/* Cut "file:line function" into its parts. */
static bool split_place(struct statement *statement, char *place)
{
	char *function = strrchr(place, ' '), *colon;

	if (!function)
		return false;
	*function++ = '\0';
	colon = strrchr(place, ':');
	if (!colon)
		return false;
	*colon++ = '\0';
	statement->file = place;
	statement->line = strtoul(colon, NULL, 10);
	statement->function = function;

	return true;
}

/* A line is cut into its parts, in place; false if it is none of a statement. */
static bool parse_line(struct statement *statement, char *line)
{
	char *place, *format, *end;

	statement->id = strtoul(line, &place, 10);
	if (place == line || place[0] != ' ' || !place[1] || place[2] != ' ')
		return false;
	statement->state = place[1];
	place += 3;
	format = strstr(place, " \"");
	end = strrchr(place, '"');
	if (!format || end < format + 2)
		return false;
	*format = '\0';
	*end = '\0';
	statement->format = format + 2;

	return split_place(statement, place);
}

/**
 * statements_parse - take a list of statements apart
 * @text: what the file says; it is changed, and freed with @statements
 * @statements: filled in; free it with statements_free()
 *
 * Lines that are none of a statement are passed over, so the first one, too.
 */
void statements_parse(char *text, struct statements *statements)
{
	char *line, *next;

	statements->text = text;
	statements->nr = 0;
	statements->list = must(calloc(count_lines(text) + 1, sizeof(*statements->list)));
	for (line = text; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (parse_line(&statements->list[statements->nr], line))
			statements->nr++;
	}
}

/**
 * statements_read - the statements of a logger
 * @logger: its name
 * @statements: filled in; free it with statements_free()
 *
 * Ends the program if they cannot be read.
 *
 * Return: false if the logger is gone; there are none then.
 */
bool statements_read(const char *logger, struct statements *statements)
{
	char *path = logger_path(logger, "sites");
	char *text = read_text(path, NULL);

	*statements = (struct statements) { 0 };
	if (!text && !logger_is_gone(errno))
		die("cannot read %s: %s", path, strerror(errno));
	free(path);
	if (text)
		statements_parse(text, statements);

	return text;
}

/**
 * statements_free - free what statements_read() allocated
 * @statements: the statements
 */
void statements_free(struct statements *statements)
{
	free(statements->list);
	free(statements->text);
	memset(statements, 0, sizeof(*statements));
}

static int compare_id(const void *key, const void *member)
{
	uint32_t id = *(const uint32_t *)key;
	const struct statement *statement = member;

	return (id > statement->id) - (id < statement->id);
}

/**
 * statements_find - look a statement up
 * @statements: those of its logger
 * @id: its number
 *
 * Return: the statement, or NULL.
 */
const struct statement *statements_find(const struct statements *statements, uint32_t id)
{
	if (!statements->nr)
		return NULL;

	return bsearch(&id, statements->list, statements->nr, sizeof(*statements->list),
		       compare_id);
}

/**
 * statements_count - how many there are in a state
 * @statements: those of a logger
 * @state: the state
 *
 * Return: so many.
 */
size_t statements_count(const struct statements *statements, enum statement_state state)
{
	size_t nr = 0, i;

	for (i = 0; i < statements->nr; i++)
		nr += statements->list[i].state == (char)state;

	return nr;
}

/**
 * statement_json - add what is known of a statement to an object
 * @statement: the statement
 * @json: the object
 */
void statement_json(const struct statement *statement, struct json_object *json)
{
	json_object_object_add(json, "id", json_object_new_int64(statement->id));
	json_object_object_add(json, "file", json_object_new_string(statement->file));
	json_object_object_add(json, "line", json_object_new_int64(statement->line));
	json_object_object_add(json, "function",
			       json_object_new_string(statement->function));
	json_object_object_add(json, "format", json_object_new_string(statement->format));
}
