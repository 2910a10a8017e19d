// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of binary logging: queries that switch statements.
 *
 * Most work on a catalogue of their own, which no logger has.
 */
#include <linux/cleanup.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "blog_kunit.h"

#define SITE(_file, _line, _function, _format)				\
{									\
	.file = _file,							\
	.line = _line,							\
	.function = _function,						\
	.format = _format,						\
}

static struct blog_site sites[] = {
	SITE("fs/ceph/caps.c", 100, "ceph_add_cap", "add cap mds%d"),
	SITE("fs/ceph/caps.c", 120, "ceph_add_cap", "100%% \"quoted\"; tab\t|\n"),
	SITE("fs/ceph/caps.c", 200, "ceph_get_caps", "get * caps?"),
	SITE("fs/ceph/dir.c", 120, "ceph_readdir", "readdir mds%d"),
	SITE("net/ceph/caps.c", 4294967295U, "get", "back \\ slash"),
	SITE("caps.c", 1, "odd", "bad %n"),
};

/* The last of them. */
#define BAD_SITE	(ARRAY_SIZE(sites) - 1)

static struct blog_site *site_by_id[ARRAY_SIZE(sites)];

static struct blog_state catalogue = {
	.site_by_id = site_by_id,
	.nr_sites = ARRAY_SIZE(sites),
};

/* All are on. */
static int query_init(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sites); i++) {
		site_by_id[i] = &sites[i];
		sites[i].logger = &blog_kunit_blog;
		sites[i].flags = BLOG_SITE_ON;
	}
	sites[BAD_SITE].flags = BLOG_SITE_BAD;

	return 0;
}

static int apply(struct blog_state *state, const char *text,
		 struct blog_query_fault *fault)
{
	struct blog_logger logger = { .state = state };

	guard(mutex)(&blog_mutex);
	return blog_query_apply(&logger, text, fault);
}

/* What is on afterwards: a character for each site, as in the file. */
static void expect_sites(struct kunit *test, const char *text,
			 const char *expected)
{
	char states[ARRAY_SIZE(sites) + 1] = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sites); i++)
		states[i] = sites[i].flags == BLOG_SITE_BAD ? '!' :
			    sites[i].flags & BLOG_SITE_ON ? '+' :
			    sites[i].flags == 0 ? '-' : '?';
	KUNIT_EXPECT_STREQ_MSG(test, states, expected, "%s", text);
}

/* Begin with all on, apply, and compare. */
static void expect_query(struct kunit *test, const char *text,
			 const char *expected)
{
	struct blog_query_fault fault;

	query_init(test);
	KUNIT_EXPECT_EQ_MSG(test, apply(&catalogue, text, &fault), 0, "%s", text);
	expect_sites(test, text, expected);
}

static void expect_fault(struct kunit *test, const char *text, int ret,
			 enum blog_query_error error, unsigned int pos)
{
	struct blog_query_fault fault = {};

	query_init(test);
	KUNIT_EXPECT_EQ_MSG(test, apply(&catalogue, text, &fault), ret, "%s", text);
	KUNIT_EXPECT_STREQ_MSG(test, blog_query_errors[fault.error],
			       blog_query_errors[error], "%s", text);
	KUNIT_EXPECT_EQ_MSG(test, fault.pos, pos, "%s", text);
	expect_sites(test, text, "+++++!");
}

static void query_all(struct kunit *test)
{
	struct blog_query_fault fault;

	expect_query(test, "-", "-----!");
	KUNIT_EXPECT_EQ(test, apply(&catalogue, "+", &fault), 0);
	expect_sites(test, "+", "+++++!");
	expect_query(test, " \t- ;\n", "-----!");
}

/* Up to the end of its line, and only where a query may begin. */
static void query_comment(struct kunit *test)
{
	expect_query(test, "# func \"; get +\nfunc get -\n  # the end", "++++-!");
	expect_query(test, "func get -; # func odd -\n#\nfunc ceph_* -", "-----!");
	expect_fault(test, "# nothing\n#", -EINVAL, BLOG_QUERY_EMPTY, 0);
	expect_fault(test, "func get - # so", -EINVAL, BLOG_QUERY_MORE, 11);
	expect_fault(test, "func get # -", -EINVAL, BLOG_QUERY_TERM, 9);
	expect_fault(test, "# wrong\nfunc no -", -ENOENT, BLOG_QUERY_NO_MATCH, 8);
}

static void query_func(struct kunit *test)
{
	expect_query(test, "func ceph_add_cap -", "--+++!");
	expect_query(test, "func ceph_* -", "----+!");
	expect_query(test, "func *get* -", "++-+-!");
	expect_query(test, "func get -", "++++-!");
	expect_query(test, "func g?t -", "++++-!");
	expect_query(test, "func \"ceph_readdir\" -", "+++-+!");
	expect_fault(test, "func ceph_add -", -ENOENT, BLOG_QUERY_NO_MATCH, 0);
	expect_fault(test, "func ge? t -", -EINVAL, BLOG_QUERY_TERM, 9);
	expect_fault(test, "func CEPH_* -", -ENOENT, BLOG_QUERY_NO_MATCH, 0);
}

