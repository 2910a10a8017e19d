/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * The trace-event format of Chrome, in JSON, which ui.perfetto.dev reads.
 */
#ifndef _BLOG_CHROME_H
#define _BLOG_CHROME_H

#include <stdbool.h>
#include <stdint.h>

struct chrome;
struct json_object;

/* Where an event is shown: a thread of a process. */
struct track {
	int	pid;
	int	tid;
};

struct chrome *chrome_open(const char *path);
bool chrome_failed(const struct chrome *chrome);
void chrome_close(struct chrome *chrome);

void chrome_instant(struct chrome *chrome, struct track track, const char *name,
		    const char *category, uint64_t time, struct json_object *args);
void chrome_slice(struct chrome *chrome, struct track track, const char *name,
		  const char *colour, uint64_t start, uint64_t end,
		  struct json_object *args);
void chrome_span(struct chrome *chrome, struct track track, const char *name,
		 const char *category, uint64_t start, uint64_t end,
		 struct json_object *args);
void chrome_name(struct chrome *chrome, struct track track, const char *what,
		 const char *name);
void chrome_sort(struct chrome *chrome, struct track track, const char *what, int index);

#endif /* _BLOG_CHROME_H */
