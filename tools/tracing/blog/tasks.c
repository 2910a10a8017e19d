// SPDX-License-Identifier: LGPL-2.1
/*
 * blog tasks: who has logged what is retained.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json.h>

#include "command.h"
#include "history.h"
#include "json_text.h"
#include "output.h"
#include "process.h"
#include "record.h"

/* When a task began is known in ticks. */
#define TICK		(NSEC_PER_SEC / 50)

/**
 * struct writer - who has logged
 * @pid: a task; of interrupts, their CPU
 * @level: the task itself, or what interrupts of a CPU
 * @is_former: it is gone, and its number may be another's by now
 * @comm: its name in its last message
 * @messages, @bytes: so much of it is retained
 * @first, @last: stamps
 */
struct writer {
	int		pid;
	enum level	level;
	bool		is_former;
	char		comm[COMM_SIZE];
	uint64_t	messages;
	uint64_t	bytes;
	uint64_t	first;
	uint64_t	last;
};

/**
 * struct writers - all of them
 * @slots: a hash table; those without messages are free
 * @nr: how many there are
 * @room: how many there may be
 * @recent: where the last message went
 * @tasks: who lives
 * @clock: now
 */
struct writers {
	struct writer		*slots;
	size_t			nr;
	size_t			room;
	struct writer		*recent;
	struct task_list	tasks;
	const struct clock	*clock;
};

static void print_help(void)
{
	puts("Usage: blog tasks [--json]\n"
	     "Shows who has logged what is retained, the last one first: how many messages and\n"
	     "bytes, when the first and last of them, and what it does now.\n\n"
	     "      --json  for programs\n"
	     "  -h, --help\n\n"
	     "What one logged:  blog show -p PID");
}

