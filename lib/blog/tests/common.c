// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of binary logging: what the suites share.
 */
#include <linux/cpumask.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "blog_kunit.h"

int blog_kunit_init(struct kunit *test)
{
	int ret = set_cpus_allowed_ptr(current, cpumask_of(raw_smp_processor_id()));

	if (!ret)
		ret = blog_logger_register(&blog_kunit_blog);
	return ret ?: blog_logger_enable(&blog_kunit_blog, true);
}
EXPORT_SYMBOL_GPL(blog_kunit_init);

void blog_kunit_exit(struct kunit *test)
{
	blog_logger_unregister(&blog_kunit_blog);
}
EXPORT_SYMBOL_GPL(blog_kunit_exit);

/* Begin anew, with all contexts of a budget allocated that may be at hand. */
void blog_kunit_reset(struct kunit *test, unsigned int budget)
{
	blog_logger_unregister(&blog_kunit_blog);
	KUNIT_ASSERT_EQ(test, blog_kunit_init(test), 0);
	KUNIT_ASSERT_EQ(test, blog_logger_set_budget(&blog_kunit_blog, budget), 0);
}
EXPORT_SYMBOL_GPL(blog_kunit_reset);

/*
 * Let the refill worker finish what it was asked for. For one task at a time,
 * as irq_work_sync() is.
 */
void blog_kunit_settle(void)
{
	struct blog_state *state = blog_kunit_blog.state;

	irq_work_sync(&state->kick);
	blog_contexts_refill(state);
}
EXPORT_SYMBOL_GPL(blog_kunit_settle);

KUNIT_DEFINE_ACTION_WRAPPER(free_memory, kvfree, const void *);

void *blog_kunit_alloc(struct kunit *test, size_t size)
{
	void *memory = kvzalloc(size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, memory);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, free_memory, memory), 0);

	return memory;
}
EXPORT_SYMBOL_GPL(blog_kunit_alloc);

/* The end of BLOG_KUNIT_GUARDED bytes; vmalloc() leaves a hole behind them. */
u8 *blog_kunit_guarded_end(struct kunit *test)
{
	u8 *page = vzalloc(BLOG_KUNIT_GUARDED);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, free_memory, page), 0);

	return page + BLOG_KUNIT_GUARDED;
}

/* Messages in contexts that do not count as published or overwritten. */
static u64 count_pending(void)
{
	struct blog_cursor cursor;
	struct blog_ctx *ctx;
	u64 nr = 0;

	list_for_each_entry(ctx, &blog_kunit_blog.state->contexts, all) {
		blog_cursor_start(&cursor, ctx);
		while (blog_cursor_next(&cursor))
			nr++;
		nr -= ctx->counted;
	}

	return nr;
}

/* The counters, which must be consistent; nobody writes. */
struct blog_stats blog_kunit_stats(struct kunit *test)
{
	struct blog_stats stats;

	blog_kunit_settle();
	blog_logger_stats(&blog_kunit_blog, &stats);
	KUNIT_EXPECT_EQ(test, stats.captured,
			stats.published + stats.overwritten + stats.pending);
	KUNIT_EXPECT_EQ(test, stats.pending,
			count_pending() + blog_kunit_blog.state->in_flight);
	KUNIT_EXPECT_EQ(test, stats.nr_contexts,
			stats.contexts[BLOG_CTX_READY] +
			stats.contexts[BLOG_CTX_ACTIVE] +
			stats.contexts[BLOG_CTX_PARKED] +
			stats.contexts[BLOG_CTX_QUEUED]);

	return stats;
}
EXPORT_SYMBOL_GPL(blog_kunit_stats);

/* The context of a task in the logger, or NULL. */
struct blog_ctx *blog_kunit_ctx_of(const struct task_struct *task)
{
	struct blog_ctx *ctx;

	list_for_each_entry(ctx, &blog_kunit_blog.state->contexts, all)
		if (ctx->task == task)
			return ctx;

	return NULL;
}

/* Render a message as snprintf() would have. */
int blog_kunit_text(const struct blog_cursor *cursor, char *buf, size_t size)
{
	const struct blog_site *site;

	site = blog_site_find(cursor->logger, cursor->site);
	if (!site || !blog_args_valid(site, cursor->args, cursor->len))
		return -EINVAL;
	return bstr_printf(buf, size, site->format, cursor->args);
}

/* How many control records of a kind a context has. */
unsigned int blog_kunit_controls(const struct blog_ctx *ctx, u16 what)
{
	const struct blog_record *record;
	unsigned int nr = 0;
	u32 pos;

	for (pos = 0; pos < ctx->head; pos += sizeof(*record) + record->len) {
		record = (const void *)ctx->data + pos;
		nr += record->site == what;
	}

	return nr;
}

static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz";

static const char *message_text(u32 seq)
{
	return alphabet + seq % sizeof(alphabet);
}

static u64 message_check(u32 writer, u32 seq)
{
	return (((u64)writer << 32 | seq) + 1) * 0x9e3779b97f4a7c15ULL;
}

