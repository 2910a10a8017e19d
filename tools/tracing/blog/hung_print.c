// SPDX-License-Identifier: LGPL-2.1
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json.h>

#include "hung.h"
#include "json_text.h"
#include "output.h"

/* ---------------------------- text ---------------------------- */

/* The left column. */
static void print_key(const char *key)
{
	printf("  %s%-9s%s", paint(COLOUR_DIM), key, paint(COLOUR_NONE));
}

static void print_age(uint64_t ns)
{
	char text[64];

	clock_print_age(ns, text, sizeof(text));
	fputs(text, stdout);
}

static void print_head(const struct task *task)
{
	fputs(paint(COLOUR_BOLD), stdout);
	print_plain(task->name);
	printf("-%d%s", task->pid, paint(COLOUR_NONE));
	if (task->tgid != task->pid)
		printf(" of process %d", task->tgid);
	printf(" waits%s for %s%s", task->state == 'S' ? " for Ceph" : "",
	       task->bound == WAIT_AT_MOST ? "at most " : "", paint(COLOUR_RED));
	print_age(task->waits_for);
	printf("%s, %s\n", paint(COLOUR_NONE),
	       task->state == 'S' ? "interruptibly" : "uninterruptibly");
}

static void print_client(const struct hung *hung, uint64_t id)
{
	const struct client *client = clients_find(&hung->clients, id);
	const struct mount *mount = mounts_find(hung->mounts, id);

	if (!id) {
		fputs("not known", stdout);
		return;
	}
	printf("%" PRIu64, id);
	if (mount) {
		fputs(" at ", stdout);
		print_plain(mount->point);
	}
	if (client && client->is_blocklisted)
		printf("%s, blocklisted: the cluster does not let it in any more%s",
		       paint(COLOUR_RED), paint(COLOUR_NONE));
}

static void print_server(const struct hung *hung, const struct request *request)
{
	const struct client *client = clients_find(&hung->clients, request->client);
	uint64_t heard = ceph_heard_of(hung->ceph, request);
	char session[32];

	if (request->server == NO_SERVER) {
		printf("to no %s yet", server_name(request->kind));
		return;
	}
	printf("to %s%s%d%s", paint(COLOUR_YELLOW), server_name(request->kind),
	       request->server, paint(COLOUR_NONE));
	if (request->kind == SERVER_MDS) {
		if (client && client_session(client, request->server, session,
					     sizeof(session)))
			printf(" (session %s)", session);
		else if (request->session)
			printf(" (session was %s)", request->session);
	}
	if (request->attempts > 1)
		printf(", attempt %u", request->attempts);
	if (heard) {
		fputs("; last heard of ", stdout);
		print_age(hung_age(hung, heard));
		fputs(" ago", stdout);
	} else if (hung->has_history) {
		fputs("; nothing that it said is retained", stdout);
	}
}

static void print_request(const struct hung *hung, const struct request *request)
{
	printf("tid %" PRIu64 " %s", request->tid, paint(COLOUR_BOLD));
	print_plain(request->op ? request->op : "");
	fputs(paint(COLOUR_NONE), stdout);
	if (request->what) {
		fputs(request->op ? " " : "", stdout);
		print_plain(request->what);
	}
	if (request->since) {
		fputs(", made ", stdout);
		print_age(hung_age(hung, request->since));
		fputs(" ago", stdout);
	} else {
		fputs(", older than what is retained", stdout);
	}
	if (request->answered)
		fputs("; answered, and not on disk yet", stdout);
	putchar('\n');
	print_key("");
	print_server(hung, request);
	putchar('\n');
}

