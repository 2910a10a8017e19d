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

/* The text of "%s %s" of @text, logged by @comm, in an empty buffer. */
static const char *render(struct kunit *test, struct trace_iterator *iter,
			  const char *comm, const char *text)
{
	const struct blog_site *site = find_site("blog_kunit_text_twice");
	size_t size = strlen(text) + 1;
	u8 *args = blog_kunit_alloc(test, 2 * size + sizeof(u32));
	char padded[TASK_COMM_LEN] = "";

	KUNIT_ASSERT_NOT_NULL(test, site);
	strscpy(padded, comm);
	memcpy(args, text, size);
	memcpy(args + size, text, size);
	trace_seq_init(&iter->tmp_seq);

	return blog_event_text(iter, &blog_kunit_blog, &(struct blog_event_text) {
		.site = site->id,
		.cpu = iter->cpu,
		.comm = padded,
		.args = (u32 *)args,
		.len = ALIGN(2 * size, sizeof(u32)),
	});
}

/* What is in names makes no lines, and commands no terminal. */
static void event_controls(struct kunit *test)
{
	static const char * const texts[][2] = {
		{ "plain \\ \"%d\"", "plain \\ \"%d\"" },
		{ "\xc3\xa9\xc2\xa0\xe2\x82\xac", "\xc3\xa9\xc2\xa0\xe2\x82\xac" },
		{ "a\nb", "a\\012b" },
		{ "\x01\x1f \x7f\t\r", "\\001\\037 \\177\\011\\015" },
		{ "\x1b[2J", "\\033[2J" },
		/* C1, its borders, and what only looks like it. */
		{ "\xc2\x80\xc2\x9f\xc2\xa0", "\\302\\200\\302\\237\xc2\xa0" },
		{ "\x80\xc3\x80\xc2\xc2\x9b\x9b", "\x80\xc3\x80\xc2\\302\\233\x9b" },
		{ "\xc2\n\x80", "\xc2\\012\x80" },
		{ "\xc2", "\xc2" },
	};
	struct trace_iterator *iter = blog_kunit_alloc(test, sizeof(*iter));
	struct trace_entry entry = { .pid = PID_MAX_LIMIT };
	char *text = blog_kunit_alloc(test, BLOG_LEN_MAX);
	char wanted[128];
	unsigned int i;

	iter->ent = &entry;
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		snprintf(wanted, sizeof(wanted), "comm=x blog_kunit_text_twice: %s %s",
			 texts[i][1], texts[i][1]);
		KUNIT_EXPECT_STREQ(test, render(test, iter, "x", texts[i][0]), wanted);
	}
	KUNIT_EXPECT_STREQ(test, render(test, iter, "a\nb\x1b\xc2\x9b", "x"),
			   "comm=a\\012b\\033\\302\\233 blog_kunit_text_twice: x x");
	/* One newline goes from the end. */
	KUNIT_EXPECT_STREQ(test, render(test, iter, "x", "\n"),
			   "comm=x blog_kunit_text_twice: \\012 ");
	KUNIT_EXPECT_STREQ(test, render(test, iter, "x", "a\n\n"),
			   "comm=x blog_kunit_text_twice: a\\012\\012 a\\012");

	/* As much as there is room for; what is behind the buffer stays. */
	memset(text, '\n', 900);
	KUNIT_EXPECT_EQ(test, strlen(render(test, iter, "", text)),
			strlen("comm= blog_kunit_text_twice: ") + 4 * 900 + 1 + 4 * 899);
	memset(text, '\n', 1020);
	KUNIT_EXPECT_STREQ(test, render(test, iter, "", text), "<message too long>");
	KUNIT_EXPECT_PTR_EQ(test, iter->tmp_seq.seq.buffer, &iter->tmp_seq.buffer[0]);
	KUNIT_EXPECT_EQ(test, iter->tmp_seq.seq.size, TRACE_SEQ_BUFFER_SIZE);
}

static struct kunit_case event_cases[] = {
	KUNIT_CASE(event_catalogue),
	KUNIT_CASE(event_switch),
	KUNIT_CASE(event_controls),
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
