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
#include "follow.h"
#include "history.h"
#include "logger.h"
#include "output.h"
#include "readers.h"
#include "recording.h"
#include "view.h"

/**
 * struct show - what is to be shown
 * @view: which messages, and how
 * @follow: go on with what is logged
 * @after: then, only what is younger
 * @file: a recording
 */
struct show {
	struct view	view;
	bool		follow;
	uint64_t	after;
	const char	*file;
};

static void print_help(void)
{
	puts("Usage: blog show [OPTION]...\n"
	     "Shows what was logged, oldest first. It takes nothing from anybody.\n\n"
	     VIEW_HELP
	     "  -f, --follow         go on with what is logged\n"
	     "  -i, --input FILE     out of a trace.dat; else what the kernel retains\n"
	     "      --json           an object in each line\n"
	     "  -h, --help\n\n"
	     "Beside other events:  trace-cmd record -e sched -B blog -e blog sleep 1");
}

static void parse_options(struct show *show, int argc, char **argv)
{
	static const struct option options[] = {
		VIEW_OPTIONS,
		{ "follow", no_argument, NULL, 'f' },
		{ "input", required_argument, NULL, 'i' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "p:c:l:g:n:rfi:h", options, NULL)) != -1) {
		switch (opt) {
		case 'f':
			show->follow = true;
			break;
		case 'i':
			show->file = optarg;
			break;
		case 'h':
			print_help();
			exit(output_end());
		default:
			if (!view_option(&show->view, opt, optarg))
				misuse("see above");
		}
	}
	if (optind < argc)
		misuse("unexpected argument %s", argv[optind]);
	if (show->follow && show->file)
		misuse("a recording does not grow: -f and -i exclude each other");
	if (show->follow && show->view.until)
		misuse("-f has no end: it excludes --until");
}

static int print_new(const struct message *message, void *data)
{
	struct show *show = data;

	return message->time > show->after ? view_print(message, &show->view) : 0;
}

static void show_recording(struct show *show)
{
	struct recording *recording = recording_open(show->file);
	struct view *view = &show->view;

	if (view->filter.logger && !loggers_find(recording_loggers(recording),
						 view->filter.logger))
		die("%s has no logger %s", show->file, view->filter.logger);
	if (view->since || view->until)
		view_set_clock(view, recording_clock(recording));
	output_begin(!view->json);
	if (view->last) {
		recording_each(recording, view_count, NULL, view);
		view_skip(view);
	}
	recording_each(recording, view_print, NULL, view);
	recording_close(recording);
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
	struct view *view = &show->view;
	struct follow *follow = show->follow ? follow_begin(view->filter.logger) : NULL;
	struct history *history = history_read(view->filter.logger);

	if (follow)
		view->stopped = follow_stopped;
	mention_recorder();
	view_set_clock(view, history_clock(history));
	output_begin(!show->follow && !view->json);
	view_history(view, history);
	if (follow) {
		fflush(stdout);
		show->after = view->clock->trace;
		follow_each(follow, print_new, show);
		follow_end(follow);
	}
	history_free(history);
}

int show_command(int argc, char **argv)
{
	struct show show = { .view.style = CLOCK_STYLE_WALL };

	parse_options(&show, argc, argv);
	if (show.file)
		show_recording(&show);
	else
		show_history(&show);
	view_free(&show.view);

	return output_end();
}
