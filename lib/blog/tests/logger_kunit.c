// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of binary logging: what goes in by blog() comes out again.
 */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/kmsg_dump.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/trace_clock.h>

#define BLOG_LOGGER blog_kunit
#include <linux/blog/define_logger.h>

#include "blog_kunit.h"
#include "format_args.h"

EXPORT_SYMBOL_GPL(blog_kunit_blog);

#define TEXT_MAX	(2 * BLOG_ARGS_MAX)

/* Start to read what the current task has logged. */
static void start_reading(struct kunit *test, struct blog_cursor *cursor)
{
	struct blog_ctx *ctx = blog_kunit_ctx_of(current);

	KUNIT_ASSERT_NOT_NULL(test, ctx);
	blog_cursor_start(cursor, ctx);
}

/* The last message that the current task has logged. */
static struct blog_cursor last_message(struct kunit *test)
{
	struct blog_cursor cursor, last = {};

	start_reading(test, &cursor);
	while (blog_cursor_next(&cursor))
		last = cursor;
	KUNIT_ASSERT_NOT_NULL(test, last.args);

	return last;
}

/* The table of formats */

static noinline_for_stack u64 log_table(void)
{
	u64 row = 0;

#define MESSAGE(...)	blog(&blog_kunit_blog, ++row, __VA_ARGS__)
#define MESSAGE_BOUNDED	MESSAGE
#define MESSAGE_KERNEL	MESSAGE
#include "formats.h"
#undef MESSAGE

	return row;
}

/* The next message is that of a row. */
static __printf(4, 5)
void expect_row(struct kunit *test, struct blog_cursor *cursor, u64 row,
		const char *format, ...)
{
	static char text[TEXT_MAX], expected[TEXT_MAX];
	va_list args;
	int len;

	KUNIT_ASSERT_TRUE(test, blog_cursor_next(cursor));
	KUNIT_EXPECT_EQ(test, cursor->client, row);

	va_start(args, format);
	len = vsnprintf(expected, sizeof(expected), format, args);
	va_end(args);
	KUNIT_EXPECT_EQ_MSG(test, blog_kunit_text(cursor, text, sizeof(text)), len,
			    "format \"%s\"", format);
	KUNIT_EXPECT_MEMEQ_MSG(test, text, expected, len + 1, "format \"%s\"", format);
}

static noinline_for_stack void expect_table(struct kunit *test,
					    struct blog_cursor *cursor)
{
	u64 row = 0;

#define MESSAGE(...)	expect_row(test, cursor, ++row, __VA_ARGS__)
#include "formats.h"
#undef MESSAGE
#undef MESSAGE_BOUNDED
#undef MESSAGE_KERNEL
}

static void logger_round_trip(struct kunit *test)
{
	struct blog_cursor cursor;
	struct blog_stats stats;
	u64 rows = log_table();

	start_reading(test, &cursor);
	expect_table(test, &cursor);
	KUNIT_EXPECT_FALSE(test, blog_cursor_next(&cursor));

	stats = blog_kunit_stats(test);
	KUNIT_EXPECT_EQ(test, stats.captured, rows);
	KUNIT_EXPECT_EQ(test, stats.pending, rows);
	KUNIT_EXPECT_EQ(test, stats.dropped, 0);
	KUNIT_EXPECT_EQ(test, stats.truncated, 0);
}

/* Who, when, where */
static void logger_origin(struct kunit *test)
{
	struct blog_cursor cursor;
	u64 before, after, last;
	int i, cpu;

	preempt_disable();
	cpu = smp_processor_id();
	before = trace_clock_local();
	for (i = 0; i < 100; i++)
		blog(&blog_kunit_blog, 7 + i / 10, "message %d", i);
	after = trace_clock_local();
	preempt_enable();

	last = before;
	start_reading(test, &cursor);
	for (i = 0; i < 100; i++) {
		KUNIT_ASSERT_TRUE(test, blog_cursor_next(&cursor));
		KUNIT_EXPECT_EQ(test, cursor.client, 7 + i / 10);
		KUNIT_EXPECT_EQ(test, cursor.cpu, cpu);
		KUNIT_EXPECT_EQ(test, cursor.owner.pid, current->pid);
		KUNIT_EXPECT_EQ(test, cursor.owner.tgid, current->tgid);
		KUNIT_EXPECT_STREQ(test, cursor.owner.comm, current->comm);
		KUNIT_EXPECT_GE(test, cursor.time, last);
		last = cursor.time;
	}
	KUNIT_EXPECT_LE(test, last, after);
	KUNIT_EXPECT_FALSE(test, blog_cursor_next(&cursor));
}

