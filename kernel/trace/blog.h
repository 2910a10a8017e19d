/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Always-on binary logging: what the files of kernel/trace/blog_* share.
 *
 *	blog_tracefs.c	the instance; tells the others of loggers that come and go
 *	  blog_files.c	    the control files of a logger
 *	  blog_event.c	    its event: catalogue, text, who hears it where
 *	    blog_publish.c	passes and requests: what to bring in, when, for whom
 *	      blog_write.c	    one CPU's ring buffer: queue, room, writing
 *	        blog_clock.c	the clock of the ring buffers
 *
 * Each file calls only files below it, and lib/blog through <linux/blog/reader.h>.
 */
#ifndef _KERNEL_TRACE_BLOG_H
#define _KERNEL_TRACE_BLOG_H

#include <linux/blog/event.h>
#include <linux/blog/reader.h>
#include <linux/cpumask.h>
#include <linux/string.h>
#include <linux/string_helpers.h>

#include "trace.h"

/* Name of the tracefs instance, and of the system of its events. */
#define BLOG_INSTANCE	"blog"

/* All but printable ASCII characters, and those named besides, become \ooo. */
#define BLOG_ESCAPE	(ESCAPE_OCTAL | ESCAPE_NAP | ESCAPE_APPEND)

/* Length of a format without its trailing newline. */
static inline size_t blog_format_len(const char *format)
{
	size_t len = strlen(format);

	return len && format[len - 1] == '\n' ? len - 1 : len;
}

/* blog_clock.c */

/* The instance; set by blog_clock_init(), before anything else runs. */
extern struct trace_array *blog_instance;

void blog_clock_init(struct trace_array *tr);
void blog_clock_update(void);
void blog_clock_begin(u64 time);
void blog_clock_end(bool shown);
void blog_sample_clock(trace_clock_fn func, u64 *local, u64 *other);

/* blog_write.c */

/**
 * enum blog_progress - how far something got
 * @BLOG_COMPLETE: all is done that was asked for
 * @BLOG_MORE: there is more
 * @BLOG_NO_ROOM: a ring buffer must be read before it takes more
 * @BLOG_DISABLED: a ring buffer does not take anything just now
 */
enum blog_progress {
	BLOG_COMPLETE,
	BLOG_MORE,
	BLOG_NO_ROOM,
	BLOG_DISABLED,
};

int blog_write_init(void);
int blog_ring_of(u32 cpu);
s64 blog_ring_room(int cpu);
void blog_chunk_begin(const struct cpumask *limited);
enum blog_progress blog_chunk_add(const struct blog_cursor *cursor, int cpu);
bool blog_chunk_written(void);
void blog_chunk_drop_lost(void);
void blog_chunk_drop_logger(struct blog_logger *logger);
u32 blog_chunk_count(const struct blog_logger *logger);
void blog_chunk_write(void);
void blog_chunk_write_here(void);

/* blog_publish.c */
int blog_publish_init(void);
void blog_publish_add(struct blog_logger *logger);
void blog_publish_remove(struct blog_logger *logger);
void blog_publish_clear(struct blog_logger *logger);
void blog_publish_soon(void);
void blog_publish_switch(struct blog_logger *logger, struct trace_event_file *file);

/* blog_event.c */
void blog_event_add(struct blog_logger *logger);
void blog_event_remove(struct blog_logger *logger);

/* blog_files.c */
void blog_files_init(void);
void blog_files_create(struct blog_logger *logger);
void blog_files_remove(struct blog_logger *logger);

#endif /* _KERNEL_TRACE_BLOG_H */
