// SPDX-License-Identifier: LGPL-2.1
/*
 * blog hung: which tasks hang, what they did, and what they wait for.
 *
 *	hung.c			options; brings together what the others find
 *	  hung_print.c		text and JSON
 *	  process.c		tasks, stacks and times, out of /proc
 *	  ceph.c		requests, out of messages
 *	    ceph_note.c		    of all of them, when they began and ended
 *	    ceph_follow.c	    of some tasks, what they did
 *	      statement.c		which message says what
 *	  ceph_files.c		requests and clients, out of debugfs
 *	  mounts.c		which client has mounted what
 *	    bounded.c		files that may not answer
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "history.h"
#include "hung.h"
#include "instance.h"
#include "output.h"

/* Who runs within this time does not hang. */
#define SETTLE		(NSEC_PER_SEC / 5)

static void print_help(void)
{
	puts("Usage: blog hung [OPTION]...\n"
	     "Shows which tasks sleep uninterruptibly, or wait for Ceph: for how long, where in\n"
	     "the kernel, what they logged, for whom, and which request they wait for. Then\n"
	     "old requests that none of them waits for. It asks no file system anything.\n\n"
	     "  -n, --lines N      the last N messages of each task (8)\n"
	     "  -a, --age SECONDS  requests that no task waits for, from this age on (30)\n"
	     "      --json         for programs\n"
	     "  -h, --help\n\n"
	     "All that a task logged:  blog show -p PID");
}

static uint64_t parse_number(const char *text, uint64_t max, const char *what)
{
	char *end;
	unsigned long long nr;

	errno = 0;
	nr = strtoull(text, &end, 10);
	if (end == text || *end || *text == '-' || errno || nr > max)
		misuse("not %s: %s", what, text);

	return nr;
}

/**
 * hung_option - take an option of a command
 * @options: the options
 * @option: 'n', 'a' or 'j', or another one
 * @value: its value
 *
 * Return: false if it is another one.
 */
bool hung_option(struct hung_options *options, int option, const char *value)
{
	switch (option) {
	case 'n':
		options->messages = parse_number(value, 10000, "a number of lines");
		return true;
	case 'a':
		options->age = parse_number(value, UINT32_MAX, "seconds") * NSEC_PER_SEC;
		return true;
	case 'j':
		options->json = true;
		return true;
	}

	return false;
}

static void parse_options(struct hung_options *options, int argc, char **argv)
{
	static const struct option names[] = {
		{ "lines", required_argument, NULL, 'n' },
		{ "age", required_argument, NULL, 'a' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "n:a:h", names, NULL)) != -1) {
		if (opt == 'h') {
			print_help();
			exit(output_end());
		}
		if (!hung_option(options, opt, optarg))
			misuse("see above");
	}
	if (optind < argc)
		misuse("unexpected argument %s", argv[optind]);
}

/* ---------------------------- finding out ---------------------------- */

static uint64_t now_boottime(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);

	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

/* Why there is no history; NULL if there is. */
static const char *history_problem(void)
{
	const char *problem = instance_problem();
	char **loggers, **logger, *path;
	bool can_read = true;

	if (problem)
		return problem;
	loggers = instance_loggers();
	for (logger = loggers; *logger; logger++) {
		path = logger_path(*logger, "history");
		can_read = can_read && !access(path, R_OK);
		free(path);
		free(*logger);
	}
	free(loggers);

	return can_read ? NULL : "this kernel's BLOG is older than this command";
}

static struct history *read_history(struct hung *hung)
{
	const char *problem = history_problem();
	struct history *history;

	if (problem) {
		warn("what the tasks logged is not known: %s", problem);
		hung->clock.trace = hung->clock.boottime = now_boottime();
		return NULL;
	}
	history = history_read(NULL);
	hung->clock = *history_clock(history);
	if (!hung->clock.trace)
		hung->clock.trace = hung->clock.boottime = now_boottime();
	hung->has_history = true;
	ceph_read(hung->ceph, history, &hung->tasks);

	return history;
}

static void add_id(uint64_t **ids, size_t *nr, uint64_t id)
{
	size_t i;

	for (i = 0; i < *nr; i++)
		if ((*ids)[i] == id)
			return;
	*ids = must(realloc(*ids, (*nr + 1) * sizeof(**ids)));
	(*ids)[(*nr)++] = id;
}

