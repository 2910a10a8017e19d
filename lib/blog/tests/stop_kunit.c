// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of binary logging: stopping at the moment.
 */
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/trace_clock.h>

#include "../site.h"
#include "blog_kunit.h"

#define NAME	"blog_kunit"

static noinline void log_number(int *evaluated)
{
	blog(&blog_kunit_blog, 1, "stop %d", ++*evaluated);
}

static u64 captured(struct kunit *test)
{
	return blog_kunit_stats(test).captured;
}

/* The statement of log_number(). */
static struct blog_site *find_site(struct kunit *test)
{
	struct blog_state *state = blog_kunit_blog.state;
	unsigned int i;

	for (i = 0; i < state->nr_sites; i++)
		if (!strcmp(state->site_by_id[i]->function, "log_number"))
			return state->site_by_id[i];
	KUNIT_FAIL_AND_ABORT(test, "no such statement");

	return NULL;
}

/* Nothing after, and it costs nothing; on again works. */
static void stop_and_resume(struct kunit *test)
{
	struct blog_stop stop;
	int evaluated = 0;
	u64 before;

	log_number(&evaluated);
	KUNIT_EXPECT_EQ(test, captured(test), 1);
	KUNIT_EXPECT_FALSE(test, blog_logger_stopped(&blog_kunit_blog, &stop));

	before = trace_clock_local();
	KUNIT_EXPECT_TRUE(test, blog_stop(NAME, "some:event"));
	KUNIT_EXPECT_FALSE(test, blog_stop(NAME, "another:event"));
	KUNIT_EXPECT_FALSE(test, blog_logger_enabled(&blog_kunit_blog));
	KUNIT_EXPECT_TRUE(test, blog_logger_captures(NAME, false));
	log_number(&evaluated);
	KUNIT_EXPECT_EQ(test, evaluated, 1);
	KUNIT_EXPECT_EQ(test, captured(test), 1);
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).retained, 1);

	KUNIT_EXPECT_TRUE(test, blog_logger_stopped(&blog_kunit_blog, &stop));
	KUNIT_EXPECT_STREQ(test, stop.by, "some:event");
	KUNIT_EXPECT_STREQ(test, stop.comm, current->comm);
	KUNIT_EXPECT_EQ(test, stop.pid, current->pid);
	KUNIT_EXPECT_GE(test, stop.time, before);
	KUNIT_EXPECT_LE(test, stop.time, trace_clock_local());

	KUNIT_EXPECT_TRUE(test, blog_resume(NAME));
	KUNIT_EXPECT_FALSE(test, blog_resume(NAME));
	KUNIT_EXPECT_FALSE(test, blog_logger_stopped(&blog_kunit_blog, &stop));
	KUNIT_EXPECT_TRUE(test, blog_logger_captures(NAME, true));
	log_number(&evaluated);
	KUNIT_EXPECT_EQ(test, evaluated, 2);
	KUNIT_EXPECT_EQ(test, captured(test), 2);
	KUNIT_EXPECT_EQ(test, find_site(test)->flags, BLOG_SITE_ON | BLOG_SITE_FAST);
}

/*
 * Another CPU has said that the logger is stopped, and has not come to the statement yet:
 * who stops it, too, does not rely on that.
 */
static void stop_meanwhile(struct kunit *test)
{
	struct blog_state *state = blog_kunit_blog.state;
	struct blog_stop stop;
	int evaluated = 0;

	log_number(&evaluated);
	atomic_inc(&state->stopping);
	raw_write_seqcount_begin(&state->stop_seq);
	WRITE_ONCE(blog_kunit_blog.flags, BLOG_CAPTURE | BLOG_STOPPED);

	KUNIT_EXPECT_FALSE(test, blog_stop(NAME, "x"));
	log_number(&evaluated);
	KUNIT_EXPECT_EQ(test, evaluated, 1);
	KUNIT_EXPECT_EQ(test, captured(test), 1);
	KUNIT_EXPECT_FALSE(test, blog_logger_stopped(&blog_kunit_blog, &stop));

	raw_write_seqcount_end(&state->stop_seq);
	atomic_dec(&state->stopping);
	KUNIT_EXPECT_TRUE(test, blog_logger_stopped(&blog_kunit_blog, &stop));
}

/* With a name no other logger. */
static void stop_names(struct kunit *test)
{
	int evaluated = 0;

	KUNIT_EXPECT_FALSE(test, blog_stop("blog_kuni", "x"));
	KUNIT_EXPECT_FALSE(test, blog_stop("blog_kunit2", "x"));
	KUNIT_EXPECT_FALSE(test, blog_resume("blog_kunit2"));
	log_number(&evaluated);
	KUNIT_EXPECT_EQ(test, captured(test), 1);
}

