// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of binary logging: the publisher.
 *
 * The tests read the ring buffer of the instance "blog" as trace_pipe does, and
 * look at every record of their own logger.
 */
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/rcupdate.h>
#include <linux/ring_buffer.h>
#include <linux/sizes.h>
#include <linux/trace.h>
#include <linux/trace_clock.h>
#include <linux/trace_events.h>

#include <kunit/blog.h>

#include "../blog.h"

/* More messages than a context takes. */
#define CTX_MESSAGES	(BLOG_CTX_SIZE / 48)

static struct trace_array *instance;

static struct trace_buffer *ring(void)
{
	return instance->array_buffer.buffer;
}

/* As truncation does. */
static void empty_ring(void)
{
	ring_buffer_reset(ring());
	instance->emptied++;
}

/* As opening and closing trace_pipe does. */
static void begin_to_consume(void)
{
	if (!instance->trace_ref++)
		instance->sessions++;
	trace_pull(instance, RING_BUFFER_ALL_CPUS, TRACE_PULL_OPEN);
}

static void end_to_consume(void)
{
	instance->trace_ref--;
}

static int publish_init(struct kunit *test)
{
	int ret = blog_kunit_init(test);

	if (ret)
		return ret;
	instance = trace_array_get_by_name(BLOG_INSTANCE, NULL);
	if (!instance || !instance->pull) {
		kunit_skip(test, "there is no instance " BLOG_INSTANCE);
		return -ENODEV;
	}
	trace_array_set_clr_event(instance, BLOG_INSTANCE, "blog_kunit", true);
	ring_buffer_record_on(ring());
	empty_ring();

	return 0;
}

static void publish_exit(struct kunit *test)
{
	if (instance) {
		empty_ring();
		trace_array_put(instance);
	}
	instance = NULL;
	blog_kunit_exit(test);
}

/* As the files of the instance do. */
static void pull(struct kunit *test, enum trace_pull how)
{
	KUNIT_EXPECT_EQ(test, trace_pull(instance, RING_BUFFER_ALL_CPUS, how), 0);
}

/* A blog event in the ring buffer. */
struct entry {
	struct trace_entry ent;
	u64 client;
	u64 late;
	u16 site;
	u16 cpu;
	char comm[TASK_COMM_LEN];
	u32 args;	/* length and offset */
};

/* Check a record of the test's logger; its stamp is not before *@last. */
static bool check_entry(struct kunit *test, struct blog_kunit_tally *tally,
			const struct entry *entry, int cpu, u64 time, u64 last)
{
	struct blog_cursor cursor = {
		.time = time - entry->late,
		.client = entry->client,
		.cpu = entry->cpu,
		.site = entry->site,
		.len = entry->args >> 16,
		.owner.pid = entry->ent.pid,
	};
	const char *fault;

	fault = blog_kunit_tally_add(tally, &cursor,
				     (void *)entry + (entry->args & 0xffff));
	if (!fault && time < last)
		fault = "stamp goes back";
	if (fault)
		KUNIT_FAIL(test, "%s: client %llu pid %d at %llu after %llu", fault,
			   cursor.client, cursor.owner.pid, time, last);

	return !fault;
}

/* Consume all that is in the ring buffer; returns false after a failure. */
static bool consume(struct kunit *test, struct blog_kunit_tally *tally)
{
	u16 type = blog_kunit_blog.event->call->event.type;
	struct ring_buffer_event *event;
	struct entry *entry;
	u64 time, last;
	int cpu;

	for_each_online_cpu(cpu) {
		last = 0;
		while ((event = ring_buffer_consume(ring(), cpu, &time, NULL))) {
			entry = ring_buffer_event_data(event);
			if (entry->ent.type != type)
				continue;
			if (!check_entry(test, tally, entry, cpu, time, last))
				return false;
			last = time;
		}
	}

	return true;
}

/* A writer stays on a CPU, because the tests read one CPU after the other. */
static int cpu_of_writer(u32 writer)
{
	return cpumask_nth(writer % num_online_cpus(), cpu_online_mask);
}

