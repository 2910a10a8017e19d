/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Always-on binary logging: take contexts back from those who are silent.
 */
#ifndef _LIB_BLOG_RECALL_H
#define _LIB_BLOG_RECALL_H

struct blog_state;

void blog_recall_init(struct blog_state *state);
void blog_recall_end(struct blog_state *state);
void blog_recall(struct blog_state *state);

#endif /* _LIB_BLOG_RECALL_H */
