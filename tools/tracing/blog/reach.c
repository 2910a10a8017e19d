// SPDX-License-Identifier: LGPL-2.1
/*
 * The history goes back differently for each task: busy ones overwrite what busy ones
 * said, and what quiet ones said stays longer. The oldest message alone is no measure
 * for either: it may be of a task that said something once, or of one that has been
 * busy since boot.
 */
#include <search.h>
#include <stdlib.h>

#include "history.h"
#include "output.h"
#include "reach.h"

/* What is retained of a task. */
struct task {
	int		pid;
	uint64_t	oldest;
	uint64_t	messages;
};

/**
 * struct tasks - all of them
 * @root: a tree of struct task, by pid
 * @last: the task of the message before: mostly this one's, too
 * @oldest: the oldest message of all; 0: none yet
 * @clock: when the history was read
 * @reach: the result
 * @ages: of the oldest messages of busy tasks
 */
struct tasks {
	void		*root;
	struct task	*last;
	uint64_t	oldest;
	struct clock	clock;
	struct reach	*reach;
	uint64_t	*ages;
};

static int by_pid(const void *a, const void *b)
{
	const struct task *x = a, *y = b;

	return (x->pid > y->pid) - (x->pid < y->pid);
}

static struct task *find_task(struct tasks *tasks, int pid)
{
	struct task key = { .pid = pid }, **found;

	if (tasks->last && tasks->last->pid == pid)
		return tasks->last;
	found = must(tsearch(&key, &tasks->root, by_pid));
	if (*found == &key) {
		*found = must(calloc(1, sizeof(key)));
		(*found)->pid = pid;
	}
	tasks->last = *found;

	return *found;
}

static uint64_t older(uint64_t oldest, uint64_t time)
{
	return !oldest || time < oldest ? time : oldest;
}

static int look(const struct message *message, void *data)
{
	struct tasks *tasks = data;
	struct task *task;

	tasks->oldest = older(tasks->oldest, message->time);
	if (message->level != LEVEL_TASK)
		return 0;
	task = find_task(tasks, message->pid);
	task->messages++;
	task->oldest = older(task->oldest, message->time);

	return 0;
}

static void count_task(const void *node, VISIT visit, void *data)
{
	const struct task *task = *(struct task * const *)node;
	struct tasks *tasks = data;
	struct reach *reach = tasks->reach;
	uint64_t age = tasks->clock.trace - task->oldest;

	if (visit != postorder && visit != leaf)
		return;
	if (task->messages > REACH_BUSY) {
		tasks->ages = must(realloc(tasks->ages, (reach->busy_tasks + 1) * sizeof(age)));
		tasks->ages[reach->busy_tasks++] = age;
	} else {
		reach->quiet_tasks++;
		if (age > reach->quiet)
			reach->quiet = age;
	}
}

static int by_age(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/**
 * reach_read - find out how far back the history of a logger goes
 * @logger: its name
 * @reach: filled in
 *
 * Ends the program if the history cannot be read.
 *
 * Return: false if the logger is gone.
 */
bool reach_read(const char *logger, struct reach *reach)
{
	struct tasks tasks = { .reach = reach };
	bool there;

	*reach = (struct reach) { 0 };
	there = history_scan(logger, &tasks.clock, look, &tasks);
	if (tasks.oldest)
		reach->oldest = tasks.clock.trace - tasks.oldest;
	twalk_r(tasks.root, count_task, &tasks);
	if (reach->busy_tasks) {
		qsort(tasks.ages, reach->busy_tasks, sizeof(*tasks.ages), by_age);
		/* Of an even number the lower one: so far at least half of them go back. */
		reach->busy = tasks.ages[(reach->busy_tasks - 1) / 2];
	}
	free(tasks.ages);
	tdestroy(tasks.root, free);

	return there;
}
