/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Always-on binary logging: the event of a logger, and what the code generated
 * for it calls. For <linux/blog/define_logger.h> and kernel/trace/blog_*.c.
 */
#ifndef _LINUX_BLOG_EVENT_H
#define _LINUX_BLOG_EVENT_H

#include <linux/list.h>
#include <linux/trace_events.h>
#include <linux/types.h>

struct blog_logger;
struct dentry;

/**
 * struct blog_event - the event blog:<logger>
 * @call:	the event
 * @logger:	its logger
 * @publish:	writes one record as that event to @file
 * @file:	the event in the tracefs instance "blog", while it is enabled there;
 *		written by blog_publish.c, and valid until the logger is gone
 * @list:	in publisher.events, under publisher.lock, or RCU
 * @catalogue:	print format that @call has while the logger is registered;
 *		blog_event.c's
 * @print_fmt:	what it was before
 * @dir:	tracefs directory loggers/<logger>; blog_files.c's
 */
struct blog_event {
	struct trace_event_call *call;
	struct blog_logger *logger;
	void (*publish)(struct trace_event_file *file, u64 client, u32 site,
			const void *args, unsigned int len);
	struct trace_event_file *file;
	struct list_head list;
	char *catalogue;
	char *print_fmt;
	struct dentry *dir;
};

/**
 * struct blog_event_text - what the text of an event says
 * @client:	as for blog()
 * @late:	how late the event's stamp is
 * @site:	number of the statement
 * @cpu:	CPU that has logged it
 * @comm:	name of the task
 * @args:	arguments as stored
 * @len:	bytes of them
 */
struct blog_event_text {
	u64 client;
	u64 late;
	u32 site;
	u32 cpu;
	const char *comm;
	const void *args;
	unsigned int len;
};

void blog_event_listen(struct blog_logger *logger, bool on);
int blog_event_switch(struct blog_logger *logger, struct trace_event_call *call,
		      enum trace_reg type, void *data);
/* In blog_write.c, which knows whose record is being written. */
void blog_event_entry(struct trace_entry *entry, const void *args, u64 *late,
		      u16 *cpu, char *comm);
const char *blog_event_text(struct trace_iterator *iter,
			    const struct blog_logger *logger,
			    const struct blog_event_text *text);

#endif /* _LINUX_BLOG_EVENT_H */
