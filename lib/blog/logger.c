// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: loggers, their switches and their counters.
 */
#include <kunit/visibility.h>
#include <linux/blog/reader.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "budget.h"
#include "logger.h"
#include "refill.h"
#include "site.h"

LIST_HEAD(blog_loggers);

/*
 * Loggers come and go, and so does the reader, one at a time; so he can be told of
 * each logger once. Outermost: a reader takes locks of his own inside.
 */
static DEFINE_MUTEX(register_mutex);

/*
 * blog=all, blog=none or blog=NAME[,NAME...]: the loggers that capture from
 * their registration on.
 */
static char blog_boot[256] __ro_after_init;

static int __init blog_setup(char *str)
{
	strscpy(blog_boot, str);
	return 1;
}
__setup("blog=", blog_setup);

static bool enabled_at_boot(const char *name)
{
	const char *p = blog_boot;
	size_t len = strlen(name);

	if (!*p)
		return IS_ENABLED(CONFIG_BLOG_DEFAULT_ON);
	if (!strcmp(p, "all"))
		return true;

	while (p) {
		p += *p == ',';
		if (!strncmp(p, name, len) && (p[len] == ',' || !p[len]))
			return true;
		p = strchr(p, ',');
	}

	return false;
}

/* blog_sites=NAME:QUERIES, as often as it is there: kept where the command line is. */
static const char *blog_boot_sites[8] __ro_after_init;

static int __init blog_sites_setup(char *str)
{
	unsigned int i = 0;

	while (i < ARRAY_SIZE(blog_boot_sites) && blog_boot_sites[i])
		i++;
	if (!strchr(str, ':'))
		pr_warn("blog: blog_sites=: not NAME:QUERIES: %.64s\n", str);
	else if (i == ARRAY_SIZE(blog_boot_sites))
		pr_warn("blog: blog_sites=: more than %u, not done: %.64s\n", i, str);
	else
		blog_boot_sites[i] = str;

	return 1;
}
__setup("blog_sites=", blog_sites_setup);

/* Switch statements as the command line says; what is wrong there changes nothing. */
static void switch_boot_sites(struct blog_logger *logger)
{
	size_t len = strlen(logger->name);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(blog_boot_sites) && blog_boot_sites[i]; i++) {
		const char *text = blog_boot_sites[i];
		struct blog_query_fault fault;
		int ret;

		if (strncmp(text, logger->name, len) || text[len] != ':')
			continue;
		text += len + 1;
		ret = blog_query_apply(logger, text, &fault);
		if (ret == -ENOMEM)
			pr_warn("blog: blog_sites=%s: out of memory\n", logger->name);
		else if (ret)
			pr_warn("blog: blog_sites=%s: %s: %.*s\n", logger->name,
				blog_query_errors[fault.error],
				(int)strcspn(text + fault.pos, "\n"), text + fault.pos);
	}
}

/* Others may set or clear BLOG_STOPPED meanwhile. */
static void change_flags(struct blog_logger *logger, unsigned int clear, unsigned int set)
{
	unsigned int old = READ_ONCE(logger->flags);

	/* Pairs with the acquire in write_any(). */
	while (!try_cmpxchg(&logger->flags, &old, (old & ~clear) | set))
		;
}

/* Set or clear BLOG_CAPTURE or BLOG_LIVE; the key counts those that are set. */
static void set_flag(struct blog_logger *logger, unsigned int flag, bool on)
{
	lockdep_assert_held(&blog_mutex);

	if (!!(READ_ONCE(logger->flags) & flag) == on)
		return;
	if (on) {
		change_flags(logger, 0, flag);
		static_branch_inc(&logger->key);
	} else {
		static_branch_dec(&logger->key);
		change_flags(logger, flag, 0);
	}
	/* The event can be enabled while the logger is not registered. */
	if (blog_logger_find(logger))
		blog_sites_update(logger->state);
}

/**
 * blog_logger_listen() - let messages be emitted as they are logged, or not
 * @logger: the logger; it need not be registered
 * @on: somebody listens
 *
 * Context: Process context; sleeps. Takes blog_mutex.
 */
