// SPDX-License-Identifier: LGPL-2.1
/*
 * The second walk: what a task says of the request that it is busy with.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ceph_private.h"
#include "output.h"

static void wait_for(struct work *work, const struct message *message,
		     struct request *request, bool ends)
{
	work->waits = request;
	work->wait_since = message->time;
	work->wait_ends = ends;
}

static void follow_mds(struct ceph *ceph, struct work *work, const struct message *message,
		       enum ceph_statement statement, const char *body)
{
	char session[32];
	uint64_t tid;
	int server, pos = 0;

	switch (statement) {
	case MDS_BEGINS: case MDS_IS_KICKED: case MDS_IS_WOKEN:
		body = strstr(body, "tid ");
		if (body && sscanf(body, "tid %" SCNu64, &tid) == 1)
			work->latest = work->mds = request_get(&ceph->requests, SERVER_MDS,
							       message->client, tid);
		break;
	case MDS_IS_CHOSEN:
		if (!work->mds || sscanf(body, "mds%d session %*x state %31s", &server,
					 session) != 2)
			break;
		request_move(work->mds, message->time, server);
		request_set(&work->mds->session, session);
		break;
	case MDS_HAS_DENTRY: case MDS_HAS_INODE:
		if (!work->mds || work->mds->what)
			break;
		sscanf(body, statement == MDS_HAS_DENTRY ? " dentry %*x %n" :
		       " inode %*x %n", &pos);
		if (!pos)
			break;
		work->mds->what = must(malloc(strlen(body + pos) + 2));
		sprintf(work->mds->what, "#%s", body + pos);
		if (statement == MDS_HAS_INODE)
			work->mds->what[strcspn(work->mds->what, ".")] = '\0';
		break;
	case MDS_WAIT_BEGINS:
		wait_for(work, message, work->mds, false);
		if (!work->mds)
			snprintf(work->other, sizeof(work->other), "an MDS");
		break;
	case MDS_WAIT_ENDS:
		wait_for(work, message, NULL, false);
		break;
	case MDS_WAIT_SAFE:
		if (sscanf(body, "wait on %" SCNu64, &tid) == 1)
			wait_for(work, message, request_get(&ceph->requests, SERVER_MDS,
							    message->client, tid), true);
		break;
	default:
		break;
	}
}

static void follow_osd_or_mon(struct ceph *ceph, struct work *work,
			      const struct message *message, enum ceph_statement statement,
			      const char *body)
{
	enum server_kind kind = statement < MON_IS_SENT ? SERVER_OSD : SERVER_MON;
	struct request *request = work->latest;
	uint64_t address, tid;
	char object[256];

	if (statement == OSD_HAS_OBJECT) {
		if (request && request->kind == SERVER_OSD &&
		    sscanf(body, "req %" SCNx64 " msg %*x oid %255s", &address,
			   object) == 2 && address == request->address)
			request_set(&request->what, object);
		return;
	}
	body = strstr(body, "req ");
	if (!body || sscanf(body, "req %" SCNx64 " tid %" SCNu64, &address, &tid) != 2)
		return;
	request = request_get(&ceph->requests, kind, address, tid);
	switch (statement) {
	case OSD_BEGINS: case OSD_IS_SENT: case MON_IS_SENT:
		work->latest = request;
		if (!request->client)
			request->client = work->client;
		break;
	case OSD_WAIT_BEGINS: case OSD_WAIT_ALL: case MON_WAIT_BEGINS:
		wait_for(work, message, request, true);
		break;
	default:
		break;
	}
}

static void follow_caps(struct work *work, const struct message *message,
			enum ceph_statement statement, const char *body)
{
	char inode[32], need[32];
	uint64_t tid;

	if (statement == CAPS_NEEDED) {
		if (sscanf(body, "%*x %31[0-9a-f].%*x need %31s", inode, need) == 2)
			snprintf(work->need, sizeof(work->need),
				 "capabilities %s of inode #%s", need, inode);
		return;
	}
	wait_for(work, message, NULL, true);
	body = strstr(body, statement == CAPS_FLUSH ? "want " : "tid ");
	if (body && sscanf(body, "%*s %" SCNu64, &tid) == 1)
		snprintf(work->other, sizeof(work->other),
			 "an MDS to take changed capabilities, flush tid %" PRIu64, tid);
}

/* A message goes out, over which connection is said next. */
static void follow_sending(struct work *work, enum ceph_statement statement, const char *body)
{
	struct request *request = work->latest;
	const char *to = strstr(body, " to ");
	enum server_kind kind;
	char op[64];
	int server;

	if (statement == MESSAGE_IS_QUEUED) {
		if (work->sends && request)
			sscanf(body, "%" SCNx64, &request->connection);
		work->sends = false;
		return;
	}
	work->sends = request && to && ceph_parse_server(to + 4, &kind, &server) &&
		      kind == request->kind;
	if (!work->sends || kind != SERVER_MON)
		return;
	request->server = server;
	to = strchr(to, '=');
	if (to && sscanf(to, "=%63s", op) == 1)
		request_set(&request->op, op);
}

