/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Always-on binary logging: when contexts run short.
 */
#ifndef _LIB_BLOG_SHORTAGE_H
#define _LIB_BLOG_SHORTAGE_H

#include <linux/types.h>

struct blog_state;

/* In jiffies: so often contexts are taken back at most. */
#define BLOG_RECALL_PAUSE	max(HZ / 50, 1)

unsigned int blog_nr_queued(const struct blog_state *state);
unsigned int blog_nr_idle(const struct blog_state *state);
unsigned int blog_nr_active(const struct blog_state *state);
unsigned int blog_nr_possible(const struct blog_state *state);
bool blog_at_budget(const struct blog_state *state);
unsigned int blog_left_for_cpus(const struct blog_state *state);
unsigned int blog_ready_wanted(const struct blog_state *state);
bool blog_recall_rested(const struct blog_state *state);
unsigned int blog_recall_wanted(const struct blog_state *state);
void blog_want_refill(struct blog_state *state);

#endif /* _LIB_BLOG_SHORTAGE_H */
