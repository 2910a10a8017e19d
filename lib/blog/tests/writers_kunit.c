// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of binary logging: many writers, interrupts, nested writers.
 */
#include <linux/fwnode.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/irq_work.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/preempt.h>
#include <linux/string.h>
#include <linux/timer.h>

#include "blog_kunit.h"

/* Many tasks */

#define WRITERS		16

static struct blog_kunit_tally *run_writers(struct kunit *test, u32 each, u32 pace)
{
	struct blog_kunit_tally *tally = blog_kunit_tally(test, WRITERS, each);
	struct blog_kunit_task *tasks;
	struct completion start;
	u32 i;

	tasks = blog_kunit_alloc(test, WRITERS * sizeof(*tasks));
	init_completion(&start);
	for (i = 0; i < WRITERS; i++) {
		tasks[i].id = i;
		tasks[i].nr = each;
		tasks[i].pace = pace + i;
		tasks[i].start = &start;
		/* Half of them may change their CPU. */
		blog_kunit_start(test, &tasks[i], i % 2 ? -1 :
				 cpumask_nth(i / 2 % num_online_cpus(), cpu_online_mask));
		tally->pid[i] = tasks[i].pid;
	}
	complete_all(&start);
	for (i = 0; i < WRITERS; i++)
		blog_kunit_stop(&tasks[i]);

	return tally;
}

/* The stamps of a writer that stayed on its CPU follow its messages. */
static void expect_stamps(struct kunit *test, const struct blog_kunit_tally *tally,
			  u32 writer)
{
	size_t nr = (size_t)writer * tally->seqs, end = nr + tally->seqs;
	u64 last = 0;

	for_each_set_bit_from(nr, tally->seen, end) {
		if (tally->time[nr] < last) {
			KUNIT_FAIL(test, "message %zu of writer %u went back in time",
				   nr % tally->seqs, writer);
			return;
		}
		last = tally->time[nr];
	}
}

/* With room for all, and time to allocate it, all are there. */
static void writers_many(struct kunit *test)
{
	const u32 each = 16000;
	struct blog_kunit_tally *tally;
	struct blog_stats stats;
	u32 i;

	blog_kunit_reset(test, 256);
	tally = run_writers(test, each, 7);
	stats = blog_kunit_stats(test);
	KUNIT_EXPECT_EQ(test, stats.captured + stats.dropped, WRITERS * each);
	KUNIT_EXPECT_EQ(test, stats.dropped, 0);
	KUNIT_EXPECT_EQ(test, stats.truncated, 0);
	KUNIT_EXPECT_TRUE(test, blog_kunit_tally_read(test, tally));
	KUNIT_EXPECT_EQ(test, tally->records + stats.overwritten, WRITERS * each);
	KUNIT_EXPECT_EQ(test, stats.overwritten, 0);
	for (i = 0; i < WRITERS; i += 2)
		expect_stamps(test, tally, i);
}

/* With less room than tasks, all that is not there was counted. */
static void writers_crowded(struct kunit *test)
{
	const u32 each = 16000;
	struct blog_kunit_tally *tally;
	struct blog_stats stats;
	u32 i;

	blog_kunit_reset(test, 5);
	tally = run_writers(test, each, 1000);
	stats = blog_kunit_stats(test);
	KUNIT_EXPECT_LE(test, stats.nr_contexts, 5);
	KUNIT_EXPECT_EQ(test, stats.captured + stats.dropped, WRITERS * each);
	KUNIT_EXPECT_TRUE(test, blog_kunit_tally_read(test, tally));
	KUNIT_EXPECT_EQ(test, tally->records, stats.pending);
	KUNIT_EXPECT_GT(test, stats.overwritten, 0);
	for (i = 0; i < WRITERS; i += 2)
		expect_stamps(test, tally, i);
}

/* Interrupts */

enum { TASK, SOFTIRQ, HARDIRQ, NR_SOURCES };

/**
 * struct sources - writers at three levels on the CPU of the test
 * @hard:	writes from hard interrupts
 * @soft:	writes from soft interrupts
 * @nr:		messages of each
 * @most:	most of them
 * @stop:	let the timers end
 */
struct sources {
	struct hrtimer hard;
	struct timer_list soft;
	u32 nr[NR_SOURCES];
	u32 most;
	bool stop;
};

