/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Always-on binary logging: what happens to a task's contexts when the task
 * comes and goes. For kernel/fork.c.
 */
#ifndef _LINUX_BLOG_TASK_H
#define _LINUX_BLOG_TASK_H

#include <linux/sched.h>

#ifdef CONFIG_BLOG

void __blog_task_free(struct task_struct *tsk);

/**
 * blog_task_init() - let a new task start without contexts
 * @tsk: a copy of its parent that does not run yet
 *
 * The contexts stay the parent's. From here on blog_task_free(@tsk) is safe.
 *
 * Context: Any context.
 */
static inline void blog_task_init(struct task_struct *tsk)
{
	tsk->blog = NULL;
}

/**
 * blog_task_free() - give back the contexts of a task
 * @tsk: a task that will not run again and that nobody else uses
 *
 * Context: Any context but NMI.
 */
static inline void blog_task_free(struct task_struct *tsk)
{
	if (unlikely(READ_ONCE(tsk->blog)))
		__blog_task_free(tsk);
}

#else /* !CONFIG_BLOG */

static inline void blog_task_init(struct task_struct *tsk)
{
}

static inline void blog_task_free(struct task_struct *tsk)
{
}

#endif /* CONFIG_BLOG */

#endif /* _LINUX_BLOG_TASK_H */
