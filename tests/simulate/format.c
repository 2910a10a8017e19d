// SPDX-License-Identifier: GPL-2.0
/*
 * What the command blog believes of records is what lib/blog writes: this compiles, or
 * it is not so.
 */
#include "../../lib/blog/record.h"
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
