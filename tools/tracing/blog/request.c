// SPDX-License-Identifier: LGPL-2.1
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "request.h"

/* By kind and tid alone: some are looked for whose owner is not known. */
static size_t bucket_of(enum server_kind kind, uint64_t tid)
{
	return (tid * 4 + kind) % REQUEST_BUCKETS;
}

static uint64_t owner_of(const struct request *request)
{
	return request->kind == SERVER_MDS ? request->client : request->address;
}

/**
 * request_get - find a request, or note a new one
 * @table: the requests
 * @kind: of its server
 * @owner: its client, if that is an MDS; else its address
 * @tid: its number
 *
 * Return: the request.
 */
struct request *request_get(struct request_table *table, enum server_kind kind,
			    uint64_t owner, uint64_t tid)
{
	struct request **bucket = &table->buckets[bucket_of(kind, tid)], *request;

	for (request = *bucket; request; request = request->next)
		if (request->kind == kind && request->tid == tid &&
		    owner_of(request) == owner)
			return request;
	request = must(calloc(1, sizeof(*request)));
	request->kind = kind;
	request->server = NO_SERVER;
	request->tid = tid;
	if (kind == SERVER_MDS)
		request->client = owner;
	else
		request->address = owner;
	request->next = *bucket;
	*bucket = request;

	return request;
}

/**
 * request_find_open - find a request that is not over
 * @table: the requests
 * @kind: of its server
 * @client: whose it is
 * @tid: its number
 * @server: its server; it will do where the client is not known
 *
 * Return: the request, or NULL.
 */
struct request *request_find_open(struct request_table *table, enum server_kind kind,
				  uint64_t client, uint64_t tid, int server)
{
	struct request *request = table->buckets[bucket_of(kind, tid)], *found = NULL;

	for (; request; request = request->next) {
		if (request->kind != kind || request->tid != tid || request->done)
			continue;
		if (request->client == client)
			return request;
		if (!request->client && request->server == server)
			found = request;
	}

	return found;
}

/**
 * request_has_ended - whether a request ended lately
 * @table: the requests
 * @kind: of its server
 * @tid: its number
 * @server: its server
 * @since: not before this time
 *
 * Return: true if so.
 */
bool request_has_ended(struct request_table *table, enum server_kind kind, uint64_t tid,
		       int server, uint64_t since)
{
	const struct request *request = table->buckets[bucket_of(kind, tid)];

	for (; request; request = request->next)
		if (request->kind == kind && request->tid == tid &&
		    request->server == server && request->ended >= since)
			return true;

	return false;
}

/**
 * request_next - go through all requests
 * @table: the requests
 * @request: one of them; NULL to begin
 *
 * Return: the next one, or NULL.
 */
struct request *request_next(struct request_table *table, struct request *request)
{
	size_t i = request ? bucket_of(request->kind, request->tid) + 1 : 0;

	if (request && request->next)
		return request->next;
	for (; i < REQUEST_BUCKETS; i++)
		if (table->buckets[i])
			return table->buckets[i];

	return NULL;
}

/**
 * request_table_clear - free all requests
 * @table: where they are
 */
void request_table_clear(struct request_table *table)
{
	size_t i;

	for (i = 0; i < REQUEST_BUCKETS; i++) {
		while (table->buckets[i]) {
			struct request *next = table->buckets[i]->next;

			free(table->buckets[i]->op);
			free(table->buckets[i]->what);
			free(table->buckets[i]->session);
			free(table->buckets[i]);
			table->buckets[i] = next;
		}
	}
}

/**
 * request_set - set a text of a request
 * @field: which
 * @text: what it says
 */
void request_set(char **field, const char *text)
{
	free(*field);
	*field = must(strdup(text));
}

/**
 * request_move - note where a request goes
 * @request: the request
 * @time: stamp of the message that says so; older ones mean nothing
 * @server: the server
 */
void request_move(struct request *request, uint64_t time, int server)
{
	if (time >= request->moved) {
		request->moved = time;
		request->server = server;
	}
}

/**
 * request_end - note that a request is over
 * @request: the request
 * @time: stamp of the message that says so
 */
void request_end(struct request *request, uint64_t time)
{
	request->done = true;
	request->ended = time;
}

/**
 * server_name - how servers of a kind are called
 * @kind: the kind
 *
 * Return: what stands before their number.
 */
const char *server_name(enum server_kind kind)
{
	static const char * const names[] = {
		[SERVER_MDS] = "mds", [SERVER_OSD] = "osd", [SERVER_MON] = "mon",
	};

	return names[kind];
}
