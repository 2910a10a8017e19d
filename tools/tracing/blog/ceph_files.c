// SPDX-License-Identifier: LGPL-2.1
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <time.h>

#include <linux/magic.h>

#include "bounded.h"
#include "ceph.h"
#include "ceph_files.h"
#include "clock.h"
#include "output.h"

#define DEBUG_DIR	"/sys/kernel/debug"
#define CEPH_DIR	DEBUG_DIR "/ceph"

/* Files of a client. */
enum client_file {
	FILE_MDSC,
	FILE_OSDC,
	FILE_MONC,
	FILE_SESSIONS,
	FILE_STATUS,
	FILE_OPTIONS,
	NR_FILES,
};

static const char * const file_names[NR_FILES] = {
	[FILE_MDSC] = "mdsc", [FILE_OSDC] = "osdc", [FILE_MONC] = "monc",
	[FILE_SESSIONS] = "mds_sessions", [FILE_STATUS] = "status",
	[FILE_OPTIONS] = "client_options",
};

static struct listed *add_listed(struct client *client, enum server_kind kind,
				 uint64_t tid)
{
	struct listed *listed = must(calloc(1, sizeof(*listed)));

	listed->kind = kind;
	listed->tid = tid;
	listed->server = NO_SERVER;
	listed->next = client->requests;
	client->requests = listed;

	return listed;
}

/*
 * "9\tmds0\tmkdir\t #10000000002/name (path)"; "(unsafe)" may stand before the #. They are
 * in the order of their numbers.
 */
static struct listed *parse_mds(struct client *client, char *line, uint64_t last,
				uint64_t highest)
{
	char *rest = line, *tid = strsep(&rest, "\t"), *server = strsep(&rest, "\t");
	char *op = strsep(&rest, "\t"), *what = rest ? strchr(rest, '#') : NULL, *end;
	struct listed *listed;
	uint64_t nr = strtoull(tid, &end, 10);

	if (end == tid || *end || !what || nr <= last || nr > highest ||
	    (strncmp(server, "mds", 3) && *server != '('))
		return NULL;
	listed = add_listed(client, SERVER_MDS, nr);
	sscanf(server, "mds%d", &listed->server);
	listed->op = must(strdup(op));
	listed->what = must(strdup(what));
	listed->answered = !strncmp(rest, "(unsafe)", 8);

	return listed;
}

/* What is no request belongs to the one before. */
static void append_line(struct listed *listed, const char *line)
{
	size_t len = strlen(listed->what);

	listed->what = must(realloc(listed->what, len + strlen(line) + 2));
	sprintf(listed->what + len, "\n%s", line);
}

/*
 * A name may have newlines in it, and look like a request behind one: but not one that
 * the client has not made yet.
 */
static void parse_mdsc(struct client *client, char *text, uint64_t highest)
{
	struct listed *last = NULL;
	char *line;

	while ((line = strsep(&text, "\n"))) {
		char *copy = must(strdup(line));
		struct listed *listed = parse_mds(client, copy, last ? last->tid : 0,
						  highest);

		free(copy);
		if (listed)
			last = listed;
		else if (last && (*line || text))
			append_line(last, line);
	}
}

/* tid, osd, pgids, up, acting, epoch, object, flags, attempts, operations. */
static void parse_osd(struct client *client, char *line)
{
	char *word[11], *rest = line;
	struct listed *listed;
	int i;

	for (i = 0; i < 11; i++) {
		word[i] = strsep(&rest, "\t");
		/* A request that is paused has a P behind its flags. */
		if (i == 9 && word[i] && !strcmp(word[i], "P"))
			word[i] = strsep(&rest, "\t");
	}
	if (!word[10])
		return;
	listed = add_listed(client, SERVER_OSD, strtoull(word[0], NULL, 10));
	if (sscanf(word[1], "osd%d", &listed->server) != 1 || listed->server < 0)
		listed->server = NO_SERVER;
	listed->what = must(strdup(word[7]));
	listed->attempts = atoi(word[9]);
	listed->op = must(strdup(word[10]));
}

static void parse_osdc(struct client *client, char *text)
{
	char *line;

	while ((line = strsep(&text, "\n")) && strncmp(line, "LINGER", 6))
		if (strncmp(line, "REQUESTS", 8))
			parse_osd(client, line);
}