/* Strings that were cut are counted, once for each message. */
static void logger_truncated(struct kunit *test)
{
	char *s = blog_kunit_alloc(test, 2000);
	struct blog_cursor cursor;
	char text[16];
	int i;

	memset(s, 'x', 1999);
	for (i = 0; i < 5; i++)
		blog(&blog_kunit_blog, 0, "%s%s", s, s);
	blog(&blog_kunit_blog, 0, "%.100s|%s|", s, s + 999);
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).truncated, 5);
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).captured, 6);

	/* What follows is not affected. */
	blog(&blog_kunit_blog, 0, "%d %s", 1, "short");
	cursor = last_message(test);
	blog_kunit_text(&cursor, text, sizeof(text));
	KUNIT_EXPECT_STREQ(test, text, "1 short");
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).truncated, 5);
}

/* Switches */

static noinline void log_evaluated(int *evaluated)
{
	blog(&blog_kunit_blog, 0, "evaluated %d", ++*evaluated);
}

static struct blog_site *find_site(const char *function)
{
	struct blog_state *state = blog_kunit_blog.state;
	unsigned int i;

	for (i = 0; i < state->nr_sites; i++)
		if (!strcmp(state->site_by_id[i]->function, function))
			return state->site_by_id[i];

	return NULL;
}

static void logger_off(struct kunit *test)
{
	int evaluated = 0;

	log_evaluated(&evaluated);
	KUNIT_EXPECT_EQ(test, evaluated, 1);
	KUNIT_EXPECT_TRUE(test, blog_logger_enabled(&blog_kunit_blog));
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).captured, 1);

	/* Off: not even the arguments are evaluated, what was captured stays. */
	KUNIT_EXPECT_EQ(test, blog_logger_enable(&blog_kunit_blog, false), 0);
	KUNIT_EXPECT_FALSE(test, blog_logger_enabled(&blog_kunit_blog));
	log_evaluated(&evaluated);
	KUNIT_EXPECT_EQ(test, evaluated, 1);
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).captured, 1);

	/* Twice is as once. */
	KUNIT_EXPECT_EQ(test, blog_logger_enable(&blog_kunit_blog, true), 0);
	KUNIT_EXPECT_EQ(test, blog_logger_enable(&blog_kunit_blog, true), 0);
	log_evaluated(&evaluated);
	KUNIT_EXPECT_EQ(test, evaluated, 2);
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).captured, 2);
	KUNIT_EXPECT_EQ(test, blog_logger_enable(&blog_kunit_blog, false), 0);
	log_evaluated(&evaluated);
	KUNIT_EXPECT_EQ(test, evaluated, 2);

	/* Gone. */
	blog_logger_unregister(&blog_kunit_blog);
	KUNIT_EXPECT_FALSE(test, blog_logger_enabled(&blog_kunit_blog));
	log_evaluated(&evaluated);
	KUNIT_EXPECT_EQ(test, evaluated, 2);
}

static void logger_site_off(struct kunit *test)
{
	struct blog_site *site = find_site("log_evaluated");
	int evaluated = 0;

	KUNIT_ASSERT_NOT_NULL(test, site);
	KUNIT_EXPECT_EQ(test, site->flags, BLOG_SITE_ON | BLOG_SITE_FAST);
	blog_site_switch(site, false);
	KUNIT_EXPECT_EQ(test, site->flags, 0);
	log_evaluated(&evaluated);
	KUNIT_EXPECT_EQ(test, evaluated, 0);
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).captured, 0);
	/* The others go on. */
	blog(&blog_kunit_blog, 0, "another");
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).captured, 1);
	blog_site_switch(site, true);
	log_evaluated(&evaluated);
	KUNIT_EXPECT_EQ(test, evaluated, 1);
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).captured, 2);
}