/* Let tasks log, one after the other, and end. */
static void log_by_tasks(struct kunit *test, struct blog_kunit_tally *tally,
			 u32 writers, u32 nr)
{
	struct blog_kunit_task t;
	u32 i;

	for (i = 0; i < writers; i++) {
		t = (struct blog_kunit_task) { .id = i, .nr = nr, .pace = 1000 };
		blog_kunit_start(test, &t, cpu_of_writer(i));
		tally->pid[i] = t.pid;
		blog_kunit_stop(&t);
	}
}

/* Tasks have logged and are gone: what they did is read, with their pids. */
static void publish_history(struct kunit *test)
{
	const u32 writers = 5, nr = 2000;
	struct blog_kunit_tally *tally = blog_kunit_tally(test, writers, nr);
	u64 begin = trace_clock_local(), end;
	struct blog_stats stats;
	u32 i;

	log_by_tasks(test, tally, writers, nr);
	end = trace_clock_local();
	stats = blog_kunit_stats(test);
	KUNIT_EXPECT_EQ(test, stats.pending, writers * nr);
	KUNIT_EXPECT_TRUE(test, ring_buffer_empty(ring()));

	msleep(20);
	pull(test, TRACE_PULL_LOOK);
	stats = blog_kunit_stats(test);
	KUNIT_EXPECT_EQ(test, stats.published, writers * nr);
	KUNIT_EXPECT_EQ(test, stats.pending, 0);

	KUNIT_EXPECT_TRUE(test, consume(test, tally));
	KUNIT_EXPECT_EQ(test, tally->records, writers * nr);
	for (i = 0; i < writers * nr; i++) {
		if (tally->time[i] >= begin && tally->time[i] <= end)
			continue;
		KUNIT_FAIL(test, "stamp of message %u is not of its time", i);
		break;
	}

	/* Who comes next gets the same, and it counts once. */
	tally = blog_kunit_tally(test, writers, nr);
	pull(test, TRACE_PULL_LOOK);
	KUNIT_EXPECT_TRUE(test, consume(test, tally));
	KUNIT_EXPECT_EQ(test, tally->records, writers * nr);
	stats = blog_kunit_stats(test);
	KUNIT_EXPECT_EQ(test, stats.published, writers * nr);
	KUNIT_EXPECT_EQ(test, stats.retained, writers * nr);
}

/* Without a reader nothing is published. */
static void publish_unread(struct kunit *test)
{
	struct blog_kunit_tally *tally = blog_kunit_tally(test, 1, 3 * CTX_MESSAGES);

	log_by_tasks(test, tally, 1, 3 * CTX_MESSAGES);
	msleep(300);
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).published, 0);
	KUNIT_EXPECT_TRUE(test, ring_buffer_empty(ring()));
	/* Which would hook every context switch. */
	KUNIT_EXPECT_FALSE(test, instance->trace_flags & TRACE_ITER_RECORD_CMD);
}

/* Full contexts that were read stay. That of a task that has just ended may join them. */
static void publish_retains(struct kunit *test)
{
	struct blog_kunit_tally *tally = blog_kunit_tally(test, 1, 3 * CTX_MESSAGES);
	unsigned int queued;

	log_by_tasks(test, tally, 1, 3 * CTX_MESSAGES);
	queued = blog_kunit_stats(test).contexts[BLOG_CTX_QUEUED];
	KUNIT_EXPECT_GE(test, queued, 2);
	pull(test, TRACE_PULL_LOOK);
	KUNIT_EXPECT_GE(test, blog_kunit_stats(test).contexts[BLOG_CTX_QUEUED], queued);
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).retained, 3 * CTX_MESSAGES);
}

