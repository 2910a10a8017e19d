// SPDX-License-Identifier: LGPL-2.1
/*
 * blog clear: drop what was logged.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json.h>

#include "command.h"
#include "instance.h"
#include "json_text.h"
#include "names.h"
#include "output.h"

/**
 * struct clearing - what is to be cleared
 * @logger: of this logger; NULL: of all
 * @views: also what is in the ring buffers of the instance
 * @json: what was cleared, for programs; else NULL
 * @failed: not all could be cleared
 */
struct clearing {
	const char		*logger;
	bool			views;
	struct json_object	*json;
	bool			failed;
};

static void print_help(void)
{
	puts("Usage: blog clear [OPTION]...\n"
	     "Drops what was logged. Statements, budgets and switches stay as they are.\n\n"
	     "  -l, --logger NAME    by this logger; else by all\n"
	     "  -a, --all            also the copies that readers of the instance have left in\n"
	     "                       its ring buffers, of all loggers\n"
	     "      --json           for programs\n"
	     "  -h, --help");
}

static void parse_options(struct clearing *clearing, int argc, char **argv)
{
	enum { OPT_JSON = 256 };
	static const struct option options[] = {
		{ "logger", required_argument, NULL, 'l' },
		{ "all", no_argument, NULL, 'a' },
		{ "json", no_argument, NULL, OPT_JSON },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "l:ah", options, NULL)) != -1) {
		switch (opt) {
		case 'l':
			clearing->logger = optarg;
			break;
		case 'a':
			clearing->views = true;
			break;
		case OPT_JSON:
			clearing->json = must(json_object_new_array());
			break;
		case 'h':
			print_help();
			exit(output_end());
		default:
			misuse("see above");
		}
	}
	if (optind < argc)
		misuse("unexpected argument %s", argv[optind]);
}

static void report(struct clearing *clearing, const char *logger,
		   const struct logger_stats *stats)
{
	struct json_object *json;

	if (!clearing->json) {
		printf("%s: %" PRIu64 " messages cleared\n", logger, stats->retained);
		return;
	}
	json = must(json_object_new_object());
	json_object_object_add(json, "logger", json_text(logger));
	json_object_object_add(json, "messages", must(json_object_new_uint64(stats->retained)));
	json_object_array_add(clearing->json, json);
}

static void clear_logger(struct clearing *clearing, const char *logger)
{
	char *path = logger_path(logger, "clear");
	struct logger_stats stats;

	if (logger_stats_read(logger, &stats) && !write_text(path, "1")) {
		report(clearing, logger, &stats);
	} else if (logger_is_gone(errno)) {
		names_skip(clearing->logger);
	} else {
		warn("cannot clear %s: %s", logger, strerror(errno));
		clearing->failed = true;
	}
	free(path);
}

/* Opening `trace` truncates it. */
static void clear_views(struct clearing *clearing)
{
	char *path = instance_path("trace");

	if (write_text(path, "")) {
		warn("cannot empty %s: %s", path, strerror(errno));
		clearing->failed = true;
	}
	free(path);
}

int clear_command(int argc, char **argv)
{
	struct clearing clearing = { 0 };
	char **names, **name;

	parse_options(&clearing, argc, argv);
	names = names_get(clearing.logger);
	output_begin(false);
	for (name = names; *name; name++)
		clear_logger(&clearing, *name);
	names_free(names);
	if (clearing.views)
		clear_views(&clearing);
	if (clearing.json)
		print_json(clearing.json);

	return output_end() || clearing.failed ? EXIT_FAILED : EXIT_DONE;
}
