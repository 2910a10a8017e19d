/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Always-on binary logging: the memory of a logger's contexts.
 */
#ifndef _LIB_BLOG_REFILL_H
#define _LIB_BLOG_REFILL_H

struct blog_state;

int blog_contexts_init(struct blog_state *state, unsigned int budget);
void blog_contexts_refill(struct blog_state *state);
void blog_contexts_destroy(struct blog_state *state);

#endif /* _LIB_BLOG_REFILL_H */