void blog_logger_listen(struct blog_logger *logger, bool on)
{
	guard(mutex)(&blog_mutex);
	set_flag(logger, BLOG_LIVE, on);
}
EXPORT_SYMBOL_IF_KUNIT(blog_logger_listen);

/**
 * blog_logger_enabled() - whether a logger captures
 * @logger: the logger
 *
 * Context: Any context.
 * Return: true if it does.
 */
bool blog_logger_enabled(const struct blog_logger *logger)
{
	unsigned int flags = READ_ONCE(logger->flags);

	return (flags & (BLOG_CAPTURE | BLOG_STOPPED)) == BLOG_CAPTURE;
}
EXPORT_SYMBOL_GPL(blog_logger_enabled);

/**
 * blog_logger_enable() - switch capture on or off
 * @logger: the logger
 * @on: capture or do not
 *
 * What was captured stays. Live events do not depend on it. A logger that is stopped goes
 * on if it is switched on.
 *
 * Context: Process context; sleeps.
 * Return: 0, or -ENODEV if @logger is not registered.
 */
int blog_logger_enable(struct blog_logger *logger, bool on)
{
	guard(mutex)(&blog_mutex);
	return __blog_logger_enable(logger, on);
}
EXPORT_SYMBOL_GPL(blog_logger_enable);

/**
 * __blog_logger_enable() - the same for who has blog_mutex
 * @logger: the logger
 * @on: capture or do not
 *
 * Context: Process context with blog_mutex held; sleeps.
 * Return: 0, or -ENODEV if @logger is not registered.
 */