static noinline void log_extension(void)
{
	blog(&blog_kunit_blog, 0, "%pI4", ip4);
}

/* A writer who came in before the logger went may still ask what is complex. */
static void logger_complex_site(struct kunit *test)
{
	struct blog_site *site = find_site("log_extension");

	KUNIT_ASSERT_NOT_NULL(test, site);
	KUNIT_EXPECT_EQ(test, site->flags, BLOG_SITE_ON | BLOG_SITE_COMPLEX);
	log_extension();
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).captured, 1);
	blog_logger_unregister(&blog_kunit_blog);
	KUNIT_EXPECT_EQ(test, site->flags, BLOG_SITE_COMPLEX);
}

static void logger_register(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, blog_logger_register(&blog_kunit_blog), -EEXIST);
	blog(&blog_kunit_blog, 0, "still there");
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).captured, 1);
	KUNIT_EXPECT_EQ(test, blog_logger_set_budget(&blog_kunit_blog, 3), -EINVAL);
	KUNIT_EXPECT_EQ(test, blog_logger_set_budget(&blog_kunit_blog, 4), 0);

	blog_logger_unregister(&blog_kunit_blog);
	KUNIT_EXPECT_EQ(test, blog_logger_enable(&blog_kunit_blog, true), -ENODEV);
	KUNIT_EXPECT_NULL(test, blog_site_find(&blog_kunit_blog, 1));
	blog_logger_unregister(&blog_kunit_blog);

	KUNIT_ASSERT_EQ(test, blog_kunit_init(test), 0);
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).captured, 0);
}

/* Catalogue */

static noinline void log_odd_characters(void)
{
	blog(&blog_kunit_blog, 0, "quote \" backslash \\ tab \t percent %%%d\n", 1);
}

static noinline void log_newlines(void)
{
	blog(&blog_kunit_blog, 0, "one\ntwo\n\n");
}

/* All are there, in their order. */
static void logger_catalogue(struct kunit *test)
{
	struct blog_state *state = blog_kunit_blog.state;
	unsigned int i;

	log_odd_characters();
	log_newlines();
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).captured, 2);
	for (i = 0; i < state->nr_sites; i++) {
		const struct blog_site *site = state->site_by_id[i];

		KUNIT_EXPECT_EQ(test, site->id, i + 1);
		KUNIT_EXPECT_PTR_EQ(test, blog_site_find(&blog_kunit_blog, i + 1),
				    site);
		KUNIT_EXPECT_EQ(test, site->flags & BLOG_SITE_ON, BLOG_SITE_ON);
	}
	KUNIT_EXPECT_NULL(test, blog_site_find(&blog_kunit_blog, 0));
	KUNIT_EXPECT_NULL(test, blog_site_find(&blog_kunit_blog, i + 1));
}

/* Statements that cannot be logged */

static struct blog_logger odd_blog;

#define ODD_SITE(_line, _format)					\
{									\
	.format = _format,						\
	.function = "odd",						\
	.file = "blog_kunit_odd.c",					\
	.logger = &odd_blog,						\
	.line = _line,							\
}

static struct blog_site odd_sites[] __used __section("blog_sites") = {
	ODD_SITE(10, "good %d"),
	ODD_SITE(11, "%n"),
	ODD_SITE(12, "text %f"),
	ODD_SITE(13, "100%"),
	ODD_SITE(14, "%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d"),
	ODD_SITE(15, "good %s"),
};

static struct blog_logger odd_blog = {
	.key = STATIC_KEY_FALSE_INIT,
	.name = "blog_kunit_odd",
	.owner = THIS_MODULE,
};

/* Whether the kernel's log has a line with all of this. */
static bool kernel_log_has(const char *text, const char *more)
{
	static char line[512];
	struct kmsg_dump_iter iter;
	size_t len;

	kmsg_dump_rewind(&iter);
	while (kmsg_dump_get_line(&iter, false, line, sizeof(line) - 1, &len)) {
		line[len] = '\0';
		if (strstr(line, text) && strstr(line, more))
			return true;
	}

	return false;
}

