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
 *		blog_publish.c's, under publisher.lock
 * @list:	in publisher.events; so too
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

void blog_event_listen(struct blog_logger *logger, bool on);
int blog_event_switch(struct blog_logger *logger, struct trace_event_call *call,
		      enum trace_reg type, void *data);
/* In blog_write.c, which knows whose record is being written. */
void blog_event_entry(struct trace_entry *entry, const void *args);
const char *blog_event_text(struct trace_iterator *iter,
			    const struct blog_logger *logger, u64 client,
			    u32 site, const void *args, unsigned int len);

#endif /* _LINUX_BLOG_EVENT_H */
