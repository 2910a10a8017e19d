// SPDX-License-Identifier: LGPL-2.1
/*
 * blog export: a timeline to look at.
 *
 *	export.c		options, messages
 *	  ceph_request.c	requests, out of messages
 *	  slices.c		who ran, out of events of the scheduler
 *	    tracks.c		tasks and CPUs, and their names
 *	      chrome.c		the file
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <json.h>

#include "ceph_request.h"
#include "chrome.h"
#include "command.h"
#include "core.h"
#include "escape.h"
#include "filter.h"
#include "history.h"
#include "json_text.h"
#include "logger.h"
#include "output.h"
#include "recording.h"
#include "slices.h"
#include "tracks.h"

#define RECORD_COMMAND	"trace-cmd record -e sched:sched_switch -B blog -e blog sleep 10"

/**
 * struct export - a timeline
 * @filter: which messages
 * @whose: the same but for time and text: which requests
 * @since, @until: as the user gave them
 * @input: a recording, or a dump of a kernel
 * @path: the file to write
 * @with_sched: show the scheduler, too
 * @chrome: the file
 * @tracks: tasks and CPUs
 * @requests: those under way
 * @sched: the scheduler, or NULL
 * @end: of the timeline
 * @nr_messages, @nr_requests, @nr_open: so many were shown; the last without reply
 */
struct export {
	struct filter		filter;
	struct filter		whose;
	const char		*since;
	const char		*until;
	const char		*input;
	const char		*path;
	bool			with_sched;
	struct chrome		*chrome;
	struct tracks		*tracks;
	struct ceph_requests	*requests;
	struct sched		*sched;
	uint64_t		end;
	uint64_t		nr_messages;
	uint64_t		nr_requests;
	uint64_t		nr_open;
};

static void print_help(void)
{
	puts("Usage: blog export -o FILE [OPTION]...\n"
	     "Writes a timeline that https://ui.perfetto.dev shows: what each task said, the\n"
	     "requests it made, from submit to reply, and how it was scheduled.\n\n"
	     "  -o, --output FILE    write it there\n"
	     "  -i, --input FILE     out of a trace.dat, or a dump of a kernel; else what this\n"
	     "                       kernel retains\n"
	     "      --sched          with the scheduler, if -i has it recorded\n"
	     "  -p, --pid PID        of this thread or process; may be given again\n"
	     "  -c, --comm NAME      of tasks of this name; * and ? stand for others\n"
	     "      --client ID      about this client: the number in []\n"
	     "  -l, --logger NAME    of this logger\n"
	     "  -g, --grep REGEX     messages whose text matches\n"
	     "      --since TIME     not older: 10s (m, h, d) ago, [YYYY-MM-DD ]HH:MM[:SS],\n"
	     "      --until TIME     not younger; or seconds as blog show -r shows them\n"
	     "  -h, --help\n\n"
	     "With the scheduler:  " RECORD_COMMAND "\n"
	     "                     blog export -i trace.dat --sched -o timeline.json");
}

static void check_options(const struct export *export)
{
	if (!export->path)
		misuse("-o must say which file to write");
	if (export->with_sched && !export->input)
		misuse("the kernel retains nothing of the scheduler. Record it, and give -i trace.dat:\n"
		       "  " RECORD_COMMAND);
}

static void parse_options(struct export *export, int argc, char **argv)
{
	enum { OPT_SINCE = FILTER_OPTION_MAX, OPT_UNTIL, OPT_SCHED };
	static const struct option options[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "input", required_argument, NULL, 'i' },
		{ "sched", no_argument, NULL, OPT_SCHED },
		FILTER_OPTIONS,
		{ "since", required_argument, NULL, OPT_SINCE },
		{ "until", required_argument, NULL, OPT_UNTIL },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "o:i:p:c:l:g:h", options, NULL)) != -1) {
		switch (opt) {
		case 'o':
			export->path = optarg;
			break;
		case 'i':
			export->input = optarg;
			break;
		case OPT_SCHED:
			export->with_sched = true;
			break;
		case OPT_SINCE:
			export->since = optarg;
			break;
		case OPT_UNTIL:
			export->until = optarg;
			break;
		case 'h':
			print_help();
			exit(output_end());
		default:
			if (!filter_option(&export->filter, opt, optarg))
				misuse("see above");
		}
	}
	if (optind < argc)
		misuse("unexpected argument %s", argv[optind]);
	check_options(export);
}

