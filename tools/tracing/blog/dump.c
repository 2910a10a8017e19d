// SPDX-License-Identifier: LGPL-2.1
/*
 * blog dump: what was logged, out of a dump of a kernel that died.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "history.h"
#include "hung.h"
#include "output.h"
#include "view.h"

/**
 * struct options - what the user wants
 * @file: the dump
 * @view: which messages, and how
 * @hung: the tasks that hung, not the messages
 * @of_hung: how
 * @lines: for either
 * @shows: there are options that are for messages alone
 */
struct options {
	const char		*file;
	struct view		view;
	bool			hung;
	struct hung_options	of_hung;
	const char		*lines;
	bool			shows;
};

static void print_help(void)
{
	puts("Usage: blog dump FILE [OPTION]...\n"
	     "       blog dump FILE --hung [-n N] [-a SECONDS] [--json]\n"
	     "Shows what had been logged when a kernel died, oldest first, out of a dump of its\n"
	     "memory: as kdump, makedumpfile or QEMU write it. It needs no debuginfo. As FILE,\n"
	     "/proc/kcore is the memory of this kernel.\n\n"
	     VIEW_HELP
	     "      --json           an object in each line\n"
	     "      --hung           not the messages, but the tasks that hung, as far as the\n"
	     "                       dump tells: their last N messages (8), and requests that\n"
	     "  -a, --age SECONDS    none of them waited for, from this age on (30)\n"
	     "  -h, --help\n\n"
	     "As a timeline:  blog export -i FILE -o timeline.json");
}

static void take_option(struct options *options, int opt, const char *value)
{
	switch (opt) {
	case 'H':
		options->hung = true;
		return;
	case 'h':
		print_help();
		exit(output_end());
	case 'n':
		options->lines = value;
		return;
	case 'a':
		hung_option(&options->of_hung, opt, value);
		return;
	case VIEW_OPTION_JSON:
		options->of_hung.json = true;
		break;
	default:
		options->shows = true;
	}
	if (!view_option(&options->view, opt, value))
		misuse("see above");
}

static void parse_options(struct options *options, int argc, char **argv)
{
	static const struct option names[] = {
		VIEW_OPTIONS,
		{ "hung", no_argument, NULL, 'H' },
		{ "age", required_argument, NULL, 'a' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "p:c:l:g:n:ra:h", names, NULL)) != -1)
		take_option(options, opt, optarg);
	if (optind == argc)
		misuse("which dump?");
	if (optind + 1 < argc)
		misuse("unexpected argument %s", argv[optind + 1]);
	if (options->hung && options->shows)
		misuse("--hung takes -n, -a and --json, and no other options");
	if (options->lines && options->hung)
		hung_option(&options->of_hung, 'n', options->lines);
	else if (options->lines)
		view_option(&options->view, 'n', options->lines);
	options->file = argv[optind];
}

static void show_messages(const char *file, struct view *view)
{
	struct history *history = history_read_dump(file, view->filter.logger);
	const struct clock *clock = history_clock(history);

	if (!clock->realtime && view->style == CLOCK_STYLE_WALL)
		warn("%s does not tell the time of day, for its kernel had not died: seconds of the trace clock are shown",
		     file);
	view_set_clock(view, clock);
	output_begin(!view->json);
	view_history(view, history);
	history_tell_damage(history);
	history_free(history);
}

int dump_command(int argc, char **argv)
{
	struct options options = {
		.view.style = CLOCK_STYLE_WALL, .of_hung = HUNG_OPTIONS_DEFAULT,
	};
	int ret;

	parse_options(&options, argc, argv);
	if (options.hung) {
		ret = hung_dump(options.file, &options.of_hung);
	} else {
		show_messages(options.file, &options.view);
		ret = output_end();
	}
	view_free(&options.view);

	return ret;
}
