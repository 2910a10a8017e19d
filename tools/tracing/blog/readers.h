/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * Who takes messages out of the instance.
 */
#ifndef _BLOG_READERS_H
#define _BLOG_READERS_H

#include <stddef.h>

#include "message.h"

/**
 * struct reader - a process that has trace_pipe, or trace_pipe_raw of a CPU, open
 * @pid: the process
 * @comm: its name
 * @files: so many of these files
 */
struct reader {
	int		pid;
	char		comm[COMM_SIZE];
	size_t		files;
};

struct reader *readers_find(size_t *nr);

#endif /* _BLOG_READERS_H */
