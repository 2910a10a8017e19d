/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Always-on binary logging: the file instances/blog/loggers/<name>/history of tracefs.
 *
 * It is a struct blog_history_head, then for each context that holds something a struct
 * blog_history_ctx and its records, padded with zeros to a multiple of 8 bytes. All is
 * in the byte order of the machine. See Documentation/trace/blog.rst for the records.
 */
#ifndef _UAPI_LINUX_BLOG_H
#define _UAPI_LINUX_BLOG_H

#include <linux/types.h>

#define BLOG_HISTORY_MAGIC	"BLOG"
#define BLOG_HISTORY_VERSION	1

/**
 * struct blog_history_head - what the file begins with
 * @magic:	BLOG_HISTORY_MAGIC, without a NUL
 * @version:	BLOG_HISTORY_VERSION
 * @head_size:	bytes of this head; the first context follows
 * @ctx_size:	bytes of each struct blog_history_ctx; its records follow
 * @long_size:	bytes of a long and of a pointer: 4 or 8
 * @short_size:	bytes that a %hd or %hhd takes in a record: 4, or 2 and 1
 * @contexts:	number of contexts listed; fewer may follow
 * @now:	the local trace clock, which is that of the records, at open(): what is older
 *		and retained is in the file, but for what is recycled before it is read
 * @boottime:	ns since the machine was booted, at the same time
 * @realtime:	ns since 1970, at the same time
 *
 * What later versions add stands at the end: who reads believes @head_size and @ctx_size.
 */
struct blog_history_head {
	char	magic[4];
	__u32	version;
	__u32	head_size;
	__u32	ctx_size;
	__u16	long_size;
	__u16	short_size;
	__u32	contexts;
	__u64	now;
	__u64	boottime;
	__u64	realtime;
};

/**
 * struct blog_history_ctx - what precedes the records of a context
 * @bytes:	of records, padding excluded
 * @cleared:	so many messages at the front are not to be shown
 * @state:	0: empty; 1: has an owner; 2: to be continued by the next owner; 3: full
 * @kind:	whose it is, or was last. 0: a task's; 1: a CPU's; 2: common to all
 * @reserved:	0
 */
struct blog_history_ctx {
	__u32	bytes;
	__u32	cleared;
	__u16	state;
	__u16	kind;
	__u32	reserved;
};

#endif /* _UAPI_LINUX_BLOG_H */