static void follow_mount(struct ceph *ceph, struct work *work,
			 const struct message *message, enum ceph_statement statement,
			 const char *body)
{
	struct source *source;
	char *end;

	if (statement == MOUNT_SOURCE) {
		/* Others of that function say what is quoted. */
		if (*body != '\'')
			return;
		free(work->source);
		work->source = must(strdup(body + 1));
		end = strrchr(work->source, '\'');
		if (end)
			*end = '\0';
		return;
	}
	if (!work->source || !message->client)
		return;
	source = must(malloc(sizeof(*source)));
	*source = (struct source) {
		.next = ceph->sources, .client = message->client, .text = work->source,
	};
	work->source = NULL;
	ceph->sources = source;
}

/* Keeps a copy in the ring. */
static void keep(const struct ceph *ceph, struct work *work, const struct message *message)
{
	struct message *kept;
	void *args;

	if (!work->is_shown)
		return;
	work->last = message->time;
	work->nr_messages++;
	if (!ceph->nr_messages)
		return;
	kept = &work->messages[(work->nr_messages - 1) % ceph->nr_messages];
	free((void *)kept->args);
	args = must(malloc(message->len + 1));
	memcpy(args, message->args, message->len);
	*kept = *message;
	kept->args = args;
}

/**
 * ceph_is_followed - whether a message is by a task that is followed
 * @message: the message
 * @data: what is known
 *
 * Return: true if so.
 */
bool ceph_is_followed(const struct message *message, void *data)
{
	struct work *work = ceph_find_work(data, message->pid);

	return work && message->level == LEVEL_TASK && message->time >= work->from &&
	       message->time <= work->until;
}

/**
 * ceph_follow - follow a task to its next message
 * @message: the message
 * @data: what is known
 *
 * Return: 0.
 */
int ceph_follow(const struct message *message, void *data)
{
	struct ceph *ceph = data;
	struct work *work = ceph_find_work(ceph, message->pid);
	enum ceph_statement statement = ceph_statement_of(ceph->statements, message);

	if (work->wait_ends)
		wait_for(work, message, NULL, false);
	work->other[0] = '\0';
	if (message->client)
		work->client = message->client;
	keep(ceph, work, message);
	if (statement >= MDS_BEGINS && statement <= MDS_WAIT_SAFE)
		follow_mds(ceph, work, message, statement, ceph_body(message));
	else if (statement >= CAPS_FLUSH && statement <= CAPS_NEEDED)
		follow_caps(work, message, statement, ceph_body(message));
	else if (statement >= OSD_BEGINS && statement <= MON_ENDS)
		follow_osd_or_mon(ceph, work, message, statement, ceph_body(message));
	else if (statement == MESSAGE_IS_SENT || statement == MESSAGE_IS_QUEUED)
		follow_sending(work, statement, ceph_body(message));
	else if (statement == MOUNT_SOURCE || statement == MOUNT_OPENS)
		follow_mount(ceph, work, message, statement, ceph_body(message));

	return 0;
}
