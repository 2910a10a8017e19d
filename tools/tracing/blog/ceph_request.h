/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * Requests of Ceph's client to MDS and OSD, as far as its messages tell of them.
 */
#ifndef _BLOG_CEPH_REQUEST_H
#define _BLOG_CEPH_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "message.h"

#define OPERATION_SIZE	32
#define PATH_SIZE	256

/**
 * struct ceph_request_key - which request
 * @osd: to an OSD, else to an MDS
 * @owner: within which @tid is unique: the client of an MDS, the address of the
 *	request to an OSD, whose messages do not name the client
 * @tid: its number
 */
struct ceph_request_key {
	bool		osd;
	uint64_t	owner;
	uint64_t	tid;
};

/**
 * struct ceph_request - a request
 * @key: which
 * @client: that made it; 0 if that is not known
 * @pid: thread that submitted it
 * @tgid: process of that, 0 if that is not known
 * @comm: name of that
 * @wanted: for whoever follows requests
 * @submitted: when
 * @ended: when it was replied to, or given up; 0 if it was not
 * @server: number of the MDS or OSD, or -1 if there is none yet
 * @operation: such as "mkdir"; empty if it was not sent
 * @path: what it is about, below the number of an inode; may be empty
 * @attempts: how often it was sent
 * @has_result: @result is known
 * @result: 0, bytes, or a negative error
 */
struct ceph_request {
	struct ceph_request_key	key;
	uint64_t		client;
	int			pid;
	int			tgid;
	char			comm[COMM_SIZE];
	bool			wanted;
	uint64_t		submitted;
	uint64_t		ended;
	int			server;
	char			operation[OPERATION_SIZE];
	char			path[PATH_SIZE];
	unsigned int		attempts;
	bool			has_result;
	int			result;
};

struct ceph_requests;
struct logger;

/* Of a request that was submitted, with the message that says so. */
typedef bool (*ceph_request_wanted_fn)(const struct message *message, void *data);

/* Of a wanted request, once there is nothing more to learn about it. */
typedef void (*ceph_request_fn)(const struct ceph_request *request, void *data);

struct ceph_requests *ceph_requests_begin(const struct logger *loggers,
					  ceph_request_wanted_fn wanted,
					  ceph_request_fn done, void *data);
void ceph_requests_follow(struct ceph_requests *requests, const struct message *message,
			  const char *text);
void ceph_requests_end(struct ceph_requests *requests);

#endif /* _BLOG_CEPH_REQUEST_H */
