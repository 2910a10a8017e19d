// SPDX-License-Identifier: LGPL-2.1
/*
 * A slice is written when it ends: on the track of the CPU which task ran, on that of
 * the task that it ran, or how it waited.
 */
#include <stdlib.h>
#include <string.h>

#include <event-parse.h>
#include <json.h>

#include "message.h"
#include "output.h"
#include "slices.h"

/* Who runs on a CPU. */
struct cpu {
	bool		known;
	int		pid;
	char		comm[COMM_SIZE];
	uint64_t	since;
};

/**
 * struct sched - all that is known
 * @tracks, @chrome: where it is shown
 * @tasks: tasks that are wanted; nothing else of a message
 * @since, @until: when
 * @cpus: so many, from 0 on
 * @nr_cpus: of those
 * @start: the first event: what is not known was so since then
 * @switches: so many events
 */
struct sched {
	struct tracks	*tracks;
	struct chrome	*chrome;
	struct filter	tasks;
	uint64_t	since;
	uint64_t	until;
	struct cpu	*cpus;
	unsigned int	nr_cpus;
	uint64_t	start;
	uint64_t	switches;
};

/* What an event says. */
struct switching {
	uint64_t	time;
	int		prev_pid;
	int		next_pid;
	uint64_t	prev_state;
	char		prev_comm[COMM_SIZE];
	char		next_comm[COMM_SIZE];
};

/* The bits of prev_state, and how Chrome colours them. */
#define STATE_RUNNABLE	0
#define STATE_DEAD	0x10
#define STATE_ZOMBIE	0x20
#define STATE_UNKNOWN	(1ULL << 63)		/* ours: how it waited is not known */

static const struct state {
	uint64_t	bit;
	const char	*name;
	const char	*colour;
} states[] = {
	{ 0x01, "sleeping (S)", "thread_state_sleeping" },
	{ 0x02, "uninterruptible sleep (D)", "thread_state_uninterruptible" },
	{ 0x04, "stopped (T)", NULL },
	{ 0x08, "traced (t)", NULL },
	{ 0x40, "parked (P)", "thread_state_sleeping" },
	{ 0x80, "idle (I)", "thread_state_sleeping" },
	{ STATE_UNKNOWN, "not running", "thread_state_unknown" },
};

static const struct state runnable = {
	STATE_RUNNABLE, "waiting for a CPU (R)", "thread_state_runnable"
};

/**
 * sched_begin - begin to follow the scheduler
 * @tracks: where to show it
 * @chrome: and in what file
 * @filter: which tasks, and when; must stay until sched_end()
 *
 * Return: to be given to the others, and to sched_end() at last.
 */
struct sched *sched_begin(struct tracks *tracks, struct chrome *chrome,
			  const struct filter *filter)
{
	struct sched *sched = must(calloc(1, sizeof(*sched)));

	sched->tracks = tracks;
	sched->chrome = chrome;
	sched->tasks.pids = filter->pids;
	sched->tasks.nr_pids = filter->nr_pids;
	sched->tasks.comm = filter->comm;
	sched->since = filter->since;
	sched->until = filter->has_until ? filter->until : UINT64_MAX;

	return sched;
}

static struct cpu *get_cpu(struct sched *sched, unsigned int cpu)
{
	if (cpu >= sched->nr_cpus) {
		sched->cpus = must(realloc(sched->cpus, (cpu + 1) * sizeof(*sched->cpus)));
		memset(sched->cpus + sched->nr_cpus, 0,
		       (cpu + 1 - sched->nr_cpus) * sizeof(*sched->cpus));
		sched->nr_cpus = cpu + 1;
	}

	return &sched->cpus[cpu];
}

static bool is_wanted_time(const struct sched *sched, uint64_t start, uint64_t end)
{
	return end > start && end >= sched->since && start <= sched->until;
}

static bool is_wanted_task(struct sched *sched, const struct task *task)
{
	struct message message = { .pid = task->pid, .tgid = task->tgid };

	memcpy(message.comm, task->comm, sizeof(message.comm));

	return filter_wants(&message, &sched->tasks);
}

static void show_running(struct sched *sched, unsigned int nr, uint64_t end)
{
	struct cpu *cpu = &sched->cpus[nr];
	struct json_object *args;
	struct task *task;

	if (!cpu->pid || !is_wanted_time(sched, cpu->since, end))
		return;
	args = must(json_object_new_object());
	json_object_object_add(args, "pid", must(json_object_new_int(cpu->pid)));
	chrome_slice(sched->chrome, tracks_of_cpu(sched->tracks, nr), cpu->comm, NULL,
		     cpu->since, end, args);

	task = tracks_task(sched->tracks, cpu->pid, 0, cpu->comm, cpu->since);
	if (!is_wanted_task(sched, task))
		return;
	args = must(json_object_new_object());
	json_object_object_add(args, "cpu", must(json_object_new_int(nr)));
	chrome_slice(sched->chrome, tracks_of_task(task), "running", "thread_state_running",
		     cpu->since, end, args);
}