static void print_cause(struct hung *hung, const struct task *task)
{
	struct hung_cause cause;
	size_t i;

	hung_find_cause(hung, task, &cause);
	if (cause.other) {
		print_key("for");
		print_plain(cause.other);
		putchar('\n');
	}
	for (i = 0; i < cause.nr && i < MAX_REQUESTS; i++) {
		print_key(i ? "" : "request");
		print_request(hung, cause.requests[i]);
	}
	if (cause.nr > MAX_REQUESTS) {
		print_key("");
		printf("and %zu more\n", cause.nr - MAX_REQUESTS);
	}
	if (!cause.nr && !cause.other) {
		print_key("request");
		puts("none of its own: something else in the kernel, see the stack");
	}
}

static void print_stack(const struct hung *hung, const struct task *task)
{
	const char *line = task->stack;

	print_key("stack");
	if (hung->dump) {
		printf("crash> bt %d, or drgn: print(prog.stack_trace(%d))\n", task->pid, task->pid);
		return;
	}
	if (!line) {
		puts(task->stack_error == ETIMEDOUT ? "does not answer" :
		     task->stack_error == ENOENT ? "not in this kernel: it lacks CONFIG_STACKTRACE" :
		     "may not be read; try: sudo blog hung");
		return;
	}
	if (!*line)
		puts("empty");
	while (*line) {
		size_t len = strcspn(line, "\n");

		if (line != task->stack)
			print_key("");
		printf("%.*s\n", (int)len, line);
		line += len + !!line[len];
	}
}

static void print_messages(struct hung *hung, const struct work *work)
{
	static char text[TEXT_SIZE];
	const struct message *message;
	char age[64];
	size_t i;

	if (!work || !work->nr_messages) {
		print_key("logged");
		puts("nothing that is retained");
		return;
	}
	for (i = 0; (message = ceph_message(hung->ceph, work, i)); i++) {
		print_key(i ? "" : "logged");
		clock_print_age(hung_age(hung, message->time), age, sizeof(age));
		message_text(message, text, sizeof(text));
		printf("%s%9s ago%s %s\n", paint(COLOUR_DIM), age, paint(COLOUR_NONE), text);
	}
}

static void print_task(struct hung *hung, const struct task *task)
{
	const struct work *work = ceph_work(hung->ceph, task->pid);

	print_head(task);
	if (work && work->client) {
		print_key("client");
		print_client(hung, work->client);
		putchar('\n');
	}
	if (work && work->nr_messages)
		print_cause(hung, task);
	print_stack(hung, task);
	if (hung->has_history)
		print_messages(hung, work);
	putchar('\n');
}

/**
 * hung_print - print what was found out
 * @hung: it
 */
void hung_print(struct hung *hung)
{
	size_t i;

	if (!hung->nr_shown && !hung->nr_requests) {
		puts(hung->dump ? "Nothing hung, among the tasks that had logged lately." :
		     "Nothing hangs.");
		return;
	}
	for (i = 0; i < hung->nr_shown; i++)
		print_task(hung, hung->shown[i]);
	if (!hung->nr_requests)
		return;
	printf("%sRequests that %s waits for%s\n", paint(COLOUR_BOLD),
	       hung->nr_shown ? "none of these" : "no task", paint(COLOUR_NONE));
	for (i = 0; i < hung->nr_requests; i++) {
		print_key("client");
		print_client(hung, hung->requests[i]->client);
		putchar('\n');
		print_key("request");
		print_request(hung, hung->requests[i]);
	}
}

/* ---------------------------- JSON ---------------------------- */

static void add_text(struct json_object *json, const char *key, const char *text)
{
	if (text)
		json_object_object_add(json, key, json_text(text));
}

static void add_number(struct json_object *json, const char *key, uint64_t nr)
{
	json_object_object_add(json, key, must(json_object_new_int64(nr)));
}

static struct json_object *add_array(struct json_object *json, const char *key)
{
	struct json_object *array = must(json_object_new_array());

	json_object_object_add(json, key, array);

	return array;
}

