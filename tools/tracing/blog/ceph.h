/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * What the messages of ceph and libceph say of requests, and of who waits for them.
 */
#ifndef _BLOG_CEPH_H
#define _BLOG_CEPH_H

#include "message.h"
#include "request.h"

struct ceph;
struct history;
struct mount_list;
struct task_list;

/**
 * struct work - what a task did
 * @pid: the task
 * @begin: stamp of its beginning: what is older is of another one
 * @from, @until: what matters of its messages
 * @is_shown: its messages are kept
 * @client: that it worked for last; 0 if not known
 * @latest: request that it was busy with last
 * @mds: of these, the last one to an MDS
 * @waits: the request that it said it waits for, or NULL
 * @other: what else it said it waits for, or empty
 * @need: capabilities that it asked for last, or empty
 * @wait_since: stamp of that
 * @wait_ends: by whatever it says next
 * @sends: it sends @latest just now
 * @source: what it mounts, or NULL
 * @messages: the last ones, in a ring
 * @nr_messages: so many there have been
 * @last: stamp of the last one
 */
struct work {
	int		pid;
	uint64_t	begin;
	uint64_t	from;
	uint64_t	until;
	bool		is_shown;
	uint64_t	client;
	struct request	*latest;
	struct request	*mds;
	struct request	*waits;
	char		other[128];
	char		need[128];
	uint64_t	wait_since;
	bool		wait_ends;
	bool		sends;
	char		*source;
	struct message	*messages;
	size_t		nr_messages;
	uint64_t	last;
};

struct ceph *ceph_new(size_t nr_messages);
void ceph_read(struct ceph *ceph, struct history *history, const struct task_list *tasks);
void ceph_free(struct ceph *ceph);

struct request_table *ceph_requests(struct ceph *ceph);
const struct work *ceph_work(struct ceph *ceph, int pid);
const struct message *ceph_message(const struct ceph *ceph, const struct work *work,
				   size_t nr);
uint64_t ceph_heard_of(struct ceph *ceph, const struct request *request);
uint64_t ceph_horizon(const struct ceph *ceph);
const char *ceph_source(struct ceph *ceph, uint64_t client);

#endif /* _BLOG_CEPH_H */
