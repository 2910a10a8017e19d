/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * How far back a history goes.
 */
#ifndef _BLOG_REACH_H
#define _BLOG_REACH_H

#include <stdbool.h>
#include <stdint.h>

/* A task of which more messages are retained is a busy one; any other is quiet. */
#define REACH_BUSY	32

/**
 * struct reach - how far back the history of a logger goes; ns, 0 if there is none
 * @oldest: age of the oldest message
 * @quiet: age of the oldest message of any quiet task
 * @busy: age of the oldest message of a busy task, the median of them all
 * @quiet_tasks: so many tasks are quiet
 * @busy_tasks: so many are busy
 */
struct reach {
	uint64_t	oldest;
	uint64_t	quiet;
	uint64_t	busy;
	uint64_t	quiet_tasks;
	uint64_t	busy_tasks;
};

bool reach_read(const char *logger, struct reach *reach);

#endif /* _BLOG_REACH_H */
