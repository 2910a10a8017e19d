/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Always-on binary logging: where contexts are that nobody writes to.
 */
#ifndef _LIB_BLOG_BATCH_H
#define _LIB_BLOG_BATCH_H

#include "context.h"

struct blog_reader_ops;
struct blog_state;

struct blog_batch {
	struct list_head list;	/* under blog_state.lock */
	unsigned int nr;
};

/* Contexts that a CPU keeps at hand: who begins to log, or exits, shares no lock. */
#define BLOG_MAGAZINE		4

struct blog_magazine {
	raw_spinlock_t lock;	/* nests outside blog_state.lock */
	unsigned int nr;
	struct blog_ctx *ctx[BLOG_MAGAZINE];
};

struct blog_ctx *blog_batch_take(struct blog_state *state, enum blog_ctx_kind kind,
				 bool noisy);
void blog_batch_queue(struct blog_state *state, struct blog_ctx *ctx);
bool blog_batch_renew(struct blog_state *state);
void blog_batch_release(struct blog_state *state, struct blog_ctx *ctx);
void blog_batch_add(struct blog_state *state, struct blog_ctx *ctx);
struct blog_ctx *blog_batch_remove(struct blog_state *state, bool shrunk);
bool blog_ctx_claim(struct blog_state *state, struct blog_ctx *ctx,
		    unsigned int generation, u32 index);
void blog_ctx_clear(struct blog_state *state, struct blog_ctx *ctx, u32 index);

/* Whom to tell of full contexts; set under the lock of registrations. */
extern const struct blog_reader_ops __rcu *blog_reader;

#endif /* _LIB_BLOG_BATCH_H */
