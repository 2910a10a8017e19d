// SPDX-License-Identifier: LGPL-2.1
/*
 * Reads the contexts of the loggers and merges their messages by time.
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

#include "history.h"
#include "instance.h"
#include "logger.h"
#include "output.h"
#include "record.h"
#include "symbol.h"

#define HISTORY_VERSION		1
#define READ_SIZE		(1 << 20)

/* The copy of a file. */
struct copy {
	struct copy		*next;
	const struct logger	*logger;
	char			*data;
	size_t			size;
};

/**
 * struct history - what was read
 * @tep: knows the events; symbols once they were asked for
 * @loggers: of it
 * @copies: of their files
 * @clock: at the time of the first copy
 */
struct history {
	struct tep_handle	*tep;
	struct logger		*loggers;
	struct copy		*copies;
	struct clock		clock;
	bool			has_symbols;
};

/* A heap with the oldest message first. */
struct merge {
	struct record_cursor	*cursors;
	size_t			nr;
	size_t			room;
};

/* ---------------------------- the files ---------------------------- */

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

static const struct history_head *check_head(const struct copy *copy, const char *path)
{
	const struct history_head *head = (void *)copy->data;

	if (!copy->size)
		return NULL;
	if (copy->size < sizeof(*head) || memcmp(head->magic, "BLOG", 4) ||
	    head->head_size < sizeof(*head) || head->head_size % 8 ||
	    head->ctx_size < sizeof(struct history_ctx) || head->ctx_size % 8)
		die("%s is not what this command reads", path);
	if (head->version != HISTORY_VERSION)
		die("%s has format %u, and this command reads %u: install the blog-tools that belong to the kernel",
		    path, head->version, HISTORY_VERSION);

	return head;
}

static void copy_logger(struct history *history, const struct logger *logger)
{
	struct copy *copy = must(calloc(1, sizeof(*copy)));
	char *path = logger_path(logger->name, "history");
	const struct history_head *head;

	copy->logger = logger;
	read_file(copy, path);
	head = check_head(copy, path);
	free(path);
	if (head && (!history->clock.trace || head->now < history->clock.trace))
		history->clock = (struct clock) {
			.trace = head->now,
			.boottime = head->boottime,
			.realtime = head->realtime,
		};
	copy->next = history->copies;
	history->copies = copy;
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
		if (!logger || !strcmp(l->name, logger))
			copy_logger(history, l);
	}

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
	loggers_free(history->loggers);
	tep_free(history->tep);
	free(history);
}

/* ---------------------------- contexts ---------------------------- */

/* The next context that begins at *@pos of a copy; false at the end. */
static bool next_context(const struct copy *copy, size_t *pos, struct record_cursor *cursor)
{
	const struct history_head *head = (void *)copy->data;
	const struct history_ctx *ctx;
	size_t size;
	uint32_t i;

	if (!copy->size)
		return false;
	if (!*pos)
		*pos = head->head_size;
	if (*pos > copy->size || copy->size - *pos < head->ctx_size)
		return false;
	ctx = (void *)copy->data + *pos;
	*pos += head->ctx_size;
	size = ctx->bytes;
	if (size > copy->size - *pos)
		size = copy->size - *pos;
	record_start(cursor, copy->data + *pos, size);
	cursor->message.logger = copy->logger;
	*pos += (size + 7) & ~(size_t)7;
	for (i = 0; i < ctx->cleared && record_next(cursor); i++)
		;

	return true;
}

static bool next_wanted(const struct history *history, struct record_cursor *cursor,
			message_filter wanted, void *data)
{
	while (record_next(cursor))
		if (cursor->message.time <= history->clock.trace &&
		    (!wanted || wanted(&cursor->message, data)))
			return true;

	return false;
}

/* ---------------------------- merge ---------------------------- */

static bool is_before(const struct record_cursor *a, const struct record_cursor *b)
{
	uint64_t left = a->message.time, right = b->message.time;

	return left < right ||
	       (left == right && (int32_t)(a->turn - b->turn) < 0);
}

static void sift_down(struct merge *merge, size_t pos)
{
	struct record_cursor moved = merge->cursors[pos];

	for (;;) {
		size_t child = 2 * pos + 1;

		if (child + 1 < merge->nr &&
		    is_before(&merge->cursors[child + 1], &merge->cursors[child]))
			child++;
		if (child >= merge->nr || !is_before(&merge->cursors[child], &moved))
			break;
		merge->cursors[pos] = merge->cursors[child];
		pos = child;
	}
	merge->cursors[pos] = moved;
}

static void add_cursor(struct merge *merge, const struct record_cursor *cursor)
{
	if (merge->nr == merge->room) {
		merge->room = 2 * merge->room + 64;
		merge->cursors = must(realloc(merge->cursors,
					      merge->room * sizeof(*cursor)));
	}
	merge->cursors[merge->nr++] = *cursor;
}

static void begin_merge(struct merge *merge, struct history *history,
			message_filter wanted, void *data)
{
	const struct copy *copy;
	struct record_cursor cursor;
	size_t pos, i;

	for (copy = history->copies; copy; copy = copy->next)
		for (pos = 0; next_context(copy, &pos, &cursor);)
			if (next_wanted(history, &cursor, wanted, data))
				add_cursor(merge, &cursor);
	for (i = merge->nr / 2; i--;)
		sift_down(merge, i);
}

/* Whether the first one is still the oldest: mostly the same context goes on. */
static bool goes_on(const struct merge *merge)
{
	return (merge->nr < 2 || !is_before(&merge->cursors[1], &merge->cursors[0])) &&
	       (merge->nr < 3 || !is_before(&merge->cursors[2], &merge->cursors[0]));
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
	struct merge merge = { 0 };
	int ret = 0;

	begin_merge(&merge, history, wanted, data);
	while (merge.nr && !ret) {
		struct record_cursor *first = merge.cursors;

		ret = look(&first->message, data);
		if (!next_wanted(history, first, wanted, data))
			*first = merge.cursors[--merge.nr];
		if (merge.nr && !goes_on(&merge))
			sift_down(&merge, 0);
	}
	free(merge.cursors);

	return ret;
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
	return history_each_of(history, NULL, look, data);
}

/**
 * history_visit - look at all messages, in no order: quicker
 * @history: the copy
 * @look: called for each; what it returns means nothing
 * @data: for it
 */
void history_visit(struct history *history, message_fn look, void *data)
{
	const struct copy *copy;
	struct record_cursor cursor;
	size_t pos;

	for (copy = history->copies; copy; copy = copy->next)
		for (pos = 0; next_context(copy, &pos, &cursor);)
			while (next_wanted(history, &cursor, NULL, NULL))
				look(&cursor.message, data);
}
