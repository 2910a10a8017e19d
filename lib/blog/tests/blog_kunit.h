/* SPDX-License-Identifier: GPL-2.0 */
/*
 * KUnit tests of binary logging: what the suites share that look into lib/blog.
 */
#ifndef _LIB_BLOG_TESTS_BLOG_KUNIT_H
#define _LIB_BLOG_TESTS_BLOG_KUNIT_H

#include <kunit/blog.h>

#include "../logger.h"
#include "../refill.h"
#include "../serialize.h"

/* More messages of blog_kunit_message() than a context takes, fewer than two take. */
#define CTX_MESSAGES	(BLOG_CTX_SIZE / 48)

/* Memory that faults when it is read beyond its end. */
#define BLOG_KUNIT_GUARDED	PAGE_SIZE
u8 *blog_kunit_guarded_end(struct kunit *test);

struct blog_ctx *blog_kunit_ctx_of(const struct task_struct *task);
int blog_kunit_text(const struct blog_cursor *cursor, char *buf, size_t size);
unsigned int blog_kunit_controls(const struct blog_ctx *ctx, u16 what);
bool blog_kunit_tally_read(struct kunit *test, struct blog_kunit_tally *tally);

#endif /* _LIB_BLOG_TESTS_BLOG_KUNIT_H */