static void logger_odd_sites(struct kunit *test)
{
	__blog_args(numbers, 1, 2, 3, 4);
	__blog_args(text, "x");
	struct blog_stats stats;
	unsigned int i;

	KUNIT_ASSERT_EQ(test, blog_logger_register(&odd_blog), 0);
	blog_logger_enable(&odd_blog, true);

	for (i = 0; i < ARRAY_SIZE(odd_sites); i++)
		KUNIT_EXPECT_EQ_MSG(test, odd_sites[i].flags & BLOG_SITE_ON,
				    i == 0 || i == 5 ? BLOG_SITE_ON : 0, "site %u", i);
	KUNIT_EXPECT_TRUE(test, kernel_log_has("blog_kunit_odd.c:11:", "unknown conversion"));
	KUNIT_EXPECT_TRUE(test, kernel_log_has("blog_kunit_odd.c:12:", "unknown conversion"));
	KUNIT_EXPECT_TRUE(test, kernel_log_has("blog_kunit_odd.c:13:", "unknown conversion"));
	KUNIT_EXPECT_TRUE(test, kernel_log_has("blog_kunit_odd.c:14:", "too long"));
	KUNIT_EXPECT_FALSE(test, kernel_log_has("blog_kunit_odd.c:10:", ""));
	KUNIT_EXPECT_FALSE(test, kernel_log_has("blog_kunit_odd.c:15:", ""));

	for (i = 1; i < 5; i++)
		__blog(&odd_sites[i], 0, numbers);
	blog_logger_stats(&odd_blog, &stats);
	KUNIT_EXPECT_EQ(test, stats.captured, 0);
	KUNIT_EXPECT_EQ(test, stats.dropped, 0);
	__blog(&odd_sites[0], 0, numbers);
	__blog(&odd_sites[5], 0, text);
	blog_logger_stats(&odd_blog, &stats);
	KUNIT_EXPECT_EQ(test, stats.captured, 2);

	blog_logger_unregister(&odd_blog);
}

/* Control records */

static void log_after(struct blog_ctx *ctx, s64 ns)
{
	preempt_disable();
	ctx->last -= ns;
	blog(&blog_kunit_blog, 0, "after %lld ns", ns);
	preempt_enable();
}

/* Stamps are right although a record has 32 bits for the time that passed. */
static void logger_clock(struct kunit *test)
{
	static const s64 gaps[] = {
		3LL * NSEC_PER_SEC, 1000LL * NSEC_PER_SEC, -1LL * NSEC_PER_SEC,
	};
	unsigned int i, times = 1;
	struct blog_ctx *ctx;
	u64 before, after;

	blog(&blog_kunit_blog, 0, "first");
	ctx = blog_kunit_ctx_of(current);
	KUNIT_ASSERT_NOT_NULL(test, ctx);
	KUNIT_EXPECT_EQ(test, blog_kunit_controls(ctx, BLOG_TIME), times);

	/* What fits needs no record. */
	log_after(ctx, 0);
	log_after(ctx, 2LL * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, blog_kunit_controls(ctx, BLOG_TIME), times);

	for (i = 0; i < ARRAY_SIZE(gaps); i++) {
		before = trace_clock_local();
		log_after(ctx, gaps[i]);
		after = trace_clock_local();
		KUNIT_EXPECT_EQ(test, blog_kunit_controls(ctx, BLOG_TIME), ++times);
		KUNIT_EXPECT_GE(test, last_message(test).time, before);
		KUNIT_EXPECT_LE(test, last_message(test).time, after);
	}
	KUNIT_EXPECT_EQ(test, blog_kunit_controls(ctx, BLOG_CPU), 1);
	KUNIT_EXPECT_EQ(test, blog_kunit_controls(ctx, BLOG_OWNER), 1);
}

