// SPDX-License-Identifier: LGPL-2.1
/*
 * blog top: which statements fill the log.
 */
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json.h>

#include "command.h"
#include "history.h"
#include "names.h"
#include "output.h"
#include "record.h"
#include "statement.h"

#define DEFAULT_LINES	20

/**
 * struct top - what is to be shown
 * @logger: of this logger; NULL: of all
 * @seconds: of the last seconds alone; 0: of all that is retained
 * @lines: so many statements of each logger
 * @by_messages: in the order of messages, not of bytes
 * @json: the loggers, for programs; else NULL
 */
struct top {
	const char		*logger;
	double			seconds;
	size_t			lines;
	bool			by_messages;
	struct json_object	*json;
};

/* What a statement, or all of a logger, has logged. */
struct share {
	uint32_t	site;
	uint64_t	messages;
	uint64_t	bytes;
};

/**
 * struct sums - what a logger has logged
 * @clock: when the history was read
 * @ago: what is older than so many ns does not count
 * @oldest: the oldest message that is retained
 * @all: of all statements
 * @sites: of each, by its number
 */
struct sums {
	struct clock	clock;
	uint64_t	ago;
	uint64_t	oldest;
	struct share	all;
	struct share	sites[RECORD_CONTROL];
};

static void print_help(void)
{
	puts("Usage: blog top [OPTION]...\n"
	     "Which statements fill the log: their shares of the messages and of the bytes in the\n"
	     "history that is retained, and how long that would be without them.\n\n"
	     "  -l, --logger NAME    of this logger; else of each\n"
	     "  -d, --duration SEC   of the last seconds alone\n"
	     "  -n, --lines N        so many statements (20)\n"
	     "  -m, --messages       those with the most messages first, not the most bytes\n"
	     "      --json           for programs\n"
	     "  -h, --help\n\n"
	     "blog off 'func NAME' switches them off.");
}

static double parse_seconds(const char *text)
{
	char *end;
	double seconds = strtod(text, &end);

	if (end == text || *end || !isfinite(seconds) || seconds <= 0)
		misuse("not a number of seconds: %s", text);

	return seconds;
}

static size_t parse_lines(const char *text)
{
	char *end;
	unsigned long lines = strtoul(text, &end, 10);

	if (end == text || *end || *text == '-' || !lines)
		misuse("not a number of lines: %s", text);

	return lines;
}

