/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * What debugfs says of Ceph's clients, where it is mounted.
 */
#ifndef _BLOG_CEPH_FILES_H
#define _BLOG_CEPH_FILES_H

#include <stdbool.h>
#include <stdint.h>

#include "request.h"

struct ceph;

/* A request that a file lists. */
struct listed {
	struct listed	*next;
	enum server_kind kind;
	int		server;
	uint64_t	tid;
	char		*op;
	char		*what;
	unsigned int	attempts;
	bool		answered;
};

/**
 * struct client - a client
 * @next: the next one
 * @id: its number
 * @options: how it was mounted, or NULL
 * @sessions: the state of its session with each MDS, as the file says it, or NULL
 * @has_mount: it is a file system's
 * @mdsc: its requests to MDS, as the file lists them, or NULL
 * @is_blocklisted: the cluster does not let it in
 * @has: the file of requests to this kind of server could be read
 * @requests: those
 */
struct client {
	struct client	*next;
	uint64_t	id;
	char		*options;
	char		*sessions;
	char		*mdsc;
	bool		has_mount;
	bool		is_blocklisted;
	bool		has[SERVER_MON + 1];
	struct listed	*requests;
};

/**
 * struct client_list - all of them
 * @first: the first one
 * @problem: why not all is known and what to do, or NULL
 * @boottime: ns since boot when they were read
 */
struct client_list {
	struct client	*first;
	const char	*problem;
	uint64_t	boottime;
};

void clients_read(struct client_list *clients);
void clients_merge(struct client_list *clients, struct ceph *ceph, uint64_t read_at);
const struct client *clients_find(const struct client_list *clients, uint64_t id);
bool client_session(const struct client *client, int mds, char *buf, size_t size);
void clients_free(struct client_list *clients);

#endif /* _BLOG_CEPH_FILES_H */