/* A change of the CPU or of the client makes one record of it. */
static void logger_changes(struct kunit *test)
{
	struct blog_ctx *ctx;
	int cpu;

	blog(&blog_kunit_blog, 1, "first");
	ctx = blog_kunit_ctx_of(current);
	KUNIT_ASSERT_NOT_NULL(test, ctx);

	preempt_disable();
	cpu = smp_processor_id();
	ctx->cpu = cpu + 1;
	blog(&blog_kunit_blog, 1, "from elsewhere");
	blog(&blog_kunit_blog, 1, "from here");
	preempt_enable();
	KUNIT_EXPECT_EQ(test, last_message(test).cpu, cpu);
	KUNIT_EXPECT_GE(test, blog_kunit_controls(ctx, BLOG_CPU), 2);
	KUNIT_EXPECT_EQ(test, blog_kunit_controls(ctx, BLOG_CLIENT), 1);

	blog(&blog_kunit_blog, U64_MAX, "another client");
	blog(&blog_kunit_blog, U64_MAX, "another client");
	KUNIT_EXPECT_EQ(test, last_message(test).client, U64_MAX);
	blog(&blog_kunit_blog, 0, "no client");
	KUNIT_EXPECT_EQ(test, last_message(test).client, 0);
	KUNIT_EXPECT_EQ(test, blog_kunit_controls(ctx, BLOG_CLIENT), 3);
	KUNIT_EXPECT_EQ(test, blog_kunit_controls(ctx, BLOG_TIME), 1);
	KUNIT_EXPECT_EQ(test, blog_kunit_controls(ctx, BLOG_LOST), 0);
}

/* The list of contexts */

#define LIST_MAX	64

static const struct blog_ctx_info *find_info(const struct blog_ctx_info *info,
					     unsigned int nr,
					     const struct blog_ctx *ctx)
{
	for (; nr; nr--, info++)
		if (info->ctx == ctx)
			return info;

	return NULL;
}

static void logger_contexts(struct kunit *test)
{
	struct blog_ctx_info *list = blog_kunit_alloc(test, LIST_MAX * sizeof(*list));
	const struct blog_ctx_info *info;
	u64 before = trace_clock_local(), between;
	unsigned int i, nr, used = 0;

	blog(&blog_kunit_blog, 0, "first");
	between = trace_clock_local();
	blog(&blog_kunit_blog, 0, "second");
	blog_kunit_settle();

	nr = blog_logger_contexts(&blog_kunit_blog, list, LIST_MAX);
	KUNIT_EXPECT_EQ(test, nr, blog_kunit_stats(test).nr_contexts);
	KUNIT_ASSERT_LE(test, nr, LIST_MAX);
	info = find_info(list, nr, blog_kunit_ctx_of(current));
	KUNIT_ASSERT_NOT_NULL(test, info);
	KUNIT_EXPECT_EQ(test, info->state, BLOG_CTX_ACTIVE);
	KUNIT_EXPECT_EQ(test, info->kind, BLOG_CTX_TASK);
	KUNIT_EXPECT_EQ(test, info->owner.level, 0);
	KUNIT_EXPECT_EQ(test, info->unread, 2);
	KUNIT_EXPECT_EQ(test, info->records, 2);
	KUNIT_EXPECT_EQ(test, info->bytes, info->ctx->head);
	KUNIT_EXPECT_EQ(test, info->owner.pid, current->pid);
	KUNIT_EXPECT_STREQ(test, info->owner.comm, current->comm);
	KUNIT_EXPECT_GE(test, info->first, before);
	KUNIT_EXPECT_LE(test, info->first, between);
	KUNIT_EXPECT_GE(test, info->last, between);
	KUNIT_EXPECT_LE(test, info->last, trace_clock_local());

	for (i = 0; i < nr; i++) {
		used += list[i].bytes > 0;
		if (list[i].bytes)
			continue;
		KUNIT_EXPECT_EQ(test, list[i].records, 0);
		/* But the common one. */
		if (list[i].kind == BLOG_CTX_TASK)
			KUNIT_EXPECT_EQ(test, list[i].state, BLOG_CTX_READY);
	}
	KUNIT_EXPECT_EQ(test, used, 1);

	/* Too little room: that many are still told, and nothing is written behind. */
	memset(list, 0xa5, LIST_MAX * sizeof(*list));
	KUNIT_EXPECT_EQ(test, blog_logger_contexts(&blog_kunit_blog, list, 1), nr);
	KUNIT_EXPECT_NULL(test, memchr_inv(list + 1, 0xa5, sizeof(*list)));
}

