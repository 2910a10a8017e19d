// SPDX-License-Identifier: LGPL-2.1
/*
 * blog show: what was logged, oldest first.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "escape.h"
#include "filter.h"
#include "follow.h"
#include "history.h"
#include "logger.h"
#include "output.h"
#include "readers.h"
#include "recording.h"

/**
 * struct show - what is to be shown
 * @filter: which messages
 * @since, @until: as the user gave them
 * @last: only so many, the youngest; 0: all
 * @skip: so many of those come before
 * @found: so many were found
 * @lost: so many were dropped since the last one that was shown
 * @follow: go on with what is logged
 * @after: then, only what is younger
 * @json: for programs
 * @file: a recording
 * @style: how times are printed
 * @clock: what they mean, or NULL
 */
struct show {
	struct filter		filter;
	const char		*since;
	const char		*until;
	uint64_t		last;
	uint64_t		skip;
	uint64_t		found;
	uint32_t		lost;
	bool			follow;
	uint64_t		after;
	bool			json;
	const char		*file;
	enum clock_style	style;
	const struct clock	*clock;
};

static void print_help(void)
{
	puts("Usage: blog show [OPTION]...\n"
	     "Shows what was logged, oldest first. It takes nothing from anybody.\n\n"
	     "  -p, --pid PID        of this thread or process; may be given again\n"
	     "  -c, --comm NAME      of tasks of this name; * and ? stand for others\n"
	     "      --client ID      about this client: the number in []\n"
	     "  -l, --logger NAME    of this logger\n"
	     "  -g, --grep REGEX     whose text matches\n"
	     "      --since TIME     not older: 10s (m, h, d) ago, [YYYY-MM-DD ]HH:MM[:SS],\n"
	     "      --until TIME     not younger; or seconds as -r shows them\n"
	     "  -n, --lines N        the last N of them\n"
	     "  -r, --raw-time       seconds of the trace clock, as trace-cmd shows, not the\n"
	     "                       time of day\n"
	     "  -f, --follow         go on with what is logged\n"
	     "  -i, --input FILE     out of a trace.dat; else what the kernel retains\n"
	     "      --json           an object in each line\n"
	     "  -h, --help\n\n"
	     "Beside other events:  trace-cmd record -e sched -B blog -e blog sleep 1");
}

static uint64_t parse_count(const char *text)
{
	char *end;
	unsigned long long nr = strtoull(text, &end, 10);

	if (end == text || *end || *text == '-' || !nr)
		misuse("not a number of lines: %s", text);

	return nr;
}

static void parse_options(struct show *show, int argc, char **argv)
{
	enum { OPT_SINCE = FILTER_OPTION_MAX, OPT_UNTIL, OPT_JSON };
	static const struct option options[] = {
		FILTER_OPTIONS,
		{ "since", required_argument, NULL, OPT_SINCE },
		{ "until", required_argument, NULL, OPT_UNTIL },
		{ "lines", required_argument, NULL, 'n' },
		{ "raw-time", no_argument, NULL, 'r' },
		{ "follow", no_argument, NULL, 'f' },
		{ "input", required_argument, NULL, 'i' },
		{ "json", no_argument, NULL, OPT_JSON },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "p:c:l:g:n:rfi:h", options, NULL)) != -1) {
		switch (opt) {
		case OPT_SINCE:
			show->since = optarg;
			break;
		case OPT_UNTIL:
			show->until = optarg;
			break;
		case 'n':
			show->last = parse_count(optarg);
			break;
		case 'r':
			show->style = CLOCK_STYLE_TRACE;
			break;
		case 'f':
			show->follow = true;
			break;
		case 'i':
			show->file = optarg;
			break;
		case OPT_JSON:
			show->json = true;
			break;
		case 'h':
			print_help();
			exit(output_end());
		default:
			if (!filter_option(&show->filter, opt, optarg))
				misuse("see above");
		}
	}
	if (optind < argc)
		misuse("unexpected argument %s", argv[optind]);
	if (show->follow && show->file)
		misuse("a recording does not grow: -f and -i exclude each other");
	if (show->follow && show->until)
		misuse("-f has no end: it excludes --until");
}

