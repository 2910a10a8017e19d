// SPDX-License-Identifier: LGPL-2.1
/*
 * Two walks through the history. The first, in no order, notes when each request began
 * and whether it is over, and when each server was last heard of. The second follows, in
 * order, the tasks that are shown, and those that made what is not over or that mounted:
 * a task says only once which request it is about.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ceph_private.h"
#include "clock.h"
#include "history.h"
#include "output.h"
#include "process.h"

/* A request is described within this time of its beginning. */
#define NEAR		(NSEC_PER_SEC / 10)

/* When a task began is known in ticks. */
#define TICK		(NSEC_PER_SEC / 50)

/* What a message says behind the names of its function. */
const char *ceph_body(const struct message *message)
{
	static char text[TEXT_SIZE];
	const char *function = message_function(message), *body = text;
	size_t len = strlen(function);

	message_text(message, text, sizeof(text));
	if (!strncmp(body, function, len) && !strncmp(body + len, ": ", 2))
		body += len + 2;
	if (!strncmp(body, function, len) && body[len] == ' ')
		body += len + 1;

	return body;
}

/* "mds0" and the like at @text. */
bool ceph_parse_server(const char *text, enum server_kind *kind, int *server)
{
	enum server_kind k;

	for (k = SERVER_MDS; k <= SERVER_MON; k++) {
		if (strncmp(text, server_name(k), 3) || sscanf(text + 3, "%d", server) != 1)
			continue;
		*kind = k;
		return true;
	}

	return false;
}

/* ---------------------------- works ---------------------------- */

static int by_pid(const void *a, const void *b)
{
	const struct work *left = a, *right = b;

	return (left->pid > right->pid) - (left->pid < right->pid);
}

struct work *ceph_find_work(struct ceph *ceph, int pid)
{
	const struct work key = { .pid = pid };

	/* Mostly the same task goes on. No task but an idle one has the number 0. */
	if (ceph->last_pid != pid) {
		ceph->last_pid = pid;
		ceph->last = ceph->nr_works ? bsearch(&key, ceph->works, ceph->nr_works,
						      sizeof(key), by_pid) : NULL;
	}

	return ceph->last;
}

static void sort_works(struct ceph *ceph)
{
	if (ceph->nr_works)
		qsort(ceph->works, ceph->nr_works, sizeof(*ceph->works), by_pid);
}

static struct work *add_work(struct ceph *ceph, int pid)
{
	ceph->works = must(realloc(ceph->works, (ceph->nr_works + 1) * sizeof(*ceph->works)));
	ceph->works[ceph->nr_works] = (struct work) { .pid = pid };

	return &ceph->works[ceph->nr_works++];
}

static void add_shown(struct ceph *ceph, const struct task_list *tasks,
		      const struct clock *clock)
{
	size_t i;

	for (i = 0; i < tasks->nr; i++) {
		const struct task *task = &tasks->tasks[i];
		uint64_t boot = clock->trace - clock->boottime;
		struct work *work;

		if (!task->is_waiting)
			continue;
		work = add_work(ceph, task->pid);
		/* In modular arithmetic: the trace clock may be behind that since boot. */
		if ((int64_t)(boot + task->start) > (int64_t)TICK)
			work->begin = boot + task->start - TICK;
		work->from = work->begin;
		work->until = UINT64_MAX;
		work->is_shown = true;
		work->messages = must(calloc(ceph->nr_messages + 1, sizeof(*work->messages)));
	}
}

/* Wants what a task says between two times, too. */
static void add_window(struct ceph *ceph, size_t nr_sorted, int pid, uint64_t from,
		       uint64_t until)
{
	const struct work key = { .pid = pid };
	struct work *work = nr_sorted ? bsearch(&key, ceph->works, nr_sorted, sizeof(key),
						by_pid) : NULL;
	size_t i;

	for (i = nr_sorted; !work && i < ceph->nr_works; i++)
		if (ceph->works[i].pid == pid)
			work = &ceph->works[i];
	if (!work) {
		work = add_work(ceph, pid);
		work->from = UINT64_MAX;
	}
	if (work->is_shown)
		return;
	if (work->from > from)
		work->from = from;
	if (work->until < until)
		work->until = until;
}

/* ---------------------------- interface ---------------------------- */

/**
 * ceph_new - know nothing yet
 * @nr_messages: so many of the last messages of each task are to be kept
 *
 * Return: what is known, to be freed with ceph_free().
 */
