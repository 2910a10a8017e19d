// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: copy a context as it is, for who reads it elsewhere.
 */
#include <kunit/visibility.h>
#include <linux/blog/reader.h>
#include <linux/export.h>
#include <linux/rculist.h>
#include <linux/string.h>

#include "logger.h"

/**
 * blog_ctx_find() - find a context that may be gone
 * @state: state of a registered logger
 * @wanted: where it was
 *
 * Context: RCU read-side critical section: what is found stays readable in it.
 * Return: the context, perhaps another one in the same place, or NULL.
 */
struct blog_ctx *blog_ctx_find(struct blog_state *state, const struct blog_ctx *wanted)
{
	struct blog_ctx *ctx;

	list_for_each_entry_rcu(ctx, &state->contexts, all)
		if (ctx == wanted)
			return ctx;

	return NULL;
}

/**
 * blog_logger_copy() - copy the records of a context
 * @logger: a registered logger
 * @info: the context, out of blog_logger_contexts(). Its state, kind, bytes, records
 *	and cleared become those of the copy; @records may count more than was copied
 * @records: takes up to BLOG_RECORDS_MAX bytes: whole records, from the first one on
 *
 * It takes nothing, and its owner may go on writing.
 *
 * Context: Any context but NMI. Takes a raw spinlock with interrupts disabled.
 * Return: false if the context has been emptied since, or is gone: then the copy may be
 * garbage.
 */
bool blog_logger_copy(struct blog_logger *logger, struct blog_ctx_info *info,
		      void *records)
{
	struct blog_state *state = logger->state;
	const struct blog_ctx *ctx;
	unsigned long flags;
	bool same;

	guard(rcu)();
	ctx = blog_ctx_find(state, info->ctx);
	if (!ctx)
		return false;
	/* Pairs with the release in commit_record(). */
	info->bytes = smp_load_acquire(&ctx->head);
	/* A writer may recycle the context: then it has another generation. */
	data_race(memcpy(records, ctx->data, info->bytes));

	raw_spin_lock_irqsave(&state->lock, flags);
	same = ctx->generation == info->generation;
	info->state = READ_ONCE(ctx->state);
	/* Stored by who takes it, with no lock that we could have. */
	info->kind = data_race(ctx->kind);
	info->records = READ_ONCE(ctx->records);
	info->cleared = ctx->cleared;
	raw_spin_unlock_irqrestore(&state->lock, flags);

	return same;
}
EXPORT_SYMBOL_IF_KUNIT(blog_logger_copy);