static void parse_monc(struct client *client, char *text)
{
	uint64_t tid;
	char *line, op[32];

	while ((line = strsep(&text, "\n")))
		if (sscanf(line, "%" SCNu64 " %31s", &tid, op) == 2)
			add_listed(client, SERVER_MON, tid)->op = must(strdup(op));
}

/* What the name of the directory ends with may be an older number of the client. */
static uint64_t parse_id(const char *name, const char *sessions)
{
	const char *dot = strstr(name, ".client");
	uint64_t id = dot ? strtoull(dot + 7, NULL, 10) : 0;

	if (sessions)
		sscanf(sessions, "global_id %" SCNu64, &id);

	return id;
}

static struct client *parse_client(const char *name, const struct bounded *files)
{
	struct client *client = must(calloc(1, sizeof(*client)));
	const char *status = files[FILE_STATUS].text, *options = files[FILE_OPTIONS].text;

	client->id = parse_id(name, files[FILE_SESSIONS].text);
	if (files[FILE_SESSIONS].text)
		client->sessions = must(strdup(files[FILE_SESSIONS].text));
	if (options)
		client->options = must(strndup(options, strcspn(options, "\n")));
	client->is_blocklisted = status && strstr(status, "blocklisted: true");
	/* A block device has no MDS. */
	client->has_mount = files[FILE_MDSC].error != ENOENT;
	client->has[SERVER_MDS] = files[FILE_MDSC].text || !client->has_mount;
	client->has[SERVER_OSD] = files[FILE_OSDC].text;
	client->has[SERVER_MON] = files[FILE_MONC].text;
	if (files[FILE_MDSC].text)
		client->mdsc = must(strdup(files[FILE_MDSC].text));
	if (files[FILE_OSDC].text)
		parse_osdc(client, files[FILE_OSDC].text);
	if (files[FILE_MONC].text)
		parse_monc(client, files[FILE_MONC].text);

	return client;
}

static const char *say_problem(int error)
{
	struct statfs fs;

	if (error == EACCES || error == EPERM)
		return "debugfs may not be read: requests are told from messages alone";
	/* If it is mounted, nobody uses Ceph. */
	if (!statfs(DEBUG_DIR, &fs) && fs.f_type == DEBUGFS_MAGIC)
		return NULL;

	return "debugfs is not mounted: requests are told from messages alone; try: mount -t debugfs nodev " DEBUG_DIR;
}

static bool has_error(const struct bounded_list *files, int error)
{
	size_t i;

	for (i = 0; i < files->nr; i++)
		if (files->files[i].error == error)
			return true;

	return false;
}

/**
 * clients_read - read what debugfs says
 * @clients: filled in; to be freed with clients_free()
 *
 * Its files need the locks of a client, which may be held as long as something hangs.
 */
void clients_read(struct client_list *clients)
{
	struct bounded_list files = { 0 };
	char **names = NULL;
	size_t nr = 0, i;
	struct dirent *entry;
	struct timespec now;
	DIR *dir;

	clock_gettime(CLOCK_BOOTTIME, &now);
	*clients = (struct client_list) {
		.boottime = now.tv_sec * NSEC_PER_SEC + now.tv_nsec,
	};
	dir = opendir(CEPH_DIR);
	if (!dir) {
		clients->problem = say_problem(errno);
		return;
	}
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		names = must(realloc(names, (nr + 1) * sizeof(*names)));
		names[nr++] = must(strdup(entry->d_name));
		for (i = 0; i < NR_FILES; i++)
			bounded_add(&files, CEPH_DIR "/%s/%s", entry->d_name, file_names[i]);
	}
	closedir(dir);
	bounded_read(&files);
	for (i = 0; i < nr; i++) {
		struct client *client = parse_client(names[i], &files.files[i * NR_FILES]);

		client->next = clients->first;
		clients->first = client;
		free(names[i]);
	}
	if (has_error(&files, EPERM) || has_error(&files, EACCES))
		clients->problem = say_problem(EPERM);
	if (has_error(&files, ETIMEDOUT))
		clients->problem = "some files of debugfs do not answer: the client holds a lock while it waits";
	free(names);
	bounded_free(&files);
}