static void set_clock(struct export *export, const struct clock *clock)
{
	filter_times(&export->filter, clock, export->since, export->until);
	export->end = clock->trace;
	export->whose = export->filter;
	export->whose.since = 0;
	export->whose.has_until = false;
}

/* ---------------------------- messages ---------------------------- */

/* What an interrupt says is not of the task that it interrupted. */
static struct track find_track(struct export *export, const struct message *message,
			       struct task *task)
{
	if ((message->level != LEVEL_TASK && message->level != LEVEL_UNKNOWN) || !message->pid)
		return tracks_of_cpu(export->tracks, message->cpu);

	return tracks_of_task(task);
}

static struct json_object *make_args(const struct message *message, const char *text)
{
	struct json_object *args = must(json_object_new_object());
	char comm[ESCAPED_SIZE(COMM_SIZE)];

	escape_control(comm, sizeof(comm), message->comm, COMM_SIZE);
	json_object_object_add(args, "text", json_text(text));
	if (message->client)
		json_object_object_add(args, "client",
				       must(json_object_new_int64(message->client)));
	json_object_object_add(args, "cpu", must(json_object_new_int(message->cpu)));
	json_object_object_add(args, "pid", must(json_object_new_int(message->pid)));
	json_object_object_add(args, "comm", json_text(comm));
	if (message->lost)
		json_object_object_add(args, "dropped before",
				       must(json_object_new_int64(message->lost)));

	return args;
}

/* The text of a message begins with its function, where that is known. */
static const char *skip_function(const char *text, const char *function)
{
	size_t len = strlen(function);

	return strncmp(text, function, len) || strncmp(text + len, ": ", 2) ?
	       text : text + len + 2;
}

static int take_message(const struct message *message, void *data)
{
	static char full[TEXT_SIZE];
	struct export *export = data;
	const char *function = message_function(message), *text;
	struct task *task = tracks_task(export->tracks, message->pid, message->tgid,
					message->comm, message->time);

	message_text(message, full, sizeof(full));
	text = skip_function(full, function);
	ceph_requests_follow(export->requests, message, text);
	if (!filter_wants(message, &export->filter) ||
	    !filter_wants_text(&export->filter, full))
		return 0;
	chrome_instant(export->chrome, find_track(export, message, task), function,
		       message->logger->name, message->time, make_args(message, text));
	export->nr_messages++;

	return chrome_failed(export->chrome);
}

/* ---------------------------- requests ---------------------------- */

static bool is_wanted_request(const struct message *message, void *data)
{
	struct export *export = data;

	return filter_wants(message, &export->whose);
}

static struct json_object *make_request_args(const struct ceph_request *request)
{
	struct json_object *args = must(json_object_new_object());

	json_object_object_add(args, "tid", must(json_object_new_int64(request->key.tid)));
	if (*request->path)
		json_object_object_add(args, "path", json_text(request->path));
	if (request->client)
		json_object_object_add(args, "client",
				       must(json_object_new_int64(request->client)));
	json_object_object_add(args, "attempts", must(json_object_new_int(request->attempts)));
	if (request->has_result)
		json_object_object_add(args, "result",
				       must(json_object_new_int(request->result)));
	json_object_object_add(args, "finished",
			       must(json_object_new_boolean(request->ended != 0)));

	return args;
}

