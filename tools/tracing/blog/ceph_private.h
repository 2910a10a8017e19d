/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * What the two walks of ceph.c through the history share.
 */
#ifndef _BLOG_CEPH_PRIVATE_H
#define _BLOG_CEPH_PRIVATE_H

#include "ceph.h"
#include "stamps.h"
#include "ceph_statement.h"

/* What a client mounted. */
struct source {
	struct source	*next;
	uint64_t	client;
	char		*text;
};

/**
 * struct ceph - what is known
 * @requests: all of them
 * @works: of tasks, sorted by pid
 * @nr_works: how many
 * @nr_messages: so many of the last messages are kept
 * @last_pid: what was looked for last in @works
 * @last: and found, or NULL
 * @statements: what messages tell
 * @servers: when each was heard of; by server_key()
 * @connections: when something came over each; by address
 * @mounts: when each task mounted; by pid
 * @horizon: stamp of the first message of a server; 0 if there is none
 * @sources: what clients mounted
 */
struct ceph {
	struct request_table	requests;
	struct work		*works;
	size_t			nr_works;
	size_t			nr_messages;
	int			last_pid;
	struct work		*last;
	struct ceph_statements	*statements;
	struct stamps		servers;
	struct stamps		connections;
	struct stamps		mounts;
	uint64_t		horizon;
	struct source		*sources;
};

static inline uint64_t server_key(enum server_kind kind, int server)
{
	return (uint64_t)kind << 32 | (uint32_t)server;
}

const char *ceph_body(const struct message *message);
bool ceph_parse_server(const char *text, enum server_kind *kind, int *server);
struct work *ceph_find_work(struct ceph *ceph, int pid);

/* The two walks, message by message; @data is the struct ceph. */
int ceph_note(const struct message *message, void *data);
bool ceph_is_followed(const struct message *message, void *data);
int ceph_follow(const struct message *message, void *data);

#endif /* _BLOG_CEPH_PRIVATE_H */
