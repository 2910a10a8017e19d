/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Always-on binary logging: how much memory a logger may have.
 */
#ifndef _LIB_BLOG_BUDGET_H
#define _LIB_BLOG_BUDGET_H

#include <linux/types.h>

u64 blog_budget_parse(const char *text, const char *name);
u64 blog_budget_for(u64 memory, unsigned int cpus);
unsigned int blog_budget_default(const char *name);

#endif /* _LIB_BLOG_BUDGET_H */
