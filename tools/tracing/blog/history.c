// SPDX-License-Identifier: LGPL-2.1
/*
 * Copies the contexts of the loggers, or looks at one after another; or at those in a dump.
 *
 * Contexts are copied one after another, while tasks go on writing. What is younger
 * than the first of them is passed over: else some of it would be missing among the
 * rest.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event-parse.h>
#include <linux/blog.h>

#include "contexts.h"
#include "core.h"
#include "history.h"
#include "instance.h"
#include "logger.h"
#include "output.h"
#include "symbol.h"
#include "vmcore.h"

#define BLOCK_SIZE	(1 << 20)

/**
 * struct source - a file that is being read
 * @fd: the file
 * @keep: blocks are not freed once they are used
 * @error: why it cannot be read on, as errno; 0: it can be
 * @clock: what its head says
 * @block: takes what is read; the blocks before behind it
 * @room: bytes in it
 * @fill: so many are read
 * @pos: so many are used
 */
struct source {
	int		fd;
	bool		keep;
	int		error;
	struct clock	clock;
	struct block	*block;
	size_t		room;
	size_t		fill;
	size_t		pos;
};

/* Takes the copy of a context. */
typedef void (*context_fn)(struct context *context, void *data);

/**
 * struct history - what was read
 * @tep: knows the events; symbols once they were asked for
 * @core, @vmcore: a dump, in place of @tep
 * @loggers: of it
 * @contexts: of theirs
 * @clock: at the time of the first copy
 */
struct history {
	struct tep_handle	*tep;
	struct core		*core;
	struct vmcore		*vmcore;
	struct logger		*loggers;
	struct contexts		contexts;
	struct clock		clock;
	bool			has_symbols;
};

/* ---------------------------- a file ---------------------------- */

/* What was not used yet moves to it. */
static void next_block(struct source *source)
{
	size_t left = source->fill - source->pos;
	size_t room = left < BLOCK_SIZE / 2 ? BLOCK_SIZE : 2 * left;
	struct block *old = source->block, *block = must(malloc(sizeof(*block) + room));

	block->next = old;
	if (old) {
		memcpy(block->data, old->data + source->pos, left);
		if (!source->keep || !source->pos) {
			block->next = old->next;
			free(old);
		}
	}
	source->block = block;
	source->room = room;
	source->fill = left;
	source->pos = 0;
}

