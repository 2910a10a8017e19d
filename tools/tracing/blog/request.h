/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * Requests of Ceph's clients to its servers.
 */
#ifndef _BLOG_REQUEST_H
#define _BLOG_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum server_kind {
	SERVER_MDS,
	SERVER_OSD,
	SERVER_MON,
};

#define NO_SERVER	-1	/* none was chosen yet */

/**
 * struct request - a request, as far as it is known
 * @next: in its bucket
 * @kind: of its server
 * @server: number of that, or NO_SERVER
 * @moved: stamp of the message that says so
 * @client: whose it is; 0 if not known
 * @tid: its number, among those of its client and kind
 * @address: where it is in memory, of a kind whose messages do not tell the client
 * @op: what it does, or NULL
 * @what: to what, or NULL
 * @session: state of the session with the server when it was sent, or NULL
 * @attempts: so often it was sent; 0 if not known
 * @since: stamp of its beginning; 0 if not known
 * @connection: address of the connection; 0 if not known
 * @pid: who made it; 0 if not known
 * @answered: its result is known, and not on disk yet
 * @done: it is over
 * @ended: then, stamp of the message that says so; 0 if none does
 * @listed: the kernel lists it among those that are not over
 * @waited_for: by a task that is shown
 */
struct request {
	struct request	*next;
	enum server_kind kind;
	int		server;
	uint64_t	moved;
	uint64_t	client;
	uint64_t	tid;
	uint64_t	address;
	char		*op;
	char		*what;
	char		*session;
	unsigned int	attempts;
	uint64_t	since;
	uint64_t	connection;
	int		pid;
	bool		answered;
	bool		done;
	uint64_t	ended;
	bool		listed;
	bool		waited_for;
};

#define REQUEST_BUCKETS	(1 << 14)

/* Zeroed, it is empty. */
struct request_table {
	struct request	*buckets[REQUEST_BUCKETS];
};

struct request *request_get(struct request_table *table, enum server_kind kind,
			    uint64_t owner, uint64_t tid);
struct request *request_find_open(struct request_table *table, enum server_kind kind,
				  uint64_t client, uint64_t tid, int server);
bool request_has_ended(struct request_table *table, enum server_kind kind, uint64_t tid,
		       int server, uint64_t since);
struct request *request_next(struct request_table *table, struct request *request);
void request_table_clear(struct request_table *table);
void request_set(char **field, const char *text);
void request_move(struct request *request, uint64_t time, int server);
void request_end(struct request *request, uint64_t time);
const char *server_name(enum server_kind kind);

#endif /* _BLOG_REQUEST_H */