/* Neither a disabled event nor a disabled buffer loses anything. */
static void publish_disabled(struct kunit *test)
{
	const u32 nr = 1000;
	struct blog_kunit_tally *tally = blog_kunit_tally(test, 1, nr);

	log_by_tasks(test, tally, 1, nr);
	trace_array_set_clr_event(instance, BLOG_INSTANCE, "blog_kunit", false);
	pull(test, TRACE_PULL_LOOK);
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).pending, nr);

	trace_array_set_clr_event(instance, BLOG_INSTANCE, "blog_kunit", true);
	ring_buffer_record_off(ring());
	pull(test, TRACE_PULL_LOOK);
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).pending, nr);

	/* Such as while the buffer is being truncated. */
	ring_buffer_record_on(ring());
	ring_buffer_record_disable(ring());
	pull(test, TRACE_PULL_LOOK);
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).pending, nr);
	ring_buffer_record_enable(ring());
	KUNIT_EXPECT_TRUE(test, ring_buffer_empty(ring()));

	pull(test, TRACE_PULL_LOOK);
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).published, nr);
	KUNIT_EXPECT_TRUE(test, consume(test, tally));
	KUNIT_EXPECT_EQ(test, tally->records, nr);
}

/* A ring buffer that stays disabled stops only itself. */
static void publish_refused(struct kunit *test)
{
	const u32 nr = 1000;
	struct blog_kunit_tally *tally = blog_kunit_tally(test, 2, nr);
	int cpu = cpu_of_writer(1);

	if (num_online_cpus() < 2) {
		kunit_skip(test, "there is one CPU");
		return;
	}
	log_by_tasks(test, tally, 2, nr);
	ring_buffer_record_disable_cpu(ring(), cpu);
	pull(test, TRACE_PULL_LOOK);
	ring_buffer_record_enable_cpu(ring(), cpu);
	KUNIT_EXPECT_TRUE(test, ring_buffer_empty_cpu(ring(), cpu));
	KUNIT_EXPECT_TRUE(test, consume(test, tally));
	KUNIT_EXPECT_EQ(test, tally->records, 2 * nr);
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).published, 2 * nr);
}

/* What was logged before the buffer was written by others tells its time. */
static void publish_late(struct kunit *test)
{
	struct blog_kunit_tally *tally = blog_kunit_tally(test, 1, 200);
	struct trace_entry other = {};
	u64 before;

	log_by_tasks(test, tally, 1, 100);
	before = trace_clock_local();
	msleep(20);
	KUNIT_ASSERT_EQ(test, ring_buffer_write(ring(), sizeof(other), &other), 0);
	pull(test, TRACE_PULL_LOOK);
	KUNIT_EXPECT_TRUE(test, consume(test, tally));
	KUNIT_EXPECT_EQ(test, tally->records, 100);
	KUNIT_EXPECT_LE(test, tally->time[99], before);

	blog_kunit_message(0, 100);
	tally = blog_kunit_tally(test, 1, 200);
	pull(test, TRACE_PULL_LOOK);
	KUNIT_EXPECT_TRUE(test, consume(test, tally));
	KUNIT_EXPECT_EQ(test, tally->records, 101);
	KUNIT_EXPECT_GT(test, tally->time[100], before + 20 * NSEC_PER_MSEC);
}

