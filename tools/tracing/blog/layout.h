/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * The format of what a dump has of BLOG, beside record.h. <linux/blog/vmcoreinfo.h> of the
 * kernel says the same; tests/simulate/format.c proves it.
 */
#ifndef _BLOG_LAYOUT_H
#define _BLOG_LAYOUT_H

#include <stdint.h>

#define LAYOUT_VERSION		1

/* The state of a context that has an owner. */
#define LAYOUT_CTX_ACTIVE	1

/* Bits of a task's state: it sleeps; so uninterruptibly; but does not hang. */
#define LAYOUT_TASK_SLEEPS	0x0001
#define LAYOUT_TASK_BLOCKED	0x0002
#define LAYOUT_TASK_IDLE	0x0400

/**
 * struct layout - where things are in the kernel's memory
 * @version: LAYOUT_VERSION
 * @size: bytes of this; newer kernels may have more
 * @long_size: bytes of a long and of a pointer
 * @short_size: bytes that %hd takes in a record: 4, or 2 and then 1 for %hhd
 * @loggers: address of the list of loggers
 * @trace, @boottime, @realtime: struct clock when the kernel died; 0 if it did not
 * @ctx_size: bytes of a context, its description included
 *
 * All others are offsets, in the structures that their names begin with.
 */
struct layout {
	uint32_t	version;
	uint16_t	size;
	uint8_t		long_size;
	uint8_t		short_size;
	uint64_t	loggers;
	uint64_t	trace;
	uint64_t	boottime;
	uint64_t	realtime;
	uint32_t	ctx_size;
	uint16_t	logger_name;
	uint16_t	logger_owner;
	uint16_t	state_list;
	uint16_t	state_logger;
	uint16_t	state_contexts;
	uint16_t	state_site_by_id;
	uint16_t	state_nr_sites;
	uint16_t	site_format;
	uint16_t	site_function;
	uint16_t	ctx_all;
	uint16_t	ctx_state;
	uint16_t	ctx_task;
	uint16_t	ctx_generation;
	uint16_t	ctx_cleared;
	uint16_t	ctx_records;
	uint16_t	ctx_last;
	uint16_t	ctx_head;
	uint16_t	ctx_owner;
	uint16_t	ctx_data;
	uint16_t	task_state;
	uint16_t	module_kallsyms;
	uint16_t	kallsyms_symtab;
	uint16_t	kallsyms_num_symtab;
	uint16_t	kallsyms_strtab;
};

const char *layout_problem(const struct layout *layout);

#endif /* _BLOG_LAYOUT_H */
