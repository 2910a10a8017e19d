/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * Tasks, as /proc tells of them. Nothing here waits for a task's memory or files: their
 * locks may be what everybody waits for.
 */
#ifndef _BLOG_PROCESS_H
#define _BLOG_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TASK_NAME_SIZE	64	/* a worker says what it is at */

/* How well it is known how long a task has waited. */
enum wait_bound {
	WAIT_UNKNOWN,
	WAIT_EXACT,
	WAIT_AT_MOST,		/* it ran when it logged its last message, or began */
};

/**
 * struct task - a thread
 * @pid: its number; @tgid: of its process
 * @name: its name
 * @state: letter of its state
 * @cpu: where it ran last
 * @start: ns since boot when it began
 * @switches: so often it has ceased to run
 * @is_waiting: it is one of those that were asked for
 * @stack: its kernel stack, a function in each line; NULL if it could not be read
 * @stack_error: then why
 * @bound: what @waits_for means
 * @waits_for: ns that it has not run
 */
struct task {
	int		pid;
	int		tgid;
	char		name[TASK_NAME_SIZE];
	char		state;
	int		cpu;
	uint64_t	start;
	uint64_t	switches;
	bool		is_waiting;
	char		*stack;
	int		stack_error;
	enum wait_bound	bound;
	uint64_t	waits_for;
};

/* Sorted by pid. */
struct task_list {
	struct task	*tasks;
	size_t		nr;
	size_t		room;
};

void tasks_read(struct task_list *list);
void tasks_add(struct task_list *list, const struct task *task);
void tasks_sort(struct task_list *list);
struct task *tasks_find(const struct task_list *list, int pid);
void tasks_free(struct task_list *list);

void tasks_find_waiting(struct task_list *list);
size_t tasks_keep_waiting(struct task_list *list);
void tasks_read_wait(struct task_list *list);
bool task_is_in(const struct task *task, const char *function);

const char *state_name(char state);

#endif /* _BLOG_PROCESS_H */
