// SPDX-License-Identifier: LGPL-2.1
/*
 * Follows requests from message to message. A statement that is not known any more is
 * missed: what it told is not known of the request.
 */
#include <inttypes.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ceph_request.h"
#include "ceph_statement.h"
#include "output.h"

#define CEPH_OSD_FLAG_WRITE	0x20	/* include/linux/ceph/rados.h */

/* What a message has told. */
struct news {
	enum ceph_statement	statement;
	struct ceph_request_key	key;
	int			server;
	char			operation[OPERATION_SIZE];
	const char		*path;
	int			result;
};

/**
 * struct sender - a thread that sends requests
 * @pid: which
 * @server: where the next one goes, or -1
 * @sent: the last one
 */
struct sender {
	int			pid;
	int			server;
	struct ceph_request_key	sent;
};

/**
 * struct ceph_requests - all that are under way
 * @statements: what messages tell
 * @open: tree of requests
 * @senders: tree of threads
 * @wanted, @done, @data: of who follows them
 */
struct ceph_requests {
	struct ceph_statements	*statements;
	void			*open;
	void			*senders;
	ceph_request_wanted_fn	wanted;
	ceph_request_fn		done;
	void			*data;
};

/* ---------------------------- statements ---------------------------- */

static bool read_mds_news(const char *text, struct news *news)
{
	int pos = 0;

	switch (news->statement) {
	case MDS_BEGINS: case MDS_ENDS:
		return sscanf(text, "%*x tid %" SCNu64, &news->key.tid) == 1;
	case MDS_IS_CHOSEN:
		return sscanf(text, "mds%d", &news->server) == 1;
	case MDS_IS_SENT:
		return sscanf(text, "%*x tid %" SCNu64 " %31s", &news->key.tid,
			      news->operation) == 2;
	case MDS_HAS_DENTRY: case MDS_HAS_INODE:
		sscanf(text, " %*s %*x %n", &pos);
		news->path = text + pos;
		return pos;
	case MDS_IS_ANSWERED:
		return sscanf(text, "tid %" SCNu64 " result %d", &news->key.tid,
			      &news->result) == 2;
	case MDS_IS_ABORTED:
		return sscanf(text, "aborted request %" SCNu64 " with %d", &news->key.tid,
			      &news->result) == 2;
	default:
		return false;
	}
}

static bool read_osd_news(const char *text, struct news *news)
{
	const char *request = strstr(text, "req "), *server;
	unsigned int flags;

	if (!request || sscanf(request, "req %" SCNx64 " tid %" SCNu64, &news->key.owner,
			       &news->key.tid) != 2)
		return false;
	news->key.osd = true;
	switch (news->statement) {
	case OSD_BEGINS:
		return sscanf(text, "%*s osd %*x osd%d", &news->server) == 1;
	case OSD_IS_SENT:
		server = strstr(request, " osd");
		if (!server || sscanf(server, " osd%d e%*u flags %x", &news->server,
				      &flags) != 2)
			return false;
		strcpy(news->operation, flags & CEPH_OSD_FLAG_WRITE ? "write" : "read");
		return true;
	case OSD_IS_ANSWERED:
		return sscanf(request, "req %*x tid %*u result %d", &news->result) == 1;
	case OSD_FAILS:
		return sscanf(request, "req %*x tid %*u err %d", &news->result) == 1;
	default:
		return true;
	}
}

static bool read_news(const struct ceph_requests *requests, const struct message *message,
		      const char *text, struct news *news)
{
	*news = (struct news) {
		.statement = ceph_statement_of(requests->statements, message),
		.key.owner = message->client,
		.server = -1,
	};
	switch (news->statement) {
	case MDS_BEGINS: case MDS_IS_CHOSEN: case MDS_IS_SENT: case MDS_HAS_DENTRY:
	case MDS_HAS_INODE: case MDS_IS_ANSWERED: case MDS_IS_ABORTED: case MDS_ENDS:
		return read_mds_news(text, news);
	case OSD_BEGINS: case OSD_IS_SENT: case OSD_IS_ANSWERED: case OSD_FAILS:
	case OSD_IS_REDIRECTED: case OSD_IS_RETRIED: case OSD_ENDS:
		return read_osd_news(text, news);
	default:
		return false;
	}
}

/* ---------------------------- requests ---------------------------- */

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_requests(const void *left, const void *right)
{
	const struct ceph_request_key *a = left, *b = right;	/* their first member */

	return compare_numbers(a->osd, b->osd) ?: compare_numbers(a->owner, b->owner) ?:
	       compare_numbers(a->tid, b->tid);
}

static int compare_senders(const void *left, const void *right)
{
	const struct sender *a = left, *b = right;

	return compare_numbers(a->pid, b->pid);
}

static struct ceph_request *find_request(struct ceph_requests *requests,
					 const struct ceph_request_key *key)
{
	void **node = tfind(key, &requests->open, compare_requests);

	return node ? *node : NULL;
}

