// SPDX-License-Identifier: LGPL-2.1
/*
 * The triggers blog_off and blog_on stop loggers at an event; the file stats says which
 * event it was.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json.h>

#include "instance.h"
#include "json_text.h"
#include "output.h"
#include "stopped.h"

/* What stands behind @name in a line, or NULL if it is another line. */
static const char *value_of(const char *line, const char *name)
{
	size_t len = strlen(name);

	return strncmp(line, name, len) || line[len] != ' ' ? NULL : line + len + 1;
}

static void take_text(char *to, size_t size, const char *line, const char *name)
{
	const char *value = value_of(line, name);

	if (value)
		snprintf(to, size, "%s", value);
}

static void take_number(int *to, const char *line, const char *name)
{
	const char *value = value_of(line, name);

	if (value)
		*to = atoi(value);
}

static void read_line(struct stopped *stopped, const char *line)
{
	take_text(stopped->at, sizeof(stopped->at), line, "stopped_at");
	take_text(stopped->by, sizeof(stopped->by), line, "stopped_by");
	take_text(stopped->comm, sizeof(stopped->comm), line, "stopped_comm");
	take_number(&stopped->pid, line, "stopped_pid");
	take_number(&stopped->cpu, line, "stopped_cpu");
}

/**
 * stopped_read - find out whether a trigger has stopped a logger
 * @logger: the logger
 * @stopped: filled in
 *
 * Return: true if it is stopped.
 */
bool stopped_read(const char *logger, struct stopped *stopped)
{
	char *path = logger_path(logger, "stats"), *text = read_text(path, NULL);
	char *line, *rest = text;

	free(path);
	memset(stopped, 0, sizeof(*stopped));
	while ((line = strsep(&rest, "\n")))
		read_line(stopped, line);
	free(text);

	return *stopped->at;
}

/**
 * stopped_text - say who stopped a logger
 * @stopped: as from stopped_read()
 *
 * Return: a text, to be freed.
 */
char *stopped_text(const struct stopped *stopped)
{
	return text_of("stopped at %s by %s (%s-%d on CPU %d)", stopped->at, stopped->by,
		       stopped->comm, stopped->pid, stopped->cpu);
}

/**
 * stopped_json - the same for programs
 * @stopped: as from stopped_read()
 *
 * Return: an object.
 */
struct json_object *stopped_json(const struct stopped *stopped)
{
	struct json_object *json = must(json_object_new_object());

	json_object_object_add(json, "at",
			       json_object_new_double_s(atof(stopped->at), stopped->at));
	json_object_object_add(json, "by", json_text(stopped->by));
	json_object_object_add(json, "pid", json_object_new_int(stopped->pid));
	json_object_object_add(json, "comm", json_text(stopped->comm));
	json_object_object_add(json, "cpu", json_object_new_int(stopped->cpu));

	return json;
}
