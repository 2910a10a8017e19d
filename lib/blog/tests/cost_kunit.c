// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of binary logging: what a message costs, beside its peers.
 *
 * Reported, not judged: a virtual machine's figures vary. What is asserted
 * holds anywhere.
 */
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/trace.h>
#include <linux/trace_clock.h>
#include <linux/trace_events.h>

#include "blog_kunit.h"

#define CREATE_TRACE_POINTS
#include "trace_blog_kunit.h"

#define ROUNDS		21
#define CALLS		20000

#define MESSAGE		"%p %llx.%llx cap %p %s seq %d"

/* The arguments; not const, or the compiler would know them. */
static char caps[17];
static u64 ino = 0x10000000001ULL;
static u64 snap = 0xfffffffffffffffeULL;

/* What a record of MESSAGE has, stored by hand: the least it can cost. */
#define COPY_SIZE	40

/*
 * All write to so much memory in turns, warmed up: what is compared is the work,
 * not whose memory the cache holds.
 */
#define BUDGET		4
#define MEMORY		(BUDGET * BLOG_CTX_SIZE)
#define WARM_UP		(MEMORY / COPY_SIZE)

static u8 *copy_buffer;

static void run_copy(u32 nr)
{
	static u8 source[COPY_SIZE];
	u32 i, pos = 0;

	for (i = 0; i < nr; i++) {
		*(u64 *)source = trace_clock_local();
		memcpy(copy_buffer + pos, source, COPY_SIZE);
		barrier_data(copy_buffer);
		pos += COPY_SIZE;
		if (pos > MEMORY - COPY_SIZE)
			pos = 0;
	}
}

static void run_string(u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++)
		blog(&blog_kunit_blog, 1, MESSAGE, &caps, ino, snap, &ino, caps, i);
}

static void run_scalars(u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++)
		blog(&blog_kunit_blog, 1, "%llx %llx %llu %d", ino, snap, (u64)i, i);
}

static void run_event(u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++)
		trace_blog_kunit_peer(&caps, ino, snap, &ino, caps, i);
}

static void run_trace_printk(u32 nr)
{
	u32 i;

	/* The macro's section of formats would print a notice at boot. */
	for (i = 0; i < nr; i++)
		__trace_bprintk(_THIS_IP_, MESSAGE, &caps, ino, snap, &ino, caps, i);
}

static void run_snprintf(u32 nr)
{
	char text[128];
	u32 i;

	for (i = 0; i < nr; i++) {
		snprintf(text, sizeof(text), MESSAGE, &caps, ino, snap, &ino, caps, i);
		barrier_data(text);
	}
}

enum { COPY, STRING, SCALARS, OFF, EVENT, TRACE_PRINTK, SNPRINTF, NR_SUBJECTS };

/**
 * struct subject - something to measure
 * @name:	its name in the report
 * @run:	calls it @nr times
 * @off:	with the logger off
 * @skip:	cannot be measured here
 * @ps:		cost of a call in each round, in ps
 */
struct subject {
	const char *name;
	void (*run)(u32 nr);
	bool off;
	bool skip;
	u64 ps[ROUNDS];
};

static struct subject subjects[] = {
	[COPY]		= { "clock+copy40", run_copy },
	[STRING]	= { "blog-string16", run_string },
	[SCALARS]	= { "blog-scalars", run_scalars },
	[OFF]		= { "blog-off", run_string, .off = true },
	[EVENT]		= { "trace-event", run_event },
	[TRACE_PRINTK]	= { "trace_printk", run_trace_printk },
	[SNPRINTF]	= { "snprintf", run_snprintf },
};

static void measure(struct subject *s, unsigned int round)
{
	u64 start;

	blog_logger_enable(&blog_kunit_blog, !s->off);
	blog_kunit_settle();
	s->run(CALLS / 20);
	start = ktime_get_ns();
	s->run(CALLS);
	s->ps[round] = div_u64((ktime_get_ns() - start) * 1000, CALLS);
	cond_resched();
}

static int compare_u64(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

static u64 median(const struct subject *s)
{
	return s->ps[ROUNDS / 2];
}

/* Picoseconds as nanoseconds with a decimal. */
static const char *ns(char buf[32], u64 ps)
{
	u32 rest;
	u64 whole = div_u64_rem(ps, 1000, &rest);

	snprintf(buf, 32, "%llu.%u", whole, rest / 100);
	return buf;
}

static void report(struct kunit *test, struct subject *s)
{
	char least[32], middle[32], most[32];

	sort(s->ps, ROUNDS, sizeof(*s->ps), compare_u64, NULL);
	kunit_info(test, "cost: %s %s ns (%s..%s)\n", s->name, ns(middle, median(s)),
		   ns(least, s->ps[0]), ns(most, s->ps[ROUNDS - 1]));
}

/* Memory for trace_printk(), which comes with a trace instance. */
static struct trace_array *init_trace_printk(void)
{
	struct trace_array *tr = trace_array_get_by_name("blog_kunit", NULL);

	/* A module's format would stay in the buffer when the module is gone. */
	subjects[TRACE_PRINTK].skip = IS_MODULE(CONFIG_BLOG_KUNIT_TEST) || !tr ||
				      trace_array_init_printk(tr);
	return tr;
}

static void exit_trace_printk(struct trace_array *tr)
{
	if (!tr)
		return;
	trace_array_put(tr);
	trace_array_destroy(tr);
}

static void cost_of_a_message(struct kunit *test)
{
	struct trace_array *tr = init_trace_printk();
	unsigned int round, i;

	copy_buffer = blog_kunit_alloc(test, MEMORY);
	strscpy(caps, "pAsLsXsFscrlFwb!");
	KUNIT_ASSERT_EQ(test, blog_logger_set_budget(&blog_kunit_blog, BUDGET), 0);
	blog_kunit_settle();
	run_copy(WARM_UP);
	run_string(WARM_UP);
	KUNIT_EXPECT_EQ(test, trace_set_clr_event("blog_kunit_peer", NULL, 1), 0);

	/* In turns, so that what disturbs one disturbs all. */
	for (round = 0; round < ROUNDS; round++)
		for (i = 0; i < NR_SUBJECTS; i++)
			if (!subjects[i].skip)
				measure(&subjects[i], round);

	trace_set_clr_event("blog_kunit_peer", NULL, 0);
	exit_trace_printk(tr);

	for (i = 0; i < NR_SUBJECTS; i++)
		if (!subjects[i].skip)
			report(test, &subjects[i]);

	KUNIT_EXPECT_LT(test, median(&subjects[OFF]), median(&subjects[SCALARS]));
	KUNIT_EXPECT_LT(test, median(&subjects[STRING]), median(&subjects[SNPRINTF]));
	if (!subjects[TRACE_PRINTK].skip)
		KUNIT_EXPECT_LT(test, median(&subjects[STRING]),
				median(&subjects[TRACE_PRINTK]));
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).captured,
			WARM_UP + 2ULL * ROUNDS * (CALLS + CALLS / 20));
}

static struct kunit_case cost_cases[] = {
	KUNIT_CASE_SLOW(cost_of_a_message),
	{}
};

static struct kunit_suite cost_suite = {
	.name = "blog_cost",
	.init = blog_kunit_init,
	.exit = blog_kunit_exit,
	.test_cases = cost_cases,
};

kunit_test_suite(cost_suite);
