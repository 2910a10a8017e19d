// SPDX-License-Identifier: GPL-2.0
/*
 * A model of lib/blog/write.c: what it does with contexts, and how many bytes its
 * records take. The functions have the names that they have there.
 */
#include "logger.h"
#include "simulate.h"

/* Bytes of a message's record, on average. */
#define MESSAGE_SIZE	40

/* One of so many messages to a CPU's context is interrupted by who logs, too. */
#define INTERRUPTED	1000

/* Bytes of control records. */
#define TIME_SIZE	(sizeof(struct blog_record) + sizeof(u64))
#define OWNER_SIZE	(sizeof(struct blog_record) + sizeof(struct blog_owner))
#define CPU_SIZE	(sizeof(struct blog_record) + sizeof(u32))
#define CLIENT_SIZE	(sizeof(struct blog_record) + sizeof(u64))

struct counts counts;

static void update_owner(struct blog_ctx *ctx, unsigned int level)
{
	struct blog_owner *owner = &ctx->owner;

	if (ctx->records && !level && owner->pid != current->pid)
		ctx->mixed = true;
	ctx->run = ctx->records;
	owner->pid = current->pid;
	owner->tgid = current->tgid;
	owner->level = level;
}

/* All have the same client. */
static u32 put_controls(struct blog_ctx *ctx, unsigned int level)
{
	bool all = ctx->cpu == BLOG_NO_CPU;
	u32 size = 0;

	if (all || sim_now - ctx->last > BLOG_DELTA_MAX)
		size += TIME_SIZE;
	if (all || ctx->owner.level != level || ctx->owner.pid != current->pid) {
		update_owner(ctx, level);
		size += OWNER_SIZE;
	}
	if (ctx->cpu != smp_processor_id())
		size += CPU_SIZE;
	if (all)
		size += CLIENT_SIZE;

	return size;
}

static struct blog_ctx *find_room(struct blog_logger *logger, unsigned int level)
{
	struct blog_ctx *ctx = level ? NULL : current->blog;

	if (!ctx)
		ctx = blog_ctx_own(logger, level);
	while (ctx && ctx->head > BLOG_HEAD_MAX)
		ctx = blog_ctx_replace(ctx, level);

	return ctx;
}

/* Write up to @nr messages, as long as there is room; at least one. Returns their number. */
static unsigned int put_messages(struct blog_ctx *ctx, unsigned int level, unsigned int nr)
{
	unsigned int n;

	if (!ctx->head)
		notes_of(ctx)->first = sim_now;
	ctx->head += put_controls(ctx, level);
	ctx->cpu = smp_processor_id();
	for (n = 0; n < nr && (!n || ctx->head <= BLOG_HEAD_MAX); n++)
		ctx->head += MESSAGE_SIZE;
	ctx->records += n;
	ctx->last = max(sim_now, ctx->last);
	if (!level)
		note_stretch(current, ctx);

	return n;
}

static void capture_common(struct blog_state *state, unsigned int level)
{
	struct blog_ctx *ctx = blog_ctx_common(state);

	if (ctx) {
		put_messages(ctx, level, 1);
		counts.common++;
	} else {
		counts.dropped++;
	}
}

/* Returns how many are written. A task without a context tries again at each. */
static unsigned int capture(struct blog_logger *logger, unsigned int level, unsigned int nr)
{
	struct blog_ctx *ctx = find_room(logger, level);

	if (!ctx) {
		capture_common(logger->state, level);
		return 1;
	}
	if (ctx->kind == BLOG_CTX_TASK || level)
		return put_messages(ctx, level, nr);

	put_messages(ctx, level, 1);
	counts.shared++;
	/* Such an interrupt finds this context in use. */
	if (sim_random() * INTERRUPTED < 1)
		write_messages(logger, level + 1, 1);

	return 1;
}

/* The current task, or an interrupt of this CPU, says something. */
void write_messages(struct blog_logger *logger, unsigned int level, unsigned int nr)
{
	struct blog_cpu *cpu = this_cpu_ptr(logger->state->cpu);
	unsigned int nesting = cpu->nesting, n;

	for (; nr; nr -= n) {
		n = capture(logger, level, nr);
		counts.messages += n;
		cpu->nesting = nesting;
	}
}
