/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Always-on binary logging: what the files of kernel/trace/blog_* share.
 *
 *	blog_tracefs.c	the instance; tells the others of loggers that come and go
 *	  blog_files.c	    the control files of a logger
 *	    blog_history.c	the file with all that it retains
 *	  blog_persist.c    what outlives the kernel: written at a panic
 *	    blog_adopt.c    what the last boot has kept
 *	      blog_note.c   says what that is, beside it
 *	  blog_event.c	    its event: catalogue, text, who hears it where
 *	    blog_publish.c	passes and requests: what to bring in, when, for whom
 *	      blog_view.c	    what of the contexts is in the ring buffers
 *	        blog_newest.c	the newest of each task, where not all fit
 *	        blog_chunk.c	records on their way: a queue for each CPU, room
 *	          blog_write.c	    writes a record to its CPU's ring buffer
 *	            blog_clock.c	the clock of the ring buffers
 *
 *	blog_trigger.c	triggers of events that stop loggers
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

/* Its ring buffers, as they are now. Any context; takes no lock. */
static inline struct trace_buffer *blog_ring(void)
{
	return READ_ONCE(blog_instance->array_buffer.buffer);
}

/* What a clock said, and trace_clock_local() at the same time. */
struct blog_clock_sample {
	u64 local;
	u64 other;
};

/* The clock of one CPU's ring buffer: it stands at @stamp, or runs. */
struct blog_clock {
	bool stands;
	u64 stamp;
};

void blog_clock_init(struct trace_array *tr);
void blog_clock_update(void);
bool blog_clock_current(void);
u64 blog_clock_begin(struct blog_clock *outer, u64 time);
void blog_clock_end(const struct blog_clock *outer);
void blog_sample_clock(trace_clock_fn func, struct blog_clock_sample *sample);
u64 blog_clock_convert(const struct blog_clock_sample *begin,
		       const struct blog_clock_sample *end, bool in_ns, u64 time);

/* blog_write.c */

/**
 * struct blog_item - a record on its way
 * @next:	offset in the chunk of the next one for the same CPU, or 0
 * @cpu:	who logged it
 * @site:	number of its statement
 * @len:	bytes in @args
 * @is_new:	it has not been claimed before
 * @time:	stamp of trace_clock_local()
 * @client:	as for blog()
 * @logger:	its logger; NULL if it must be dropped
 * @origin:	where it was copied from
 * @owner:	who logged it
 * @args:	arguments
 */
struct blog_item {
	u32 next;
	u32 cpu;
	u16 site;
	u16 len;
	bool is_new;
	u64 time;
	u64 client;
	struct blog_logger *logger;
	struct blog_origin origin;
	struct blog_owner owner;
	u8 args[] __aligned(8);
};

void blog_write_begin(void);
bool blog_write_item(const struct blog_item *item, unsigned int emptied, bool *stored);
void blog_write_copy(struct blog_item *item, const struct blog_place *place);
bool blog_write_now(const struct blog_place *place);

/* blog_chunk.c */

/**
 * enum blog_progress - how far something got
 * @BLOG_COMPLETE: all is done that was asked for
 * @BLOG_MORE: there is more
 * @BLOG_NO_ROOM: a ring buffer must be read before it takes more
 * @BLOG_DISABLED: the ring buffers do not take anything just now
 */
enum blog_progress {
	BLOG_COMPLETE,
	BLOG_MORE,
	BLOG_NO_ROOM,
	BLOG_DISABLED,
};

int blog_chunk_init(void);
int blog_ring_of(u32 cpu);
s64 blog_ring_room(int cpu);
bool blog_ring_used(int cpu);
bool blog_ring_whole(int cpu);
void blog_rings_reset(void);
void blog_rings_were_reset(void);
void blog_chunk_begin(const struct cpumask *limited, unsigned int emptied);
enum blog_progress blog_chunk_add(const struct blog_place *place, int cpu);
void blog_chunk_drop_lost(void);
void blog_chunk_drop_logger(struct blog_logger *logger);
void blog_chunk_put_back(void);
u32 blog_chunk_count(const struct blog_logger *logger);
enum blog_progress blog_chunk_write(const struct cpumask *limited, int *full);
bool blog_chunk_written(void);
bool blog_chunk_divert(void);
unsigned long blog_chunk_pulse(void);

/* blog_newest.c */
int blog_newest_init(void);
void blog_newest_begin(void);
void blog_newest_count(const struct blog_cursor *cursor, u32 bytes);
void blog_newest_share(u64 room);
bool blog_newest_keep(const struct blog_cursor *cursor, u32 bytes);

/* blog_view.c */

/**
 * enum blog_reader_kind - whom what is in the ring buffers must serve
 * @BLOG_LOOKS: does not consume, and is to see the newest
 * @BLOG_BEGINS: is going to consume, and is to get all
 * @BLOG_CONSUMES: goes on to consume
 */
enum blog_reader_kind {
	BLOG_LOOKS,
	BLOG_BEGINS,
	BLOG_CONSUMES,
};

int blog_view_init(void);
void blog_view_add(struct blog_logger *logger);
void blog_view_remove(struct blog_logger *logger);
int blog_view_clear(const void *logger);
void blog_view_switch(struct blog_logger *logger, struct trace_event_file *file);
bool blog_view_prepare(enum blog_reader_kind kind);
bool blog_view_valid(void);
void blog_view_only_newest(bool on, u64 until, void (*progress)(void));
bool blog_view_has_more(void);
enum blog_progress blog_view_fill(u64 until, const struct cpumask *limited, int *full);
void blog_view_settle(void);
void blog_view_dump(void);
bool blog_view_retains(void);
bool blog_view_save(u64 room, void (*write)(const struct blog_place *place));
void blog_view_adopt(void);
void blog_view_start(void);
void blog_view_each(void (*look)(struct blog_event *event));

/* blog_publish.c */
int blog_publish_init(void);
void blog_publish_soon(void);

/* blog_persist.c */
void blog_persist_init(void);

/* blog_adopt.c */
int blog_adopt_init(void);
void blog_adopt_add(struct blog_logger *logger);
void blog_adopt_remove(struct blog_logger *logger);

/* blog_event.c */
void blog_event_add(struct blog_logger *logger);
void blog_event_remove(struct blog_logger *logger);

/* blog_history.c */

/* Contexts of a logger, in no order. */
struct blog_ctx_list {
	unsigned int nr;
	struct blog_ctx_info info[];
};

extern const struct file_operations blog_history_fops;

struct blog_ctx_list *blog_list_contexts(const void *where);

/* blog_files.c */
void blog_files_init(void);
void blog_files_create(struct blog_logger *logger);
void blog_files_remove(struct blog_logger *logger);

#endif /* _KERNEL_TRACE_BLOG_H */