/* Without what differs in each, for those of one name share a row. */
static void name_request(const struct ceph_request *request, char *buf, size_t size)
{
	const char *operation = *request->operation ? request->operation : "request";
	const char *server = request->key.osd ? "osd" : "mds";
	const char *ending = request->ended ? "" : " (no reply)";

	if (request->server >= 0)
		snprintf(buf, size, "%s, %s%d%s", operation, server, request->server, ending);
	else
		snprintf(buf, size, "%s, no %s%s", operation, server, ending);
}

static void show_request(const struct ceph_request *request, void *data)
{
	struct export *export = data;
	uint64_t end = request->ended ?: export->end;
	struct task *task;
	char name[OPERATION_SIZE + 32];

	if (end < export->filter.since ||
	    (export->filter.has_until && request->submitted > export->filter.until))
		return;
	task = tracks_task(export->tracks, request->pid, request->tgid, request->comm,
			   request->submitted);
	name_request(request, name, sizeof(name));
	chrome_span(export->chrome, tracks_of_task(task), name, "request",
		    request->submitted, end, make_request_args(request));
	export->nr_requests++;
	export->nr_open += !request->ended;
}

/* ---------------------------- the whole ---------------------------- */

static void begin(struct export *export, const struct logger *loggers)
{
	export->chrome = chrome_open(export->path);
	export->tracks = tracks_new();
	export->requests = ceph_requests_begin(loggers, is_wanted_request, show_request,
					       export);
	if (export->with_sched)
		export->sched = sched_begin(export->tracks, export->chrome, &export->filter);
}

static void end(struct export *export)
{
	unsigned int tasks;

	ceph_requests_end(export->requests);
	if (export->sched)
		sched_end(export->sched, export->end);
	tracks_write(export->tracks, export->chrome);
	tasks = tracks_shown(export->tracks);
	tracks_free(export->tracks);
	chrome_close(export->chrome);
	printf("%s: %" PRIu64 " messages, %" PRIu64 " requests (%" PRIu64 " without reply), %u tasks\n"
	       "Open it in https://ui.perfetto.dev, which keeps it in your browser.\n",
	       export->path, export->nr_messages, export->nr_requests, export->nr_open, tasks);
}

static int take_event(struct tep_event *event, struct tep_record *record, void *data)
{
	struct export *export = data;

	if (export->sched)
		sched_follow(export->sched, event, record);

	return chrome_failed(export->chrome);
}

static void check_output(const struct export *export)
{
	struct stat from, to;

	if (!stat(export->input, &from) && !stat(export->path, &to) &&
	    from.st_dev == to.st_dev && from.st_ino == to.st_ino)
		misuse("%s would be overwritten: it is what -i reads", export->input);
}

static void export_recording(struct export *export)
{
	struct recording *recording = recording_open(export->input);

	check_output(export);
	if (export->filter.logger && !loggers_find(recording_loggers(recording),
						   export->filter.logger))
		die("%s has no logger %s", export->input, export->filter.logger);
	set_clock(export, recording_clock(recording));
	begin(export, recording_loggers(recording));
	recording_each(recording, take_message, take_event, export);
	if (export->sched && !sched_switches(export->sched))
		warn("%s has no events of the scheduler; record them with:\n  " RECORD_COMMAND,
		     export->input);
	end(export);
	recording_close(recording);
}

static void export_history(struct export *export, struct history *history)
{
	set_clock(export, history_clock(history));
	begin(export, history_loggers(history));
	history_each(history, take_message, export);
	end(export);
	history_tell_damage(history);
	history_free(history);
}

static void export_dump(struct export *export)
{
	if (export->with_sched)
		misuse("a dump has nothing of the scheduler: --sched needs a trace.dat");
	check_output(export);
	export_history(export, history_read_dump(export->input, export->filter.logger));
}

int export_command(int argc, char **argv)
{
	struct export export = { 0 };

	parse_options(&export, argc, argv);
	if (export.input && core_is(export.input))
		export_dump(&export);
	else if (export.input)
		export_recording(&export);
	else
		export_history(&export, history_read(export.filter.logger));
	filter_free(&export.filter);

	return output_end();
}
