// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: the hot path.
 *
 * blog() comes here when its logger is on. All runs with preemption disabled
 * and nothing stronger: no lock, no atomic read-modify-write, no allocation.
 * What happens seldom (no context yet, a full one, a control record) is in
 * prepare_ctx() and in context.c.
 */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/smp.h>
#include <linux/trace_clock.h>
#include <linux/unaligned.h>

#include "internal.h"
#include "serialize.h"

/*
 * Set while a writer is inside, by level. A second one at the same level (an
 * NMI within an exception that counts as NMI) finds its CPU's contexts in the
 * middle of a change and drops its message.
 */
static DEFINE_PER_CPU(bool, blog_busy[BLOG_LEVELS]);

/* For live events that are not captured: written, emitted and forgotten. */
struct blog_scratch {
	u64 record[BLOG_RECORD_MAX / sizeof(u64)];
};

static DEFINE_PER_CPU(struct blog_scratch, blog_scratch[BLOG_LEVELS]);

static noinline void count_dropped(struct blog_logger *logger)
{
	this_cpu_inc(logger->state->cpu->dropped);
	this_cpu_inc(logger->state->cpu->lost);
}

/* Bytes of the record with @len bytes of payload. */
static u32 record_size(u32 len)
{
	return sizeof(struct blog_record) + len;
}

static void put_control(struct blog_ctx *ctx, u32 *head, u16 what,
			const void *payload, u16 len)
{
	struct blog_record *record = (void *)ctx->data + *head;

	record->delta = 0;
	record->site = what;
	record->len = len;
	memcpy(record->payload, payload, len);
	*head += record_size(len);
}

/* memcmp() would be a call, of a loop. */
static __always_inline bool same_comm(const char *a, const char *b)
{
	static_assert(TASK_COMM_LEN == 2 * sizeof(u64));

	return get_unaligned((u64 *)a) == get_unaligned((u64 *)b) &&
	       get_unaligned((u64 *)a + 1) == get_unaligned((u64 *)b + 1);
}

/*
 * Whether a context's last OWNER record is not about the current task as it is
 * now: exec changes the comm, and the pid too if a thread does it.
 */
static __always_inline bool owner_changed(const struct blog_ctx *ctx)
{
	return ctx->owner.pid != current->pid ||
	       !same_comm(ctx->owner.comm, current->comm);
}

/*
 * Write the control records that must precede a message of this task, CPU,
 * client and time. They become visible with the message.
 */
static u32 put_controls(struct blog_ctx *ctx, u64 client, u64 now)
{
	bool all = ctx->cpu == BLOG_NO_CPU;
	u32 cpu = smp_processor_id();
	u32 head = ctx->head;
	u32 lost;

	if (all || now - ctx->last > U32_MAX) {
		put_control(ctx, &head, BLOG_TIME, &now, sizeof(now));
		ctx->last = now;
	}
	if (all || owner_changed(ctx)) {
		ctx->owner.pid = current->pid;
		ctx->owner.tgid = current->tgid;
		ctx->owner.level = interrupt_context_level();
		/* As it is, for owner_changed() to find it the same. */
		memcpy(ctx->owner.comm, current->comm, TASK_COMM_LEN);
		put_control(ctx, &head, BLOG_OWNER, &ctx->owner,
			    sizeof(ctx->owner));
	}
	if (ctx->cpu != cpu) {
		put_control(ctx, &head, BLOG_CPU, &cpu, sizeof(cpu));
		ctx->cpu = cpu;
	}
	if (all || ctx->client != client) {
		put_control(ctx, &head, BLOG_CLIENT, &client, sizeof(client));
		ctx->client = client;
	}
	lost = this_cpu_xchg(ctx->logger->state->cpu->lost, 0);
	if (lost)
		put_control(ctx, &head, BLOG_LOST, &lost, sizeof(lost));

	return head;
}

/* The context that this level writes to, or NULL; it may be full. */
static __always_inline struct blog_ctx *find_ctx(struct blog_logger *logger,
						 unsigned int level)
{
	struct blog_ctx *ctx;

	if (likely(!level && !static_branch_unlikely(&blog_tasks_frozen))) {
		ctx = current->blog;
		if (likely(ctx && ctx->logger == logger))
			return ctx;
	}

	return blog_ctx_own(logger, level);
}