/* Live events */

struct seen {
	unsigned int nr;
	u64 client;
	u32 site;
	unsigned int len;
	u8 args[BLOG_ARGS_MAX];
};

static struct seen seen;

static void live_emit(u64 client, u32 site, const void *args, unsigned int len)
{
	seen.nr++;
	seen.client = client;
	seen.site = site;
	seen.len = len;
	memcpy(seen.args, args, min_t(size_t, len, sizeof(seen.args)));
}

static noinline void log_live(u64 client, int value)
{
	blog(&blog_kunit_blog, client, "%c %s %lld", 'x', "live", (long long)value);
}

static void expect_live(struct kunit *test, unsigned int nr, u64 client,
			const char *expected)
{
	const struct blog_site *site;
	char text[64];

	KUNIT_EXPECT_EQ(test, seen.nr, nr);
	KUNIT_EXPECT_EQ(test, seen.client, client);
	site = blog_site_find(&blog_kunit_blog, seen.site);
	KUNIT_EXPECT_NOT_NULL(test, site);
	if (!site || !blog_args_valid(site, seen.args, seen.len)) {
		KUNIT_FAIL(test, "no message");
		return;
	}
	KUNIT_EXPECT_STREQ(test, site->function, "log_live");
	bstr_printf(text, sizeof(text), site->format, (u32 *)seen.args);
	KUNIT_EXPECT_STREQ(test, text, expected);
}

/* Who listens hears a message at once, whether it is captured or not. */
static void logger_live(struct kunit *test)
{
	void (*emit)(u64, u32, const void *, unsigned int) = blog_kunit_blog.emit;
	int evaluated = 0;

	memset(&seen, 0, sizeof(seen));
	blog_kunit_blog.emit = live_emit;
	log_live(1, 1);
	KUNIT_EXPECT_EQ(test, blog_kunit_blog.flags, BLOG_CAPTURE);
	blog_logger_listen(&blog_kunit_blog, true);
	KUNIT_EXPECT_EQ(test, blog_kunit_blog.flags, BLOG_CAPTURE | BLOG_LIVE);

	log_live(12, 34);
	expect_live(test, 1, 12, "x live 34");
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).captured, 2);
	KUNIT_EXPECT_EQ(test, last_message(test).len, seen.len);
	KUNIT_EXPECT_MEMEQ(test, last_message(test).args, seen.args, seen.len);

	blog_logger_enable(&blog_kunit_blog, false);
	log_live(56, -78);
	expect_live(test, 2, 56, "x live -78");
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).captured, 2);
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).dropped, 0);

	blog_logger_listen(&blog_kunit_blog, false);
	KUNIT_EXPECT_EQ(test, blog_kunit_blog.flags, 0);
	log_evaluated(&evaluated);
	KUNIT_EXPECT_EQ(test, evaluated, 0);

	blog_logger_enable(&blog_kunit_blog, true);
	log_live(90, 12);
	KUNIT_EXPECT_EQ(test, seen.nr, 2);
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).captured, 3);
	blog_kunit_blog.emit = emit;
}

static struct kunit_case logger_cases[] = {
	KUNIT_CASE(logger_round_trip),
	KUNIT_CASE(logger_origin),
	KUNIT_CASE(logger_truncated),
	KUNIT_CASE(logger_off),
	KUNIT_CASE(logger_site_off),
	KUNIT_CASE(logger_complex_site),
	KUNIT_CASE(logger_register),
	KUNIT_CASE(logger_catalogue),
	KUNIT_CASE(logger_odd_sites),
	KUNIT_CASE(logger_clock),
	KUNIT_CASE(logger_changes),
	KUNIT_CASE(logger_contexts),
	KUNIT_CASE(logger_live),
	{}
};

static struct kunit_suite logger_suite = {
	.name = "blog_logger",
	.init = blog_kunit_init,
	.exit = blog_kunit_exit,
	.test_cases = logger_cases,
};

kunit_test_suite(logger_suite);