static bool parse_options(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	bool json = false;
	int opt;

	while ((opt = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (opt) {
		case 'j':
			json = true;
			break;
		case 'h':
			print_help();
			exit(output_end());
		default:
			misuse("see above");
		}
	}
	if (optind < argc)
		misuse("unexpected argument %s", argv[optind]);

	return json;
}

/* ---------------------------- counting ---------------------------- */

/* Whether a task that has the number now had it then. */
static bool is_living(const struct writers *writers, int pid, uint64_t time)
{
	const struct task *task = tasks_find(&writers->tasks, pid);
	uint64_t now = writers->clock->boottime, life = 0;

	/* An idle task, of which each CPU has one. */
	if (!pid)
		return true;
	if (!task || task->state == 'Z' || task->state == 'X')
		return false;
	if (task->start < now)
		life = now - task->start;

	return writers->clock->trace - time <= life + TICK;
}

static struct writer *find_slot(struct writer *slots, size_t room, const struct writer *key)
{
	size_t i = ((uint32_t)key->pid * 8u + key->level * 2 + key->is_former) *
		   2654435761u % room;

	while (slots[i].messages &&
	       (slots[i].pid != key->pid || slots[i].level != key->level ||
		slots[i].is_former != key->is_former))
		i = (i + 1) % room;

	return &slots[i];
}

static void grow(struct writers *writers)
{
	size_t room = 2 * writers->room + 256, i;
	struct writer *slots = must(calloc(room, sizeof(*slots)));

	for (i = 0; i < writers->room; i++)
		if (writers->slots[i].messages)
			*find_slot(slots, room, &writers->slots[i]) = writers->slots[i];
	free(writers->slots);
	writers->slots = slots;
	writers->room = room;
	writers->recent = NULL;
}

static struct writer *find_writer(struct writers *writers, const struct message *message)
{
	bool is_task = message->level == LEVEL_TASK;
	struct writer key = {
		.pid = is_task ? message->pid : (int)message->cpu,
		.level = message->level,
	};

	key.is_former = is_task && !is_living(writers, message->pid, message->time);
	if (writers->recent && writers->recent->pid == key.pid &&
	    writers->recent->level == key.level &&
	    writers->recent->is_former == key.is_former)
		return writers->recent;
	if (writers->nr >= writers->room / 2)
		grow(writers);
	writers->recent = find_slot(writers->slots, writers->room, &key);
	if (!writers->recent->messages) {
		*writers->recent = key;
		writers->nr++;
	}

	return writers->recent;
}

static int count(const struct message *message, void *data)
{
	struct writer *writer = find_writer(data, message);

	if (!writer->messages || message->time < writer->first)
		writer->first = message->time;
	if (message->time >= writer->last) {
		writer->last = message->time;
		memcpy(writer->comm, message->comm, sizeof(writer->comm));
	}
	writer->messages++;
	writer->bytes += sizeof(struct record) + message->len;

	return 0;
}

static int by_last(const void *a, const void *b)
{
	const struct writer *left = a, *right = b;

	return (left->last < right->last) - (left->last > right->last);
}

/* Puts those that there are to the front, the last one first. */
static void sort(struct writers *writers)
{
	size_t i, nr = 0;

	for (i = 0; i < writers->room; i++)
		if (writers->slots[i].messages)
			writers->slots[nr++] = writers->slots[i];
	if (nr)
		qsort(writers->slots, nr, sizeof(*writers->slots), by_last);
}

/* ---------------------------- printing ---------------------------- */

static const char *level_name(enum level level)
{
	static const char * const names[] = {
		[LEVEL_TASK] = "task", [LEVEL_SOFTIRQ] = "softirq",
		[LEVEL_HARDIRQ] = "hardirq", [LEVEL_NMI] = "nmi",
	};

	return level <= LEVEL_NMI ? names[level] : "?";
}

static const char *state_of(const struct writers *writers, const struct writer *writer)
{
	const struct task *task = tasks_find(&writers->tasks, writer->pid);

	if (writer->level != LEVEL_TASK || !writer->pid)
		return "-";

	return writer->is_former || !task ? "gone" : state_name(task->state);
}

static void print_writer(const struct writers *writers, const struct writer *writer)
{
	uint64_t now = writers->clock->trace;
	char first[64], last[64];

	clock_print_age(now - writer->first, first, sizeof(first));
	clock_print_age(now - writer->last, last, sizeof(last));
	printf("%10" PRIu64 " %10" PRIu64 " %12s %12s  %-8s  ", writer->messages,
	       writer->bytes, first, last, state_of(writers, writer));
	if (writer->level == LEVEL_TASK) {
		fputs(paint(COLOUR_BOLD), stdout);
		print_plain(writer->comm);
		printf("-%d%s\n", writer->pid, paint(COLOUR_NONE));
	} else {
		printf("%s of CPU %d\n", level_name(writer->level), writer->pid);
	}
}

static void print_all(const struct writers *writers)
{
	size_t i;

	if (!writers->nr) {
		puts("Nobody has logged anything that is retained.");
		return;
	}
	printf("%10s %10s %12s %12s  %-8s  %s\n", "messages", "bytes", "first, ago",
	       "last, ago", "state", "task");
	for (i = 0; i < writers->nr; i++)
		print_writer(writers, &writers->slots[i]);
}

static struct json_object *writer_json(const struct writers *writers,
				       const struct writer *writer)
{
	struct json_object *json = must(json_object_new_object());
	uint64_t now = writers->clock->trace;

	json_object_object_add(json, "level",
			       json_object_new_string(level_name(writer->level)));
	if (writer->level == LEVEL_TASK) {
		json_object_object_add(json, "pid", json_object_new_int(writer->pid));
		json_object_object_add(json, "comm", json_text(writer->comm));
		json_object_object_add(json, "state",
				       json_object_new_string(state_of(writers, writer)));
	} else {
		json_object_object_add(json, "cpu", json_object_new_int(writer->pid));
	}
	json_object_object_add(json, "messages", json_object_new_int64(writer->messages));
	json_object_object_add(json, "bytes", json_object_new_int64(writer->bytes));
	json_object_object_add(json, "first_ns", json_object_new_int64(now - writer->first));
	json_object_object_add(json, "last_ns", json_object_new_int64(now - writer->last));

	return json;
}

static void print_all_json(const struct writers *writers)
{
	struct json_object *json = must(json_object_new_array());
	size_t i;

	for (i = 0; i < writers->nr; i++)
		json_object_array_add(json, writer_json(writers, &writers->slots[i]));
	print_json(json);
}

int tasks_command(int argc, char **argv)
{
	bool json = parse_options(argc, argv);
	struct writers writers = { 0 };
	struct history *history = history_read(NULL);

	writers.clock = history_clock(history);
	/* After the messages: who logged them lives, unless it is gone by now. */
	tasks_read(&writers.tasks);
	history_visit(history, count, &writers);
	sort(&writers);
	output_begin(!json);
	if (json)
		print_all_json(&writers);
	else
		print_all(&writers);
	tasks_free(&writers.tasks);
	free(writers.slots);
	history_free(history);

	return output_end();
}
