// SPDX-License-Identifier: LGPL-2.1
/*
 * Follows requests from message to message.
 *
 * The table of statements is all that is known here of fs/ceph/mds_client.c and
 * net/ceph/osd_client.c. A statement that has changed there is not found any more, and
 * its request lacks what it told.
 */
#include <regex.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "ceph_request.h"
#include "logger.h"
#include "output.h"

#define CEPH_OSD_FLAG_WRITE	0x20	/* include/linux/ceph/rados.h */
#define MAX_GROUPS		6

/* What a statement says about a request. */
enum step {
	STEP_SUBMITTED,
	STEP_ADDRESSED,		/* what this thread sends next goes to that server */
	STEP_SENT,
	STEP_PATH,		/* of what this thread has sent */
	STEP_REPLIED,		/* or given up, with a result */
	STEP_FORGOTTEN,		/* with or without a reply */
};

/**
 * struct statement - of Ceph
 * @logger: its logger
 * @function: its function
 * @step: what it says
 * @pattern: what its text looks like
 * @groups: what the groups of @pattern are: address, tid, server, operation, path,
 *	result, flags, by their first letters; - if nothing
 */
static const struct statement {
	const char	*logger;
	const char	*function;
	enum step	step;
	const char	*pattern;
	const char	*groups;
} statements[] = {
	{ "ceph", "__register_request", STEP_SUBMITTED,
	  "^[0-9a-f]+ tid ([0-9]+)$", "t" },
	{ "ceph", "__do_request", STEP_ADDRESSED,
	  "^mds([0-9]+) session ", "s" },
	{ "ceph", "__prepare_send_request", STEP_SENT,
	  "^[0-9a-f]+ tid ([0-9]+) ([a-z_]+) ", "to" },
	{ "ceph", "set_request_path_attr", STEP_PATH,
	  "^ (dentry|inode) [0-9a-f]+ (.*)$", "-p" },
	{ "ceph", "set_request_path_attr", STEP_PATH,
	  "^ path (.*)$", "p" },
	{ "ceph", "handle_reply", STEP_REPLIED,
	  "^tid ([0-9]+) result (-?[0-9]+)$", "tr" },
	{ "ceph", "ceph_mdsc_wait_request", STEP_REPLIED,
	  "^aborted request ([0-9]+) with (-?[0-9]+)$", "tr" },
	{ "ceph", "__unregister_request", STEP_FORGOTTEN,
	  "^[0-9a-f]+ tid ([0-9]+)$", "t" },

	{ "libceph", "link_request", STEP_SUBMITTED,
	  " osd(-?[0-9]+) req ([0-9a-f]+) tid ([0-9]+)$", "sat" },
	{ "libceph", "send_request", STEP_SENT,
	  " req ([0-9a-f]+) tid ([0-9]+) to .* osd([0-9]+) .* flags 0x([0-9a-f]+) ",
	  "atsf" },
	{ "libceph", "handle_reply", STEP_REPLIED,
	  " req ([0-9a-f]+) tid ([0-9]+) result (-?[0-9]+) ", "atr" },
	/* These are submitted again, with another tid. */
	{ "libceph", "handle_reply", STEP_FORGOTTEN,
	  "^req ([0-9a-f]+) tid ([0-9]+) (redirect|EAGAIN)", "at-" },
	{ "libceph", "complete_request", STEP_REPLIED,
	  " req ([0-9a-f]+) tid ([0-9]+) err (-?[0-9]+)$", "atr" },
	{ "libceph", "finish_request", STEP_FORGOTTEN,
	  " req ([0-9a-f]+) tid ([0-9]+)$", "at" },
};

#define NR_STATEMENTS	(sizeof(statements) / sizeof(*statements))

static regex_t patterns[NR_STATEMENTS];

/* What a message has told. */
struct news {
	enum step		step;
	struct ceph_request_key	key;
	int			server;
	char			operation[OPERATION_SIZE];
	char			path[PATH_SIZE];
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
 * @open: tree of requests
 * @senders: tree of threads
 * @wanted, @done, @data: of who follows them
 */
struct ceph_requests {
	void			*open;
	void			*senders;
	ceph_request_wanted_fn	wanted;
	ceph_request_fn		done;
	void			*data;
};

/* ---------------------------- statements ---------------------------- */

static void compile_patterns(void)
{
	size_t i;

	for (i = 0; i < NR_STATEMENTS; i++)
		if (regcomp(&patterns[i], statements[i].pattern, REG_EXTENDED))
			die("cannot compile %s", statements[i].pattern);
}

static void free_patterns(void)
{
	size_t i;

	for (i = 0; i < NR_STATEMENTS; i++)
		regfree(&patterns[i]);
}

static void copy_group(char *buf, size_t size, const char *text, const regmatch_t *group)
{
	size_t len = group->rm_eo - group->rm_so;

	if (len >= size)
		len = size - 1;
	memcpy(buf, text + group->rm_so, len);
	buf[len] = '\0';
}

static void take_group(struct news *news, char what, const char *text,
		       const regmatch_t *group)
{
	const char *start = text + group->rm_so;

	switch (what) {
	case 'a': news->key.owner = strtoull(start, NULL, 16); break;
	case 't': news->key.tid = strtoull(start, NULL, 10); break;
	case 's': news->server = strtol(start, NULL, 10); break;
	case 'r': news->result = strtol(start, NULL, 10); break;
	case 'o': copy_group(news->operation, sizeof(news->operation), text, group); break;
	case 'p': copy_group(news->path, sizeof(news->path), text, group); break;
	case 'f':
		strcpy(news->operation,
		       strtoul(start, NULL, 16) & CEPH_OSD_FLAG_WRITE ? "write" : "read");
		break;
	}
}

static bool read_news(const struct message *message, const char *text, struct news *news)
{
	const char *function = message_function(message);
	regmatch_t groups[MAX_GROUPS];
	size_t i, n;

	for (i = 0; i < NR_STATEMENTS; i++) {
		const struct statement *s = &statements[i];

		if (strcmp(s->function, function) || strcmp(s->logger, message->logger->name) ||
		    regexec(&patterns[i], text, MAX_GROUPS, groups, 0))
			continue;
		*news = (struct news) {
			.step = s->step,
			.key.osd = !strcmp(s->logger, "libceph"),
			.key.owner = message->client,
			.server = -1,
		};
		for (n = 0; s->groups[n]; n++)
			take_group(news, s->groups[n], text, &groups[n + 1]);
		return true;
	}

	return false;
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
		memcpy(request->path, news->path, sizeof(request->path));
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
 * @wanted: asked of each that is submitted
 * @done: called for those that are wanted, at their end or in ceph_requests_end()
 * @data: for both
 *
 * Context: one after another.
 * Return: to be given to the others, and to ceph_requests_end() at last.
 */
struct ceph_requests *ceph_requests_begin(ceph_request_wanted_fn wanted,
					  ceph_request_fn done, void *data)
{
	struct ceph_requests *requests = must(calloc(1, sizeof(*requests)));

	compile_patterns();
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

	if (!read_news(message, text, &news))
		return;
	switch (news.step) {
	case STEP_SUBMITTED: submit(requests, message, &news); break;
	case STEP_ADDRESSED: get_sender(requests, message->pid)->server = news.server; break;
	case STEP_SENT: send(requests, message, &news); break;
	case STEP_PATH: take_path(requests, message, &news); break;
	case STEP_REPLIED: take_reply(requests, message, &news); break;
	case STEP_FORGOTTEN: forget(requests, message, &news); break;
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
	free_patterns();
	free(requests);
}