/* Stamps are converted to what the clock said then, or as near to it as can be told. */
static void publish_converts_clocks(struct kunit *test)
{
	const u64 s = NSEC_PER_SEC;
	const struct {
		struct blog_clock_sample begin, end;
		bool in_ns;
		u64 time, stamp;
	} cases[] = {
		/* an offset */
		{ { 1 * s, 101 * s }, { 3 * s, 103 * s }, true, 2 * s, 102 * s },
		/* ticks; before and after both samples */
		{ { 1 * s, 3 * s }, { 3 * s, 9 * s }, false, 2 * s, 6 * s },
		{ { 1 * s, 3 * s }, { 3 * s, 9 * s }, false, s / 2, 3 * s / 2 },
		{ { 1 * s, 3 * s }, { 3 * s, 9 * s }, false, 4 * s, 12 * s },
		/* earlier than the clock could be */
		{ { 2 * s, 1 }, { 3 * s, s }, true, 1 * s, 0 },
		/* set forward, and back, meanwhile */
		{ { 1 * s, 1 * s }, { 3 * s, 90 * s }, true, 2 * s, 89 * s },
		{ { 1 * s, 90 * s }, { 3 * s, 5 * s }, true, 2 * s, 4 * s },
		/* ticks that started over in a suspend; no time between the samples */
		{ { 1 * s, 90 * s }, { 3 * s, 5 * s }, false, 2 * s, 5 * s },
		{ { 1 * s, 1 * s }, { 1 * s, 5 * s }, false, 2 * s, 5 * s },
		{ { 1 * s, 0 }, { 1 * s + 1, U64_MAX / 2 }, false, 2 * s, U64_MAX / 2 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		KUNIT_EXPECT_EQ_MSG(test, blog_clock_convert(&cases[i].begin, &cases[i].end,
							     cases[i].in_ns, cases[i].time),
				    cases[i].stamp, "case %u", i);
}

/* trace_clock_local(), read by a CPU that is often taken away before or after. */
static u64 disturbed_clock(void)
{
	static unsigned int nr;
	u64 now;

	nr++;
	if (nr % 8 < 3)
		mdelay(2);
	now = trace_clock_local();
	if (nr % 8 > 4)
		mdelay(2);

	return now;
}

/* Where stamps are converted, they are not moved by what comes between two clocks. */
static void publish_samples_clocks(struct kunit *test)
{
	struct blog_clock_sample sample;
	unsigned int i;

	for (i = 0; i < 16; i++) {
		blog_sample_clock(disturbed_clock, &sample);
		KUNIT_EXPECT_LT(test, abs((s64)(sample.local - sample.other)),
				NSEC_PER_MSEC / 2);
	}
}

static void publish_clears(struct kunit *test)
{
	const u32 nr = 3 * CTX_MESSAGES;
	struct blog_kunit_tally *tally = blog_kunit_tally(test, 2, nr);
	struct blog_stats stats;

	log_by_tasks(test, tally, 1, nr);
	blog_kunit_message(1, 0);
	KUNIT_EXPECT_EQ(test, blog_view_clear(&blog_kunit_blog), 0);
	stats = blog_kunit_stats(test);
	KUNIT_EXPECT_EQ(test, stats.overwritten, nr + 1);
	KUNIT_EXPECT_EQ(test, stats.pending, 0);
	KUNIT_EXPECT_EQ(test, stats.contexts[BLOG_CTX_QUEUED], 0);

	blog_kunit_message(1, 1);
	pull(test, TRACE_PULL_LOOK);
	KUNIT_EXPECT_TRUE(test, consume(test, tally));
	KUNIT_EXPECT_EQ(test, tally->records, 1);
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).published, 1);
}

/* A consumer, who may be slow. */
struct consumer {
	struct kunit *test;
	struct blog_kunit_tally *tally;
	struct completion ready;
	bool failed;
};

static u64 pending(void)
{
	struct blog_stats stats;

	blog_logger_stats(&blog_kunit_blog, &stats);
	return stats.pending;
}

/* Until there is nothing left. */
static int consume_all(void *data)
{
	struct consumer *c = data;

	begin_to_consume();
	complete(&c->ready);
	while (!kthread_should_stop() || (pending() && !c->failed)) {
		trace_pull(instance, RING_BUFFER_ALL_CPUS, TRACE_PULL_READ);
		if (ring_buffer_empty(ring()))
			schedule_timeout_uninterruptible(1);
		else if (!c->failed && !consume(c->test, c->tally))
			c->failed = true;
	}
	if (!c->failed && !consume(c->test, c->tally))
		c->failed = true;
	end_to_consume();

	return 0;
}

static struct task_struct *start_consumer(struct kunit *test, struct consumer *c)
{
	struct task_struct *task;

