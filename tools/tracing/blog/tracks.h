/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * The tracks of a timeline: one for each task, in that of its process, and one for each
 * CPU.
 */
#ifndef _BLOG_TRACKS_H
#define _BLOG_TRACKS_H

#include <stdbool.h>
#include <stdint.h>

#include "chrome.h"
#include "message.h"

#define TASK_NAMES_SIZE	128

/**
 * struct task - a task
 * @pid: which; another may have had that number before
 * @tgid: its process; its own number if that is not known
 * @comm: its name
 * @names: all that it had, in order, with control characters as \ooo
 * @shown: it has a track
 * @seen: when it was first heard of
 * @switched: the scheduler was seen to switch to it or from it
 * @left_cpu: when it did not run any more, or 0
 * @state: what it waited for then, bits of the scheduler
 */
struct task {
	int		pid;
	int		tgid;
	char		comm[COMM_SIZE];
	char		names[TASK_NAMES_SIZE];
	bool		shown;
	uint64_t	seen;
	bool		switched;
	uint64_t	left_cpu;
	uint64_t	state;
};

struct tracks;

typedef void (*task_fn)(struct task *task, void *data);

struct tracks *tracks_new(void);
struct task *tracks_task(struct tracks *tracks, int pid, int tgid, const char *comm,
			 uint64_t time);
struct track tracks_of_task(struct task *task);
struct track tracks_of_cpu(struct tracks *tracks, unsigned int cpu);
void tracks_each_task(struct tracks *tracks, task_fn look, void *data);
unsigned int tracks_shown(struct tracks *tracks);
void tracks_write(struct tracks *tracks, struct chrome *chrome);
void tracks_free(struct tracks *tracks);

#endif /* _BLOG_TRACKS_H */