struct ceph *ceph_new(size_t nr_messages)
{
	struct ceph *ceph = must(calloc(1, sizeof(*ceph)));

	ceph->nr_messages = nr_messages;

	return ceph;
}

/**
 * ceph_read - learn what a history says
 * @ceph: what is known
 * @history: the history; it must outlive @ceph
 * @tasks: of which some are waiting
 */
void ceph_read(struct ceph *ceph, struct history *history, const struct task_list *tasks)
{
	struct request *request = NULL;
	size_t nr_sorted, i;

	ceph->statements = ceph_statements_find(history_loggers(history));
	history_visit(history, ceph_note, ceph);
	add_shown(ceph, tasks, history_clock(history));
	sort_works(ceph);
	nr_sorted = ceph->nr_works;
	for (i = 0; i < ceph->mounts.room; i++)
		if (ceph->mounts.slots[i].time)
			add_window(ceph, nr_sorted, ceph->mounts.slots[i].key, 0,
				   ceph->mounts.slots[i].time);
	while ((request = request_next(&ceph->requests, request)))
		if (!request->done && request->since)
			add_window(ceph, nr_sorted, request->pid, request->since > NEAR ?
				   request->since - NEAR : 0, request->since + NEAR);
	sort_works(ceph);
	history_each_of(history, ceph_is_followed, ceph_follow, ceph);
}

/**
 * ceph_free - forget it all
 * @ceph: what is known
 */
void ceph_free(struct ceph *ceph)
{
	size_t i, k;

	for (i = 0; i < ceph->nr_works; i++) {
		struct work *work = &ceph->works[i];

		for (k = 0; k < ceph->nr_messages && work->messages; k++)
			free((void *)work->messages[k].args);
		free(work->messages);
		free(work->source);
	}
	while (ceph->sources) {
		struct source *next = ceph->sources->next;

		free(ceph->sources->text);
		free(ceph->sources);
		ceph->sources = next;
	}
	free(ceph->works);
	if (ceph->statements)
		ceph_statements_free(ceph->statements);
	stamps_free(&ceph->servers);
	stamps_free(&ceph->connections);
	stamps_free(&ceph->mounts);
	request_table_clear(&ceph->requests);
	free(ceph);
}

/**
 * ceph_requests - all requests that are known
 * @ceph: what is known
 *
 * Return: the requests.
 */
struct request_table *ceph_requests(struct ceph *ceph)
{
	return &ceph->requests;
}

/**
 * ceph_work - what a task that is shown did
 * @ceph: what is known
 * @pid: the task
 *
 * Return: its work, or NULL.
 */
const struct work *ceph_work(struct ceph *ceph, int pid)
{
	struct work *work = ceph_find_work(ceph, pid);

	return work && work->is_shown ? work : NULL;
}

/**
 * ceph_message - one of the last messages of a task
 * @ceph: what is known
 * @work: its work
 * @nr: which, from 0, the oldest
 *
 * Return: the message, or NULL if there are no more.
 */
const struct message *ceph_message(const struct ceph *ceph, const struct work *work,
				   size_t nr)
{
	size_t kept = work->nr_messages < ceph->nr_messages ? work->nr_messages :
		      ceph->nr_messages;

	if (nr >= kept)
		return NULL;

	return &work->messages[(work->nr_messages - kept + nr) % ceph->nr_messages];
}

/**
 * ceph_heard_of - when the server of a request was last heard of
 * @ceph: what is known
 * @request: the request
 *
 * Return: stamp of what came over its connection, or else from that server to whatever
 * client; 0 if that is not known.
 */
uint64_t ceph_heard_of(struct ceph *ceph, const struct request *request)
{
	uint64_t time = request->connection ?
			stamps_find(&ceph->connections, request->connection) : 0;

	return time ? time : stamps_find(&ceph->servers,
					 server_key(request->kind, request->server));
}

/**
 * ceph_horizon - how far back it is known what servers said
 * @ceph: what is known
 *
 * Return: stamp of the first message of one; 0 if there is none.
 */
uint64_t ceph_horizon(const struct ceph *ceph)
{
	return ceph->horizon;
}

/**
 * ceph_source - what a client mounted
 * @ceph: what is known
 * @client: the client
 *
 * Return: the first word of its line in fstab, or NULL if the history does not tell.
 */
const char *ceph_source(struct ceph *ceph, uint64_t client)
{
	const struct source *source;

	for (source = ceph->sources; source; source = source->next)
		if (source->client == client)
			return source->text;

	return NULL;
}
