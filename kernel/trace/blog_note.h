/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Always-on binary logging: the note, which says what is in ring buffers that outlive the
 * kernel. See kernel/trace/blog_persist.c.
 */
#ifndef _KERNEL_TRACE_BLOG_NOTE_H
#define _KERNEL_TRACE_BLOG_NOTE_H

#include <linux/cpumask.h>
#include <linux/utsname.h>

#include "blog.h"

/* More loggers than this are not told of, and their messages not kept. */
#define LOGGERS_MAX	16

/**
 * struct blog_note_logger - a logger whose records are in the ring buffers
 * @name:	its name
 * @catalogue:	hash of what its records are made of, see blog_note_hash()
 */
struct blog_note_logger {
	char name[32];
	u32 catalogue;
};

/**
 * struct blog_note - what is said of the ring buffers
 * @magic:	whether there is something
 * @size:	of this structure
 * @sum:	jhash() of what follows
 * @whole:	all is written; else somebody was doing so
 * @hurried:	there was no time to look at all
 * @nr:		number of loggers
 * @time:	of day, in ns
 * @took:	ns that writing took
 * @rings:	CPUs whose ring buffers were emptied before
 * @release:	of the kernel
 * @version:	of the kernel
 * @loggers:	records have unknown_type() of the index
 */
struct blog_note {
	u32 magic;
	u32 size;
	u32 sum;
	u8 whole;
	u8 hurried;
	u16 nr;
	u64 time;
	u64 took;
	struct cpumask rings;
	char release[sizeof_field(struct new_utsname, release)];
	char version[sizeof_field(struct new_utsname, version)];
	struct blog_note_logger loggers[LOGGERS_MAX];
};

/* Numbers of events that have none: from the greatest down. */
static inline u16 unknown_type(unsigned int nr)
{
	return TRACE_EVENT_TYPE_MAX - nr;
}

bool blog_note_take(struct blog_note *note);
void blog_note_write(struct blog_note *note);
u32 blog_note_hash(const struct blog_event *event);

#endif /* _KERNEL_TRACE_BLOG_NOTE_H */
