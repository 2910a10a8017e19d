/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * The statements of ceph and libceph that tell of requests.
 */
#ifndef _BLOG_CEPH_STATEMENT_H
#define _BLOG_CEPH_STATEMENT_H

#include "message.h"

/* What a statement tells; "its" is the task's that logs it. */
enum ceph_statement {
	STATEMENT_OTHER,
	/* Requests to an MDS. */
	MDS_BEGINS,		/* it has a number */
	MDS_IS_KICKED,		/* what follows is about this one */
	MDS_IS_WOKEN,
	MDS_IS_CHOSEN,		/* where its latest goes */
	MDS_IS_SENT,
	MDS_IS_FORWARDED,
	MDS_HAS_DENTRY,		/* what its latest is about */
	MDS_HAS_INODE,
	MDS_IS_ANSWERED,
	MDS_ENDS,
	MDS_WAIT_BEGINS,
	MDS_WAIT_ENDS,
	MDS_WAIT_SAFE,		/* until it is on disk */
	/* Others that a task waits for. */
	CAPS_FLUSH,
	CAPS_FLUSH_GOES_ON,
	CAPS_NEEDED,
	/* Requests to an OSD or a monitor. */
	OSD_BEGINS,
	OSD_IS_SENT,
	OSD_HAS_OBJECT,
	OSD_ENDS,
	OSD_WAIT_BEGINS,
	OSD_WAIT_ALL,
	MON_IS_SENT,
	MON_WAIT_BEGINS,
	MON_ENDS,
	/* Connections. */
	MESSAGE_IS_SENT,
	MESSAGE_IS_QUEUED,	/* with which connection */
	MESSAGE_IS_HERE,
	DATA_IS_HERE,
	/* Mounts. */
	MOUNT_SOURCE,
	MOUNT_OPENS,
	/* How a request ends, where it is not told by the above. */
	MDS_IS_ABORTED,		/* its task does not wait any more */
	OSD_IS_ANSWERED,
	OSD_FAILS,
	OSD_IS_REDIRECTED,	/* it is submitted again, with another number */
	OSD_IS_RETRIED,
};

struct logger;
struct ceph_statements;

struct ceph_statements *ceph_statements_find(const struct logger *loggers);
enum ceph_statement ceph_statement_of(struct ceph_statements *statements, const struct message *message);
void ceph_statements_free(struct ceph_statements *statements);

#endif /* _BLOG_CEPH_STATEMENT_H */