static void log_burst(struct sources *s, u32 source, u32 nr)
{
	while (nr-- && s->nr[source] < s->most)
		blog_kunit_message(source, s->nr[source]++);
}

static enum hrtimer_restart hard_source(struct hrtimer *timer)
{
	struct sources *s = container_of(timer, struct sources, hard);

	log_burst(s, HARDIRQ, 20);
	if (READ_ONCE(s->stop))
		return HRTIMER_NORESTART;
	hrtimer_forward_now(timer, ns_to_ktime(100 * NSEC_PER_USEC));

	return HRTIMER_RESTART;
}

static void soft_source(struct timer_list *timer)
{
	struct sources *s = container_of(timer, struct sources, soft);

	log_burst(s, SOFTIRQ, 500);
	if (!READ_ONCE(s->stop))
		mod_timer(timer, jiffies + 1);
}

/* What interrupts write is not in a task's context. */
static void expect_separate(struct kunit *test)
{
	struct blog_cursor cursor;
	struct blog_ctx *ctx;

	list_for_each_entry(ctx, &blog_kunit_blog.state->contexts, all) {
		blog_cursor_start(&cursor, ctx);
		while (ctx->kind == BLOG_CTX_TASK && blog_cursor_next(&cursor)) {
			KUNIT_ASSERT_EQ(test, cursor.owner.level, 0);
			KUNIT_ASSERT_EQ(test, cursor.client, TASK);
		}
	}
}