	init_completion(&c->ready);
	task = kthread_run(consume_all, c, "consumer");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, task);
	wait_for_completion(&c->ready);

	return task;
}

/* Who consumes gets a history larger than the ring buffer whole. */
static void publish_larger_than_ring(struct kunit *test)
{
	const unsigned long size = SZ_64K;
	const u32 nr = 8 * size / 48;
	struct blog_kunit_tally *tally = blog_kunit_tally(test, 2, nr);
	struct consumer c = { .test = test, .tally = tally };
	unsigned long old = ring_buffer_size(ring(), 0);
	struct task_struct *task;

	KUNIT_ASSERT_GE(test, ring_buffer_resize(ring(), size, RING_BUFFER_ALL_CPUS), 0);
	log_by_tasks(test, tally, 2, nr);
	task = start_consumer(test, &c);
	kthread_stop(task);

	KUNIT_EXPECT_FALSE(test, c.failed);
	KUNIT_EXPECT_EQ(test, tally->records, 2 * nr);
	KUNIT_EXPECT_EQ(test, ring_buffer_overruns(ring()), 0);
	ring_buffer_resize(ring(), old, RING_BUFFER_ALL_CPUS);
}

#define LONG_TEXT	990
#define LONG_MESSAGES	100

static int count_long(void *data)
{
	u16 type = blog_kunit_blog.event->call->event.type;
	struct ring_buffer_event *event;
	struct trace_entry *entry;
	u32 *nr = data;
	int cpu;

	while (!kthread_should_stop()) {
		trace_pull(instance, RING_BUFFER_ALL_CPUS, TRACE_PULL_READ);
		for_each_online_cpu(cpu) {
			while ((event = ring_buffer_consume(ring(), cpu, NULL, NULL))) {
				entry = ring_buffer_event_data(event);
				*nr += entry->type == type &&
				       ring_buffer_event_length(event) > 2 * LONG_TEXT;
			}
		}
		schedule_timeout_uninterruptible(1);
	}

	return 0;
}

/* The smallest ring buffer takes the longest messages, one after the other. */
static void publish_through_two_pages(struct kunit *test)
{
	unsigned long old = ring_buffer_size(ring(), 0);
	unsigned long end = jiffies + 20 * HZ;
	char *text = blog_kunit_alloc(test, LONG_TEXT + 1);
	struct task_struct *task;
	u32 i, nr = 0;

	memset(text, 'x', LONG_TEXT);
	KUNIT_ASSERT_GE(test, ring_buffer_resize(ring(), 1, RING_BUFFER_ALL_CPUS), 0);
	for (i = 0; i < LONG_MESSAGES; i++)
		blog_kunit_text_twice(text);

	begin_to_consume();
	task = kthread_run(count_long, &nr, "consumer");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, task);
	while (READ_ONCE(nr) < LONG_MESSAGES && time_before(jiffies, end))
		schedule_timeout_uninterruptible(1);
	kthread_stop(task);
	end_to_consume();

	KUNIT_EXPECT_EQ(test, nr, LONG_MESSAGES);
	KUNIT_EXPECT_EQ(test, ring_buffer_overruns(ring()), 0);
	ring_buffer_resize(ring(), old, RING_BUFFER_ALL_CPUS);
}

/* Publisher and writers, who recycle contexts, get in each other's way. */
static void publish_while_recycling(struct kunit *test)
{
	const u32 writers = 4, nr = 30000;
	struct blog_kunit_tally *tally = blog_kunit_tally(test, writers, nr);
	struct consumer c = { .test = test, .tally = tally };
	struct blog_kunit_task t[4];
	struct task_struct *task;
	struct blog_stats stats;
	u32 i;

	blog_kunit_reset(test, 6);
	task = start_consumer(test, &c);
	for (i = 0; i < writers; i++) {
		t[i] = (struct blog_kunit_task) { .id = i, .nr = nr, .pace = 5000 };
		blog_kunit_start(test, &t[i], cpu_of_writer(i));
		tally->pid[i] = t[i].pid;
	}
	for (i = 0; i < writers; i++)
		blog_kunit_stop(&t[i]);
	kthread_stop(task);

	KUNIT_EXPECT_FALSE(test, c.failed);
	stats = blog_kunit_stats(test);
	KUNIT_EXPECT_EQ(test, stats.captured + stats.dropped, writers * nr);
	KUNIT_EXPECT_EQ(test, stats.pending, 0);
	KUNIT_EXPECT_EQ(test, tally->records, stats.published);
}

