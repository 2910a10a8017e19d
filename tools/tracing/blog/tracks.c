// SPDX-License-Identifier: LGPL-2.1
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "output.h"
#include "tracks.h"

/* No task has this number: PID_MAX_LIMIT of the kernel. */
#define CPUS_PID	(4 * 1024 * 1024)
#define CPU_TID(cpu)	(CPUS_PID + 1 + (int)(cpu))

/**
 * struct tracks - all of them
 * @tasks: tree of struct task
 * @cpus: so many, from 0 on, may have tracks
 * @cpu_shown: which of them do
 */
struct tracks {
	void		*tasks;
	unsigned int	cpus;
	bool		*cpu_shown;
};

/* A walk: twalk_r() hands on one pointer. */
struct walk {
	task_fn	look;
	void	*data;
};

/* To write their names. */
struct writing {
	struct tracks	*tracks;
	struct chrome	*chrome;
};

/**
 * tracks_new - begin a timeline
 *
 * Return: no tracks yet, to be freed with tracks_free().
 */
struct tracks *tracks_new(void)
{
	return must(calloc(1, sizeof(struct tracks)));
}

static int compare_tasks(const void *left, const void *right)
{
	const struct task *a = left, *b = right;

	return (a->pid > b->pid) - (a->pid < b->pid);
}

static struct task *find_task(struct tracks *tracks, int pid)
{
	struct task key = { .pid = pid };
	void **node = tfind(&key, &tracks->tasks, compare_tasks);

	return node ? *node : NULL;
}

/* When there is no room for another name, the first ones stay. */
static void add_name(struct task *task, const char *comm)
{
	char name[ESCAPED_SIZE(COMM_SIZE)];
	size_t more = escape_control(name, sizeof(name), comm, strlen(comm));
	size_t len = strlen(task->names);

	if (!more || len + 2 + more >= sizeof(task->names))
		return;
	if (len) {
		strcpy(task->names + len, ", ");
		len += 2;
	}
	strcpy(task->names + len, name);
}

/**
 * tracks_task - a task that something is known of
 * @tracks: its timeline
 * @pid: which
 * @tgid: its process, or 0 if that is not known
 * @comm: its name now
 * @time: now
 *
 * Return: the task.
 */
struct task *tracks_task(struct tracks *tracks, int pid, int tgid, const char *comm,
			 uint64_t time)
{
	struct task *task = find_task(tracks, pid);

	if (!task) {
		task = must(calloc(1, sizeof(*task)));
		task->pid = pid;
		task->tgid = tgid ?: pid;
		task->seen = time;
		must(tsearch(task, &tracks->tasks, compare_tasks));
	}
	if (strcmp(task->comm, comm)) {
		snprintf(task->comm, sizeof(task->comm), "%s", comm);
		add_name(task, comm);
	}

	return task;
}

/**
 * tracks_of_task - where a task is shown
 * @task: the task
 *
 * Return: its track, which is named by tracks_write().
 */
struct track tracks_of_task(struct task *task)
{
	task->shown = true;

	return (struct track) { .pid = task->tgid, .tid = task->pid };
}

/**
 * tracks_of_cpu - where a CPU is shown
 * @tracks: the timeline
 * @cpu: its number
 *
 * Return: its track, which is named by tracks_write().
 */
struct track tracks_of_cpu(struct tracks *tracks, unsigned int cpu)
{
	if (cpu >= tracks->cpus) {
		tracks->cpu_shown = must(realloc(tracks->cpu_shown, cpu + 1));
		memset(tracks->cpu_shown + tracks->cpus, 0, cpu + 1 - tracks->cpus);
		tracks->cpus = cpu + 1;
	}
	tracks->cpu_shown[cpu] = true;

	return (struct track) { .pid = CPUS_PID, .tid = CPU_TID(cpu) };
}

static void look_at(const void *node, VISIT visit, void *data)
{
	struct walk *walk = data;

	if (visit == postorder || visit == leaf)
		walk->look(*(struct task **)node, walk->data);
}

/**
 * tracks_each_task - look at all tasks
 * @tracks: their timeline
 * @look: called for each
 * @data: for it
 */
void tracks_each_task(struct tracks *tracks, task_fn look, void *data)
{
	struct walk walk = { .look = look, .data = data };

	twalk_r(tracks->tasks, look_at, &walk);
}

static void count_task(struct task *task, void *data)
{
	*(unsigned int *)data += task->shown;
}

/**
 * tracks_shown - count tasks
 * @tracks: their timeline
 *
 * Return: how many have a track.
 */
unsigned int tracks_shown(struct tracks *tracks)
{
	unsigned int nr = 0;

	tracks_each_task(tracks, count_task, &nr);

	return nr;
}

/* The process is called as its first thread, or as any if that one is not known. */
static void name_task(struct task *task, void *data)
{
	struct writing *writing = data;
	struct track track = { .pid = task->tgid, .tid = task->pid };
	const char *name = *task->names ? task->names : "?";
	const struct task *leader;

	if (!task->shown)
		return;
	leader = find_task(writing->tracks, task->tgid);
	if (leader && *leader->names)
		chrome_name(writing->chrome, track, "process_name", leader->names);
	else
		chrome_name(writing->chrome, track, "process_name", name);
	chrome_name(writing->chrome, track, "thread_name", name);
}

static void name_cpus(struct tracks *tracks, struct chrome *chrome)
{
	struct track track = { .pid = CPUS_PID };
	char name[32];
	unsigned int cpu;

	for (cpu = 0; cpu < tracks->cpus; cpu++) {
		if (!tracks->cpu_shown[cpu])
			continue;
		track.tid = CPU_TID(cpu);
		snprintf(name, sizeof(name), "CPU %u", cpu);
		chrome_name(chrome, track, "process_name", "CPUs");
		chrome_sort(chrome, track, "process_sort_index", -1);
		chrome_name(chrome, track, "thread_name", name);
		chrome_sort(chrome, track, "thread_sort_index", cpu);
	}
}

/**
 * tracks_write - name all tracks that something was shown on
 * @tracks: the timeline
 * @chrome: where to
 */
void tracks_write(struct tracks *tracks, struct chrome *chrome)
{
	struct writing writing = { .tracks = tracks, .chrome = chrome };

	tracks_each_task(tracks, name_task, &writing);
	name_cpus(tracks, chrome);
}

/**
 * tracks_free - free what tracks_new() returned
 * @tracks: the timeline
 */
void tracks_free(struct tracks *tracks)
{
	tdestroy(tracks->tasks, free);
	free(tracks->cpu_shown);
	free(tracks);
}
