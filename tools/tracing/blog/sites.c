// SPDX-License-Identifier: LGPL-2.1
/*
 * blog sites: which statements there are, and which of them are on.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include <json.h>

#include "command.h"
#include "fault.h"
#include "names.h"
#include "output.h"
#include "query.h"
#include "statement.h"

/**
 * struct sites - what is to be listed
 * @logger: of this logger; NULL: of all
 * @state: in this state, or 0
 * @text: the queries as the user gave them
 * @queries: what must match
 * @json: the list, for programs; else NULL
 * @found: so many were found
 */
struct sites {
	const char		*logger;
	char			state;
	char			*text;
	struct queries		queries;
	struct json_object	*json;
	size_t			found;
};

static void print_help(void)
{
	puts("Usage: blog sites [OPTION]... [QUERY]\n"
	     "Lists log statements: all of them, or those that QUERY selects. + is on, - is off,\n"
	     "! cannot be logged. A QUERY has terms, all of which must match:\n\n"
	     "  func NAME            in this function; * and ? stand for others\n"
	     "  file NAME[:LINES]    in this file: caps.c, or ceph/caps.c; so too\n"
	     "  line N, N-M, N-, -M  in these lines\n"
	     "  format TEXT          with this in the format\n\n"
	     "Queries separated by ; list what one of them selects.\n\n"
	     "  -l, --logger NAME    of this logger\n"
	     "      --on             only those that are on\n"
	     "      --off            only those that are off\n"
	     "      --json           for programs\n"
	     "  -h, --help\n\n"
	     "blog on QUERY and blog off QUERY switch them.");
}

static void parse_options(struct sites *sites, int argc, char **argv)
{
	enum { OPT_ON = 256, OPT_OFF, OPT_JSON };
	static const struct option options[] = {
		{ "logger", required_argument, NULL, 'l' },
		{ "on", no_argument, NULL, OPT_ON },
		{ "off", no_argument, NULL, OPT_OFF },
		{ "json", no_argument, NULL, OPT_JSON },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "l:h", options, NULL)) != -1) {
		switch (opt) {
		case 'l':
			sites->logger = optarg;
			break;
		case OPT_ON:
			sites->state = STATEMENT_ON;
			break;
		case OPT_OFF:
			sites->state = STATEMENT_OFF;
			break;
		case OPT_JSON:
			sites->json = must(json_object_new_array());
			break;
		case 'h':
			print_help();
			exit(output_end());
		default:
			misuse("see above");
		}
	}
	sites->text = query_text(argc - optind, argv + optind);
}

static bool parse_query(struct sites *sites)
{
	const char *text = sites->text ? sites->text : "";
	struct query_fault fault;

	if (queries_parse(text, &sites->queries, &fault))
		return true;
	fault_print(fault.error, text, fault.pos);
	fputs("blog sites --help says what a query is.\n", stderr);

	return false;
}

static void add_json(struct sites *sites, const char *logger,
		     const struct statement *statement)
{
	struct json_object *json = must(json_object_new_object());

	json_object_object_add(json, "logger", json_object_new_string(logger));
	json_object_object_add(json, "state",
			       json_object_new_string_len(&statement->state, 1));
	statement_json(statement, json);
	json_object_array_add(sites->json, json);
}

static void print_one(const char *logger, const struct statement *statement)
{
	enum colour colour = statement->state == STATEMENT_ON ? COLOUR_GREEN :
			     statement->state == STATEMENT_OFF ? COLOUR_YELLOW : COLOUR_RED;

	printf("%s%c%s %s %s:%u %s%s%s \"%s\"\n", paint(colour), statement->state,
	       paint(COLOUR_NONE), logger, statement->file, statement->line,
	       paint(COLOUR_BOLD), statement->function, paint(COLOUR_NONE),
	       statement->format);
}

static void list_logger(struct sites *sites, const char *logger)
{
	struct statements statements;
	size_t i;

	if (!statements_read(logger, &statements))
		names_skip(sites->logger);
	for (i = 0; i < statements.nr; i++) {
		const struct statement *statement = &statements.list[i];

		if ((sites->state && statement->state != sites->state) ||
		    !queries_match(&sites->queries, statement))
			continue;
		sites->found++;
		if (sites->json)
			add_json(sites, logger, statement);
		else
			print_one(logger, statement);
	}
	statements_free(&statements);
}

static int list(struct sites *sites, char **names)
{
	int ret;

	output_begin(!sites->json);
	for (; *names; names++)
		list_logger(sites, *names);
	if (sites->json)
		print_json(json_object_get(sites->json));
	ret = output_end();
	if (sites->found)
		return ret;
	warn("no statement matches");

	return EXIT_FAILED;
}

int sites_command(int argc, char **argv)
{
	struct sites sites = { 0 };
	int ret = EXIT_FAILED;
	char **names;

	parse_options(&sites, argc, argv);
	names = names_get(sites.logger);
	if (parse_query(&sites))
		ret = list(&sites, names);
	json_object_put(sites.json);
	queries_free(&sites.queries);
	free(sites.text);
	names_free(names);

	return ret;
}
