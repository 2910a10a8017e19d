// SPDX-License-Identifier: LGPL-2.1
/*
 * blog on, blog off: switch statements, or whole loggers.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json.h>

#include "command.h"
#include "fault.h"
#include "instance.h"
#include "names.h"
#include "output.h"
#include "query.h"
#include "statement.h"

/**
 * struct switching - what is to be switched
 * @on: on, or off
 * @logger: of this logger; NULL: of all
 * @text: the queries as the user gave them; NULL: the logger itself
 * @queries: the same for the kernel
 * @json: what was done, for programs; else NULL
 * @matched: a logger has what was asked for
 * @failed: not all could be switched
 * @fault: what the kernel says where it has not; the one that got farthest
 */
struct switching {
	bool			on;
	const char		*logger;
	char			*text;
	char			*queries;
	struct json_object	*json;
	bool			matched;
	bool			failed;
	struct fault		fault;
};

static const char *on_or_off(bool on)
{
	return on ? "on" : "off";
}

static void print_help(bool on)
{
	const char *word = on_or_off(on);

	printf("Usage: blog %s [OPTION]... [QUERY]\n"
	       "Switches those log statements %s that QUERY selects; without QUERY, whole\n"
	       "loggers. blog sites lists statements, and its --help says what a QUERY is. Queries\n"
	       "separated by ; are all carried out, or none.\n\n"
	       "  -l, --logger NAME    of this logger; else of each that has such statements\n"
	       "      --json           for programs\n"
	       "  -h, --help\n\n"
	       "Examples:  blog %s 'file caps.c; func ceph_add_cap'\n"
	       "           blog %s 'func *'      all statements\n", word, word, word, word);
}

static void parse_options(struct switching *sw, int argc, char **argv)
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
			sw->logger = optarg;
			break;
		case OPT_JSON:
			sw->json = must(json_object_new_array());
			break;
		case 'h':
			print_help(sw->on);
			exit(output_end());
		default:
			misuse("see above");
		}
	}
	sw->text = query_text(argc - optind, argv + optind);
	if (sw->text)
		sw->queries = query_switching(sw->text, sw->on ? '+' : '-');
}

/* ---------------------------- statements ---------------------------- */

static void report_statements(struct switching *sw, const char *logger, size_t before)
{
	struct statements statements;
	struct json_object *json;
	size_t now, switched;

	if (!statements_read(logger, &statements)) {
		names_skip(sw->logger);
		return;
	}
	now = statements_count(&statements, STATEMENT_ON);
	switched = now > before ? now - before : before - now;
	if (!sw->json) {
		printf("%s: %zu statement%s switched %s; %zu of %zu are on\n", logger,
		       switched, switched == 1 ? "" : "s", on_or_off(sw->on), now,
		       statements.nr);
	} else {
		json = must(json_object_new_object());
		json_object_object_add(json, "logger", json_object_new_string(logger));
		json_object_object_add(json, "switched", json_object_new_int64(switched));
		json_object_object_add(json, "on", json_object_new_int64(now));
		json_object_object_add(json, "statements",
				       json_object_new_int64(statements.nr));
		json_object_array_add(sw->json, json);
	}
	statements_free(&statements);
}

static size_t count_on(const char *logger)
{
	struct statements statements;
	size_t nr;

	statements_read(logger, &statements);
	nr = statements_count(&statements, STATEMENT_ON);
	statements_free(&statements);

	return nr;
}

/* A logger that is gone is passed over, unless the user named it. */
static void note_failure(struct switching *sw, const char *logger)
{
	if (logger_is_gone(errno)) {
		names_skip(sw->logger);
		return;
	}
	warn("cannot switch %s: %s", logger, strerror(errno));
	sw->failed = true;
}

/* Keep what the kernel says if it got farther here than with other loggers. */
static void note_fault(struct switching *sw, const char *logger)
{
	struct fault fault;

	if (!fault_read(logger, "sites", &fault)) {
		warn("%s: the kernel refuses the query, and does not say why", logger);
		sw->failed = true;
		return;
	}
	if (sw->fault.error && sw->fault.pos >= fault.pos) {
		fault_free(&fault);
		return;
	}
	fault_free(&sw->fault);
	sw->fault = fault;
}

/* A query that is wrong is so for all loggers; one that matches nothing here may there. */
static bool switch_statements(struct switching *sw, const char *logger)
{
	char *path = logger_path(logger, "sites");
	size_t before = count_on(logger);
	bool go_on = true;

	if (!write_text(path, sw->queries)) {
		sw->matched = true;
		report_statements(sw, logger, before);
	} else if (errno == EINVAL || (errno == ENOENT && !access(path, F_OK))) {
		go_on = errno == ENOENT;
		note_fault(sw, logger);
	} else if (errno == E2BIG) {
		die("the query is too long: the kernel takes less than a page");
	} else {
		note_failure(sw, logger);
	}
	free(path);

	return go_on;
}

/* ---------------------------- loggers ---------------------------- */

static bool switch_logger(struct switching *sw, const char *logger)
{
	char *path = logger_path(logger, "enable"), *text = read_text(path, NULL);
	struct json_object *json;
	bool was_on = text && *text == '1';

	if (!text || write_text(path, sw->on ? "1" : "0")) {
		note_failure(sw, logger);
		goto out;
	}
	sw->matched = true;
	if (!sw->json) {
		printf("%s: %s%s\n", logger, was_on == sw->on ? "was " : "",
		       on_or_off(sw->on));
	} else {
		json = must(json_object_new_object());
		json_object_object_add(json, "logger", json_object_new_string(logger));
		json_object_object_add(json, "enabled", json_object_new_boolean(sw->on));
		json_object_object_add(json, "was_enabled",
				       json_object_new_boolean(was_on));
		json_object_array_add(sw->json, json);
	}
out:
	free(text);
	free(path);

	return true;
}

static int switch_all(struct switching *sw)
{
	bool (*one)(struct switching *sw, const char *logger) =
		sw->text ? switch_statements : switch_logger;
	char **names = names_get(sw->logger), **name;
	int ret;

	output_begin(false);
	for (name = names; *name && one(sw, *name); name++)
		;
	names_free(names);
	if (sw->json)
		print_json(sw->json);
	ret = output_end();
	if (sw->matched || !sw->fault.error)
		return ret || sw->failed || !sw->matched ? EXIT_FAILED : EXIT_DONE;
	fault_print(sw->fault.error, sw->text, query_unswitched(sw->text, sw->fault.pos));
	fputs("blog sites lists the statements, blog sites --help says what a query is.\n", stderr);

	return EXIT_FAILED;
}

static int run(bool on, int argc, char **argv)
{
	struct switching sw = { .on = on };
	int ret;

	parse_options(&sw, argc, argv);
	ret = switch_all(&sw);
	fault_free(&sw.fault);
	free(sw.queries);
	free(sw.text);

	return ret;
}

int on_command(int argc, char **argv)
{
	return run(true, argc, argv);
}

int off_command(int argc, char **argv)
{
	return run(false, argc, argv);
}
