// SPDX-License-Identifier: LGPL-2.1
/*
 * The first walk: when each request began, whether it is over, and when each server was
 * last heard of.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ceph_private.h"

static struct request *note_begin(struct ceph *ceph, const struct message *message,
				  enum server_kind kind, uint64_t owner, uint64_t tid)
{
	struct request *request = request_get(&ceph->requests, kind, owner, tid);

	if (!request->since || message->time < request->since) {
		request->since = message->time;
		request->pid = message->pid;
	}

	return request;
}

static void note_attempts(struct request *request, unsigned int attempts)
{
	if (request->attempts < attempts)
		request->attempts = attempts;
}

static void note_mds(struct ceph *ceph, const struct message *message,
		     enum ceph_statement statement, const char *body)
{
	struct request_table *requests = &ceph->requests;
	uint64_t client = message->client, tid;
	struct request *request;
	unsigned int attempts;
	char op[64];
	int server;

	switch (statement) {
	case MDS_BEGINS:
		if (sscanf(body, "%*x tid %" SCNu64, &tid) == 1)
			note_begin(ceph, message, SERVER_MDS, client, tid);
		break;
	case MDS_IS_SENT:
		if (sscanf(body, "%*x tid %" SCNu64 " %63s (attempt %u", &tid, op,
			   &attempts) != 3)
			break;
		request = request_get(requests, SERVER_MDS, client, tid);
		request_set(&request->op, op);
		note_attempts(request, attempts);
		break;
	case MDS_IS_FORWARDED:
		if (sscanf(body, "forward tid %" SCNu64 " to mds%d", &tid, &server) == 2)
			request_move(request_get(requests, SERVER_MDS, client, tid),
				     message->time, server);
		break;
	case MDS_IS_ANSWERED:
		if (sscanf(body, "tid %" SCNu64, &tid) == 1)
			request_get(requests, SERVER_MDS, client, tid)->answered = true;
		break;
	case MDS_ENDS:
		if (sscanf(body, "%*x tid %" SCNu64, &tid) == 1)
			request_end(request_get(requests, SERVER_MDS, client, tid),
				    message->time);
		break;
	default:
		break;
	}
}

static void note_osd_or_mon(struct ceph *ceph, const struct message *message,
			    enum ceph_statement statement, const char *body)
{
	struct request_table *requests = &ceph->requests;
	uint64_t address, tid;
	unsigned int attempts;
	const char *pos;
	int server;

	switch (statement) {
	case OSD_BEGINS:
		if (sscanf(body, "osd %*x osd%d req %" SCNx64 " tid %" SCNu64, &server,
			   &address, &tid) == 3)
			request_move(note_begin(ceph, message, SERVER_OSD, address, tid),
				     message->time, server);
		break;
	case OSD_IS_SENT:
		pos = strstr(body, " attempt ");
		if (pos && sscanf(pos, " attempt %u", &attempts) == 1 &&
		    sscanf(body, "req %" SCNx64 " tid %" SCNu64, &address, &tid) == 2)
			note_attempts(request_get(requests, SERVER_OSD, address, tid),
				      attempts + 1);
		break;
	case OSD_ENDS:
		if (sscanf(body, "req %" SCNx64 " tid %" SCNu64, &address, &tid) == 2)
			request_end(request_get(requests, SERVER_OSD, address, tid),
				    message->time);
		break;
	case MON_IS_SENT:
		if (sscanf(body, "greq %" SCNx64 " tid %" SCNu64, &address, &tid) == 2)
			note_begin(ceph, message, SERVER_MON, address, tid);
		break;
	case MON_ENDS:
		if (sscanf(body, "greq %" SCNx64 " tid %" SCNu64, &address, &tid) == 2)
			request_end(request_get(requests, SERVER_MON, address, tid),
				    message->time);
		break;
	default:
		break;
	}
}

static void note_arrival(struct ceph *ceph, const struct message *message,
			 enum ceph_statement statement, const char *body)
{
	const char *from = strstr(body, " from ");
	enum server_kind kind;
	uint64_t connection;
	int server;

	if (statement == DATA_IS_HERE) {
		if (sscanf(body, "%" SCNx64, &connection) == 1)
			stamps_note(&ceph->connections, connection, message->time);
		return;
	}
	if (!from || !ceph_parse_server(from + 6, &kind, &server))
		return;
	stamps_note(&ceph->servers, server_key(kind, server), message->time);
	if (!ceph->horizon || ceph->horizon > message->time)
		ceph->horizon = message->time;
}

/**
 * ceph_note - note what a message tells; in any order
 * @message: the message
 * @data: what is known
 *
 * Return: 0.
 */
int ceph_note(const struct message *message, void *data)
{
	struct ceph *ceph = data;
	enum ceph_statement statement = ceph_statement_of(ceph->statements, message);

	switch (statement) {
	case MDS_BEGINS: case MDS_IS_SENT: case MDS_IS_FORWARDED: case MDS_IS_ANSWERED:
	case MDS_ENDS:
		note_mds(ceph, message, statement, ceph_body(message));
		break;
	case OSD_BEGINS: case OSD_IS_SENT: case OSD_ENDS: case MON_IS_SENT: case MON_ENDS:
		note_osd_or_mon(ceph, message, statement, ceph_body(message));
		break;
	case MESSAGE_IS_HERE: case DATA_IS_HERE:
		note_arrival(ceph, message, statement, ceph_body(message));
		break;
	case MOUNT_OPENS:
		stamps_note(&ceph->mounts, message->pid, message->time);
		break;
	default:
		break;
	}

	return 0;
}