/* Without a name all loggers. */
static void stop_all(struct kunit *test)
{
	int evaluated = 0;

	if (!blog_logger_captures(NULL, true))
		kunit_skip(test, "a logger is off, and would be on afterwards");
	log_number(&evaluated);
	KUNIT_EXPECT_TRUE(test, blog_stop(NULL, "x"));
	log_number(&evaluated);
	KUNIT_EXPECT_EQ(test, captured(test), 1);
	KUNIT_EXPECT_TRUE(test, blog_resume(NULL));
	log_number(&evaluated);
	KUNIT_EXPECT_EQ(test, captured(test), 2);
}

static unsigned int heard;

static void hear(u64 client, u32 site, const void *args, unsigned int len)
{
	heard++;
}

/* Who listens does so while nothing is kept. */
static void stop_live(struct kunit *test)
{
	void (*emit)(u64, u32, const void *, unsigned int) = blog_kunit_blog.emit;
	int evaluated = 0;

	heard = 0;
	blog_kunit_blog.emit = hear;
	blog_logger_listen(&blog_kunit_blog, true);
	blog_stop(NAME, "x");
	log_number(&evaluated);
	KUNIT_EXPECT_EQ(test, heard, 1);
	KUNIT_EXPECT_EQ(test, captured(test), 0);
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).dropped, 0);

	blog_logger_listen(&blog_kunit_blog, false);
	log_number(&evaluated);
	KUNIT_EXPECT_EQ(test, evaluated, 1);
	blog_logger_listen(&blog_kunit_blog, true);
	log_number(&evaluated);
	KUNIT_EXPECT_EQ(test, heard, 2);

	blog_resume(NAME);
	log_number(&evaluated);
	KUNIT_EXPECT_EQ(test, heard, 3);
	KUNIT_EXPECT_EQ(test, captured(test), 1);
	blog_logger_listen(&blog_kunit_blog, false);
	blog_kunit_blog.emit = emit;
}

static int query(const char *text)
{
	struct blog_query_fault fault;

	guard(mutex)(&blog_mutex);

	return blog_query_apply(&blog_kunit_blog, text, &fault);
}

/* Statements are switched meanwhile as they are at any time. */
static void stop_statements(struct kunit *test)
{
	struct blog_site *site = find_site(test);
	int evaluated = 0;

	blog_stop(NAME, "x");
	KUNIT_EXPECT_TRUE(test, blog_site_is_on(site));
	KUNIT_EXPECT_EQ(test, query("func log_number -"), 0);
	KUNIT_EXPECT_FALSE(test, blog_site_is_on(site));
	blog_resume(NAME);
	log_number(&evaluated);
	KUNIT_EXPECT_EQ(test, captured(test), 0);

	blog_stop(NAME, "x");
	KUNIT_EXPECT_EQ(test, query("func log_number +"), 0);
	KUNIT_EXPECT_TRUE(test, blog_site_is_on(site));
	log_number(&evaluated);
	KUNIT_EXPECT_EQ(test, captured(test), 0);
	blog_resume(NAME);
	log_number(&evaluated);
	KUNIT_EXPECT_EQ(test, captured(test), 1);
}

static void wait_until_on(struct kunit *test)
{
	unsigned long end = jiffies + 10 * HZ;

	while (!blog_logger_enabled(&blog_kunit_blog) && time_before(jiffies, end))
		msleep(20);
	/* Statements and key come after that; the work has the mutex meanwhile. */
	guard(mutex)(&blog_mutex);
	KUNIT_EXPECT_TRUE(test, blog_logger_enabled(&blog_kunit_blog));
}

/* The switch of a logger, and the stop. */
static void stop_switch(struct kunit *test)
{
	struct blog_stop stop;
	int evaluated = 0;

	blog_stop(NAME, "x");
	KUNIT_EXPECT_EQ(test, blog_logger_enable(&blog_kunit_blog, true), 0);
	KUNIT_EXPECT_FALSE(test, blog_logger_stopped(&blog_kunit_blog, &stop));
	log_number(&evaluated);
	KUNIT_EXPECT_EQ(test, captured(test), 1);

	/* Off by the switch alone; then besides. */
	KUNIT_EXPECT_EQ(test, blog_logger_enable(&blog_kunit_blog, false), 0);
	KUNIT_EXPECT_TRUE(test, blog_resume(NAME));
	wait_until_on(test);
	log_number(&evaluated);
	KUNIT_EXPECT_EQ(test, captured(test), 2);

	blog_logger_enable(&blog_kunit_blog, false);
	KUNIT_EXPECT_FALSE(test, blog_stop(NAME, "x"));
	KUNIT_EXPECT_TRUE(test, blog_logger_stopped(&blog_kunit_blog, &stop));
	KUNIT_EXPECT_TRUE(test, blog_resume(NAME));
	/* Before the work has run, or after: it stays stopped. */
	blog_stop(NAME, "y");
	msleep(20);
	KUNIT_EXPECT_FALSE(test, blog_logger_enabled(&blog_kunit_blog));
	log_number(&evaluated);
	KUNIT_EXPECT_EQ(test, captured(test), 2);
	blog_resume(NAME);
	wait_until_on(test);
}

