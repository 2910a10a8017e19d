// SPDX-License-Identifier: LGPL-2.1
/*
 * Copies the contexts of the loggers.
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
#include <tracefs.h>

#include "contexts.h"
#include "history.h"
#include "instance.h"
#include "logger.h"
#include "output.h"
#include "symbol.h"

#define HISTORY_VERSION		1
#define READ_SIZE		(1 << 20)

/* The copy of a file. */
struct copy {
	struct copy	*next;
	char		*data;
	size_t		size;
};

/**
 * struct history - what was read
 * @tep: knows the events; symbols once they were asked for
 * @loggers: of it
 * @copies: of their files
 * @contexts: in them
 * @clock: at the time of the first copy
 */
struct history {
	struct tep_handle	*tep;
	struct logger		*loggers;
	struct copy		*copies;
	struct contexts		contexts;
	struct clock		clock;
	bool			has_symbols;
};

/* A module that has been loaded has events, but not always a logger. */
static bool is_registered(const struct logger *logger)
{
	char *path = logger_path(logger->name, "stats");
	bool registered = !access(path, F_OK);

	free(path);

	return registered;
}

static void read_file(struct copy *copy, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t room = 0;
	ssize_t got;

	if (fd < 0)
		die("cannot read %s: %s%s", path, strerror(errno), errno == ENOENT ?
		    "; this kernel's BLOG is older than this command" : "");
	do {
		if (room - copy->size < READ_SIZE) {
			room = 2 * room + READ_SIZE;
			copy->data = must(realloc(copy->data, room));
		}
		got = read(fd, copy->data + copy->size, room - copy->size);
		if (got > 0)
			copy->size += got;
	} while (got > 0 || (got < 0 && errno == EINTR));
	/* A logger that goes meanwhile has no history any more. */
	if (got < 0 && errno != ENODEV)
		die("cannot read %s: %s", path, strerror(errno));
	close(fd);
}

/**
 * history_parse - find the contexts in the copy of a file
 * @contexts: takes them; one that the file breaks off in has less in it
 * @logger: whose file it is
 * @data: the copy, aligned to 8 bytes, which must stay
 * @size: bytes of it
 * @clock: takes the time of the copy
 *
 * Return: NULL, or what is wrong with it.
 */
const char *history_parse(struct contexts *contexts, const struct logger *logger,
			  const void *data, size_t size, struct clock *clock)
{
	const struct history_head *head = data;
	const struct history_ctx *ctx;
	size_t pos, left;

	if (size < sizeof(*head) || memcmp(head->magic, "BLOG", sizeof(head->magic)))
		return "it is not the history of a logger";
	if (head->version != HISTORY_VERSION || head->head_size < sizeof(*head) ||
	    head->head_size % 8 || head->ctx_size < sizeof(*ctx) || head->ctx_size % 8)
		return "it has another format: install the blog-tools that belong to the kernel";
	*clock = (struct clock) {
		.trace = head->now,
		.boottime = head->boottime,
		.realtime = head->realtime,
	};
	for (pos = head->head_size; pos <= size && size - pos >= head->ctx_size;
	     pos += ((size_t)ctx->bytes + 7) & ~(size_t)7) {
		ctx = data + pos;
		pos += head->ctx_size;
		left = size - pos;
		contexts_add(contexts, &(struct context) {
			.logger = logger,
			.data = data + pos,
			.size = ctx->bytes < left ? ctx->bytes : left,
			.cleared = ctx->cleared,
		});
	}

	return NULL;
}

static void copy_logger(struct history *history, const struct logger *logger)
{
	struct copy *copy = must(calloc(1, sizeof(*copy)));
	char *path = logger_path(logger->name, "history");
	struct clock clock;
	const char *wrong;

	read_file(copy, path);
	copy->next = history->copies;
	history->copies = copy;
	wrong = copy->size ? history_parse(&history->contexts, logger, copy->data,
					   copy->size, &clock) : NULL;
	if (wrong)
		die("cannot read %s: %s", path, wrong);
	if (copy->size && (!history->clock.trace || clock.trace < history->clock.trace))
		history->clock = clock;
	free(path);
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
	static const char * const systems[] = { BLOG_INSTANCE, NULL };
	struct history *history = must(calloc(1, sizeof(*history)));
	struct logger *l;

	instance_require();
	if (logger)
		instance_require_logger(logger);
	history->tep = tracefs_local_events_system(NULL, systems);
	if (!history->tep)
		die("cannot read the format of the events in %s/events/blog: %s",
		    tracefs_tracing_dir(), strerror(errno));
	history->loggers = loggers_read(history->tep);
	for (l = history->loggers; l; l = l->next) {
		l->env.symbol = print_symbol;
		l->env.priv = history;
		if ((!logger || !strcmp(l->name, logger)) && is_registered(l))
			copy_logger(history, l);
	}
	history->contexts.until = history->clock.trace;

	return history;
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
	while (history->copies) {
		struct copy *next = history->copies->next;

		free(history->copies->data);
		free(history->copies);
		history->copies = next;
	}
	contexts_free(&history->contexts);
	loggers_free(history->loggers);
	tep_free(history->tep);
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