/* The highest number of a request that a client is known to have made. */
static uint64_t highest_tid(struct request_table *requests, uint64_t client)
{
	struct request *request = NULL;
	uint64_t tid = 0;

	while ((request = request_next(requests, request)))
		if (request->kind == SERVER_MDS && request->client == client &&
		    request->since && request->tid > tid)
			tid = request->tid;

	return tid;
}

static void merge_listed(const struct client *client, const struct listed *listed,
			 struct ceph *ceph, uint64_t read_at)
{
	struct request_table *requests = ceph_requests(ceph);
	struct request *request = request_find_open(requests, listed->kind, client->id,
						    listed->tid, listed->server);

	if (!request) {
		/* Over meanwhile, or so old that its messages are gone. */
		if (request_has_ended(requests, listed->kind, listed->tid, listed->server,
				      read_at))
			return;
		request = request_get(requests, listed->kind, client->id, listed->tid);
		request->done = false;
	}
	if (!request->client)
		request->client = client->id;
	request->listed = true;
	request->answered |= listed->answered;
	if (listed->kind != SERVER_MON)
		request->server = listed->server;
	if (listed->attempts)
		request->attempts = listed->attempts;
	if (listed->op)
		request_set(&request->op, listed->op);
	if (listed->what)
		request_set(&request->what, listed->what);
}

/* Whether the file that would list a request could be read. */
static bool is_authority(const struct client_list *clients, const struct request *request)
{
	const struct client *client = clients_find(clients, request->client);

	if (client)
		return client->has[request->kind];
	/* One that is no more has no requests; if it is not known whose it is, ask all. */
	for (client = clients->first; client; client = client->next)
		if (!request->client && !client->has[request->kind])
			return false;

	return clients->first && !clients->problem;
}

/**
 * clients_merge - bring together what messages say of requests, and what debugfs does
 * @clients: what that says
 * @ceph: what messages say
 * @read_at: stamp of when it was read
 *
 * What is not listed was over then, and what is gone from the messages may be.
 */
void clients_merge(struct client_list *clients, struct ceph *ceph, uint64_t read_at)
{
	struct request_table *requests = ceph_requests(ceph);
	struct request *request = NULL;
	struct client *client;
	const struct listed *listed;

	for (client = clients->first; client; client = client->next) {
		uint64_t highest = highest_tid(requests, client->id);

		if (client->mdsc)
			parse_mdsc(client, client->mdsc, highest ? highest : UINT64_MAX);
		for (listed = client->requests; listed; listed = listed->next)
			merge_listed(client, listed, ceph, read_at);
	}
	while ((request = request_next(requests, request))) {
		if (request->listed || request->done)
			continue;
		if (is_authority(clients, request))
			request->done = request->since < read_at;
		else
			request->done = request->since < ceph_horizon(ceph);
	}
}

/**
 * clients_find - find a client
 * @clients: all of them
 * @id: its number
 *
 * Return: the client, or NULL.
 */
const struct client *clients_find(const struct client_list *clients, uint64_t id)
{
	const struct client *client = clients->first;

	while (client && client->id != id)
		client = client->next;

	return client;
}

/**
 * client_session - the state of a client's session with an MDS
 * @client: the client
 * @mds: the MDS
 * @buf: takes a word
 * @size: bytes in @buf
 *
 * Return: false if it is not known.
 */
bool client_session(const struct client *client, int mds, char *buf, size_t size)
{
	char name[32];
	const char *pos;

	snprintf(name, sizeof(name), "\nmds.%d ", mds);
	pos = client->sessions ? strstr(client->sessions, name) : NULL;
	if (!pos)
		return false;
	pos += strlen(name);
	snprintf(buf, size, "%.*s", (int)strcspn(pos, "\n"), pos);

	return true;
}

/**
 * clients_free - free what clients_read() filled in
 * @clients: all of them
 */
void clients_free(struct client_list *clients)
{
	while (clients->first) {
		struct client *client = clients->first;

		clients->first = client->next;
		while (client->requests) {
			struct listed *next = client->requests->next;

			free(client->requests->op);
			free(client->requests->what);
			free(client->requests);
			client->requests = next;
		}
		free(client->options);
		free(client->sessions);
		free(client->mdsc);
		free(client);
	}
}