static void parse_options(struct top *top, int argc, char **argv)
{
	enum { OPT_JSON = 256 };
	static const struct option options[] = {
		{ "logger", required_argument, NULL, 'l' },
		{ "duration", required_argument, NULL, 'd' },
		{ "lines", required_argument, NULL, 'n' },
		{ "messages", no_argument, NULL, 'm' },
		{ "json", no_argument, NULL, OPT_JSON },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "l:d:n:mh", options, NULL)) != -1) {
		switch (opt) {
		case 'l':
			top->logger = optarg;
			break;
		case 'd':
			top->seconds = parse_seconds(optarg);
			break;
		case 'n':
			top->lines = parse_lines(optarg);
			break;
		case 'm':
			top->by_messages = true;
			break;
		case OPT_JSON:
			top->json = must(json_object_new_array());
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

/* ---------------------------- sums ---------------------------- */

static void add(struct share *share, size_t bytes)
{
	share->messages++;
	share->bytes += bytes;
}

static int count(const struct message *message, void *data)
{
	size_t bytes = sizeof(struct record) + message->len;
	struct sums *sums = data;

	if (!sums->oldest || message->time < sums->oldest)
		sums->oldest = message->time;
	if (sums->clock.trace - message->time <= sums->ago && message->site < RECORD_CONTROL) {
		add(&sums->all, bytes);
		add(&sums->sites[message->site], bytes);
	}

	return 0;
}

static int more_bytes(const void *a, const void *b)
{
	const struct share *x = a, *y = b;

	if (x->bytes != y->bytes)
		return x->bytes < y->bytes ? 1 : -1;

	return (x->site > y->site) - (x->site < y->site);
}

static int more_messages(const void *a, const void *b)
{
	const struct share *x = a, *y = b;

	return x->messages == y->messages ? more_bytes(a, b) :
	       x->messages < y->messages ? 1 : -1;
}

/* Those that have logged, first to last, at the front; returns how many. */
static size_t rank(struct sums *sums, bool by_messages)
{
	size_t nr = 0;
	uint32_t site;

	for (site = 0; site < RECORD_CONTROL; site++) {
		struct share share = sums->sites[site];

		if (!share.messages)
			continue;
		share.site = site;
		sums->sites[nr++] = share;
	}
	qsort(sums->sites, nr, sizeof(*sums->sites),
	      by_messages ? more_messages : more_bytes);

	return nr;
}

/* Seconds that the history would go back if the bytes of a statement were there for others. */
static double without(const struct sums *sums, const struct share *share, double span)
{
	return span * sums->all.bytes / (sums->all.bytes - share->bytes);
}

/* ---------------------------- output ---------------------------- */

static double percent(uint64_t part, uint64_t all)
{
	return 100.0 * part / all;
}

static void print_statement(const struct share *share, const struct statement *statement)
{
	if (!statement) {
		printf("statement %u\n", share->site);
		return;
	}
	printf("%s%s%s %s:%u \"%s\"\n", paint(COLOUR_BOLD), statement->function,
	       paint(COLOUR_NONE), statement->file, statement->line, statement->format);
}

static void print_share(const struct sums *sums, const struct share *share, double span,
			const struct statement *statement)
{
	char age[32] = "-";

	if (share->bytes < sums->all.bytes)
		clock_print_age(without(sums, share, span) * NSEC_PER_SEC, age, sizeof(age));
	printf("%11" PRIu64 " %5.1f %12" PRIu64 " %5.1f %9s  ", share->messages,
	       percent(share->messages, sums->all.messages), share->bytes,
	       percent(share->bytes, sums->all.bytes), age);
	print_statement(share, statement);
}

static void print_head(const struct top *top, const char *logger, const struct sums *sums,
		       double span)
{
	char age[32];

	clock_print_age(span * NSEC_PER_SEC, age, sizeof(age));
	printf("%s: %" PRIu64 " messages, %" PRIu64 " bytes", logger, sums->all.messages,
	       sums->all.bytes);
	if (top->seconds)
		printf(" in the last %g s", top->seconds);
	if (sums->oldest)
		printf("; the history goes back %s", age);
	putchar('\n');
	if (sums->all.messages)
		printf("%s%11s %5s %12s %5s %9s  %s%s\n", paint(COLOUR_DIM), "MESSAGES", "%",
		       "BYTES", "%", "WITHOUT", "STATEMENT", paint(COLOUR_NONE));
}

static struct json_object *share_json(const struct sums *sums, const struct share *share,
				      double span, const struct statement *statement)
{
	struct json_object *json = must(json_object_new_object());

	if (statement)
		statement_json(statement, json);
	else
		json_object_object_add(json, "id", json_object_new_int64(share->site));
	json_object_object_add(json, "messages", json_object_new_int64(share->messages));
	json_object_object_add(json, "messages_percent", json_object_new_double(
			       percent(share->messages, sums->all.messages)));
	json_object_object_add(json, "bytes", json_object_new_int64(share->bytes));
	json_object_object_add(json, "bytes_percent", json_object_new_double(
			       percent(share->bytes, sums->all.bytes)));
	json_object_object_add(json, "seconds_without", share->bytes < sums->all.bytes ?
			       json_object_new_double(without(sums, share, span)) : NULL);

	return json;
}

static struct json_object *head_json(const char *logger, const struct sums *sums,
				     double span, struct json_object *shares)
{
	struct json_object *json = must(json_object_new_object());

	json_object_object_add(json, "logger", json_object_new_string(logger));
	json_object_object_add(json, "messages", json_object_new_int64(sums->all.messages));
	json_object_object_add(json, "bytes", json_object_new_int64(sums->all.bytes));
	json_object_object_add(json, "seconds",
			       sums->oldest ? json_object_new_double(span) : NULL);
	json_object_object_add(json, "statements", shares);

	return json;
}

static void show_sums(const struct top *top, const char *logger, struct sums *sums,
		      double span)
{
	struct json_object *shares = top->json ? must(json_object_new_array()) : NULL;
	size_t nr = rank(sums, top->by_messages), i;
	struct statements statements;

	statements_read(logger, &statements);
	if (!top->json)
		print_head(top, logger, sums, span);
	for (i = 0; i < nr && i < top->lines; i++) {
		const struct share *share = &sums->sites[i];
		const struct statement *statement = statements_find(&statements, share->site);

		if (top->json)
			json_object_array_add(shares, share_json(sums, share, span, statement));
		else
			print_share(sums, share, span, statement);
	}
	if (top->json)
		json_object_array_add(top->json, head_json(logger, sums, span, shares));
	statements_free(&statements);
}

static void show_logger(const struct top *top, const char *logger)
{
	struct sums *sums = must(calloc(1, sizeof(*sums)));
	double ago = top->seconds * NSEC_PER_SEC;

	sums->ago = top->seconds && ago < (double)UINT64_MAX ? ago : UINT64_MAX;
	if (history_scan(logger, &sums->clock, count, sums))
		show_sums(top, logger, sums,
			  (double)(sums->clock.trace - sums->oldest) / NSEC_PER_SEC);
	else
		names_skip(top->logger);
	free(sums);
}

int top_command(int argc, char **argv)
{
	struct top top = { .lines = DEFAULT_LINES };
	char **names, **name;

	parse_options(&top, argc, argv);
	names = names_get(top.logger);
	output_begin(!top.json);
	for (name = names; *name; name++) {
		if (name != names && !top.json)
			putchar('\n');
		show_logger(&top, *name);
	}
	names_free(names);
	if (top.json)
		print_json(top.json);

	return output_end();
}
