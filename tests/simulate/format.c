// SPDX-License-Identifier: GPL-2.0
/*
 * What the command blog believes of records, and of where they are in a dump, is what
 * lib/blog writes: this compiles, or it is not so.
 */
#include <linux/blog/vmcoreinfo.h>

#include "../../lib/blog/record.h"
#include "../../tools/tracing/blog/layout.h"
#include "../../tools/tracing/blog/record.h"

#define same_member(_mine, _field, _kernels, _kernel_field)			\
	static_assert(offsetof(struct _mine, _field) ==				\
		      offsetof(struct _kernels, _kernel_field) &&		\
		      sizeof(((struct _mine *)0)->_field) ==			\
		      sizeof(((struct _kernels *)0)->_kernel_field))

static_assert(sizeof(struct record) == sizeof(struct blog_record));
same_member(record, delta, blog_record, delta);
same_member(record, site, blog_record, site);
same_member(record, len, blog_record, len);

static_assert(sizeof(struct record_owner) == sizeof(struct blog_owner));
same_member(record_owner, pid, blog_owner, pid);
same_member(record_owner, comm, blog_owner, comm);
same_member(record_owner, tgid, blog_owner, tgid);
same_member(record_owner, level, blog_owner, level);
same_member(record_owner, turn, blog_owner, turn);

static_assert((int)RECORD_CONTROL == (int)BLOG_CONTROL_FIRST);
static_assert((int)RECORD_TIME == (int)BLOG_TIME);
static_assert((int)RECORD_CPU == (int)BLOG_CPU);
static_assert((int)RECORD_CLIENT == (int)BLOG_CLIENT);
static_assert((int)RECORD_OWNER == (int)BLOG_OWNER);
static_assert((int)RECORD_LOST == (int)BLOG_LOST);

#define same_in_layout(_field)	same_member(layout, _field, blog_layout, _field)

static_assert(sizeof(struct layout) == sizeof(struct blog_layout));
same_in_layout(version);
same_in_layout(size);
same_in_layout(long_size);
same_in_layout(short_size);
same_in_layout(loggers);
same_in_layout(trace);
same_in_layout(boottime);
same_in_layout(realtime);
same_in_layout(ctx_size);
same_in_layout(logger_name);
same_in_layout(logger_owner);
same_in_layout(state_list);
same_in_layout(state_logger);
same_in_layout(state_contexts);
same_in_layout(state_site_by_id);
same_in_layout(state_nr_sites);
same_in_layout(site_format);
same_in_layout(site_function);
same_in_layout(ctx_all);
same_in_layout(ctx_state);
same_in_layout(ctx_task);
same_in_layout(ctx_generation);
same_in_layout(ctx_cleared);
same_in_layout(ctx_records);
same_in_layout(ctx_last);
same_in_layout(ctx_head);
same_in_layout(ctx_owner);
same_in_layout(ctx_data);
same_in_layout(task_state);
same_in_layout(module_kallsyms);
same_in_layout(kallsyms_symtab);
same_in_layout(kallsyms_num_symtab);
same_in_layout(kallsyms_strtab);

static_assert(LAYOUT_VERSION == BLOG_LAYOUT_VERSION);
static_assert((int)LAYOUT_CTX_ACTIVE == (int)BLOG_CTX_ACTIVE);