/* A path, or what follows any slash. */
static void query_file(struct kunit *test)
{
	expect_query(test, "file caps.c -", "---+-!");
	expect_query(test, "file ceph/caps.c -", "---+-!");
	expect_query(test, "file fs/ceph/caps.c -", "---++!");
	expect_query(test, "file fs/* -", "----+!");
	expect_query(test, "file *r.c -", "+++-+!");
	expect_query(test, "file ???.c -", "+++-+!");
	expect_fault(test, "file aps.c -", -ENOENT, BLOG_QUERY_NO_MATCH, 0);
	expect_fault(test, "file ceph -", -ENOENT, BLOG_QUERY_NO_MATCH, 0);
	expect_fault(test, "file /fs/ceph/dir.c -", -ENOENT, BLOG_QUERY_NO_MATCH, 0);

	/* As the list shows it. */
	expect_query(test, "file fs/ceph/caps.c:120 -", "+-+++!");
	expect_query(test, "file caps.c:120- -", "+--+-!");
	expect_fault(test, "file caps.c:fun -", -EINVAL, BLOG_QUERY_LINES, 5);
	expect_fault(test, "file caps.c: -", -EINVAL, BLOG_QUERY_LINES, 5);
}

static void query_line(struct kunit *test)
{
	expect_query(test, "line 120 -", "+-+-+!");
	expect_query(test, "line 100-120 -", "--+-+!");
	expect_query(test, "line 101-199 -", "+-+-+!");
	expect_query(test, "line 120- -", "+----!");
	expect_query(test, "line -120 -", "--+-+!");
	expect_query(test, "line 4294967295 -", "++++-!");
	expect_query(test, "line 100-100 -", "-++++!");
	expect_fault(test, "line 121-199 -", -ENOENT, BLOG_QUERY_NO_MATCH, 0);
	expect_fault(test, "line 200-100 -", -EINVAL, BLOG_QUERY_LINES, 5);
	expect_fault(test, "line 0 -", -EINVAL, BLOG_QUERY_LINES, 5);
	expect_fault(test, "line 4294967296 -", -EINVAL, BLOG_QUERY_LINES, 5);
	expect_fault(test, "line -", -EINVAL, BLOG_QUERY_LINES, 5);
	expect_fault(test, "line x -", -EINVAL, BLOG_QUERY_LINES, 5);
	expect_fault(test, "line 1-2-3 -", -EINVAL, BLOG_QUERY_LINES, 5);
	expect_fault(test, "line 0x10 -", -EINVAL, BLOG_QUERY_LINES, 5);
}

/* Any part, as it is or as the list shows it. */
static void query_format(struct kunit *test)
{
	expect_query(test, "format \"mds%d\" -", "-++-+!");
	expect_query(test, "format mds%d -", "-++-+!");
	expect_query(test, "format \"\\042quoted\\\"; tab\\t|\\012\" -", "+-+++!");
	expect_query(test, "format \"d\\\"; \" -", "+-+++!");
	expect_query(test, "format \\073 -", "+-+++!");
	expect_query(test, "format \"* caps?\" -", "++-++!");
	expect_query(test, "format \"back \\134 s\" -", "++++-!");
	expect_query(test, "format \\\\ -", "++++-!");
	expect_fault(test, "format \"get*caps\" -", -ENOENT, BLOG_QUERY_NO_MATCH, 0);
	expect_fault(test, "format \"\" -", -EINVAL, BLOG_QUERY_VALUE, 0);
	expect_fault(test, "format \"mds\\000\" -", -EINVAL, BLOG_QUERY_FORMAT, 7);
	expect_fault(test, "format \"mds%d -", -EINVAL, BLOG_QUERY_QUOTE, 7);
	expect_fault(test, "format \"mds%d\\\" -", -EINVAL, BLOG_QUERY_QUOTE, 7);
	expect_fault(test, "format \"mds\n%d\" -", -EINVAL, BLOG_QUERY_QUOTE, 7);
	expect_fault(test, "format \"mds\\", -EINVAL, BLOG_QUERY_QUOTE, 7);
}

/* All terms must match. */
static void query_terms(struct kunit *test)
{
	expect_query(test, "file caps.c line 120-200 -", "+--++!");
	expect_query(test, "format mds%d file caps.c func *cap* line -100 -", "-++++!");
	expect_fault(test, "file dir.c line 100 -", -ENOENT, BLOG_QUERY_NO_MATCH, 0);
	expect_fault(test, "file dir.c file caps.c -", -EINVAL, BLOG_QUERY_TWICE, 16);
	expect_fault(test, "func a func b -", -EINVAL, BLOG_QUERY_TWICE, 12);
	expect_fault(test, "line 1 line 2 -", -EINVAL, BLOG_QUERY_TWICE, 12);
	expect_fault(test, "file caps.c:1 line 2 -", -EINVAL, BLOG_QUERY_TWICE, 19);
	expect_fault(test, "format a format b -", -EINVAL, BLOG_QUERY_TWICE, 16);
}

