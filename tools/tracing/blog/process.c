// SPDX-License-Identifier: LGPL-2.1
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bounded.h"
#include "clock.h"
#include "output.h"
#include "process.h"

/* ---------------------------- all tasks ---------------------------- */

/* These answer at once. */
static bool read_small(char *buf, size_t size, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return false;
	got = read(fd, buf, size - 1);
	close(fd);
	if (got <= 0)
		return false;
	buf[got] = '\0';

	return true;
}

/* The @nr-th word, counted from 0. */
static uint64_t word(const char *text, int nr)
{
	while (nr-- && text) {
		text = strchr(text, ' ');
		text = text ? text + 1 : NULL;
	}

	return text ? strtoull(text, NULL, 10) : 0;
}

/* Words of stat behind the name. */
enum {
	STAT_STATE,
	STAT_THREADS	= 17,
	STAT_START	= 19,
	STAT_CPU	= 36,
};

static bool parse_stat(struct task *task, const char *text, int *threads)
{
	/* A name may have anything in it. */
	const char *name = strchr(text, '('), *end = strrchr(text, ')');
	long ticks = sysconf(_SC_CLK_TCK);

	if (!name || !end || end[1] != ' ')
		return false;
	snprintf(task->name, sizeof(task->name), "%.*s", (int)(end - name - 1), name + 1);
	end += 2;
	task->pid = atoi(text);
	task->state = *end;
	task->start = word(end, STAT_START) * (NSEC_PER_SEC / ticks);
	task->cpu = word(end, STAT_CPU);
	*threads = word(end, STAT_THREADS);

	return true;
}

static bool read_task(struct task *task, int tgid, int pid, int *threads)
{
	char path[64], text[1024];

	*task = (struct task) { .tgid = tgid };
	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", tgid, pid);

	return read_small(text, sizeof(text), path) && parse_stat(task, text, threads);
}

/**
 * tasks_add - add a task
 * @list: the tasks, in no order from here on
 * @task: copied
 */
void tasks_add(struct task_list *list, const struct task *task)
{
	if (list->nr == list->room) {
		list->room = 2 * list->room + 256;
		list->tasks = must(realloc(list->tasks, list->room * sizeof(*list->tasks)));
	}
	list->tasks[list->nr++] = *task;
}

static void add_threads(struct task_list *list, int tgid)
{
	struct dirent *entry;
	struct task task;
	char path[64];
	int threads;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", tgid);
	dir = opendir(path);
	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (isdigit(entry->d_name[0]) && atoi(entry->d_name) != tgid &&
		    read_task(&task, tgid, atoi(entry->d_name), &threads))
			tasks_add(list, &task);
	closedir(dir);
}

static int by_pid(const void *a, const void *b)
{
	const struct task *left = a, *right = b;

	return (left->pid > right->pid) - (left->pid < right->pid);
}

/**
 * tasks_sort - sort tasks by their pids
 * @list: the tasks
 */
void tasks_sort(struct task_list *list)
{
	if (list->nr)
		qsort(list->tasks, list->nr, sizeof(*list->tasks), by_pid);
}

/**
 * tasks_read - read what tasks there are
 * @list: filled in; to be freed with tasks_free()
 */
void tasks_read(struct task_list *list)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	struct task task;
	int threads;

	*list = (struct task_list) { 0 };
	if (!dir)
		die("cannot read /proc: %s; is it mounted?", strerror(errno));
	while ((entry = readdir(dir))) {
		int pid = isdigit(entry->d_name[0]) ? atoi(entry->d_name) : 0;

		if (!pid || !read_task(&task, pid, pid, &threads))
			continue;
		tasks_add(list, &task);
		if (threads > 1)
			add_threads(list, pid);
	}
	closedir(dir);
	tasks_sort(list);
}

/**
 * tasks_find - find a task
 * @list: the tasks
 * @pid: its number
 *
 * Return: the task, or NULL.
 */
struct task *tasks_find(const struct task_list *list, int pid)
{
	const struct task key = { .pid = pid };

	return list->nr ? bsearch(&key, list->tasks, list->nr, sizeof(key), by_pid) : NULL;
}

/**
 * tasks_free - free a list of tasks
 * @list: the list, zeroed afterwards
 */
void tasks_free(struct task_list *list)
{
	size_t i;

	for (i = 0; i < list->nr; i++)
		free(list->tasks[i].stack);
	free(list->tasks);
	*list = (struct task_list) { 0 };
}

/**
 * state_name - what the letter of a state means
 * @state: the letter
 *
 * Return: a word.
 */
const char *state_name(char state)
{
	switch (state) {
	case 'R': return "running";
	case 'S': return "sleeping";
	case 'D': return "waiting";
	case 'I': return "idle";
	case 'T': case 't': return "stopped";
	}

	return "gone";
}

/* ---------------------------- who waits ---------------------------- */

static uint64_t read_switches(const struct task *task)
{
	static const char *const names[] = {
		"\nvoluntary_ctxt_switches:", "\nnonvoluntary_ctxt_switches:",
	};
	char path[64], text[8192];
	uint64_t sum = 0;
	size_t i;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/status", task->tgid, task->pid);
	if (!read_small(text, sizeof(text), path))
		return 0;
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *pos = strstr(text, names[i]);

		if (pos)
			sum += strtoull(pos + strlen(names[i]), NULL, 10);
	}

	return sum;
}

/**
 * task_is_in - whether a function is in the stack of a task
 * @task: the task
 * @function: how its name begins, or a module in []
 *
 * Return: true if so; false also if the stack is not known.
 */
