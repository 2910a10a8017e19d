/* SPDX-License-Identifier: GPL-2.0 */
/*
 * KUnit tests of binary logging: what they share. The module blog_kunit has it,
 * with a logger to test; messages of that logger are logged there.
 */
#ifndef _KUNIT_BLOG_H
#define _KUNIT_BLOG_H

#include <kunit/test.h>
#include <linux/blog/reader.h>
#include <linux/completion.h>
#include <linux/sched.h>

extern struct blog_logger blog_kunit_blog;

/*
 * During each test the logger is registered, captures and is empty, and the
 * test stays on its CPU.
 */
int blog_kunit_init(struct kunit *test);
void blog_kunit_exit(struct kunit *test);
void blog_kunit_reset(struct kunit *test, unsigned int budget);
void blog_kunit_settle(void);

void *blog_kunit_alloc(struct kunit *test, size_t size);

struct blog_stats blog_kunit_stats(struct kunit *test);

/*
 * Messages that prove themselves: of writer 0..., number 0..., with a checksum
 * and a text whose length varies.
 */
void blog_kunit_message(u32 writer, u32 seq);

/* A message that is "%s %s" of a text. */
void blog_kunit_text_twice(const char *text);

/**
 * struct blog_kunit_tally - which of these messages are in the logger
 * @writers:	number of writers
 * @seqs:	most messages of each
 * @seen:	bit for each message, those of a writer together
 * @time:	stamp of each message
 * @ctx:	the context being read
 * @next:	for each writer, least number that may come next in what is read
 * @pid:	for each writer, whose messages they must be; 0 for any
 * @records:	messages read
 */
struct blog_kunit_tally {
	unsigned int writers;
	unsigned int seqs;
	unsigned long *seen;
	u64 *time;
	const struct blog_ctx *ctx;
	u32 *next;
	pid_t *pid;
	u64 records;
};

struct blog_kunit_tally *blog_kunit_tally(struct kunit *test,
					  unsigned int writers,
					  unsigned int seqs);
const char *blog_kunit_tally_add(struct blog_kunit_tally *tally,
				 const struct blog_cursor *cursor,
				 const void *args);

/**
 * struct blog_kunit_task - a kernel thread that logs
 * @id:		its number as a writer
 * @seq:	number of its first message
 * @nr:		messages
 * @pace:	wait for the refill worker after so many, or never if 0
 * @pid:	its pid
 * @task:	the thread; it lives until blog_kunit_stop()
 * @start:	it waits for this; to be completed for all
 * @written:	it has logged all
 */
struct blog_kunit_task {
	u32 id;
	u32 seq;
	u32 nr;
	u32 pace;
	pid_t pid;
	struct task_struct *task;
	struct completion *start;
	struct completion written;
};

void blog_kunit_start(struct kunit *test, struct blog_kunit_task *t, int cpu);
void blog_kunit_stop(struct blog_kunit_task *t);

#endif /* _KUNIT_BLOG_H */
