/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * A logger that a trigger has stopped.
 */
#ifndef _BLOG_STOPPED_H
#define _BLOG_STOPPED_H

#include <stdbool.h>

struct json_object;

/**
 * struct stopped - who stopped a logger, and when
 * @at: when, in seconds of the trace clock, as the kernel writes it
 * @by: the event, "SYSTEM:NAME"
 * @comm: the task, with control characters as \ooo
 * @pid: its pid
 * @cpu: on which CPU
 */
struct stopped {
	char	at[32];
	char	by[64];
	char	comm[64];
	int	pid;
	int	cpu;
};

bool stopped_read(const char *logger, struct stopped *stopped);
char *stopped_text(const struct stopped *stopped);
struct json_object *stopped_json(const struct stopped *stopped);

#endif /* _BLOG_STOPPED_H */
