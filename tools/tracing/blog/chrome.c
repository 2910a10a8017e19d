// SPDX-License-Identifier: LGPL-2.1
/*
 * Writes each event as soon as it is known: the format asks for no order.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json.h>

#include "chrome.h"
#include "json_text.h"
#include "output.h"

/**
 * struct chrome - a file
 * @path: its name
 * @file: open for writing
 * @has_events: what comes next needs a comma before it
 * @spans: so many were written
 */
struct chrome {
	const char	*path;
	FILE		*file;
	bool		has_events;
	uint64_t	spans;
};

/**
 * chrome_open - begin a file
 * @path: its name, kept until chrome_close()
 *
 * Ends the program if that is not possible.
 *
 * Return: the file, to be closed with chrome_close().
 */
struct chrome *chrome_open(const char *path)
{
	FILE *file = fopen(path, "we");
	struct chrome *chrome;

	if (!file)
		die("cannot write %s: %s", path, strerror(errno));
	chrome = must(calloc(1, sizeof(*chrome)));
	chrome->path = path;
	chrome->file = file;
	fputs("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[", file);

	return chrome;
}

/**
 * chrome_failed - whether it makes no sense to go on
 * @chrome: the file
 *
 * Return: true if something could not be written; chrome_close() says why.
 */
bool chrome_failed(const struct chrome *chrome)
{
	return ferror(chrome->file);
}

/**
 * chrome_close - end a file
 * @chrome: the file
 *
 * Ends the program if not all could be written.
 */
void chrome_close(struct chrome *chrome)
{
	bool failed;

	fputs("\n]}\n", chrome->file);
	failed = ferror(chrome->file);
	if (fclose(chrome->file) || failed)
		die("cannot write all of %s: %s", chrome->path, strerror(errno));
	free(chrome);
}

/* Microseconds with a fraction: as text, for a double would not hold all digits. */
static struct json_object *make_time(uint64_t ns)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRIu64 ".%03" PRIu64, ns / 1000, ns % 1000);

	return must(json_object_new_double_s(ns / 1000.0, text));
}

static struct json_object *make_event(const char *phase, struct track track,
				      const char *name, uint64_t time)
{
	struct json_object *event = must(json_object_new_object());

	json_object_object_add(event, "ph", json_text(phase));
	json_object_object_add(event, "pid", must(json_object_new_int(track.pid)));
	json_object_object_add(event, "tid", must(json_object_new_int(track.tid)));
	json_object_object_add(event, "ts", make_time(time));
	json_object_object_add(event, "name", json_text(name));

	return event;
}

static void put_event(struct chrome *chrome, struct json_object *event,
		      struct json_object *args)
{
	if (args)
		json_object_object_add(event, "args", args);
	fputs(chrome->has_events ? ",\n" : "\n", chrome->file);
	fputs(json_object_to_json_string_ext(event, JSON_C_TO_STRING_PLAIN |
					     JSON_C_TO_STRING_NOSLASHESCAPE), chrome->file);
	chrome->has_events = true;
	json_object_put(event);
}

/**
 * chrome_instant - write something that happened
 * @chrome: the file
 * @track: where
 * @name: what
 * @category: of what kind
 * @time: when, in ns
 * @args: more about it, or NULL; is put
 */
void chrome_instant(struct chrome *chrome, struct track track, const char *name,
		    const char *category, uint64_t time, struct json_object *args)
{
	struct json_object *event = make_event("i", track, name, time);

	json_object_object_add(event, "cat", json_text(category));
	json_object_object_add(event, "s", json_text("t"));
	put_event(chrome, event, args);
}

/**
 * chrome_slice - write something that took time; those of a track do not overlap
 * @chrome: the file
 * @track: where
 * @name: what
 * @colour: one of the names that the format has for colours, or NULL
 * @start: when it began, in ns
 * @end: when it ended
 * @args: more about it, or NULL; is put
 */
void chrome_slice(struct chrome *chrome, struct track track, const char *name,
		  const char *colour, uint64_t start, uint64_t end,
		  struct json_object *args)
{
	struct json_object *event = make_event("X", track, name, start);

	json_object_object_add(event, "dur", make_time(end - start));
	json_object_object_add(event, "cat", json_text("sched"));
	if (colour)
		json_object_object_add(event, "cname", json_text(colour));
	put_event(chrome, event, args);
}

/**
 * chrome_span - write something that was under way; such may overlap
 * @chrome: the file
 * @track: who began it
 * @name: what
 * @category: of what kind
 * @start: when it began, in ns
 * @end: when it ended
 * @args: more about it, or NULL; is put
 */
void chrome_span(struct chrome *chrome, struct track track, const char *name,
		 const char *category, uint64_t start, uint64_t end,
		 struct json_object *args)
{
	struct json_object *event;
	char id[32];
	int i;

	snprintf(id, sizeof(id), "0x%" PRIx64, ++chrome->spans);
	for (i = 0; i < 2; i++) {
		event = make_event(i ? "e" : "b", track, name, i ? end : start);
		json_object_object_add(event, "cat", json_text(category));
		json_object_object_add(event, "id", json_text(id));
		put_event(chrome, event, i ? NULL : args);
	}
}

static void put_metadata(struct chrome *chrome, struct track track, const char *what,
			 const char *key, struct json_object *value)
{
	struct json_object *args = must(json_object_new_object());

	json_object_object_add(args, key, value);
	put_event(chrome, make_event("M", track, what, 0), args);
}

/**
 * chrome_name - name a track or its process
 * @chrome: the file
 * @track: which
 * @what: "thread_name" or "process_name"
 * @name: the name
 */
void chrome_name(struct chrome *chrome, struct track track, const char *what,
		 const char *name)
{
	put_metadata(chrome, track, what, "name", json_text(name));
}

/**
 * chrome_sort - say where a track or its process stands
 * @chrome: the file
 * @track: which
 * @what: "thread_sort_index" or "process_sort_index"
 * @index: behind those with smaller ones; 0 if it was not said
 */
void chrome_sort(struct chrome *chrome, struct track track, const char *what, int index)
{
	put_metadata(chrome, track, what, "sort_index", must(json_object_new_int(index)));
}