static void query_syntax(struct kunit *test)
{
	expect_fault(test, "", -EINVAL, BLOG_QUERY_EMPTY, 0);
	expect_fault(test, " ;\n; ", -EINVAL, BLOG_QUERY_EMPTY, 0);
	expect_fault(test, "function ceph_add_cap -", -EINVAL, BLOG_QUERY_TERM, 0);
	expect_fault(test, "  fil caps.c -", -EINVAL, BLOG_QUERY_TERM, 2);
	expect_fault(test, "+p", -EINVAL, BLOG_QUERY_TERM, 0);
	expect_fault(test, "-;=", -EINVAL, BLOG_QUERY_TERM, 2);
	expect_fault(test, "line", -EINVAL, BLOG_QUERY_VALUE, 0);
	expect_fault(test, "line 1 func ;-", -EINVAL, BLOG_QUERY_VALUE, 7);
	expect_fault(test, "line 100", -EINVAL, BLOG_QUERY_OPERATION, 8);
	expect_fault(test, "line 100 ; -", -EINVAL, BLOG_QUERY_OPERATION, 9);
	expect_fault(test, "- line 100", -EINVAL, BLOG_QUERY_MORE, 2);
	expect_fault(test, "- \"", -EINVAL, BLOG_QUERY_QUOTE, 2);
	expect_fault(test, "- -", -EINVAL, BLOG_QUERY_MORE, 2);
}

/* Several queries: one after the other, all or none. */
static void query_several(struct kunit *test)
{
	expect_query(test, "-; func ceph_add_cap +", "++---!");
	expect_query(test, "func ceph_add_cap +; -", "-----!");
	expect_query(test, "file dir.c -\nline 200 -\n", "++--+!");
	expect_query(test, ";;line 100 -;;\n\n line 200 -;", "-+-++!");
	expect_query(test, "-;+;line 100 -", "-++++!");

	expect_fault(test, "-; func no_such +", -ENOENT, BLOG_QUERY_NO_MATCH, 3);
	expect_fault(test, "-\n\nfoo 1 +", -EINVAL, BLOG_QUERY_TERM, 3);
	expect_fault(test, "line 100 -; line 200", -EINVAL, BLOG_QUERY_OPERATION, 20);
}

/* What cannot be logged stays off, and somebody who wants it learns of it. */
static void query_bad(struct kunit *test)
{
	expect_query(test, "file caps.c -", "---+-!");
	expect_query(test, "-; file caps.c +", "+++-+!");
	expect_fault(test, "func odd +", -ENOENT, BLOG_QUERY_BAD, 0);
	expect_fault(test, "-; func odd -", -ENOENT, BLOG_QUERY_BAD, 3);
}

/* A logger without statements. */
static void query_none(struct kunit *test)
{
	struct blog_query_fault fault = {};
	struct blog_state none = {};

	KUNIT_EXPECT_EQ(test, apply(&none, "-", &fault), -ENOENT);
	KUNIT_EXPECT_EQ(test, fault.error, BLOG_QUERY_NO_MATCH);
}

static noinline void log_one(void)
{
	blog(&blog_kunit_blog, 0, "query: one %d", 1);
}

static noinline void log_other(void)
{
	blog(&blog_kunit_blog, 0, "query: other %d", 2);
}

/* The messages of what is off do not come, all others do. */
static void query_messages(struct kunit *test)
{
	struct blog_state *state;
	struct blog_query_fault fault;
	unsigned int i, off = 0;

	KUNIT_ASSERT_EQ(test, blog_kunit_init(test), 0);
	state = blog_kunit_blog.state;
	KUNIT_EXPECT_EQ(test, apply(state, "func log_one file query_kunit.c -", &fault), 0);
	for (i = 0; i < state->nr_sites; i++)
		off += !(state->site_by_id[i]->flags & BLOG_SITE_ON);
	KUNIT_EXPECT_EQ(test, off, 1);
	log_one();
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).captured, 0);
	log_other();
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).captured, 1);

	KUNIT_EXPECT_EQ(test, apply(state, "-; format \"query: one\" +", &fault), 0);
	log_other();
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).captured, 1);
	log_one();
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).captured, 2);
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).dropped, 0);

	/* Capture off and on does not change it. */
	blog_logger_enable(&blog_kunit_blog, false);
	blog_logger_enable(&blog_kunit_blog, true);
	log_other();
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).captured, 2);
	KUNIT_EXPECT_EQ(test, apply(state, "+", &fault), 0);
	log_other();
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).captured, 3);

	blog_kunit_exit(test);
}

static struct kunit_case query_cases[] = {
	KUNIT_CASE(query_all),
	KUNIT_CASE(query_comment),
	KUNIT_CASE(query_func),
	KUNIT_CASE(query_file),
	KUNIT_CASE(query_line),
	KUNIT_CASE(query_format),
	KUNIT_CASE(query_terms),
	KUNIT_CASE(query_syntax),
	KUNIT_CASE(query_several),
	KUNIT_CASE(query_bad),
	KUNIT_CASE(query_none),
	KUNIT_CASE(query_messages),
	{}
};

static struct kunit_suite query_suite = {
	.name = "blog_query",
	.init = query_init,
	.test_cases = query_cases,
};

kunit_test_suite(query_suite);
