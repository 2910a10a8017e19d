// SPDX-License-Identifier: LGPL-2.1
/*
 * blog budget: how much memory loggers may have.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json.h>

#include "command.h"
#include "fault.h"
#include "instance.h"
#include "json_text.h"
#include "names.h"
#include "output.h"

#define MIB	(1024.0 * 1024)

/**
 * struct budget - what is to be shown or set
 * @logger: of this logger; NULL: of all
 * @size: what they shall have; NULL: show what they have
 * @json: what they have, for programs; else NULL
 * @failed: not all could be set, or shown
 */
struct budget {
	const char		*logger;
	const char		*size;
	struct json_object	*json;
	bool			failed;
};

static void print_help(void)
{
	puts("Usage: blog budget [OPTION]... [SIZE]\n"
	     "Shows, or sets to SIZE, how much memory the history of each logger may take. SIZE\n"
	     "is a number of bytes, or of K, M or G, as 64M. It holds until the next boot; the boot\n"
	     "parameter blog_budget= sets it for good.\n\n"
	     "  -l, --logger NAME    of this logger; else of each\n"
	     "      --json           for programs\n"
	     "  -h, --help");
}

static void parse_options(struct budget *budget, int argc, char **argv)
{
	enum { OPT_JSON = 256 };
	static const struct option options[] = {
		{ "logger", required_argument, NULL, 'l' },
		{ "json", no_argument, NULL, OPT_JSON },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "l:h", options, NULL)) != -1) {
		switch (opt) {
		case 'l':
			budget->logger = optarg;
			break;
		case OPT_JSON:
			budget->json = must(json_object_new_array());
			break;
		case 'h':
			print_help();
			exit(output_end());
		default:
			misuse("see above");
		}
	}
	if (optind < argc)
		budget->size = argv[optind++];
	if (optind < argc)
		misuse("unexpected argument %s", argv[optind]);
}

/* A logger that is gone is passed over, unless the user named it. */
static void note_failure(struct budget *budget, const char *logger, const char *what)
{
	if (logger_is_gone(errno)) {
		names_skip(budget->logger);
		return;
	}
	warn("cannot %s the budget of %s: %s", what, logger, strerror(errno));
	budget->failed = true;
}

static void refuse(struct budget *budget, const char *logger)
{
	struct fault fault;

	budget->failed = true;
	if (!fault_read(logger, "budget", &fault)) {
		warn("%s: the kernel refuses %s, and does not say why", logger, budget->size);
		return;
	}
	fault_print(fault.error, budget->size, fault.pos);
	fault_free(&fault);
}

static bool set_budget(struct budget *budget, const char *logger)
{
	char *path = logger_path(logger, "budget");
	bool done = !write_text(path, budget->size);

	if (!done && errno == EINVAL)
		refuse(budget, logger);
	else if (!done)
		note_failure(budget, logger, "set");
	free(path);

	return done;
}

static void show_budget(struct budget *budget, const char *logger)
{
	struct logger_stats stats;
	struct json_object *json;

	if (!logger_stats_read(logger, &stats)) {
		note_failure(budget, logger, "read");
		return;
	}
	if (!budget->json) {
		printf("%s: budget %.1f MiB, allocated %.1f MiB\n", logger,
		       stats.budget_bytes / MIB, stats.memory_bytes / MIB);
		return;
	}
	json = must(json_object_new_object());
	json_object_object_add(json, "logger", json_text(logger));
	json_object_object_add(json, "budget_bytes",
			       must(json_object_new_uint64(stats.budget_bytes)));
	json_object_object_add(json, "memory_bytes",
			       must(json_object_new_uint64(stats.memory_bytes)));
	json_object_array_add(budget->json, json);
}

int budget_command(int argc, char **argv)
{
	struct budget budget = { 0 };
	char **names, **name;

	parse_options(&budget, argc, argv);
	names = names_get(budget.logger);
	output_begin(false);
	/* What one refuses all refuse. */
	for (name = names; *name && !budget.failed; name++)
		if (!budget.size || set_budget(&budget, *name))
			show_budget(&budget, *name);
	names_free(names);
	if (budget.json)
		print_json(budget.json);

	return output_end() || budget.failed ? EXIT_FAILED : EXIT_DONE;
}
