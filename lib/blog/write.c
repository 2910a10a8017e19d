// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: the hot path.
 *
 * blog() comes here when its logger is on, with preemption disabled and nothing
 * stronger. write_fast() and what it calls take no lock, use no atomic
 * read-modify-write and allocate nothing. (Where a context is begun, or tasks share
 * one, write_any() may take locks, and counts turns with an atomic.)
 * write_fast() does what most messages need. For strings it goes to
 * write_simple(), and that for rarer arguments to write_rest(): the registers
 * that these need would else be saved for every message. write_any() does all
 * else, and may go to context.c for a context, which takes locks.
 */
#include <linux/export.h>
#include <linux/kcsan-checks.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/preempt.h>
#include <linux/sched/clock.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "logger.h"
#include "serialize.h"

/*
 * Set while a writer is at work at that level. write_fast() and write_simple() do
 * not set it, for nothing can run inside them that logs. (A string whose end is not
 * mapped may fault there; who hooks into that must not log.) A second writer at the
 * same level (in what renders a pointer extension, or an NMI within an exception
 * that counts as NMI) finds its CPU's contexts in the middle of a change and drops
 * its message.
 */
static DEFINE_PER_CPU(bool, blog_busy[BLOG_LEVELS]);

/* For live events that are not captured: written, emitted and forgotten. */
struct blog_scratch {
	u64 record[BLOG_RECORD_MAX / sizeof(u64)];
};

static DEFINE_PER_CPU(struct blog_scratch, blog_scratch[BLOG_LEVELS]);

/* trace_clock_local(), for who has disabled preemption already. */
static __always_inline u64 blog_clock(void)
{
	return sched_clock_noinstr();
}

static void count_dropped(struct blog_logger *logger)
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

/* memcmp() would be a call. Others may rename the task meanwhile. */
static __always_inline bool same_comm(const char *a, const char *b)
{
	static_assert(TASK_COMM_LEN == 2 * sizeof(u64));

	/* What is missed now is seen at the next message. */
	return data_race(get_unaligned((u64 *)a) == get_unaligned((u64 *)b) &&
			 get_unaligned((u64 *)a + 1) == get_unaligned((u64 *)b + 1));
}

/*
 * Whether a context's last OWNER record is not about @task, the current one, as
 * it is now: exec changes the comm, and the pid too if a thread does it.
 */
static __always_inline bool owner_changed(const struct blog_ctx *ctx,
					  const struct task_struct *task)
{
	return ctx->owner.pid != task->pid ||
	       !same_comm(ctx->owner.comm, task->comm);
}

/*
 * Say who writes. What interrupts tasks does not begin a turn with each of them:
 * its own order is that of its context.
 */
static void update_owner(struct blog_ctx *ctx, unsigned int level, bool new_turn)
{
	struct blog_owner *owner = &ctx->owner;

	if (ctx->records && !level && owner->pid != current->pid)
		ctx->mixed = true;
	ctx->run = ctx->records;
	owner->pid = current->pid;
	owner->tgid = current->tgid;
	owner->level = level;
	if (new_turn || !level)
		owner->turn = atomic_inc_return(&ctx->logger->state->turns);
	/*
	 * As it is, for owner_changed() to find it the same. A half of a new
	 * name is made whole at the next message.
	 */
	data_race(memcpy(owner->comm, current->comm, TASK_COMM_LEN));
}

/*
 * Write the control records that must precede a message of this task, level, CPU,
 * client and time; @last_cpu is the CPU of the last one. They become visible
 * with the message. Returns the offset behind them.
 */
static u32 put_controls(struct blog_ctx *ctx, u32 last_cpu, unsigned int level,
			u64 client, u64 now)
{
	bool all = last_cpu == BLOG_NO_CPU;
	u32 cpu = smp_processor_id();
	u32 head = ctx->head;
	u32 lost;

	if (all || now - ctx->last > BLOG_DELTA_MAX) {
		put_control(ctx, &head, BLOG_TIME, &now, sizeof(now));
		ctx->last = now;
	}
	if (all || ctx->owner.level != level || owner_changed(ctx, current)) {
		update_owner(ctx, level, all);
		put_control(ctx, &head, BLOG_OWNER, &ctx->owner,
			    sizeof(ctx->owner));
	}
	if (last_cpu != cpu)
		put_control(ctx, &head, BLOG_CPU, &cpu, sizeof(cpu));
	if (all || ctx->client != client) {
		put_control(ctx, &head, BLOG_CLIENT, &client, sizeof(client));
		ctx->client = client;
	}
	lost = this_cpu_xchg(ctx->logger->state->cpu->lost, 0);
	if (lost)
		put_control(ctx, &head, BLOG_LOST, &lost, sizeof(lost));

	return head;
}

/*
 * Whether a message of @task, the current one, @delta ns after the last, needs
 * nothing but its record.
 */
