// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of binary logging: the event of a logger.
 */
#include <kunit/blog.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/trace_events.h>

#include "../blog.h"

static const char *print_fmt(void)
{
	return blog_kunit_blog.event->call->print_fmt;
}

static const struct blog_site *find_site(const char *function)
{
	const struct blog_site *site;
	u32 nr;

	for (nr = 1; (site = blog_site_at(&blog_kunit_blog, nr)); nr++)
		if (!strcmp(site->function, function))
			return site;

	return NULL;
}

static void expect_entry(struct kunit *test, const char *function,
			 const char *format)
{
	const struct blog_site *site = find_site(function);
	char entry[256];

	KUNIT_ASSERT_NOT_NULL(test, site);
	snprintf(entry, sizeof(entry), ", { %u, \"%s (%s:%u) %s\" }", site->id,
		 function, site->file, site->line, format);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(print_fmt(), entry), "%s", entry);
}

/* The format of the event has all statements, in their order. */
static void event_catalogue(struct kunit *test)
{
	const char *place = print_fmt();
	const struct blog_site *site;
	char entry[256];
	u32 nr;

	expect_entry(test, "log_evaluated", "evaluated %d");
	expect_entry(test, "log_odd_characters",
		     "quote \\042 backslash \\134 tab \\011 percent %%%d");
	expect_entry(test, "log_newlines", "one\\012two\\012");
	for (nr = 1; (site = blog_site_at(&blog_kunit_blog, nr)); nr++) {
		snprintf(entry, sizeof(entry), ", { %u, \"%s (%s:%u) ", nr,
			 site->function, site->file, site->line);
		place = strstr(place, entry);
		KUNIT_ASSERT_NOT_NULL_MSG(test, place, "%s", entry);
	}
	KUNIT_EXPECT_GT(test, nr, 10);

	/* The event has its own print format again afterwards. */
	blog_logger_unregister(&blog_kunit_blog);
	KUNIT_EXPECT_NULL(test, strstr(print_fmt(), "log_evaluated"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(print_fmt(), "blog_event_text"));
}

/* The switch that tracefs has makes messages live events, captured or not. */
static void event_switch(struct kunit *test)
{
	blog_logger_enable(&blog_kunit_blog, false);
	KUNIT_ASSERT_EQ(test, trace_set_clr_event("blog", "blog_kunit", 1), 0);
	KUNIT_EXPECT_EQ(test, blog_kunit_blog.flags, BLOG_LIVE);
	blog_kunit_message(0, 0);
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).captured, 0);

	/* A logger that is gone makes no events, and comes back as it was. */
	blog_logger_unregister(&blog_kunit_blog);
	blog_kunit_message(0, 1);
	KUNIT_ASSERT_EQ(test, blog_kunit_init(test), 0);
	KUNIT_EXPECT_EQ(test, blog_kunit_blog.flags, BLOG_CAPTURE | BLOG_LIVE);
	blog_kunit_message(0, 2);
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).captured, 1);

	KUNIT_EXPECT_EQ(test, trace_set_clr_event("blog", "blog_kunit", 0), 0);
	KUNIT_EXPECT_EQ(test, blog_kunit_blog.flags, BLOG_CAPTURE);
}

static struct kunit_case event_cases[] = {
	KUNIT_CASE(event_catalogue),
	KUNIT_CASE(event_switch),
	{}
};

static struct kunit_suite event_suite = {
	.name = "blog_event",
	.init = blog_kunit_init,
	.exit = blog_kunit_exit,
	.test_cases = event_cases,
};

kunit_test_suite(event_suite);

MODULE_DESCRIPTION("KUnit tests of binary logs in tracefs");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