static void find_mounts(struct hung *hung)
{
	const struct client *client;
	uint64_t *ids = NULL;
	size_t nr = 0, i;

	for (client = hung->clients.first; client; client = client->next)
		if (client->has_mount)
			add_id(&ids, &nr, client->id);
	/* Without debugfs, those that are seen at work have to do. */
	for (i = 0; !hung->clients.first && i < hung->tasks.nr; i++) {
		const struct task *task = &hung->tasks.tasks[i];
		const struct work *work = task->is_waiting ?
					  ceph_work(hung->ceph, task->pid) : NULL;

		if (work && work->client)
			add_id(&ids, &nr, work->client);
	}
	hung->mounts = mounts_read();
	mounts_find_clients(hung->mounts, &hung->clients, hung->ceph, ids, nr);
	free(ids);
}

static void settle(uint64_t since)
{
	uint64_t end = since + SETTLE, now = now_boottime();
	struct timespec rest = { 0 };

	if (now < end) {
		rest.tv_nsec = end - now;
		nanosleep(&rest, NULL);
	}
}

/* How long, where the scheduler does not tell. */
static void guess_wait(struct hung *hung, struct task *task)
{
	const struct work *work = ceph_work(hung->ceph, task->pid);

	if (task->bound != WAIT_UNKNOWN)
		return;
	task->bound = WAIT_AT_MOST;
	task->waits_for = hung->clock.boottime - task->start;
	if (!work || !work->nr_messages)
		return;
	task->waits_for = hung_age(hung, work->last);
	if (work->waits || *work->other) {
		task->waits_for = hung_age(hung, work->wait_since);
		task->bound = WAIT_EXACT;
	}
}

static int by_wait(const void *a, const void *b)
{
	const struct task *left = *(struct task * const *)a;
	const struct task *right = *(struct task * const *)b;

	if (left->waits_for != right->waits_for)
		return left->waits_for < right->waits_for ? 1 : -1;

	return left->pid - right->pid;
}

static void collect_tasks(struct hung *hung, size_t nr)
{
	struct hung_cause cause;
	size_t i, k;

	hung->shown = must(calloc(nr + 1, sizeof(*hung->shown)));
	for (i = 0; i < hung->tasks.nr; i++) {
		struct task *task = &hung->tasks.tasks[i];

		if (!task->is_waiting)
			continue;
		guess_wait(hung, task);
		hung->shown[hung->nr_shown++] = task;
		hung_find_cause(hung, task, &cause);
		for (k = 0; k < cause.nr && k < MAX_REQUESTS; k++)
			cause.requests[k]->waited_for = true;
	}
	qsort(hung->shown, hung->nr_shown, sizeof(*hung->shown), by_wait);
}

static void collect_open(struct hung *hung)
{
	struct request *request = NULL;
	size_t room = 0;

	while ((request = request_next(ceph_requests(hung->ceph), request))) {
		if (request->done)
			continue;
		if (hung->nr_open == room) {
			room = 2 * room + 16;
			hung->open = must(realloc(hung->open, room * sizeof(*hung->open)));
		}
		hung->open[hung->nr_open++] = request;
	}
}

static int by_age(const void *a, const void *b)
{
	const struct request *left = *(struct request * const *)a;
	const struct request *right = *(struct request * const *)b;

	if (left->since != right->since)
		return left->since < right->since ? -1 : 1;

	return (left->tid > right->tid) - (left->tid < right->tid);
}

static void collect_requests(struct hung *hung, uint64_t age)
{
	size_t i;

	hung->requests = must(calloc(hung->nr_open + 1, sizeof(*hung->requests)));
	for (i = 0; i < hung->nr_open; i++) {
		struct request *request = hung->open[i];

		if (!request->waited_for &&
		    (!request->since || hung_age(hung, request->since) >= age))
			hung->requests[hung->nr_requests++] = request;
	}
	if (hung->nr_requests)
		qsort(hung->requests, hung->nr_requests, sizeof(*hung->requests), by_age);
}

/**
 * hung_age - how long ago a message was logged
 * @hung: what was found out
 * @time: its stamp
 *
 * Return: ns.
 */
uint64_t hung_age(const struct hung *hung, uint64_t time)
{
	return time < hung->clock.trace ? hung->clock.trace - time : 0;
}