static void add_client(const struct hung *hung, struct json_object *json, uint64_t id)
{
	const struct client *client = clients_find(&hung->clients, id);
	const struct mount *mount = mounts_find(hung->mounts, id);

	if (!id)
		return;
	add_number(json, "client", id);
	if (mount)
		add_text(json, "mount", mount->point);
	if (client)
		json_object_object_add(json, "blocklisted",
				       json_object_new_boolean(client->is_blocklisted));
}

static struct json_object *request_json(const struct hung *hung,
					const struct request *request)
{
	const struct client *client = clients_find(&hung->clients, request->client);
	struct json_object *json = must(json_object_new_object());
	uint64_t heard = ceph_heard_of(hung->ceph, request);
	char text[64];

	add_number(json, "tid", request->tid);
	add_text(json, "kind", server_name(request->kind));
	add_client(hung, json, request->client);
	add_text(json, "operation", request->op);
	add_text(json, "object", request->what);
	if (request->server != NO_SERVER) {
		snprintf(text, sizeof(text), "%s%d", server_name(request->kind),
			 request->server);
		add_text(json, "server", text);
	}
	if (request->kind == SERVER_MDS && client &&
	    client_session(client, request->server, text, sizeof(text)))
		add_text(json, "session", text);
	if (request->attempts)
		add_number(json, "attempts", request->attempts);
	if (request->since)
		add_number(json, "age_ns", hung_age(hung, request->since));
	if (heard)
		add_number(json, "server_heard_ns", hung_age(hung, heard));
	json_object_object_add(json, "answered", json_object_new_boolean(request->answered));
	json_object_object_add(json, "listed", json_object_new_boolean(request->listed));

	return json;
}

static void add_stack(struct json_object *json, const struct task *task)
{
	struct json_object *array;
	const char *line = task->stack;

	if (!line)
		return;
	array = add_array(json, "stack");
	while (*line) {
		size_t len = strcspn(line, "\n");

		json_object_array_add(array, must(json_object_new_string_len(line, len)));
		line += len + !!line[len];
	}
}

static void add_messages(struct hung *hung, struct json_object *json,
			 const struct work *work)
{
	struct json_object *array = add_array(json, "messages"), *entry;
	const struct message *message;
	size_t i;

	for (i = 0; (message = ceph_message(hung->ceph, work, i)); i++) {
		entry = message_json(message, &hung->clock);
		add_number(entry, "age_ns", hung_age(hung, message->time));
		json_object_array_add(array, entry);
	}
}

static struct json_object *task_json(struct hung *hung, const struct task *task)
{
	const struct work *work = ceph_work(hung->ceph, task->pid);
	struct json_object *json = must(json_object_new_object()), *array;
	const char state[] = { task->state, '\0' };
	struct hung_cause cause;
	size_t i;

	add_number(json, "pid", task->pid);
	add_number(json, "tgid", task->tgid);
	add_text(json, "comm", task->name);
	add_text(json, "state", state);
	add_number(json, "waits_ns", task->waits_for);
	add_text(json, "waits", task->bound == WAIT_EXACT ? "exact" : "at most");
	if (work)
		add_client(hung, json, work->client);
	hung_find_cause(hung, task, &cause);
	add_text(json, "waits_for", cause.other);
	array = add_array(json, "requests");
	for (i = 0; i < cause.nr && i < MAX_REQUESTS; i++)
		json_object_array_add(array, request_json(hung, cause.requests[i]));
	add_stack(json, task);
	if (work)
		add_messages(hung, json, work);

	return json;
}

/**
 * hung_print_json - print what was found out, for programs
 * @hung: it
 */
void hung_print_json(struct hung *hung)
{
	struct json_object *json = must(json_object_new_object());
	struct json_object *tasks = add_array(json, "tasks");
	struct json_object *requests = add_array(json, "requests");
	size_t i;

	for (i = 0; i < hung->nr_shown; i++)
		json_object_array_add(tasks, task_json(hung, hung->shown[i]));
	for (i = 0; i < hung->nr_requests; i++)
		json_object_array_add(requests, request_json(hung, hung->requests[i]));
	print_json(json);
}