static const struct state *find_state(uint64_t bits)
{
	size_t i;

	for (i = 0; i < sizeof(states) / sizeof(*states); i++)
		if (bits & states[i].bit)
			return &states[i];

	return &runnable;
}

static void show_waiting(struct sched *sched, struct task *task, uint64_t end)
{
	const struct state *state = find_state(task->state);

	if (!task->left_cpu || !is_wanted_time(sched, task->left_cpu, end) ||
	    !is_wanted_task(sched, task))
		return;
	chrome_slice(sched->chrome, tracks_of_task(task), state->name, state->colour,
		     task->left_cpu, end, NULL);
}

static void leave(struct sched *sched, unsigned int nr, const struct switching *switching)
{
	struct cpu *cpu = get_cpu(sched, nr);
	struct task *task;

	if (!cpu->known) {
		cpu->known = true;
		cpu->pid = switching->prev_pid;
		cpu->since = sched->start;
	}
	/* Else events were lost: since when it has run here is not known. */
	if (cpu->pid == switching->prev_pid) {
		memcpy(cpu->comm, switching->prev_comm, sizeof(cpu->comm));
		show_running(sched, nr, switching->time);
	}
	if (!switching->prev_pid)
		return;
	task = tracks_task(sched->tracks, switching->prev_pid, 0, switching->prev_comm,
			   switching->time);
	task->switched = true;
	task->state = switching->prev_state;
	task->left_cpu = task->state & (STATE_DEAD | STATE_ZOMBIE) ? 0 : switching->time;
}

/* One that was heard of before the first event, and not since, did not run meanwhile. */
static void enter(struct sched *sched, unsigned int nr, const struct switching *switching)
{
	struct cpu *cpu = get_cpu(sched, nr);
	struct task *task;

	cpu->pid = switching->next_pid;
	cpu->since = switching->time;
	memcpy(cpu->comm, switching->next_comm, sizeof(cpu->comm));
	if (!switching->next_pid)
		return;
	task = tracks_task(sched->tracks, switching->next_pid, 0, switching->next_comm,
			   switching->time);
	if (!task->switched && task->seen < sched->start) {
		task->left_cpu = sched->start;
		task->state = STATE_UNKNOWN;
	}
	show_waiting(sched, task, switching->time);
	task->switched = true;
	task->left_cpu = 0;
}

static bool read_number(struct tep_event *event, struct tep_record *record,
			const char *name, uint64_t *val)
{
	unsigned long long number;

	if (tep_get_field_val(NULL, event, name, record, &number, 0))
		return false;
	*val = number;

	return true;
}

static bool read_comm(struct tep_event *event, struct tep_record *record, const char *name,
		      char *comm)
{
	int len;
	const char *raw = tep_get_field_raw(NULL, event, name, record, &len, 0);

	if (!raw || len < 0)
		return false;
	if (len >= COMM_SIZE)
		len = COMM_SIZE - 1;
	memset(comm, 0, COMM_SIZE);
	memcpy(comm, raw, len);

	return true;
}

static bool read_switch(struct tep_event *event, struct tep_record *record,
			struct switching *switching)
{
	uint64_t prev, next;

	if (strcmp(event->system, "sched") || strcmp(event->name, "sched_switch") ||
	    !read_number(event, record, "prev_pid", &prev) ||
	    !read_number(event, record, "next_pid", &next) ||
	    !read_number(event, record, "prev_state", &switching->prev_state) ||
	    !read_comm(event, record, "prev_comm", switching->prev_comm) ||
	    !read_comm(event, record, "next_comm", switching->next_comm))
		return false;
	switching->time = record->ts;
	switching->prev_pid = prev;
	switching->next_pid = next;

	return true;
}

/**
 * sched_follow - look what an event tells
 * @sched: where the scheduler is followed
 * @event: of any kind
 * @record: it; none older than the one before
 */
void sched_follow(struct sched *sched, struct tep_event *event, struct tep_record *record)
{
	struct switching switching;

	if (!read_switch(event, record, &switching))
		return;
	if (!sched->switches++)
		sched->start = switching.time;
	leave(sched, record->cpu, &switching);
	enter(sched, record->cpu, &switching);
}

/**
 * sched_switches - count events
 * @sched: where the scheduler is followed
 *
 * Return: how many told something.
 */
uint64_t sched_switches(const struct sched *sched)
{
	return sched->switches;
}

struct ending {
	struct sched	*sched;
	uint64_t	end;
};

static void end_task(struct task *task, void *data)
{
	struct ending *ending = data;

	show_waiting(ending->sched, task, ending->end);
}

/**
 * sched_end - what still goes on ends with the timeline
 * @sched: where the scheduler was followed; is freed
 * @end: when that ends
 */
void sched_end(struct sched *sched, uint64_t end)
{
	struct ending ending = { .sched = sched, .end = end };
	unsigned int i;

	for (i = 0; i < sched->nr_cpus; i++)
		if (sched->cpus[i].known)
			show_running(sched, i, end);
	tracks_each_task(sched->tracks, end_task, &ending);
	free(sched->cpus);
	free(sched);
}
