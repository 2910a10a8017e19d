/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Always-on binary logging: what the code generated for the event of a logger
 * calls. For <linux/blog/define_logger.h>.
 */
#ifndef _LINUX_BLOG_EVENT_H
#define _LINUX_BLOG_EVENT_H

#include <linux/trace_events.h>
#include <linux/types.h>

struct blog_logger;

int blog_live_get(struct blog_logger *logger);
void blog_live_put(struct blog_logger *logger);
int blog_event_switch(struct blog_logger *logger, struct trace_event_call *call,
		      enum trace_reg type, void *data);
void blog_event_entry(struct trace_entry *entry, const void *args);
const char *blog_event_text(struct trace_iterator *iter,
			    const struct blog_logger *logger, u64 client,
			    u32 site, const void *args, unsigned int len);

#endif /* _LINUX_BLOG_EVENT_H */