static void writers_interrupts(struct kunit *test)
{
	const u32 most = 1000000;
	struct blog_kunit_tally *tally = blog_kunit_tally(test, NR_SOURCES, most);
	struct sources *s = blog_kunit_alloc(test, sizeof(*s));
	unsigned long end = jiffies + 20 * HZ;
	struct blog_stats stats;

	blog_kunit_reset(test, 256);
	s->most = most;
	hrtimer_init(&s->hard, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	s->hard.function = hard_source;
	timer_setup(&s->soft, soft_source, 0);
	hrtimer_start(&s->hard, ns_to_ktime(100 * NSEC_PER_USEC), HRTIMER_MODE_REL_HARD);
	mod_timer(&s->soft, jiffies + 1);

	while (time_before(jiffies, end) &&
	       (READ_ONCE(s->nr[HARDIRQ]) < 200 || READ_ONCE(s->nr[SOFTIRQ]) < 2000)) {
		log_burst(s, TASK, 500);
		blog_kunit_settle();
	}
	WRITE_ONCE(s->stop, true);
	timer_delete_sync(&s->soft);
	hrtimer_cancel(&s->hard);

	kunit_info(test, "messages: task %u, softirq %u, hardirq %u\n",
		   s->nr[TASK], s->nr[SOFTIRQ], s->nr[HARDIRQ]);
	KUNIT_EXPECT_GT(test, s->nr[TASK], 0);
	KUNIT_EXPECT_GE(test, s->nr[SOFTIRQ], 2000);
	KUNIT_EXPECT_GE(test, s->nr[HARDIRQ], 200);
	stats = blog_kunit_stats(test);
	KUNIT_EXPECT_EQ(test, stats.captured,
			s->nr[TASK] + s->nr[SOFTIRQ] + s->nr[HARDIRQ]);
	KUNIT_EXPECT_EQ(test, stats.dropped, 0);
	KUNIT_EXPECT_TRUE(test, blog_kunit_tally_read(test, tally));
	KUNIT_EXPECT_EQ(test, tally->records, stats.pending);
	expect_separate(test);
}

/* Within a message that is half written */

/*
 * %pfwP asks the node for its name while the message is being stored, which
 * lets the test run code right there.
 */
struct nested {
	struct fwnode_handle fwnode;
	void (*run)(struct nested *nested);
	struct tasklet_struct tasklet;
	struct irq_work irq_work;
	u32 calls;
	u32 ran;
};

static const char *nested_name(const struct fwnode_handle *fwnode)
{
	struct nested *nested = container_of(fwnode, struct nested, fwnode);

	nested->calls++;
	nested->run(nested);

	return "name";
}

static const struct fwnode_operations nested_ops = { .get_name = nested_name };

static struct nested *init_nested(struct kunit *test, void (*run)(struct nested *))
{
	struct nested *nested = blog_kunit_alloc(test, sizeof(*nested));

	fwnode_init(&nested->fwnode, &nested_ops);
	nested->run = run;

	return nested;
}

static void log_around(struct nested *nested, u32 nr)
{
	blog(&blog_kunit_blog, TASK, "outer %u %pfwP %s %llx", nr,
	     &nested->fwnode, "tail", 0x0123456789abcdefULL);
}

/* The messages of log_around() are whole; their number. */
static u32 expect_around(struct kunit *test)
{
	struct blog_cursor cursor;
	char text[64], expected[64];
	struct blog_ctx *ctx;
	u32 nr = 0;

	ctx = blog_kunit_ctx_of(current);
	KUNIT_ASSERT_NOT_NULL(test, ctx);
	blog_cursor_start(&cursor, ctx);
	while (blog_cursor_next(&cursor)) {
		snprintf(expected, sizeof(expected),
			 "outer %u name tail 123456789abcdef", nr++);
		KUNIT_ASSERT_GT(test, blog_kunit_text(&cursor, text, sizeof(text)), 0);
		KUNIT_EXPECT_STREQ(test, text, expected);
	}

	return nr;
}

/* Messages that were dropped, as a reader of the current task learns of it. */
static u64 lost_here(struct kunit *test)
{
	struct blog_cursor cursor;

	blog_cursor_start(&cursor, blog_kunit_ctx_of(current));
	while (blog_cursor_next(&cursor))
		;

	return cursor.lost;
}

static void log_inside(struct nested *nested)
{
	blog_kunit_message(TASK, nested->ran++);
}

/* A message within another at the same level is dropped and counted. */
static void nested_same_level(struct kunit *test)
{
	struct nested *nested = init_nested(test, log_inside);
	struct blog_stats stats;
	u32 i;

	for (i = 0; i < 3; i++)
		log_around(nested, i);

	stats = blog_kunit_stats(test);
	KUNIT_EXPECT_EQ(test, nested->ran, 3);
	KUNIT_EXPECT_EQ(test, stats.captured, 3);
	KUNIT_EXPECT_EQ(test, stats.dropped, 3);
	KUNIT_EXPECT_EQ(test, expect_around(test), 3);
	/* It is told with what else changes. */
	KUNIT_EXPECT_EQ(test, lost_here(test), 0);
	blog(&blog_kunit_blog, 1, "another client");
	KUNIT_EXPECT_EQ(test, lost_here(test), 3);
}

static void log_in_softirq(struct tasklet_struct *tasklet)
{
	struct nested *nested = from_tasklet(nested, tasklet, tasklet);

	blog_kunit_message(SOFTIRQ, nested->ran++);
}

static void raise_softirq_inside(struct nested *nested)
{
	local_bh_disable();
	tasklet_schedule(&nested->tasklet);
	/* Soft interrupts run here, within the outer message. */
	local_bh_enable();
}

/* The messages of the interrupts, @nr from 0 on, have a context of their own. */
static void expect_inner(struct kunit *test, u32 source, u32 nr)
{
	struct blog_cursor cursor;
	struct blog_ctx *ctx;
	u32 found = 0;

	list_for_each_entry(ctx, &blog_kunit_blog.state->contexts, all) {
		if (ctx->task == current)
			continue;
		blog_cursor_start(&cursor, ctx);
		while (blog_cursor_next(&cursor)) {
			const u32 *args = cursor.args;

			KUNIT_EXPECT_EQ(test, cursor.client, source);
			KUNIT_EXPECT_EQ(test, cursor.owner.pid, current->pid);
			KUNIT_EXPECT_EQ(test, args[0], source);
			KUNIT_EXPECT_EQ(test, args[1], found);
			found++;
		}
	}
	KUNIT_EXPECT_EQ(test, found, nr);
}

static void nested_softirq(struct kunit *test)
{
	struct nested *nested = init_nested(test, raise_softirq_inside);
	struct blog_stats stats;
	u32 i;

	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		kunit_skip(test, "soft interrupts are tasks");

	tasklet_setup(&nested->tasklet, log_in_softirq);
	for (i = 0; i < 50; i++)
		log_around(nested, i);
	tasklet_kill(&nested->tasklet);

	KUNIT_EXPECT_GE(test, nested->ran, 1);
	stats = blog_kunit_stats(test);
	KUNIT_EXPECT_EQ(test, stats.captured, 50 + nested->ran);
	KUNIT_EXPECT_EQ(test, stats.dropped, 0);
	KUNIT_EXPECT_EQ(test, expect_around(test), 50);
	expect_inner(test, SOFTIRQ, nested->ran);
}

static void log_in_hardirq(struct irq_work *work)
{
	struct nested *nested = container_of(work, struct nested, irq_work);

	blog_kunit_message(HARDIRQ, nested->ran);
	WRITE_ONCE(nested->ran, nested->ran + 1);
}

static void raise_hardirq_inside(struct nested *nested)
{
	u32 before = READ_ONCE(nested->ran);
	u64 end = ktime_get_ns() + NSEC_PER_SEC;

	irq_work_queue(&nested->irq_work);
	/* Where no interrupt can be raised, the next tick does it. */
	while (READ_ONCE(nested->ran) == before && ktime_get_ns() < end)
		cpu_relax();
}

static void nested_hardirq(struct kunit *test)
{
	struct nested *nested = init_nested(test, raise_hardirq_inside);
	struct blog_stats stats;
	u32 i;

	nested->irq_work = IRQ_WORK_INIT_HARD(log_in_hardirq);
	for (i = 0; i < 10; i++)
		log_around(nested, i);
	irq_work_sync(&nested->irq_work);

	KUNIT_EXPECT_EQ(test, nested->ran, 10);
	stats = blog_kunit_stats(test);
	KUNIT_EXPECT_EQ(test, stats.captured, 10 + nested->ran);
	KUNIT_EXPECT_EQ(test, stats.dropped, 0);
	KUNIT_EXPECT_EQ(test, expect_around(test), 10);
	expect_inner(test, HARDIRQ, nested->ran);
}

/* A string that changes while it is stored */

#define CHANGING	48

static int change_string(void *data)
{
	char *s = data;
	u32 i = 0;

	while (!kthread_should_stop()) {
		/* The last byte stays NUL. */
		WRITE_ONCE(s[i % (CHANGING - 1)], i & 64 ? 'x' : '\0');
		i = i * 5 + 1;
		if (!(i % 1024))
			cond_resched();
	}

	return 0;
}

/* It must not end early or late for a reader: the number behind it is whole. */
static void writers_changing_string(struct kunit *test)
{
	char *s = blog_kunit_alloc(test, CHANGING);
	struct blog_cursor cursor;
	struct task_struct *task;
	struct blog_ctx *ctx;
	const u32 nr = 100000;
	u32 i, found = 0;

	if (num_online_cpus() < 2)
		kunit_skip(test, "one CPU");

	blog_kunit_reset(test, 256);
	task = kthread_run(change_string, s, "changer");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, task);
	for (i = 0; i < nr; i++) {
		blog(&blog_kunit_blog, 0, "%s %.40s %x", s, s, 0xfeedbeef);
		if (i % 1000 == 0)
			blog_kunit_settle();
	}
	kthread_stop(task);

	list_for_each_entry(ctx, &blog_kunit_blog.state->contexts, all) {
		blog_cursor_start(&cursor, ctx);
		while (blog_cursor_next(&cursor)) {
			const char *text = cursor.args;
			u32 end;

			text += strlen(text) + 1;
			text += strlen(text) + 1;
			end = ALIGN(text - (const char *)cursor.args, 4);
			KUNIT_ASSERT_EQ(test, cursor.len, end + 4);
			KUNIT_ASSERT_EQ(test, *(u32 *)(cursor.args + end), 0xfeedbeef);
			found++;
		}
	}
	KUNIT_EXPECT_EQ(test, found, nr);
}

static struct kunit_case writers_cases[] = {
	KUNIT_CASE_SLOW(writers_many),
	KUNIT_CASE_SLOW(writers_crowded),
	KUNIT_CASE_SLOW(writers_interrupts),
	KUNIT_CASE(writers_changing_string),
	KUNIT_CASE(nested_same_level),
	KUNIT_CASE(nested_softirq),
	KUNIT_CASE(nested_hardirq),
	{}
};

static struct kunit_suite writers_suite = {
	.name = "blog_writers",
	.init = blog_kunit_init,
	.exit = blog_kunit_exit,
	.test_cases = writers_cases,
};

kunit_test_suite(writers_suite);