/* Whether a message needs nothing but its own record. */
static __always_inline bool ctx_continues(const struct blog_ctx *ctx,
					  u64 client, u64 now)
{
	return ctx->head <= BLOG_HEAD_MAX && now - ctx->last <= U32_MAX &&
	       ctx->cpu == raw_smp_processor_id() && ctx->client == client &&
	       !owner_changed(ctx);
}

/**
 * prepare_ctx() - make a context ready for a message that needs control records
 * @ctx: the context of this level; replaced if it is full
 * @level: interrupt level
 * @client: client of the message
 * @now: stamp of the message
 * @head: set to the offset of the message's record
 *
 * Context: Preemption disabled.
 * Return: the context, or NULL if there is none.
 */
static noinline struct blog_ctx *prepare_ctx(struct blog_ctx *ctx,
					     unsigned int level, u64 client,
					     u64 now, u32 *head)
{
	/* Twice at most: a task whose context is full may get a full overflow. */
	while (ctx && ctx->head > BLOG_HEAD_MAX)
		ctx = blog_ctx_replace(ctx, level);
	if (ctx)
		*head = put_controls(ctx, client, now);

	return ctx;
}

/* Find room for a message; sets *@context and *@now. */
static __always_inline struct blog_record *
begin_record(struct blog_logger *logger, unsigned int level, u64 client,
	     struct blog_ctx **context, u64 *now)
{
	struct blog_ctx *ctx = find_ctx(logger, level);
	u32 head;

	*now = trace_clock_local();
	if (likely(ctx)) {
		head = ctx->head;
		if (unlikely(!ctx_continues(ctx, client, *now)))
			ctx = prepare_ctx(ctx, level, client, *now, &head);
	}
	*context = ctx;
	if (unlikely(!ctx)) {
		count_dropped(logger);
		return NULL;
	}

	return (void *)ctx->data + head;
}

/* Let readers see a message that has been stored up to @end. */
static __always_inline void commit_record(struct blog_ctx *ctx,
					  struct blog_record *record, u8 *end,
					  u64 now, bool cut)
{
	record->delta = now - ctx->last;
	ctx->last = now;
	/* Read by blog_logger_stats(). */
	WRITE_ONCE(ctx->records, ctx->records + 1);
	if (unlikely(cut))
		WRITE_ONCE(ctx->truncated, ctx->truncated + 1);
	/* Pairs with the acquire in extend_cursor(). */
	smp_store_release(&ctx->head, end - ctx->data);
}

/**
 * __blog() - log a message, out of line
 * @site: the statement
 * @client: as for blog()
 * @...: the arguments that the statement's format asks for
 *
 * Context: Any context in which RCU is watching.
 */
void __blog(struct blog_site *site, u64 client, ...)
{
	struct blog_logger *logger = site->logger;
	struct blog_record *record = NULL;
	struct blog_ctx *ctx = NULL;
	unsigned int flags, level;
	bool cut = false;
	va_list args;
	u64 now = 0;
	u8 *end;

	preempt_disable_notrace();
	/* Pairs with the release in blog_sites_register(). */
	if (unlikely(!(smp_load_acquire(&site->flags) & BLOG_SITE_ON)))
		goto out;
	/* Pairs with the release in set_flag(). */
	flags = smp_load_acquire(&logger->flags);
	level = likely(in_task()) ? 0 : interrupt_context_level();
	if (unlikely(__this_cpu_read(blog_busy[level]))) {
		if (flags & BLOG_CAPTURE)
			count_dropped(logger);
		goto out;
	}
	__this_cpu_write(blog_busy[level], true);
	barrier();

	if (likely(flags & BLOG_CAPTURE))
		record = begin_record(logger, level, client, &ctx, &now);
	if (unlikely(!record && (flags & BLOG_LIVE)))
		record = (void *)this_cpu_ptr(&blog_scratch[level])->record;
	if (likely(record)) {
		va_start(args, client);
		end = __blog_serialize(record->payload, site, args, &cut);
		va_end(args);
		record->site = site->id;
		record->len = end - record->payload;
		if (likely(ctx))
			commit_record(ctx, record, end, now, cut);
		if (unlikely(flags & BLOG_LIVE))
			logger->emit(client, site->id, record->payload,
				     record->len);
	}

	barrier();
	__this_cpu_write(blog_busy[level], false);
out:
	preempt_enable_notrace();
}
EXPORT_SYMBOL_GPL(__blog);
