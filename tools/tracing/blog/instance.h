/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * The tracefs instance "blog" and the control files of its loggers. What cannot be
 * had ends the program with a word on what to do about it.
 */
#ifndef _BLOG_INSTANCE_H
#define _BLOG_INSTANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BLOG_INSTANCE	"blog"

/**
 * struct logger_stats - counters of a logger, see Documentation/trace/blog.rst
 */
struct logger_stats {
	uint64_t sites, captured, published, overwritten, pending, retained, used_bytes;
	uint64_t dropped, truncated, shrunk, budget_bytes, memory_bytes, shrunk_bytes;
	uint64_t contexts_recalled;
};

struct tep_handle;

const char *instance_problem(void);
void instance_require(void);
const char *instance_dir(void);
char *instance_path(const char *file);
char *logger_path(const char *logger, const char *file);
char **instance_loggers(void);
struct tep_handle *instance_events(void);
void instance_require_logger(const char *logger);
bool logger_is_gone(int error);
bool logger_stats_read(const char *logger, struct logger_stats *stats);
char *read_text(const char *path, size_t *size);
int write_text(const char *path, const char *text);
char *instance_last_error(void);

#endif /* _BLOG_INSTANCE_H */
