// SPDX-License-Identifier: LGPL-2.1
/*
 * Fuzzes what the command blog reads of contexts: the file history, its records, their
 * merge and their text; and times as users give them.
 *
 * An input is
 *
 *   text, NUL		a time
 *   bytes		the file after its head
 *
 * Whatever is in the file, the merge must show each message that there is, and as many
 * as a walk through the contexts; and one that has only contexts whose time does not
 * go back, in the order of time. Each has one line of text.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <event-parse.h>
#include <linux/blog.h>

#include "clock.h"
#include "history.h"
#include "logger.h"
#include "record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char format[] =
	"name: fuzz\n"
	"ID: 77\n"
	"format:\n"
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"
	"\tfield:u64 client;\toffset:8;\tsize:8;\tsigned:0;\n"
	"\tfield:u16 site;\toffset:16;\tsize:2;\tsigned:0;\n"
	"\tfield:__data_loc u8[] args;\toffset:20;\tsize:4;\tsigned:0;\n\n"
	"print fmt: \"%s\", __print_symbolic(REC->site, { 0, \"\" }, "
	"{ 1, \"f (f.c:1) %d %s\" }, { 2, \"g (g.c:2) %llx.%pS %.*s %c\" }, "
	"{ 3, \"h (h.c:3) \" })\n";

struct walk {
	size_t		nr;
	uint64_t	last;
	int		back;
};

static void check(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "history_fuzz: %s\n", what);
	abort();
}

static struct logger *make_logger(void)
{
	static struct logger *logger;
	struct tep_handle *tep;

	if (logger)
		return logger;
	tep = tep_alloc();
	tep_set_long_size(tep, 8);
	check(!tep_parse_event(tep, format, sizeof(format) - 1, "blog"), "the format is refused");
	logger = loggers_read(tep);
	check(logger != NULL, "there is no logger");

	return logger;
}

static int count(const struct message *message, void *data)
{
	struct walk *walk = data;

	(void)message;
	walk->nr++;

	return 0;
}

static int look(const struct message *message, void *data)
{
	static char text[TEXT_SIZE];
	struct walk *walk = data;
	size_t len = message_text(message, text, sizeof(text));

	check(len == strlen(text) && len < sizeof(text), "the length is not that of the text");
	check(!strpbrk(text, "\n\r\033\177"), "control characters");
	check(strlen(message->comm) < sizeof(message->comm), "the name has no end");
	if (message->time < walk->last)
		walk->back = 1;
	walk->last = message->time;
	walk->nr++;

	return 0;
}

/* Whether the time of some context goes back. */
static int goes_back(const struct contexts *contexts)
{
	struct record_cursor cursor;
	uint64_t last;
	size_t i;

	for (i = 0; i < contexts->nr; i++) {
		last = 0;
		record_start(&cursor, contexts->list[i].data, contexts->list[i].size);
		while (record_next(&cursor)) {
			if (cursor.message.time < last)
				return 1;
			last = cursor.message.time;
		}
	}

	return 0;
}

static void write_file(int file, const void *data, size_t size, off_t pos)
{
	check(pwrite(file, data, size, pos) == (ssize_t)size, "the file is not written");
	lseek(file, 0, SEEK_SET);
}

static void read_file(const uint8_t *data, size_t size)
{
	struct blog_history_head head = {
		.magic = "BLOG", .version = 1, .head_size = sizeof(head),
		.ctx_size = sizeof(struct blog_history_ctx), .long_size = 8, .short_size = 2,
		.now = 1000,
	};
	struct contexts contexts = { .until = UINT64_MAX };
	struct walk visited = { 0 }, merged = { 0 };
	int file = memfd_create("history", 0);
	struct clock clock;

	check(file >= 0, "no file");
	write_file(file, &head, sizeof(head), 0);
	write_file(file, data, size, sizeof(head));
	check(!history_load(file, make_logger(), &contexts, &clock), "the head is refused");
	contexts_visit(&contexts, count, &visited);
	contexts_each(&contexts, NULL, look, &merged);
	check(visited.nr == merged.nr, "the merge loses messages");
	check(!merged.back || goes_back(&contexts), "the merge has another order");
	contexts_free(&contexts);
	/* The same with a head of whatever. */
	if (size >= sizeof(head)) {
		write_file(file, data, size, 0);
		history_load(file, make_logger(), &contexts, &clock);
		contexts_each(&contexts, NULL, count, &merged);
		contexts_free(&contexts);
	}
	close(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct clock now = { 5000000000, 6000000000, 1700000000000000000 };
	const uint8_t *end = memchr(data, 0, size);
	uint64_t time;

	if (!end)
		return 0;
	clock_parse(&now, (const char *)data, size & 1, &time);
	read_file(end + 1, size - (end + 1 - data));

	return 0;
}