bool task_is_in(const struct task *task, const char *function)
{
	const char *pos = task->stack;

	for (; pos && (pos = strstr(pos, function)); pos++)
		if (*function == '[' || pos == task->stack || strchr(" _\n", pos[-1]))
			return true;

	return false;
}

static bool is_in_ceph(const struct task *task)
{
	return task_is_in(task, "[ceph]") || task_is_in(task, "[libceph]") ||
	       task_is_in(task, "[rbd]") || task_is_in(task, "ceph_");
}

/* "[<0>] function+0x1/0x2 [module]" in each line becomes what is behind the first ]. */
static void tidy_stack(char *text)
{
	char *src = text, *dst = text;

	while (*src) {
		size_t len = strcspn(src, "\n");
		const char *start = !strncmp(src, "[<", 2) ? strstr(src, ">] ") : NULL;
		size_t skip = start && start < src + len ? start + 3 - src : 0;

		memmove(dst, src + skip, len - skip);
		dst += len - skip;
		src += len;
		if (*src)
			*dst++ = *src++;
	}
	*dst = '\0';
}

/* Of those that sleep, or only of those that wait. */
static void read_stacks(struct task_list *list, bool all)
{
	struct bounded_list files = { 0 };
	size_t i, nr = 0;

	for (i = 0; i < list->nr; i++)
		if (list->tasks[i].is_waiting || (all && list->tasks[i].state == 'S'))
			bounded_add(&files, "/proc/%d/task/%d/stack",
				    list->tasks[i].tgid, list->tasks[i].pid);
	bounded_read(&files);
	for (i = 0; i < list->nr; i++) {
		struct task *task = &list->tasks[i];

		if (!task->is_waiting && !(all && task->state == 'S'))
			continue;
		free(task->stack);
		task->stack = files.files[nr].text;
		task->stack_error = files.files[nr].error;
		files.files[nr++].text = NULL;
		if (task->stack)
			tidy_stack(task->stack);
	}
	bounded_free(&files);
}

/**
 * tasks_find_waiting - find who sleeps uninterruptibly, or for Ceph
 * @list: all tasks; those found are marked
 */
void tasks_find_waiting(struct task_list *list)
{
	size_t i;

	for (i = 0; i < list->nr; i++)
		list->tasks[i].is_waiting = list->tasks[i].state == 'D';
	read_stacks(list, true);
	for (i = 0; i < list->nr; i++) {
		struct task *task = &list->tasks[i];

		if (task->state == 'S')
			task->is_waiting = is_in_ceph(task);
		if (task->is_waiting)
			task->switches = read_switches(task);
	}
}

/**
 * tasks_keep_waiting - look again, and forget who has run meanwhile
 * @list: the tasks; who has is not marked any more
 *
 * Return: how many are left.
 */
size_t tasks_keep_waiting(struct task_list *list)
{
	size_t i, nr = 0;
	int threads;

	/* What is seen of them is between two looks at whether they run. */
	read_stacks(list, false);
	for (i = 0; i < list->nr; i++) {
		struct task *task = &list->tasks[i], now;

		if (!task->is_waiting)
			continue;
		task->is_waiting = (task->state == 'D' || is_in_ceph(task)) &&
				   read_task(&now, task->tgid, task->pid, &threads) &&
				   now.start == task->start && now.state == task->state &&
				   read_switches(task) == task->switches;
		nr += task->is_waiting;
	}

	return nr;
}

/* ---------------------------- since when ---------------------------- */

/*
 * se.exec_start is when a task was last seen running, in ns of a clock that its CPU has:
 * it stands still in interrupts, so that no other clock will do. A task that is sent to
 * that CPU can read it there.
 */
static uint64_t parse_exec_start(const char *text)
{
	static const char name[] = "\nse.exec_start";
	const char *pos = text ? strstr(text, name) : NULL;
	uint64_t ms, ns;

	if (!pos || sscanf(pos + strlen(name), " : %" SCNu64 ".%" SCNu64, &ms, &ns) != 2)
		return 0;

	return ms * 1000000 + ns;
}

static size_t add_cpu(struct bounded_list *clocks, int cpu)
{
	size_t i;

	for (i = 0; i < clocks->nr; i++)
		if (clocks->files[i].cpu == cpu)
			return i;
	i = bounded_add(clocks, "/proc/self/sched");
	clocks->files[i].cpu = cpu;

	return i;
}

/**
 * tasks_read_wait - find out how long they have waited
 * @list: the tasks; those that are marked get @bound and @waits_for, if the kernel tells
 */
void tasks_read_wait(struct task_list *list)
{
	struct bounded_list clocks = { 0 };
	char path[64], text[8192];
	size_t i;

	if (access("/proc/self/sched", R_OK))
		return;
	for (i = 0; i < list->nr; i++)
		if (list->tasks[i].is_waiting)
			add_cpu(&clocks, list->tasks[i].cpu);
	bounded_read(&clocks);
	for (i = 0; i < list->nr; i++) {
		struct task *task = &list->tasks[i];
		uint64_t ran, now;

		if (!task->is_waiting)
			continue;
		snprintf(path, sizeof(path), "/proc/%d/task/%d/sched", task->tgid,
			 task->pid);
		ran = read_small(text, sizeof(text), path) ? parse_exec_start(text) : 0;
		now = parse_exec_start(clocks.files[add_cpu(&clocks, task->cpu)].text);
		if (ran && now >= ran) {
			task->bound = WAIT_EXACT;
			task->waits_for = now - ran;
		}
	}
	bounded_free(&clocks);
}