static struct sender *get_sender(struct ceph_requests *requests, int pid)
{
	struct sender key = { .pid = pid }, *sender;
	void **node = tfind(&key, &requests->senders, compare_senders);

	if (node)
		return *node;
	sender = must(calloc(1, sizeof(*sender)));
	sender->pid = pid;
	sender->server = -1;
	must(tsearch(sender, &requests->senders, compare_senders));

	return sender;
}

/* Also said again, when a request moves to another OSD. */
static void submit(struct ceph_requests *requests, const struct message *message,
		   const struct news *news)
{
	struct ceph_request *request = find_request(requests, &news->key);

	if (!request) {
		request = must(calloc(1, sizeof(*request)));
		request->key = news->key;
		must(tsearch(request, &requests->open, compare_requests));
		request->client = message->client;
		request->pid = message->pid;
		request->tgid = message->tgid;
		memcpy(request->comm, message->comm, sizeof(request->comm));
		request->submitted = message->time;
		request->wanted = requests->wanted(message, requests->data);
	}
	request->server = news->server;
}

static void send(struct ceph_requests *requests, const struct message *message,
		 const struct news *news)
{
	struct ceph_request *request = find_request(requests, &news->key);
	struct sender *sender = get_sender(requests, message->pid);

	sender->sent = news->key;
	if (!request)
		return;
	request->attempts++;
	request->server = news->server >= 0 ? news->server : sender->server;
	memcpy(request->operation, news->operation, sizeof(request->operation));
}

static void take_path(struct ceph_requests *requests, const struct message *message,
		      const struct news *news)
{
	struct ceph_request *request =
		find_request(requests, &get_sender(requests, message->pid)->sent);

	if (request && !*request->path)
		snprintf(request->path, sizeof(request->path), "%s", news->path);
}

static void finish(struct ceph_requests *requests, struct ceph_request *request)
{
	tdelete(request, &requests->open, compare_requests);
	if (request->wanted)
		requests->done(request, requests->data);
	free(request);
}

static void take_reply(struct ceph_requests *requests, const struct message *message,
		       const struct news *news)
{
	struct ceph_request *request = find_request(requests, &news->key);

	if (!request)
		return;
	if (!request->ended)
		request->ended = message->time;
	request->has_result = true;
	request->result = news->result;
	finish(requests, request);
}

/* An MDS client forgets a request before it says what the result was. */
static void forget(struct ceph_requests *requests, const struct message *message,
		   const struct news *news)
{
	struct ceph_request *request = find_request(requests, &news->key);

	if (!request || request->ended)
		return;
	request->ended = message->time;
	if (request->key.osd)
		finish(requests, request);
}

/**
 * ceph_requests_begin - begin to follow requests
 * @loggers: whose messages will be followed
 * @wanted: asked of each that is submitted
 * @done: called for those that are wanted, at their end or in ceph_requests_end()
 * @data: for both
 *
 * Return: to be given to the others, and to ceph_requests_end() at last.
 */
struct ceph_requests *ceph_requests_begin(const struct logger *loggers,
					  ceph_request_wanted_fn wanted,
					  ceph_request_fn done, void *data)
{
	struct ceph_requests *requests = must(calloc(1, sizeof(*requests)));

	requests->statements = ceph_statements_find(loggers);
	requests->wanted = wanted;
	requests->done = done;
	requests->data = data;

	return requests;
}

/**
 * ceph_requests_follow - look what a message tells
 * @requests: where requests are followed
 * @message: the message, of whatever logger; none older than the one before
 * @text: what it says, without its function
 */
void ceph_requests_follow(struct ceph_requests *requests, const struct message *message,
			  const char *text)
{
	struct news news;

	if (!read_news(requests, message, text, &news))
		return;
	switch (news.statement) {
	case MDS_BEGINS: case OSD_BEGINS:
		submit(requests, message, &news);
		break;
	case MDS_IS_CHOSEN:
		get_sender(requests, message->pid)->server = news.server;
		break;
	case MDS_IS_SENT: case OSD_IS_SENT:
		send(requests, message, &news);
		break;
	case MDS_HAS_DENTRY: case MDS_HAS_INODE:
		take_path(requests, message, &news);
		break;
	case MDS_IS_ANSWERED: case MDS_IS_ABORTED: case OSD_IS_ANSWERED: case OSD_FAILS:
		take_reply(requests, message, &news);
		break;
	default:
		forget(requests, message, &news);
	}
}

/**
 * ceph_requests_end - tell of those that have no end, and free all
 * @requests: where requests were followed
 */
void ceph_requests_end(struct ceph_requests *requests)
{
	while (requests->open)
		finish(requests, *(struct ceph_request **)requests->open);
	tdestroy(requests->senders, free);
	ceph_statements_free(requests->statements);
	free(requests);
}