static __always_inline bool ctx_continues(const struct blog_ctx *ctx,
					  const struct task_struct *task,
					  u64 client, u64 delta)
{
	return ctx->head <= BLOG_HEAD_MAX && delta <= BLOG_DELTA_MAX &&
	       ctx->cpu == raw_smp_processor_id() && ctx->client == client &&
	       !owner_changed(ctx, task);
}

/*
 * Begin a record at offset @head, which others do not see yet. @delta is what
 * write_fast() has already: gcc would compute it anew.
 */
static __always_inline struct blog_record *
begin_record(struct blog_ctx *ctx, u32 head, const struct blog_site *site,
	     u64 now, u64 delta)
{
	struct blog_record *record = (void *)ctx->data + head;

	record->delta = delta;
	record->site = site->id;
	ctx->last = now;

	return record;
}

/* Let readers see a record whose payload has been stored up to @end. */
static __always_inline void commit_record(struct blog_ctx *ctx,
					  struct blog_record *record, u8 *end)
{
	record->len = end - record->payload;
	ASSERT_EXCLUSIVE_WRITER(ctx->head);
	/* Read by blog_logger_stats(); WRITE_ONCE() would be three instructions. */
	data_race(ctx->records++);
	/* Pairs with the acquire in blog_cursor_extend(). */
	smp_store_release(&ctx->head, end - ctx->data);
}

/*
 * While control records are written, or arguments are stored by functions that
 * others can hook into (and who renders a pointer extension is such), a message
 * at the same level must not be written: write_fast() sees that it does not
 * continue the context, write_any() that it is busy. Returns the CPU of the last
 * record.
 */
static __always_inline u32 close_ctx(struct blog_ctx *ctx)
{
	u32 cpu = ctx->cpu;

	WRITE_ONCE(ctx->cpu, BLOG_NO_CPU);
	barrier();

	return cpu;
}

/* After the record was committed. */
static __always_inline void reopen_ctx(struct blog_ctx *ctx)
{
	barrier();
	WRITE_ONCE(ctx->cpu, raw_smp_processor_id());
}

/*
 * Store the arguments of the record at the head, from number @nr on, at @pos, and
 * commit it.
 */
static noinline notrace void write_rest(struct blog_ctx *ctx,
					const struct blog_site *site,
					const u64 *args, u8 *pos, size_t nr)
{
	struct blog_record *record = (void *)ctx->data + ctx->head;

	close_ctx(ctx);
	__this_cpu_write(blog_busy[0], true);
	pos = blog_serialize_rest(record->payload, pos, site, args, nr,
				  &ctx->truncated);
	commit_record(ctx, record, pos);
	reopen_ctx(ctx);
	__this_cpu_write(blog_busy[0], false);
}

NOKPROBE_SYMBOL(write_rest);

/* The same, quicker, if they are numbers and short strings. */
static noinline notrace void write_simple(struct blog_ctx *ctx,
					  const struct blog_site *site,
					  const u64 *args, u8 *pos, size_t nr)
{
	if (likely(blog_store_simple(&pos, site, args, &nr)))
		commit_record(ctx, (void *)ctx->data + ctx->head, pos);
	else
		write_rest(ctx, site, args, pos, nr);
}

NOKPROBE_SYMBOL(write_simple);

/*
 * Keep a message of a task that goes on as it did: same context, CPU, client,
 * pid and comm, soon after the last, not in an interrupt, and nobody listening.
 * Returns whether it is so.
 */
static __always_inline bool write_fast(const struct blog_site *site,
				       u64 client, const u64 *args)
{
	const struct blog_logger *logger;
	const struct task_struct *task;
	struct blog_record *record;
	struct blog_ctx *ctx;
	size_t nr;
	u64 now, delta;
	u8 *pos;

	/* Pairs with the exchanges in blog_site_switch() and update_site(). */
	if (unlikely(!(smp_load_acquire(&site->flags) & BLOG_SITE_FAST) || !in_task()))
		return false;

	/* Before what else is loaded: that would have to be saved over the call. */
	now = blog_clock();
	logger = site->logger;
	task = current;

	ctx = blog_ctx_of_task(task, logger);
	if (unlikely(!ctx))
		return false;
	delta = now - ctx->last;
	if (unlikely(!ctx_continues(ctx, task, client, delta)))
		return false;

	record = begin_record(ctx, ctx->head, site, now, delta);
	pos = record->payload;
	nr = blog_store_lead(&pos, site, args);
	if (blog_store_numbers(&pos, site, args, &nr) == BLOG_ARG_END)
		commit_record(ctx, record, pos);
	else
		write_simple(ctx, site, args, pos, nr);

	return true;
}

/* From here on all other messages. */

/* The context that this level writes to, or NULL; it may be full. */
static struct blog_ctx *find_ctx(struct blog_logger *logger, unsigned int level)
{
	struct blog_ctx *ctx = NULL;

	if (!level && !static_branch_unlikely(&blog_tasks_frozen))
		ctx = blog_ctx_of_task(current, logger);

	return ctx ?: blog_ctx_own(logger, level);
}

