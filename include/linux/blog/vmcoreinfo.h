/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Always-on binary logging: how a reader of a memory dump finds what was logged.
 */
#ifndef _LINUX_BLOG_VMCOREINFO_H
#define _LINUX_BLOG_VMCOREINFO_H

#include <linux/types.h>

/* Changes with what records, states or strings mean; not with what moves. */
#define BLOG_LAYOUT_VERSION	1

/**
 * struct blog_layout - where a reader of a dump finds things
 * @version:	BLOG_LAYOUT_VERSION
 * @size:	bytes of this; what later kernels add stands at the end
 * @long_size:	bytes of a long and of a pointer
 * @short_size:	bytes that %hd takes in a record: 4, or 2 and then 1 for %hhd
 * @loggers:	address of the list_head that all struct blog_state are in
 * @trace:	the clock of the records when the kernel died; 0 if it did not
 * @boottime:	ns since the machine was booted, at the same time
 * @realtime:	ns since 1970, at the same time
 * @ctx_size:	bytes of a context, its description included
 * @logger_name: offset in struct blog_logger: its name; so all others, in the structure
 *		that their names begin with
 * @logger_owner: its module, NULL if it is built in
 * @state_list:	in the list of loggers
 * @state_logger: its logger
 * @state_contexts: list_head of its contexts
 * @state_site_by_id: array of its statements, of which the first one has the number 1
 * @state_nr_sites: u32: so many
 * @site_format: its format
 * @site_function: function that it is in
 * @ctx_all:	in the list of contexts
 * @ctx_state:	enum blog_ctx_state
 * @ctx_task:	whose it is while it is ACTIVE, NULL if a CPU's
 * @ctx_generation: u32: changes when it is emptied
 * @ctx_cleared: u32: so many messages at its front are not to be shown
 * @ctx_records: u32: so many messages it has
 * @ctx_last:	u64: stamp of the last record, also if that is not complete yet
 * @ctx_head:	u32: bytes of records
 * @ctx_owner:	struct blog_owner: who wrote last
 * @ctx_data:	the records
 * @task_state:	in struct task_struct: its state
 * @module_kallsyms: in struct module: pointer to its symbols
 * @kallsyms_symtab: in those: array of Elf_Sym
 * @kallsyms_num_symtab: u32: so many
 * @kallsyms_strtab: their names
 */
struct blog_layout {
	u32 version;
	u16 size;
	u8 long_size;
	u8 short_size;
	u64 loggers;
	u64 trace;
	u64 boottime;
	u64 realtime;
	u32 ctx_size;
	u16 logger_name;
	u16 logger_owner;
	u16 state_list;
	u16 state_logger;
	u16 state_contexts;
	u16 state_site_by_id;
	u16 state_nr_sites;
	u16 site_format;
	u16 site_function;
	u16 ctx_all;
	u16 ctx_state;
	u16 ctx_task;
	u16 ctx_generation;
	u16 ctx_cleared;
	u16 ctx_records;
	u16 ctx_last;
	u16 ctx_head;
	u16 ctx_owner;
	u16 ctx_data;
	u16 task_state;
	u16 module_kallsyms;
	u16 kallsyms_symtab;
	u16 kallsyms_num_symtab;
	u16 kallsyms_strtab;
};

#if defined(CONFIG_BLOG) && defined(CONFIG_VMCORE_INFO)
void blog_vmcoreinfo_setup(void);
void blog_vmcoreinfo_stamp(void);
#else
static inline void blog_vmcoreinfo_setup(void) { }
static inline void blog_vmcoreinfo_stamp(void) { }
#endif

#endif /* _LINUX_BLOG_VMCOREINFO_H */