/* What somebody does who does not consume but opens a file. */
static u64 time_to_pull(struct kunit *test)
{
	u64 begin = ktime_get_ns();

	pull(test, TRACE_PULL_LOOK);
	return ktime_get_ns() - begin;
}

/* The same messages as trace events, written to a buffer of their own. */
static u64 time_of_live_events(struct kunit *test, u32 nr)
{
	struct trace_array *tr = trace_array_get_by_name("blog_kunit", NULL);
	u64 begin, end;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, tr);
	blog_logger_enable(&blog_kunit_blog, false);
	trace_array_set_clr_event(tr, BLOG_INSTANCE, "blog_kunit", true);
	begin = ktime_get_ns();
	for (i = 0; i < nr; i++)
		blog_kunit_message(0, i);
	end = ktime_get_ns();
	trace_array_set_clr_event(tr, BLOG_INSTANCE, "blog_kunit", false);
	trace_array_put(tr);
	trace_array_destroy(tr);
	blog_logger_enable(&blog_kunit_blog, true);

	return end - begin;
}

/*
 * How fast: from 64 MiB of contexts, which a reader of the file "trace" has to
 * wait for. Emulation is slower than the bars are meant for.
 */
static void publish_speed(struct kunit *test)
{
	const u32 budget = SZ_64M / BLOG_CTX_SIZE;
	struct blog_stats stats;
	u64 live, published;
	u32 nr = 0;

	blog_kunit_reset(test, budget);
	do {
		if (nr % 1000 == 0)
			blog_kunit_settle();
		blog_kunit_message(0, nr++);
		blog_logger_stats(&blog_kunit_blog, &stats);
	} while (nr % 1000 || stats.contexts[BLOG_CTX_QUEUED] < budget - 8);

	live = div_u64(time_of_live_events(test, nr), nr);
	published = time_to_pull(test);
	kunit_info(test, "cost: %u records of %u MiB published in %llu ms\n", nr,
		   budget * BLOG_CTX_SIZE / SZ_1M, div_u64(published, NSEC_PER_MSEC));
	if (IS_ENABLED(CONFIG_UML))
		KUNIT_EXPECT_LT(test, published, NSEC_PER_SEC);
	published = div_u64(published, nr);
	kunit_info(test, "cost: publish %llu ns, live event %llu ns\n", published, live);
	KUNIT_EXPECT_LT(test, published, max(2 * live, NSEC_PER_SEC / 1000000));
	KUNIT_EXPECT_EQ(test, blog_kunit_stats(test).published, nr);
}

static struct kunit_case publish_cases[] = {
	KUNIT_CASE(publish_history),
	KUNIT_CASE(publish_unread),
	KUNIT_CASE(publish_retains),
	KUNIT_CASE(publish_disabled),
	KUNIT_CASE(publish_refused),
	KUNIT_CASE(publish_late),
	KUNIT_CASE(publish_converts_clocks),
	KUNIT_CASE(publish_samples_clocks),
	KUNIT_CASE(publish_clears),
	KUNIT_CASE(publish_larger_than_ring),
	KUNIT_CASE(publish_through_two_pages),
	KUNIT_CASE(publish_while_recycling),
	KUNIT_CASE_SLOW(publish_speed),
	{}
};

static struct kunit_suite publish_suite = {
	.name = "blog_publish",
	.init = publish_init,
	.exit = publish_exit,
	.test_cases = publish_cases,
};

kunit_test_suite(publish_suite);