static bool read_more(struct source *source)
{
	ssize_t got;

	if (source->fill == source->room)
		next_block(source);
	do {
		got = read(source->fd, source->block->data + source->fill,
			   source->room - source->fill);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		source->error = errno;
	else
		source->fill += got;

	return got > 0;
}

/* Use so many bytes, which lie together; fewer in @got where the file ends. */
static const void *use(struct source *source, size_t size, size_t *got)
{
	const char *data;

	while (source->fill - source->pos < size && read_more(source))
		;
	*got = source->fill - source->pos;
	if (*got > size)
		*got = size;
	data = source->block->data + source->pos;
	source->pos += *got;

	return data;
}

static const char *read_head(struct source *source, struct blog_history_head *head)
{
	size_t got;
	const void *data = use(source, sizeof(*head), &got);

	if (got < sizeof(*head) ||
	    memcmp(data, BLOG_HISTORY_MAGIC, sizeof(head->magic)))
		return "it is not the history of a logger";
	memcpy(head, data, sizeof(*head));
	if (head->version != BLOG_HISTORY_VERSION || head->head_size < sizeof(*head) ||
	    head->head_size % 8 || head->ctx_size < sizeof(struct blog_history_ctx) ||
	    head->ctx_size % 8 || (head->long_size != 4 && head->long_size != 8) ||
	    (head->short_size != 2 && head->short_size != 4))
		return "it has another format: install the blog-tools that belong to the kernel";
	source->clock = (struct clock) {
		.trace = head->now,
		.boottime = head->boottime,
		.realtime = head->realtime,
	};
	use(source, head->head_size - sizeof(*head), &got);

	return NULL;
}

static void read_contexts(struct source *source, const struct blog_history_head *head,
			  context_fn take, void *data)
{
	const struct blog_history_ctx *ctx;
	struct context context = { 0 };
	size_t got, bytes;

	while ((ctx = use(source, head->ctx_size, &got), got == head->ctx_size)) {
		bytes = ctx->bytes;
		context.cleared = ctx->cleared;
		context.data = use(source, (bytes + 7) & ~(size_t)7, &got);
		context.size = got < bytes ? got : bytes;
		take(&context, data);
	}
}

static void free_blocks(struct source *source)
{
	while (source->block) {
		struct block *next = source->block->next;

		free(source->block);
		source->block = next;
	}
}

/* Fails, with errno, if the logger is gone; ends the program if it is there, but not this. */
static bool open_history(struct source *source, const char *logger)
{
	char *path = logger_path(logger, "history"), *stats = logger_path(logger, "stats");

	*source = (struct source) { .fd = open(path, O_RDONLY | O_CLOEXEC) };
	if (source->fd < 0 && errno == ENOENT && !access(stats, F_OK))
		die("cannot read %s: this kernel's BLOG is older than this command", path);
	if (source->fd < 0 && !logger_is_gone(errno))
		die("cannot read %s: %s", path, strerror(errno));
	free(stats);
	free(path);

	return source->fd >= 0;
}

/* Fails if the logger went meanwhile: it has no history any more. */
static bool close_history(struct source *source, const char *logger, const char *wrong)
{
	char *path = logger_path(logger, "history");

	close(source->fd);
	free_blocks(source);
	if (source->error && !logger_is_gone(source->error))
		die("cannot read %s: %s", path, strerror(source->error));
	if (wrong && !source->error)
		die("cannot read %s: %s", path, wrong);
	free(path);

	return !source->error;
}

/* ---------------------------- a copy ---------------------------- */

struct loading {
	struct logger	*logger;
	struct contexts	*contexts;
};

static void keep_context(struct context *context, void *data)
{
	struct loading *loading = data;

	context->logger = loading->logger;
	contexts_add(loading->contexts, context);
}

static const char *load(struct source *source, struct logger *logger,
			struct contexts *contexts)
{
	struct loading loading = { .logger = logger, .contexts = contexts };
	struct blog_history_head head;
	const char *wrong = read_head(source, &head);

	if (wrong)
		return wrong;
	logger->env.long_size = head.long_size;
	logger->env.wide_shorts = head.short_size == 4;
	logger->env.big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
	read_contexts(source, &head, keep_context, &loading);
	contexts_own(contexts, source->block);
	source->block = NULL;

	return NULL;
}

/**
 * history_load - read a file
 * @fd: the file
 * @logger: whose it is; takes how its arguments are stored
 * @contexts: takes what is in it; a context that the file breaks off in has less in it
 * @clock: takes the time of the copy
 *
 * Return: NULL, or what is wrong with it.
 */
const char *history_load(int fd, struct logger *logger, struct contexts *contexts,
			 struct clock *clock)
{
	struct source source = { .fd = fd, .keep = true };
	const char *wrong = load(&source, logger, contexts);

	free_blocks(&source);
	*clock = source.clock;

	return wrong;
}

static bool copy_logger(struct history *history, struct logger *logger)
{
	struct source source;
	const char *wrong;

	if (!open_history(&source, logger->name))
		return false;
	source.keep = true;
	wrong = load(&source, logger, &history->contexts);
	if (source.clock.trace && (!history->clock.trace ||
				   source.clock.trace < history->clock.trace))
		history->clock = source.clock;

	return close_history(&source, logger->name, wrong);
}

/* Reading them takes longer than all the rest, and few messages have any. */
static bool print_symbol(void *priv, uint64_t addr, bool offset, char *buf, size_t size)
{
	struct history *history = priv;
	char *text;

	if (!history->has_symbols) {
		history->has_symbols = true;
		text = read_text("/proc/kallsyms", NULL);
		if (text)
			tep_parse_kallsyms(history->tep, text);
		free(text);
	}

	return symbol_print(history->tep, addr, offset, buf, size);
}

/**
 * history_read - copy what is retained
 * @logger: of this logger alone; NULL: of all
 *
 * Ends the program if that is not possible.
 *
 * Return: the copy, to be freed with history_free().
 */
struct history *history_read(const char *logger)
{
	struct history *history = must(calloc(1, sizeof(*history)));
	struct logger *l;

	instance_require();
	if (logger)
		instance_require_logger(logger);
	history->tep = instance_events();
	history->loggers = loggers_read(history->tep);
	for (l = history->loggers; l; l = l->next) {
		l->env.symbol = print_symbol;
		l->env.priv = history;
		if (logger && strcmp(l->name, logger))
			continue;
		/* A module that is loaded, or was, may have events without a logger. */
		if (!copy_logger(history, l) && logger)
			die("the logger %s is gone", logger);
	}
	history->contexts.until = history->clock.trace;

	return history;
}

/**
 * history_read_dump - find what a kernel retained when it died
 * @path: a dump of its memory; or /proc/kcore, that of this one
 * @logger: of this logger alone; NULL: of all
 *
 * Ends the program if that is not possible.
 *
 * Return: what was found, to be freed with history_free().
 */
struct history *history_read_dump(const char *path, const char *logger)
{
	struct history *history = must(calloc(1, sizeof(*history)));

	history->core = core_open(path);
	history->vmcore = vmcore_read(history->core, path);
	history->loggers = vmcore_loggers(history->vmcore);
	if (logger && !loggers_find(history->loggers, logger))
		die("%s has no logger %s", path, logger);
	vmcore_contexts(history->vmcore, logger, &history->contexts);
	history->clock = *vmcore_clock(history->vmcore);
	history->contexts.until = UINT64_MAX;

	return history;
}

/**
 * history_tasks - the tasks of a dump that have contexts
 * @history: out of history_read_dump()
 * @tasks: takes them
 */
void history_tasks(const struct history *history, struct task_list *tasks)
{
	vmcore_tasks(history->vmcore, tasks);
}

static const char *contexts_text(size_t nr)
{
	return nr == 1 ? "context" : "contexts";
}

/**
 * history_tell_damage - say what the last walk through a dump could not show
 * @history: out of history_read_dump(), or another: nothing is said of that
 */
void history_tell_damage(const struct history *history)
{
	const struct contexts *contexts = &history->contexts;

	if (!history->core)
		return;
	if (contexts->nr_begun)
		warn("the last message of %zu %s was being written, and is left out",
		     contexts->nr_begun, contexts_text(contexts->nr_begun));
	if (contexts->nr_damaged)
		warn("%zu %s %s: what follows in there is left out", contexts->nr_damaged,
		     contexts_text(contexts->nr_damaged),
		     core_is_live(history->core) ? "went on meanwhile" :
		     contexts->nr_damaged == 1 ? "is damaged" : "are damaged");
}

/**
 * history_clock - when it was copied
 * @history: the copy
 *
 * Return: the clocks then.
 */
const struct clock *history_clock(const struct history *history)
{
	return &history->clock;
}

/**
 * history_since - pass over what is older
 * @history: the copy
 * @since: ns of the trace clock
 */
void history_since(struct history *history, uint64_t since)
{
	history->contexts.since = since;
}

/**
 * history_loggers - whose history it is
 * @history: the copy
 *
 * Return: the loggers.
 */
const struct logger *history_loggers(const struct history *history)
{
	return history->loggers;
}

/**
 * history_free - free what history_read() returned
 * @history: the copy
 */
void history_free(struct history *history)
{
	contexts_free(&history->contexts);
	if (history->vmcore) {
		vmcore_free(history->vmcore);
		core_close(history->core);
	} else {
		loggers_free(history->loggers);
		tep_free(history->tep);
	}
	free(history);
}

/**
 * history_each_of - look at some messages, oldest first
 * @history: the copy
 * @wanted: whether a message is wanted, or NULL
 * @look: called for each that is
 * @data: for both
 *
 * Return: 0, or what @look returned to stop.
 */
int history_each_of(struct history *history, message_filter wanted, message_fn look,
		    void *data)
{
	return contexts_each(&history->contexts, wanted, look, data);
}

/**
 * history_each - look at all messages, oldest first
 * @history: the copy
 * @look: called for each
 * @data: for it
 *
 * Return: 0, or what @look returned to stop.
 */
int history_each(struct history *history, message_fn look, void *data)
{
	return contexts_each(&history->contexts, NULL, look, data);
}

/**
 * history_visit - look at all messages, in no order: quicker
 * @history: the copy
 * @look: called for each; what it returns means nothing
 * @data: for it
 */
void history_visit(struct history *history, message_fn look, void *data)
{
	contexts_visit(&history->contexts, look, data);
}

/* ---------------------------- no copy ---------------------------- */

struct scan {
	uint64_t	until;
	message_fn	look;
	void		*data;
};

static void scan_context(struct context *context, void *data)
{
	struct scan *scan = data;

	context_visit(context, scan->until, scan->look, scan->data);
}

/**
 * history_scan - look at all messages of a logger, in no order, with the least memory
 * @logger: its name
 * @clock: takes the time of the copy; before the first message
 * @look: called for each, which has no logger; what it returns means nothing
 * @data: for it
 *
 * Ends the program if it cannot be read.
 *
 * Return: false if the logger is gone; maybe in the middle.
 */
bool history_scan(const char *logger, struct clock *clock, message_fn look, void *data)
{
	struct scan scan = { .look = look, .data = data };
	struct blog_history_head head;
	struct source source;
	const char *wrong;

	if (!open_history(&source, logger))
		return false;
	wrong = read_head(&source, &head);
	*clock = source.clock;
	scan.until = clock->trace;
	if (!wrong)
		read_contexts(&source, &head, scan_context, &scan);

	return close_history(&source, logger, wrong);
}
