/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Always-on binary logging: define a logger and its trace event.
 *
 * Include this in exactly one .c file of the subsystem, after
 *
 *	#define BLOG_LOGGER	foo
 *
 * It defines struct blog_logger foo_blog, which blog(&foo_blog, ...) writes
 * to, and the event blog:foo. Declare foo_blog in a header of the subsystem
 * and call blog_logger_register(&foo_blog) in its init function, before the
 * first message. With CONFIG_BLOG=n nothing is defined, and without
 * CONFIG_BLOG_TRACEFS no event.
 */
#ifndef BLOG_LOGGER
#error "define BLOG_LOGGER before including <linux/blog/define_logger.h>"
#endif

#include <linux/blog/blog.h>

#ifdef CONFIG_BLOG

#include <linux/init.h>

#define BLOG_LOGGER_SYMBOL	__PASTE(BLOG_LOGGER, _blog)

extern struct blog_logger BLOG_LOGGER_SYMBOL;

#ifdef CONFIG_BLOG_TRACEFS

#include <linux/blog/event.h>

static int blog_event_on(void)
{
	blog_event_listen(&BLOG_LOGGER_SYMBOL, true);
	return 0;
}

static void blog_event_off(void)
{
	blog_event_listen(&BLOG_LOGGER_SYMBOL, false);
}

static int blog_event_reg(struct trace_event_call *call, enum trace_reg type,
			  void *data)
{
	return blog_event_switch(&BLOG_LOGGER_SYMBOL, call, type, data);
}

/* That is how the event class is registered. */
#define trace_event_reg		blog_event_reg
#define CREATE_TRACE_POINTS
#include <trace/events/blog.h>
#undef trace_event_reg

static void blog_event_emit(u64 client, u32 site, const void *args,
			    unsigned int len)
{
	__PASTE(trace_, BLOG_LOGGER)(client, site, args, len);
}

static void blog_event_publish(struct trace_event_file *file, u64 client,
			       u32 site, const void *args, unsigned int len)
{
	trace_event_raw_event_blog_record(file, client, site, args, len);
}

static struct blog_event blog_event = {
	.call = &__PASTE(event_, BLOG_LOGGER),
	.logger = &BLOG_LOGGER_SYMBOL,
	.publish = blog_event_publish,
};

#endif /* CONFIG_BLOG_TRACEFS */

struct blog_logger BLOG_LOGGER_SYMBOL = {
	.key = STATIC_KEY_FALSE_INIT,
	.name = __stringify(BLOG_LOGGER),
	.owner = THIS_MODULE,
#ifdef CONFIG_BLOG_TRACEFS
	.event = &blog_event,
	.emit = blog_event_emit,
#endif
};

#endif /* CONFIG_BLOG */