void blog_kunit_message(u32 writer, u32 seq)
{
	blog(&blog_kunit_blog, writer, "writer %u seq %u check %llx %s", writer,
	     seq, message_check(writer, seq), message_text(seq));
}
EXPORT_SYMBOL_GPL(blog_kunit_message);

void blog_kunit_text_twice(const char *text)
{
	blog(&blog_kunit_blog, 0, "%s %s", text, text);
}
EXPORT_SYMBOL_GPL(blog_kunit_text_twice);

/* The arguments of blog_kunit_message(). */
struct message {
	u32 writer;
	u32 seq;
	u64 check;
	char text[];
} __packed;

struct blog_kunit_tally *blog_kunit_tally(struct kunit *test,
					  unsigned int writers,
					  unsigned int seqs)
{
	size_t nr = (size_t)writers * seqs;
	struct blog_kunit_tally *tally;

	tally = blog_kunit_alloc(test, sizeof(*tally));
	tally->writers = writers;
	tally->seqs = seqs;
	tally->seen = blog_kunit_alloc(test, BITS_TO_LONGS(nr) * sizeof(long));
	tally->time = blog_kunit_alloc(test, nr * sizeof(*tally->time));
	tally->next = blog_kunit_alloc(test, writers * sizeof(*tally->next));
	tally->pid = blog_kunit_alloc(test, writers * sizeof(*tally->pid));

	return tally;
}
EXPORT_SYMBOL_GPL(blog_kunit_tally);

/*
 * Note a message with the arguments @args; all else is in @cursor. Returns what
 * is wrong with it, or NULL.
 */
const char *blog_kunit_tally_add(struct blog_kunit_tally *tally,
				 const struct blog_cursor *cursor,
				 const void *args)
{
	const struct message *message = args;
	u32 writer = message->writer, seq = message->seq;
	size_t nr;

	if (cursor->len < sizeof(*message) + 1)
		return "short";
	if (writer >= tally->writers || seq >= tally->seqs)
		return "unknown";
	if (message->check != message_check(writer, seq))
		return "checksum";
	if (strcmp(message->text, message_text(seq)))
		return "text";
	if (cursor->client != writer)
		return "client";
	if (tally->pid[writer] && tally->pid[writer] != cursor->owner.pid)
		return "pid";
	if (cursor->cpu >= nr_cpu_ids)
		return "cpu";
	if (seq < tally->next[writer])
		return "order";
	nr = (size_t)writer * tally->seqs + seq;
	if (__test_and_set_bit(nr, tally->seen))
		return "twice";

	tally->next[writer] = seq + 1;
	tally->time[nr] = cursor->time;
	tally->records++;

	return NULL;
}
EXPORT_SYMBOL_GPL(blog_kunit_tally_add);

/* Read all that the logger has; false after a failure. */
bool blog_kunit_tally_read(struct kunit *test, struct blog_kunit_tally *tally)
{
	struct blog_cursor cursor;
	const char *fault;

	list_for_each_entry(tally->ctx, &blog_kunit_blog.state->contexts, all) {
		memset(tally->next, 0, tally->writers * sizeof(*tally->next));
		blog_cursor_start(&cursor, tally->ctx);
		while (blog_cursor_next(&cursor)) {
			fault = blog_kunit_tally_add(tally, &cursor,
						     cursor.args);
			if (!fault)
				continue;
			KUNIT_FAIL(test, "%s: client %llu pid %d at %td", fault,
				   cursor.client, cursor.owner.pid,
				   (u8 *)cursor.args - tally->ctx->data);
			return false;
		}
	}

	return true;
}

static int log_and_stay(void *data)
{
	struct blog_kunit_task *t = data;
	u32 i;

	if (t->start)
		wait_for_completion(t->start);
	for (i = 0; i < t->nr; i++) {
		blog_kunit_message(t->id, t->seq + i);
		if (t->pace && i % t->pace == t->pace - 1)
			blog_contexts_refill(blog_kunit_blog.state);
	}
	complete(&t->written);

	while (!kthread_should_stop()) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (!kthread_should_stop())
			schedule();
		__set_current_state(TASK_RUNNING);
	}

	return 0;
}

/* Start a task, on a CPU or, with -1, anywhere. */
void blog_kunit_start(struct kunit *test, struct blog_kunit_task *t, int cpu)
{
	init_completion(&t->written);
	t->task = kthread_create(log_and_stay, t, "writer/%u", t->id);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, t->task);
	t->pid = t->task->pid;
	if (cpu >= 0)
		kthread_bind(t->task, cpu);
	wake_up_process(t->task);
}
EXPORT_SYMBOL_GPL(blog_kunit_start);

void blog_kunit_stop(struct blog_kunit_task *t)
{
	wait_for_completion(&t->written);
	kthread_stop(t->task);
}
EXPORT_SYMBOL_GPL(blog_kunit_stop);
