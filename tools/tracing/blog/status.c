// SPDX-License-Identifier: LGPL-2.1
/*
 * blog status: what is logged, how far back it goes, and what is in the way of reading
 * it.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <json.h>

#include "command.h"
#include "instance.h"
#include "json_text.h"
#include "names.h"
#include "obstacles.h"
#include "output.h"
#include "reach.h"
#include "readers.h"
#include "statement.h"
#include "stopped.h"

#define MIB		(1024.0 * 1024)
#define LOOK_NS		500000000

/**
 * struct state - what there is to be said of a logger
 * @name: its name
 * @gone: it was unregistered meanwhile
 * @enabled: whether it is on
 * @is_stopped: a trigger has stopped it
 * @stopped: which, and when
 * @sites: its statements
 * @on, @bad: those that are on, and that cannot be logged
 * @stats: its counters
 * @rate: messages a second
 * @has_history: the kernel can tell how far back its history goes
 * @reach: so far
 */
struct state {
	const char		*name;
	bool			gone;
	bool			enabled;
	bool			is_stopped;
	struct stopped		stopped;
	size_t			sites;
	size_t			on;
	size_t			bad;
	struct logger_stats	stats;
	double			rate;
	bool			has_history;
	struct reach		reach;
};

static void print_help(void)
{
	puts("Usage: blog [status] [OPTION]...\n"
	     "Says of each logger what is switched on, how much it logs, what of it is kept and how\n"
	     "far back, who else reads it, and what would keep it from being logged, recorded or\n"
	     "read, with the command that mends it.\n\n"
	     "      --json           for programs\n"
	     "  -h, --help");
}

