/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Always-on binary logging: contexts and messages, as lib/blog and a reader of them
 * both know them.
 */
#ifndef _LINUX_BLOG_TYPES_H
#define _LINUX_BLOG_TYPES_H

#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/types.h>

struct blog_ctx;
struct blog_logger;

/* Bytes of a context. */
#define BLOG_CTX_SIZE		(CONFIG_BLOG_CTX_SIZE_KB * SZ_1K)

/* Most bytes of records in a context; the rest describes it. */
#define BLOG_RECORDS_MAX	(BLOG_CTX_SIZE - 256)

/**
 * enum blog_ctx_state - where a context is in its life
 * @BLOG_CTX_READY:	empty, in alloc_batch
 * @BLOG_CTX_ACTIVE:	owned by a task, or by a CPU at one interrupt level
 * @BLOG_CTX_PARKED:	left by an owner that is gone or silent, at most half full, in
 *			alloc_batch
 * @BLOG_CTX_QUEUED:	full, or left more than half full, in log_batch
 * @BLOG_CTX_NR_STATES:	number of those
 */
enum blog_ctx_state {
	BLOG_CTX_READY,
	BLOG_CTX_ACTIVE,
	BLOG_CTX_PARKED,
	BLOG_CTX_QUEUED,
	BLOG_CTX_NR_STATES
};

/**
 * enum blog_ctx_kind - whose a context is
 * @BLOG_CTX_TASK:	a task's own
 * @BLOG_CTX_CPU:	a CPU's: for its interrupts, and for tasks that get none
 * @BLOG_CTX_COMMON:	for whoever gets no other, one at a time
 */
enum blog_ctx_kind {
	BLOG_CTX_TASK,
	BLOG_CTX_CPU,
	BLOG_CTX_COMMON,
};

/* Task, softirq, hardirq and NMI: interrupt_context_level(). */
#define BLOG_LEVELS		4

/**
 * struct blog_owner - who writes
 * @pid:	pid of the task, or of the one that was interrupted; so too
 * @comm:	name of the task
 * @tgid:	thread group
 * @level:	interrupt_context_level()
 * @turn:	numbers the turns of a logger's writers. A turn begins when a writer
 *		starts or resumes a context, and when the task of a context, or its
 *		name, changes. Of a task's messages to one logger, from one CPU and
 *		with equal stamps, that with the lower turn was first
 */
struct blog_owner {
	s32 pid;
	char comm[TASK_COMM_LEN];
	s32 tgid;
	u32 level;
	u32 turn;
};

/* Most bytes of a message's arguments: BLOG_ARGS_MAX, and gaps. */
#define BLOG_LEN_MAX		2056

/**
 * struct blog_cursor - place of a reader in a context
 * @ctx:	the context
 * @logger:	its logger
 * @pos:	offset of the next record
 * @end:	offset after the last record
 * @time:	stamp of the message, ns of trace_clock_local()
 * @client:	its client
 * @cpu:	CPU that wrote it
 * @lost:	messages dropped before, out of LOST records
 * @owner:	task that wrote it, or that was interrupted
 * @site:	number of its statement
 * @len:	bytes of @args, at most BLOG_LEN_MAX
 * @args:	its arguments in the layout of vbin_printf(); NULL before the first
 *		message and after the last
 */
struct blog_cursor {
	const struct blog_ctx *ctx;
	struct blog_logger *logger;
	u32 pos;
	u32 end;
	u64 time;
	u64 client;
	u32 cpu;
	u64 lost;
	struct blog_owner owner;
	u16 site;
	u16 len;
	const void *args;
};

#endif /* _LINUX_BLOG_TYPES_H */