static void set_clock(struct show *show, const struct clock *clock)
{
	show->clock = clock;
	filter_times(&show->filter, clock, show->since, show->until);
}

static bool is_wanted(const struct message *message, void *data)
{
	struct show *show = data;

	return filter_wants(message, &show->filter);
}

static bool has_wanted_text(const struct show *show, const struct message *message)
{
	static char text[TEXT_SIZE];

	if (!show->filter.has_regex)
		return true;
	message_text(message, text, sizeof(text));

	return filter_wants_text(&show->filter, text);
}

static int count(const struct message *message, void *data)
{
	struct show *show = data;

	if (is_wanted(message, show) && has_wanted_text(show, message))
		show->found++;

	return 0;
}

static void print_line(const struct show *show, const struct message *message)
{
	if (show->json)
		print_json_line(message_json(message, show->clock));
	else
		print_message(message, show->clock, show->style);
}

/* Not 0 when nobody reads any more. */
static int print_one(const struct message *message, void *data)
{
	struct show *show = data;

	struct message shown = *message;

	if (!is_wanted(message, show))
		return 0;
	shown.lost += show->lost;
	show->lost = 0;
	if (!has_wanted_text(show, message)) {
		show->lost = shown.lost;
		return 0;
	}
	if (show->skip) {
		show->skip--;
		return 0;
	}
	print_line(show, &shown);

	return output_failed() || (show->follow && follow_stopped());
}

static int print_new(const struct message *message, void *data)
{
	struct show *show = data;

	return message->time > show->after ? print_one(message, show) : 0;
}

static void show_recording(struct show *show)
{
	struct recording *recording = recording_open(show->file);

	if (show->filter.logger && !loggers_find(recording_loggers(recording),
						 show->filter.logger))
		die("%s has no logger %s", show->file, show->filter.logger);
	if (show->since || show->until)
		set_clock(show, recording_clock(recording));
	output_begin(!show->json);
	if (show->last) {
		recording_each(recording, count, NULL, show);
		show->skip = show->found > show->last ? show->found - show->last : 0;
	}
	recording_each(recording, print_one, NULL, show);
	recording_close(recording);
}

static void print_history(struct show *show, struct history *history)
{
	if (show->last) {
		history_visit(history, count, show);
		show->skip = show->found > show->last ? show->found - show->last : 0;
	}
	history_each_of(history, is_wanted, print_one, show);
	show->skip = 0;
}

/* Somebody may fear for his recording. */
static void mention_recorder(void)
{
	struct reader *readers;
	char comm[ESCAPED_SIZE(COMM_SIZE)];
	size_t nr;

	readers = readers_find(&nr);
	if (nr) {
		escape_control(comm, sizeof(comm), readers->comm, sizeof(readers->comm));
		warn("%s-%d is recording; nothing is taken from it", comm, readers->pid);
	}
	free(readers);
}

static void show_history(struct show *show)
{
	struct follow *follow = show->follow ? follow_begin(show->filter.logger) : NULL;
	struct history *history = history_read(show->filter.logger);

	mention_recorder();
	set_clock(show, history_clock(history));
	history_since(history, show->filter.since);
	output_begin(!show->follow && !show->json);
	print_history(show, history);
	if (follow) {
		fflush(stdout);
		show->after = show->clock->trace;
		follow_each(follow, print_new, show);
		follow_end(follow);
	}
	history_free(history);
}

int show_command(int argc, char **argv)
{
	struct show show = { .style = CLOCK_STYLE_WALL };

	parse_options(&show, argc, argv);
	if (show.file)
		show_recording(&show);
	else
		show_history(&show);
	filter_free(&show.filter);

	return output_end();
}