/* Who switches a logger off after blog_resume() has the last word. */
static void stop_off_again(struct kunit *test)
{
	scoped_guard(mutex, &blog_mutex) {
		__blog_logger_enable(&blog_kunit_blog, false);
		KUNIT_EXPECT_TRUE(test, blog_resume(NAME));
		/* The work waits for the mutex. What it will do need not be asked for again. */
		KUNIT_EXPECT_FALSE(test, blog_logger_enabled(&blog_kunit_blog));
		KUNIT_EXPECT_TRUE(test, blog_logger_captures(NAME, true));
		KUNIT_EXPECT_FALSE(test, blog_resume(NAME));
		__blog_logger_enable(&blog_kunit_blog, false);
		KUNIT_EXPECT_TRUE(test, blog_logger_captures(NAME, false));
	}
	msleep(100);
	KUNIT_EXPECT_FALSE(test, blog_logger_enabled(&blog_kunit_blog));
}

/* In a hard interrupt, which comes anywhere. */
struct stopper {
	struct hrtimer timer;
	unsigned int stops;
};

#define STOPPER_NS	(20 * NSEC_PER_USEC)

static enum hrtimer_restart stop_or_resume(struct hrtimer *timer)
{
	struct stopper *stopper = container_of(timer, struct stopper, timer);

	if (stopper->stops++ % 2)
		blog_resume(NAME);
	else
		blog_stop(NAME, "timer");
	hrtimer_forward_now(timer, ns_to_ktime(STOPPER_NS));

	return HRTIMER_RESTART;
}

/* Whoever interrupts whom, the last word counts for each statement. */
static void stop_interrupts(struct kunit *test)
{
	struct blog_site *site = find_site(test);
	unsigned long end = jiffies + HZ / 2;
	struct stopper stopper = {};
	unsigned int i, wrong = 0;
	int evaluated = 0;
	u64 before;

	hrtimer_init(&stopper.timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	stopper.timer.function = stop_or_resume;
	hrtimer_start(&stopper.timer, ns_to_ktime(STOPPER_NS), HRTIMER_MODE_REL_HARD);
	for (i = 0; time_before(jiffies, end); i++) {
		KUNIT_ASSERT_EQ(test, query(i % 2 ? "func log_number +" : "func log_number -"), 0);
		wrong += blog_site_is_on(site) != i % 2;
		log_number(&evaluated);
	}
	hrtimer_cancel(&stopper.timer);
	KUNIT_EXPECT_GE(test, stopper.stops, 10);
	KUNIT_EXPECT_EQ(test, wrong, 0);

	query("func log_number +");
	blog_stop(NAME, "x");
	KUNIT_EXPECT_EQ(test, site->flags, BLOG_SITE_HELD);
	before = captured(test);
	log_number(&evaluated);
	KUNIT_EXPECT_EQ(test, captured(test), before);
	blog_resume(NAME);
	KUNIT_EXPECT_EQ(test, site->flags, BLOG_SITE_ON | BLOG_SITE_FAST);
	log_number(&evaluated);
	KUNIT_EXPECT_EQ(test, captured(test), before + 1);
}

/* A logger that comes again is not stopped. */
static void stop_register(struct kunit *test)
{
	int evaluated = 0;

	blog_stop(NAME, "x");
	blog_logger_unregister(&blog_kunit_blog);
	KUNIT_EXPECT_FALSE(test, blog_stop(NAME, "x"));
	KUNIT_EXPECT_FALSE(test, blog_resume(NAME));
	KUNIT_ASSERT_EQ(test, blog_logger_register(&blog_kunit_blog), 0);
	blog_logger_enable(&blog_kunit_blog, true);
	log_number(&evaluated);
	KUNIT_EXPECT_EQ(test, captured(test), 1);
}

static void stop_exit(struct kunit *test)
{
	blog_resume(NAME);
	query("func log_number +");
	blog_kunit_exit(test);
}

static struct kunit_case stop_cases[] = {
	KUNIT_CASE(stop_and_resume),
	KUNIT_CASE(stop_meanwhile),
	KUNIT_CASE(stop_names),
	KUNIT_CASE(stop_all),
	KUNIT_CASE(stop_live),
	KUNIT_CASE(stop_statements),
	KUNIT_CASE(stop_switch),
	KUNIT_CASE(stop_off_again),
	KUNIT_CASE(stop_interrupts),
	KUNIT_CASE(stop_register),
	{}
};

static struct kunit_suite stop_suite = {
	.name = "blog_stop",
	.init = blog_kunit_init,
	.exit = stop_exit,
	.test_cases = stop_cases,
};

kunit_test_suite(stop_suite);
