// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: the tracefs instance "blog", the reader of contexts.
 *
 * lib/blog keeps what subsystems log and knows nobody who shows it; this is who
 * does. When tracefs is complete the instance is created, the other files of
 * blog_* get ready, and the reader registers. From then on lib/blog tells of
 * loggers that come (those that are there already, first) and go, one at a time.
 * One that comes gets its catalogue, is published and gets its control files; one
 * that goes loses them the other way round.
 *
 * What is known of a logger here is in its struct blog_event, which
 * <linux/blog/define_logger.h> has defined; one without is not shown. The instance
 * is never removed: trace_array_get_by_name() has a reference for it, so that users
 * cannot.
 */
#include <linux/init.h>
#include <linux/printk.h>

#include "blog.h"

static void logger_added(struct blog_logger *logger)
{
	if (!logger->event)
		return;
	blog_event_add(logger);
	blog_adopt_add(logger);
	blog_view_add(logger);
	blog_files_create(logger);
}

static void logger_gone(struct blog_logger *logger)
{
	if (!logger->event)
		return;
	blog_files_remove(logger);
	blog_view_remove(logger);
	blog_adopt_remove(logger);
	blog_event_remove(logger);
}

static const struct blog_reader_ops reader = {
	.logger_added = logger_added,
	.logger_gone = logger_gone,
	.context_full = blog_publish_soon,
};

/* tracefs is complete by now: trace_eval_sync() has run. */
static int __init blog_tracefs_init(void)
{
	struct trace_array *instance;
	int ret;

	instance = trace_array_get_by_name(BLOG_INSTANCE, BLOG_INSTANCE);
	if (!instance) {
		pr_warn("blog: cannot create tracing instance " BLOG_INSTANCE "\n");
		return -ENOMEM;
	}
	if (!instance->system_names)
		pr_warn("blog: made by trace_instance=, the instance has the events of all systems\n");
	blog_clock_init(instance);
	ret = blog_publish_init();
	if (!ret) {
		blog_persist_init();
		blog_files_init();
		ret = blog_reader_register(&reader);
	}
	if (ret)
		pr_warn("blog: what is logged cannot be read in instance " BLOG_INSTANCE ": %d\n",
			ret);

	return ret;
}
late_initcall_sync(blog_tracefs_init);
