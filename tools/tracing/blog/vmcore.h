/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * What the memory of a kernel has of BLOG.
 */
#ifndef _BLOG_VMCORE_H
#define _BLOG_VMCORE_H

#include <stdbool.h>

#include "clock.h"
#include "contexts.h"
#include "logger.h"

struct core;
struct task_list;
struct vmcore;

struct vmcore *vmcore_read(struct core *core, const char *path);
struct logger *vmcore_loggers(struct vmcore *vmcore);
void vmcore_contexts(struct vmcore *vmcore, const char *logger, struct contexts *contexts);
const struct clock *vmcore_clock(const struct vmcore *vmcore);
void vmcore_tasks(struct vmcore *vmcore, struct task_list *tasks);
void vmcore_free(struct vmcore *vmcore);

#endif /* _BLOG_VMCORE_H */