int __blog_logger_enable(struct blog_logger *logger, bool on)
{
	if (!blog_logger_find(logger))
		return -ENODEV;
	if (on && READ_ONCE(logger->flags) & BLOG_STOPPED) {
		change_flags(logger, BLOG_STOPPED, 0);
		blog_sites_update(logger->state);
	}
	/* What blog_resume() has asked for before does not count any more. */
	atomic_set(&logger->state->start_asked, 0);
	blog_logger_capture(logger, on);

	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(__blog_logger_enable);

/**
 * blog_logger_capture() - the same, and let one that is stopped stay so
 * @logger: a registered logger
 * @on: capture or do not
 *
 * Context: Process context with blog_mutex held; sleeps.
 */
void blog_logger_capture(struct blog_logger *logger, bool on)
{
	if (on)
		blog_contexts_refill(logger->state);
	set_flag(logger, BLOG_CAPTURE, on);
}

/**
 * blog_logger_set_budget() - limit the memory of a logger
 * @logger: a registered logger
 * @contexts: most contexts, of CONFIG_BLOG_CTX_SIZE_KB each, that it may have
 *
 * Idle contexts above the limit are freed at once, with what they hold;
 * others when their owners let go of them.
 *
 * Context: Process context; sleeps.
 * Return: 0, or -EINVAL for less than 4 contexts.
 */
int blog_logger_set_budget(struct blog_logger *logger, unsigned int contexts)
{
	if (contexts < BLOG_BUDGET_MIN)
		return -EINVAL;
	WRITE_ONCE(logger->state->budget, contexts);
	blog_contexts_refill(logger->state);

	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(blog_logger_set_budget);

/* So many contexts are looked at with interrupts off. */
#define BLOG_SLICE	256

/*
 * Call @look for a slice of a logger's contexts, with blog_state.lock held; @ctx is the
 * last of the slice before, or NULL. Returns the last of this one, or NULL after the
 * last of all. In an RCU read-side critical section: a context that has gone still
 * leads to those behind it.
 */
static struct blog_ctx *look_at_slice(struct blog_state *state, struct blog_ctx *ctx,
				      void (*look)(const struct blog_ctx *ctx, void *data),
				      void *data)
{
	unsigned int nr;

	lockdep_assert_held(&state->lock);

	ctx = list_prepare_entry(ctx, &state->contexts, all);
	for (nr = 0; nr < BLOG_SLICE; nr++) {
		ctx = list_entry_rcu(ctx->all.next, struct blog_ctx, all);
		if (list_entry_is_head(ctx, &state->contexts, all))
			return NULL;
		look(ctx, data);
	}

	return ctx;
}

static void count_ctx(const struct blog_ctx *ctx, void *data)
{
	u32 records = READ_ONCE(ctx->records);
	struct blog_stats *stats = data;

	stats->captured += records;
	stats->pending += records - ctx->counted;
	stats->retained += records - ctx->cleared;
	stats->used_bytes += READ_ONCE(ctx->head);
	stats->truncated += READ_ONCE(ctx->truncated);
	stats->contexts[READ_ONCE(ctx->state)]++;
}

/* Count; false if something went from one counter to another meanwhile. */
static bool count_all(struct blog_state *state, struct blog_stats *stats)
{
	struct blog_ctx *ctx = NULL;
	unsigned long flags;
	unsigned int changed;

	guard(rcu)();
	memset(stats, 0, sizeof(*stats));
	raw_spin_lock_irqsave(&state->lock, flags);
	changed = state->nr_changed;
	while ((ctx = look_at_slice(state, ctx, count_ctx, stats))) {
		/* Let interrupts in. */
		raw_spin_unlock_irqrestore(&state->lock, flags);
		raw_spin_lock_irqsave(&state->lock, flags);
	}
	stats->captured += state->captured;
	stats->overwritten = state->overwritten;
	stats->published = state->claimed - state->in_flight;
	stats->pending += state->in_flight;
	stats->truncated += state->truncated;
	stats->shrunk = state->shrunk;
	stats->nr_shrunk = state->nr_shrunk;
	stats->nr_contexts = state->nr_contexts;
	changed -= state->nr_changed;
	raw_spin_unlock_irqrestore(&state->lock, flags);

	return !changed;
}

/**
 * blog_logger_stats() - count what a logger has done
 * @logger: a registered logger
 * @stats: the counters; captured = published + overwritten + pending, exact
 *	while nobody writes
 *
 * Context: Any context but NMI. Takes a raw spinlock with interrupts disabled, for
 * some hundred contexts at a time.
 */
void blog_logger_stats(struct blog_logger *logger, struct blog_stats *stats)
{
	struct blog_state *state = logger->state;
	int cpu, tries = 4;

	/* With more contexts than a slice it may. */
	while (!count_all(state, stats) && --tries)
		;
	stats->nr_recalled = atomic_read(&state->nr_recalled);
	stats->budget = READ_ONCE(state->budget);
	stats->nr_sites = state->nr_sites;
	for_each_possible_cpu(cpu)
		stats->dropped += READ_ONCE(per_cpu_ptr(state->cpu, cpu)->dropped);
}
EXPORT_SYMBOL_IF_KUNIT(blog_logger_stats);

/* The stamp that a context begins with. */
static u64 first_stamp(const struct blog_ctx *ctx)
{
	const struct blog_record *record = (const void *)ctx->data;
	u64 time = 0;

	if (record->site == BLOG_TIME)
		memcpy(&time, record->payload, sizeof(time));
	return time;
}

static void describe_ctx(struct blog_ctx_info *info, const struct blog_ctx *ctx)
{
	memset(info, 0, sizeof(*info));
	info->ctx = ctx;
	info->generation = ctx->generation;
	info->state = READ_ONCE(ctx->state);
	/* Stored by who takes it, with no lock that we could have. */
	info->kind = data_race(ctx->kind);
	/* Pairs with the release in commit_record(). */
	info->bytes = smp_load_acquire(&ctx->head);
	if (!info->bytes)
		return;
	info->records = READ_ONCE(ctx->records);
	info->unread = info->records - ctx->counted;
	info->cleared = ctx->cleared;
	info->first = first_stamp(ctx);
	/* The owner may be storing: these need not fit together. */
	info->last = data_race(ctx->last);
	/* So too. */
	info->owner = data_race(ctx->owner);
}

struct ctx_list {
	struct blog_ctx_info *info;
	unsigned int max;
	unsigned int nr;
};

static void list_ctx(const struct blog_ctx *ctx, void *data)
{
	struct ctx_list *list = data;

	if (list->nr < list->max)
		describe_ctx(&list->info[list->nr], ctx);
	list->nr++;
}

/**
 * blog_logger_contexts() - describe the contexts of a logger
 * @logger: a registered logger
 * @info: takes the descriptions, in no order
 * @max: room in @info; if there are more contexts, the rest is left out
 *
 * Context: Any context but NMI. Takes a raw spinlock with interrupts disabled, for
 * some hundred contexts at a time.
 * Return: number of contexts that there are.
 */
unsigned int blog_logger_contexts(struct blog_logger *logger,
				  struct blog_ctx_info *info, unsigned int max)
{
	struct ctx_list list = { .info = info, .max = max };
	struct blog_state *state = logger->state;
	struct blog_ctx *ctx = NULL;
	unsigned long flags;

	guard(rcu)();
	do {
		/* None that is looked at is emptied meanwhile. */
		raw_spin_lock_irqsave(&state->lock, flags);
		ctx = look_at_slice(state, ctx, list_ctx, &list);
		raw_spin_unlock_irqrestore(&state->lock, flags);
	} while (ctx);

	return list.nr;
}
EXPORT_SYMBOL_IF_KUNIT(blog_logger_contexts);

/* What goes with a logger that nobody has asked for. */
static void tell_unread(struct blog_logger *logger)
{
	struct blog_stats stats;

	blog_logger_stats(logger, &stats);
	if (stats.pending)
		pr_info("blog: logger %s goes with %llu messages that nobody has read\n",
			logger->name, stats.pending);
}

static void free_state(struct blog_state *state)
{
	kvfree(state->site_by_id);
	kfree(state);
}

/* Whom to tell of loggers, or NULL. */
static const struct blog_reader_ops *reader_ops(void)
{
	return rcu_dereference_protected(blog_reader, lockdep_is_held(&register_mutex));
}

/**
 * blog_logger_register() - let a logger work
 * @logger: defined by <linux/blog/define_logger.h>
 *
 * Reads the formats of all the logger's statements, lets it be read, and unless
 * the boot parameter blog= says otherwise allocates the first contexts and
 * switches capture on; blog_sites= may switch some of its statements. Call it in
 * the init function of the subsystem; messages before it are ignored. If it fails
 * the kernel log says so, and the subsystem may go on without its log. What is
 * built in may do so from core_initcall() on.
 *
 * Context: Process context; sleeps.
 * Return: 0, -ENOMEM, -EEXIST if it is registered, -E2BIG for more than 65519
 * statements, or -ENOENT if none is found in the logger's module. Without
 * CONFIG_KALLSYMS_ALL that is also so after the module's init function.
 */
int blog_logger_register(struct blog_logger *logger)
{
	const struct blog_reader_ops *reader;
	struct blog_state *state;
	int ret = -EEXIST;

	guard(mutex)(&register_mutex);
	if (logger->state)
		goto warn;

	ret = -ENOMEM;
	state = kzalloc(sizeof(*state), GFP_KERNEL);
	if (!state)
		goto warn;
	state->logger = logger;
	seqcount_init(&state->stop_seq);
	/* From when it was registered before. */
	change_flags(logger, BLOG_STOPPED, 0);
	ret = blog_contexts_init(state, blog_budget_default(logger->name));
	if (ret) {
		kfree(state);
		goto warn;
	}
	ret = blog_sites_register(logger, state);
	if (ret) {
		blog_sites_off(state);
		blog_contexts_destroy(state);
		free_state(state);
		goto warn;
	}
	/* Pairs with the acquire in blog_site_at(). */
	smp_store_release(&logger->state, state);

	scoped_guard(mutex, &blog_mutex) {
		list_add_tail_rcu(&state->list, &blog_loggers);
		switch_boot_sites(logger);
		if (enabled_at_boot(logger->name))
			__blog_logger_enable(logger, true);
	}
	reader = reader_ops();
	if (reader)
		reader->logger_added(logger);

	return 0;

warn:
	pr_warn("blog: cannot register logger %s: %d\n", logger->name, ret);
	return ret;
}
EXPORT_SYMBOL_GPL(blog_logger_register);

/**
 * blog_logger_unregister() - end a logger and free what it holds
 * @logger: the logger; nothing happens if it is not registered
 *
 * Messages from here on are ignored, also by its event. The kernel log says how
 * many go unread. Call it from the exit function of the logger's module, or where
 * registration is followed by an error.
 *
 * Context: Process context; sleeps.
 */
void blog_logger_unregister(struct blog_logger *logger)
{
	const struct blog_reader_ops *reader;
	struct blog_state *state;

	guard(mutex)(&register_mutex);
	state = logger->state;
	if (!state)
		return;

	scoped_guard(mutex, &blog_mutex) {
		list_del_rcu(&state->list);
		set_flag(logger, BLOG_CAPTURE, false);
	}
	blog_sites_off(state);
	reader = reader_ops();
	if (reader)
		reader->logger_gone(logger);
	/* Wait for the writers inside, for the reader, and for who is stopping it. */
	synchronize_rcu();
	tell_unread(logger);
	blog_contexts_destroy(state);
	/* Tasks that end need it until then. */
	WRITE_ONCE(logger->state, NULL);
	/* Wait for who looks up sites. */
	synchronize_rcu();
	free_state(state);
}
EXPORT_SYMBOL_GPL(blog_logger_unregister);

/**
 * blog_logger_find() - make sure that a logger is there
 * @logger: where a logger was once registered; it may be gone
 *
 * Context: blog_mutex held, which keeps the logger.
 * Return: @logger, or NULL if it is gone.
 */
struct blog_logger *blog_logger_find(const void *logger)
{
	struct blog_state *state;

	lockdep_assert_held(&blog_mutex);

	list_for_each_entry(state, &blog_loggers, list)
		if (state->logger == logger)
			return state->logger;

	return NULL;
}

/**
 * blog_logger_by_name() - find a logger by its name
 * @name: the name
 *
 * Context: blog_mutex held, which keeps the logger.
 * Return: the logger, or NULL if none of that name is registered.
 */
struct blog_logger *blog_logger_by_name(const char *name)
{
	struct blog_state *state;

	lockdep_assert_held(&blog_mutex);

	list_for_each_entry(state, &blog_loggers, list)
		if (!strcmp(state->logger->name, name))
			return state->logger;

	return NULL;
}

/**
 * blog_reader_register() - let a reader be told of loggers
 * @ops: what it is told; stays until blog_reader_unregister()
 *
 * It is told of all loggers that there are before this returns.
 *
 * Context: Process context; sleeps. Not within what @ops has.
 * Return: 0, or -EBUSY if there is a reader.
 */
int blog_reader_register(const struct blog_reader_ops *ops)
{
	struct blog_state *state;

	guard(mutex)(&register_mutex);
	if (reader_ops())
		return -EBUSY;
	rcu_assign_pointer(blog_reader, ops);
	/* Its members change under both mutexes. */
	list_for_each_entry(state, &blog_loggers, list)
		ops->logger_added(state->logger);

	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(blog_reader_register);

/**
 * blog_reader_unregister() - tell a reader no more
 * @ops: as for blog_reader_register(), which succeeded
 *
 * It is told that all loggers are gone before this returns, and nothing after.
 *
 * Context: Process context; sleeps. Not within what @ops has.
 */
void blog_reader_unregister(const struct blog_reader_ops *ops)
{
	struct blog_state *state;

	guard(mutex)(&register_mutex);
	list_for_each_entry(state, &blog_loggers, list)
		ops->logger_gone(state->logger);
	RCU_INIT_POINTER(blog_reader, NULL);
	synchronize_rcu();
}
EXPORT_SYMBOL_IF_KUNIT(blog_reader_unregister);