static bool parse_options(int argc, char **argv)
{
	enum { OPT_JSON = 256 };
	static const struct option options[] = {
		{ "json", no_argument, NULL, OPT_JSON },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	bool json = false;
	int opt;

	while ((opt = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (opt) {
		case OPT_JSON:
			json = true;
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

	return json;
}

/* ---------------------------- looking ---------------------------- */

static void die_of_permission(const char *name)
{
	int error = errno;
	char *lockdown = read_text("/sys/kernel/security/lockdown", NULL);

	if (lockdown && strstr(lockdown, "[confidentiality]"))
		die("the kernel is locked down, nobody may read what was logged; boot it without lockdown=confidentiality");
	die("cannot read the counters of %s: %s", name, strerror(error));
}

static void read_counters(struct state *state, struct logger_stats *stats)
{
	if (state->gone || logger_stats_read(state->name, stats))
		return;
	if (!logger_is_gone(errno))
		die_of_permission(state->name);
	state->gone = true;
}

static void read_enabled(struct state *state)
{
	char *path = logger_path(state->name, "enable"), *text = read_text(path, NULL);

	state->enabled = text && *text == '1';
	free(text);
	free(path);
}

static void read_statements(struct state *state)
{
	struct statements statements;

	state->gone = !statements_read(state->name, &statements);
	state->sites = statements.nr;
	state->on = statements_count(&statements, STATEMENT_ON);
	state->bad = statements_count(&statements, STATEMENT_BAD);
	statements_free(&statements);
}

static void read_reach(struct state *state)
{
	char *path = logger_path(state->name, "history");

	state->has_history = !access(path, R_OK);
	free(path);
	if (state->has_history && !reach_read(state->name, &state->reach))
		state->gone = true;
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);

	return time.tv_sec * NSEC_PER_SEC + time.tv_nsec;
}

/* Two looks at the counters, half a second apart. */
static void read_rates(struct state *states, size_t nr)
{
	struct logger_stats *before = must(calloc(nr + 1, sizeof(*before)));
	const struct timespec pause = { .tv_nsec = LOOK_NS };
	uint64_t start = now(), span;
	size_t i;

	for (i = 0; i < nr; i++)
		read_counters(&states[i], &before[i]);
	nanosleep(&pause, NULL);
	span = now() - start;
	for (i = 0; i < nr; i++) {
		struct state *state = &states[i];

		read_counters(state, &state->stats);
		state->rate = (double)(state->stats.captured - before[i].captured) *
			      NSEC_PER_SEC / span;
	}
	free(before);
}

static struct state *read_states(char **names, size_t *nr)
{
	struct state *states;
	size_t i;

	for (*nr = 0; names[*nr]; ++*nr)
		;
	states = must(calloc(*nr + 1, sizeof(*states)));
	for (i = 0; i < *nr; i++)
		states[i].name = names[i];
	read_rates(states, *nr);
	for (i = 0; i < *nr; i++) {
		if (states[i].gone)
			continue;
		read_enabled(&states[i]);
		states[i].is_stopped = stopped_read(names[i], &states[i].stopped);
		read_statements(&states[i]);
		read_reach(&states[i]);
	}

	return states;
}

/* ---------------------------- text ---------------------------- */

static void print_reach(const struct state *state)
{
	const struct reach *reach = &state->reach;
	char age[32];

	printf("  history: ");
	if (!state->has_history) {
		puts("this kernel does not tell");
		return;
	}
	if (!reach->oldest) {
		puts("nothing");
		return;
	}
	clock_print_age(reach->oldest, age, sizeof(age));
	printf("%" PRIu64 " messages, the oldest %s ago", state->stats.retained, age);
	clock_print_age(reach->quiet, age, sizeof(age));
	if (reach->quiet_tasks)
		printf("; of %" PRIu64 " quiet tasks %s", reach->quiet_tasks, age);
	clock_print_age(reach->busy, age, sizeof(age));
	if (reach->busy_tasks)
		printf("; of half of %" PRIu64 " busy ones at least %s", reach->busy_tasks, age);
	putchar('\n');
}

static void print_stopped(const struct stopped *stopped)
{
	char *text = stopped_text(stopped);

	printf("  ");
	print_plain(text);
	putchar('\n');
	free(text);
}

static void print_state(const struct state *state)
{
	const struct logger_stats *stats = &state->stats;

	printf("%s%s%s: %s%s%s, %zu of %zu statements, %.0f messages a second, %.1f of %.1f MiB\n",
	       paint(COLOUR_BOLD), state->name, paint(COLOUR_NONE),
	       paint(state->enabled ? COLOUR_GREEN : COLOUR_RED), state->enabled ? "on" : "off",
	       paint(COLOUR_NONE), state->on, state->sites, state->rate,
	       stats->memory_bytes / MIB, stats->budget_bytes / MIB);
	if (state->is_stopped)
		print_stopped(&state->stopped);
	print_reach(state);
	printf("  dropped %" PRIu64 ", overwritten %" PRIu64 " unread, truncated %" PRIu64 "\n",
	       stats->dropped, stats->overwritten, stats->truncated);
}

static void print_readers(const struct reader *readers, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		printf("%sRecorder at work:%s ", paint(COLOUR_YELLOW), paint(COLOUR_NONE));
		print_plain(readers[i].comm);
		printf("-%d takes from the instance (%zu file%s)\n", readers[i].pid,
		       readers[i].files, readers[i].files == 1 ? "" : "s");
	}
}

static void print_obstacles(const struct obstacles *obstacles)
{
	size_t i;

	if (!obstacles->nr)
		printf("%sNothing is in the way%s of recording and reading.\n",
		       paint(COLOUR_GREEN), paint(COLOUR_NONE));
	for (i = 0; i < obstacles->nr; i++) {
		printf("%s!%s ", paint(COLOUR_RED), paint(COLOUR_NONE));
		print_plain(obstacles->list[i].what);
		printf("\n      %s\n", obstacles->list[i].mend);
	}
}

/* ---------------------------- JSON ---------------------------- */

static void add_number(struct json_object *json, const char *name, uint64_t value)
{
	json_object_object_add(json, name, json_object_new_uint64(value));
}

static void add_seconds(struct json_object *json, const char *name, uint64_t ns)
{
	json_object_object_add(json, name, json_object_new_double((double)ns / NSEC_PER_SEC));
}

static struct json_object *reach_json(const struct reach *reach)
{
	struct json_object *json = must(json_object_new_object());

	if (reach->oldest)
		add_seconds(json, "oldest_seconds", reach->oldest);
	if (reach->quiet_tasks)
		add_seconds(json, "quiet_seconds", reach->quiet);
	if (reach->busy_tasks)
		add_seconds(json, "busy_seconds", reach->busy);
	add_number(json, "quiet_tasks", reach->quiet_tasks);
	add_number(json, "busy_tasks", reach->busy_tasks);

	return json;
}

static struct json_object *state_json(const struct state *state)
{
	struct json_object *json = must(json_object_new_object());
	const struct logger_stats *stats = &state->stats;

	json_object_object_add(json, "logger", json_object_new_string(state->name));
	json_object_object_add(json, "enabled", json_object_new_boolean(state->enabled));
	if (state->is_stopped)
		json_object_object_add(json, "stopped", stopped_json(&state->stopped));
	add_number(json, "statements", state->sites);
	add_number(json, "statements_on", state->on);
	add_number(json, "statements_bad", state->bad);
	json_object_object_add(json, "messages_per_second",
			       json_object_new_double(state->rate));
	add_number(json, "memory_bytes", stats->memory_bytes);
	add_number(json, "budget_bytes", stats->budget_bytes);
	add_number(json, "used_bytes", stats->used_bytes);
	add_number(json, "captured", stats->captured);
	add_number(json, "retained", stats->retained);
	add_number(json, "dropped", stats->dropped);
	add_number(json, "overwritten", stats->overwritten);
	add_number(json, "truncated", stats->truncated);
	json_object_object_add(json, "history",
			       state->has_history ? reach_json(&state->reach) : NULL);

	return json;
}

static struct json_object *reader_json(const struct reader *reader)
{
	struct json_object *json = must(json_object_new_object());

	json_object_object_add(json, "pid", json_object_new_int(reader->pid));
	json_object_object_add(json, "comm", json_text(reader->comm));
	add_number(json, "files", reader->files);

	return json;
}

static struct json_object *obstacle_json(const struct obstacle *obstacle)
{
	struct json_object *json = must(json_object_new_object());

	json_object_object_add(json, "id", json_object_new_string(obstacle->id));
	if (obstacle->logger)
		json_object_object_add(json, "logger",
				       json_object_new_string(obstacle->logger));
	json_object_object_add(json, "problem", json_text(obstacle->what));
	json_object_object_add(json, "command", json_object_new_string(obstacle->mend));

	return json;
}

static void print_all_json(const struct state *states, size_t nr_states,
			   const struct reader *readers, size_t nr_readers,
			   const struct obstacles *obstacles)
{
	struct json_object *json = must(json_object_new_object());
	struct json_object *list = must(json_object_new_array());
	size_t i;

	for (i = 0; i < nr_states; i++)
		if (!states[i].gone)
			json_object_array_add(list, state_json(&states[i]));
	json_object_object_add(json, "loggers", list);
	list = must(json_object_new_array());
	for (i = 0; i < nr_readers; i++)
		json_object_array_add(list, reader_json(&readers[i]));
	json_object_object_add(json, "readers", list);
	list = must(json_object_new_array());
	for (i = 0; i < obstacles->nr; i++)
		json_object_array_add(list, obstacle_json(&obstacles->list[i]));
	json_object_object_add(json, "problems", list);
	print_json(json);
}

int status_command(int argc, char **argv)
{
	bool json = parse_options(argc, argv);
	struct obstacles obstacles;
	size_t nr, nr_readers, i;
	struct reader *readers;
	struct state *states;
	char **names;

	instance_require();
	names = instance_loggers();
	states = read_states(names, &nr);
	readers = readers_find(&nr_readers);
	obstacles_find(&obstacles, names);
	output_begin(false);
	if (json) {
		print_all_json(states, nr, readers, nr_readers, &obstacles);
	} else {
		for (i = 0; i < nr; i++)
			if (!states[i].gone)
				print_state(&states[i]);
		print_readers(readers, nr_readers);
		print_obstacles(&obstacles);
	}
	obstacles_free(&obstacles);
	free(readers);
	free(states);
	names_free(names);

	return output_end();
}