static void add_own_requests(struct hung *hung, const struct work *work,
			     struct hung_cause *cause)
{
	size_t i;

	for (i = 0; i < hung->nr_open; i++) {
		struct request *request = hung->open[i];

		if (request->answered || request->pid != work->pid ||
		    request->since < work->begin)
			continue;
		if (cause->nr < MAX_REQUESTS)
			cause->requests[cause->nr] = request;
		cause->nr++;
	}
}

/**
 * hung_find_cause - find out what a task waits for
 * @hung: what was found out
 * @task: the task
 * @cause: filled in: the request that it said it waits for, or else those that it made and
 *	that are not over
 */
void hung_find_cause(struct hung *hung, const struct task *task, struct hung_cause *cause)
{
	const struct work *work = ceph_work(hung->ceph, task->pid);

	*cause = (struct hung_cause) { 0 };
	if (!work)
		return;
	if (*work->other)
		cause->other = work->other;
	else if (*work->need && (task_is_in(task, "__ceph_get_caps") ||
				 task_is_in(task, "ceph_get_caps")) && !work->waits)
		cause->other = work->need;
	if (work->waits && !work->waits->done)
		cause->requests[cause->nr++] = work->waits;
	else if (!cause->other)
		add_own_requests(hung, work, cause);
}

static void show(struct hung *hung, size_t nr_tasks, const struct hung_options *options)
{
	collect_open(hung);
	collect_tasks(hung, nr_tasks);
	collect_requests(hung, options->age);
	if (hung->clients.problem && (nr_tasks || hung->nr_requests))
		warn("%s", hung->clients.problem);
	output_begin(!options->json);
	if (options->json)
		hung_print_json(hung);
	else
		hung_print(hung);
}

static void free_hung(struct hung *hung)
{
	ceph_free(hung->ceph);
	clients_free(&hung->clients);
	mounts_free(hung->mounts);
	tasks_free(&hung->tasks);
	free(hung->shown);
	free(hung->open);
	free(hung->requests);
}

/* Of those that sleep interruptibly, whoever said that he waits. Returns how many wait. */
static size_t keep_waiting(struct hung *hung)
{
	size_t nr = 0, i;

	for (i = 0; i < hung->tasks.nr; i++) {
		struct task *task = &hung->tasks.tasks[i];
		const struct work *work = task->is_waiting ?
					  ceph_work(hung->ceph, task->pid) : NULL;

		task->is_waiting = task->is_waiting && (task->state == 'D' ||
				   (work && (work->waits || *work->other)));
		nr += task->is_waiting;
	}

	return nr;
}

/**
 * hung_dump - show which tasks hung when a kernel died, as far as a dump tells
 * @path: the dump
 * @options: what the user wants
 *
 * Return: exit status.
 */
int hung_dump(const char *path, const struct hung_options *options)
{
	struct history *history = history_read_dump(path, NULL);
	struct hung hung = {
		.ceph = ceph_new(options->messages), .clock = *history_clock(history),
		.has_history = true, .dump = path,
	};

	history_tasks(history, &hung.tasks);
	ceph_read(hung.ceph, history, &hung.tasks);
	show(&hung, keep_waiting(&hung), options);
	history_tell_damage(history);
	free_hung(&hung);
	history_free(history);

	return output_end();
}

int hung_command(int argc, char **argv)
{
	struct hung_options options = HUNG_OPTIONS_DEFAULT;
	struct hung hung = { 0 };
	struct history *history;
	uint64_t begin, lag;
	size_t nr;

	parse_options(&options, argc, argv);
	begin = now_boottime();
	hung.ceph = ceph_new(options.messages);
	tasks_read(&hung.tasks);
	tasks_find_waiting(&hung.tasks);
	/* Before the messages, which then tell what is over meanwhile. */
	clients_read(&hung.clients);
	history = read_history(&hung);
	lag = hung.clock.boottime - hung.clients.boottime;
	clients_merge(&hung.clients, hung.ceph,
		      hung.clock.trace > lag ? hung.clock.trace - lag : 0);
	find_mounts(&hung);
	settle(begin);
	nr = tasks_keep_waiting(&hung.tasks);
	tasks_read_wait(&hung.tasks);
	show(&hung, nr, &options);
	free_hung(&hung);
	if (history)
		history_free(history);

	return output_end();
}