/* A context with room, or NULL. */
static struct blog_ctx *find_room(struct blog_logger *logger,
				  unsigned int level)
{
	struct blog_ctx *ctx = find_ctx(logger, level);

	/* Twice at most: a task whose context is full may get its CPU's, which is full. */
	while (ctx && ctx->head > BLOG_HEAD_MAX)
		ctx = blog_ctx_replace(ctx, level);

	return ctx;
}

/*
 * Put a message into a context that has room; returns its record. Inlined into who
 * must not be probed: nobody shall log between the look at a context and close_ctx().
 */
static __always_inline struct blog_record *
put_message(struct blog_ctx *ctx, const struct blog_site *site, unsigned int level,
	    u64 client, const u64 *args, u64 now)
{
	struct blog_record *record;
	bool continues;
	u32 head, cpu;
	u8 *end;

	head = ctx->head;
	continues = ctx_continues(ctx, current, client, now - ctx->last) &&
		    ctx->owner.level == level;
	cpu = close_ctx(ctx);
	if (!continues)
		head = put_controls(ctx, cpu, level, client, now);
	record = begin_record(ctx, head, site, now, now - ctx->last);
	end = blog_serialize(record->payload, site, args, &ctx->truncated);
	commit_record(ctx, record, end);
	reopen_ctx(ctx);

	return record;
}

/* Keep a message where all CPUs may; false if there is no context, or in NMI. */
static bool capture_common(const struct blog_site *site, unsigned int level,
			   u64 client, const u64 *args)
{
	struct blog_state *state = site->logger->state;
	struct blog_ctx *ctx;
	unsigned long flags;

	local_irq_save(flags);
	if (!blog_lock_from_any(&state->common_lock)) {
		local_irq_restore(flags);
		return false;
	}
	ctx = blog_ctx_common(state);
	/* CPUs' clocks may differ a little. */
	if (ctx)
		put_message(ctx, site, level, client, args, max(blog_clock(), ctx->last));
	raw_spin_unlock(&state->common_lock);
	local_irq_restore(flags);

	return ctx;
}

/* Keep a message; returns its record, or NULL if there is none to be used. */
static __always_inline struct blog_record *
capture(const struct blog_site *site, unsigned int level, u64 client,
	const u64 *args)
{
	struct blog_ctx *ctx = find_room(site->logger, level);

	/* From here on no interrupt writes to it: stamps in a context never go back. */
	if (ctx)
		return put_message(ctx, site, level, client, args, blog_clock());
	if (!capture_common(site, level, client, args))
		count_dropped(site->logger);

	return NULL;
}

/* Store a message where nobody reads it but who hears it live. */
static struct blog_record *scribble(const struct blog_site *site,
				    unsigned int level, const u64 *args)
{
	struct blog_record *record = (void *)this_cpu_ptr(&blog_scratch[level])->record;
	u32 truncated = 0;
	u8 *end;

	end = blog_serialize(record->payload, site, args, &truncated);
	record->len = end - record->payload;

	return record;
}

static noinline void write_any(const struct blog_site *site, u64 client,
			       const u64 *args)
{
	unsigned int level = interrupt_context_level();
	struct blog_logger *logger = site->logger;
	struct blog_record *record = NULL;
	unsigned int flags, nesting;
	struct blog_cpu *cpu;

	/* Pairs with the exchanges in blog_site_switch() and update_site(). */
	if (!(smp_load_acquire(&site->flags) & BLOG_SITE_ON))
		return;
	/* Pairs with the exchanges in change_flags() and set_stopped(). */
	flags = smp_load_acquire(&logger->flags);
	if (flags & BLOG_STOPPED)
		flags &= ~BLOG_CAPTURE;
	if (__this_cpu_read(blog_busy[level])) {
		if (flags & BLOG_CAPTURE)
			count_dropped(logger);
		return;
	}
	__this_cpu_write(blog_busy[level], true);
	cpu = this_cpu_ptr(logger->state->cpu);
	nesting = READ_ONCE(cpu->nesting);
	barrier();

	if (flags & BLOG_CAPTURE)
		record = capture(site, level, client, args);
	if (flags & BLOG_LIVE) {
		if (!record)
			record = scribble(site, level, args);
		logger->emit(client, site->id, record->payload, record->len);
	}

	barrier();
	/* The CPU's context is free again. */
	WRITE_ONCE(cpu->nesting, nesting);
	__this_cpu_write(blog_busy[level], false);
}

NOKPROBE_SYMBOL(write_any);

/**
 * __blog() - log a message, out of line
 * @site: the statement
 * @client: as for blog()
 * @args: the arguments that the statement's format asks for, a word each, in an
 *	array of __blog_room() words
 *
 * Context: Any context in which RCU is watching.
 */
notrace void __blog(struct blog_site *site, u64 client, const u64 *args)
{
	preempt_disable_notrace();
	if (unlikely(!write_fast(site, client, args)))
		write_any(site, client, args);
	preempt_enable_notrace();
}
EXPORT_SYMBOL_GPL(__blog);
NOKPROBE_SYMBOL(__blog);
