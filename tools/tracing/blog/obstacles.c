// SPDX-License-Identifier: LGPL-2.1
/*
 * trace-cmd leaves the instance off, with its events disabled, after a recording;
 * somebody has set a filter, and forgot it; the plugin is not where the tools look for
 * it. None of these says a word by itself.
 */
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event-parse.h>
#include <tracefs.h>

#include "follow.h"
#include "instance.h"
#include "obstacles.h"
#include "output.h"
#include "statement.h"
#include "stopped.h"

/* Ring buffers of fewer KiB for each CPU are smaller than anybody wants them. */
#define SMALL_KIB	64
#define USUAL_KIB	1408

/* @what and @mend belong to the list from here on. */
static void add(struct obstacles *obstacles, const char *id, const char *logger,
		char *what, char *mend)
{
	obstacles->list = must(realloc(obstacles->list,
				       (obstacles->nr + 1) * sizeof(*obstacles->list)));
	obstacles->list[obstacles->nr++] = (struct obstacle) {
		.id = id,
		.logger = logger ? must(strdup(logger)) : NULL,
		.what = what,
		.mend = mend,
	};
}

/* A file of the instance, without a newline at its end; NULL if it cannot be read. */
static char *read_file(const char *file)
{
	char *path = instance_path(file), *text = read_text(path, NULL);
	size_t len = text ? strlen(text) : 0;

	free(path);
	if (len && text[len - 1] == '\n')
		text[len - 1] = '\0';

	return text;
}

/* ---------------------------- loggers ---------------------------- */

static void check_enabled(struct obstacles *obstacles, const char *logger)
{
	char *path = logger_path(logger, "enable"), *text = read_text(path, NULL), *how;
	struct stopped stopped;

	free(path);
	if (stopped_read(logger, &stopped)) {
		how = stopped_text(&stopped);
		add(obstacles, "logger_stopped", logger,
		    text_of("%s was %s: what it says is not kept", logger, how),
		    text_of("blog on -l %s", logger));
		free(how);
	} else if (text && *text == '0') {
		add(obstacles, "logger_off", logger,
		    text_of("%s is off: what it says is not kept", logger),
		    text_of("blog on -l %s", logger));
	}
	free(text);
}

static void check_statements(struct obstacles *obstacles, const char *logger)
{
	struct statements statements;
	size_t off, bad;

	statements_read(logger, &statements);
	off = statements_count(&statements, STATEMENT_OFF);
	bad = statements_count(&statements, STATEMENT_BAD);
	if (off)
		add(obstacles, "statements_off", logger,
		    text_of("%zu of %zu statements of %s are off (blog sites --off lists them)",
			    off, statements.nr, logger),
		    text_of("blog on -l %s 'func *'", logger));
	if (bad)
		add(obstacles, "statements_bad", logger,
		    text_of("%zu of %zu statements of %s cannot be logged; the kernel log says why",
			    bad, statements.nr, logger),
		    text_of("dmesg | grep blog"));
	statements_free(&statements);
}

static void check_history(struct obstacles *obstacles, const char *logger)
{
	char *path = logger_path(logger, "history");

	if (access(path, F_OK) && errno == ENOENT)
		add(obstacles, "no_history", NULL,
		    text_of("this kernel's BLOG is older than this command, which cannot read the history"),
		    text_of("cat %s/trace", instance_dir()));
	free(path);
}

/* ---------------------------- the instance ---------------------------- */

static void check_tracing_on(struct obstacles *obstacles)
{
	char *text = read_file("tracing_on"), *last_boot = read_file("history_of_last_boot");

	if (last_boot && strcmp(last_boot, "none"))
		add(obstacles, "last_boot", NULL,
		    text_of("the instance shows the history of the last boot, and nothing of this one; it is dropped by"),
		    text_of("echo 1 > %s/tracing_on", instance_dir()));
	else if (text && *text == '0')
		add(obstacles, "instance_off", NULL,
		    text_of("the instance is off: its files trace and trace_pipe show nothing new (trace-cmd record switches it on, and off in the end)"),
		    text_of("echo 1 > %s/tracing_on", instance_dir()));
	free(last_boot);
	free(text);
}

static bool event_is_disabled(const char *logger)
{
	char *file = text_of("events/blog/%s/enable", logger), *text = read_file(file);
	bool disabled = text && *text == '0';

	free(text);
	free(file);

	return disabled;
}

static void check_events(struct obstacles *obstacles, char **loggers)
{
	char *names = text_of("%s", ""), *more;
	size_t nr = 0;

	for (; *loggers; loggers++) {
		if (!event_is_disabled(*loggers))
			continue;
		more = text_of("%s%s%s", names, nr++ ? ", " : "", *loggers);
		free(names);
		names = more;
	}
	if (nr)
		add(obstacles, "events_off", nr == 1 ? names : NULL,
		    text_of("events are disabled in the instance, which shows nothing new of %s (trace-cmd record enables them, and disables them in the end)",
			    names),
		    nr == 1 ? text_of("echo 1 > %s/events/blog/%s/enable", instance_dir(), names) :
			      text_of("echo 1 > %s/events/blog/enable", instance_dir()));
	free(names);
}

static void check_filter(struct obstacles *obstacles, const char *logger)
{
	char *file = text_of("events/blog/%s/filter", logger), *text = read_file(file);

	if (text && strcmp(text, "none"))
		add(obstacles, "filter", logger,
		    text_of("the instance has a filter for %s: %s", logger, text),
		    text_of("echo 0 > %s/%s", instance_dir(), file));
	free(text);
	free(file);
}

static void check_pids(struct obstacles *obstacles, const char *file, const char *which)
{
	char *text = read_file(file), *c;

	for (c = text; c && *c; c++)
		if (*c == '\n')
			*c = ' ';
	if (text && *text)
		add(obstacles, "pids", NULL,
		    text_of("the instance %s these pids: %s", which, text),
		    text_of("echo > %s/%s", instance_dir(), file));
	free(text);
}

/* A mask as the kernel writes it, with a bit for each CPU. */
static char *mask_of(long cpus)
{
	char *mask = text_of("%s", ""), *more;
	long bits;

	for (; cpus > 0; cpus -= bits) {
		bits = cpus % 32 ? cpus % 32 : 32;
		more = text_of("%s%s%x", mask, *mask ? "," : "", ~0U >> (32 - bits));
		free(mask);
		mask = more;
	}

	return mask;
}

static long count_bits(const char *mask)
{
	long nr = 0;

	for (; *mask; mask++) {
		char digit[] = { *mask, '\0' };

		nr += __builtin_popcountl(strtoul(digit, NULL, 16));
	}

	return nr;
}

static void check_cpus(struct obstacles *obstacles)
{
	char *text = read_file("tracing_cpumask"), *mask;
	long cpus = sysconf(_SC_NPROCESSORS_CONF);

	if (text && count_bits(text) < cpus) {
		mask = mask_of(cpus);
		add(obstacles, "cpus", NULL,
		    text_of("the instance shows only what was logged on the CPUs %s (a mask)", text),
		    text_of("echo %s > %s/tracing_cpumask", mask, instance_dir()));
		free(mask);
	}
	free(text);
}

static void check_clock(struct obstacles *obstacles)
{
	char *text = read_file("trace_clock"), *start = text ? strchr(text, '[') : NULL;

	if (start++ && strncmp(start, "local]", 6))
		add(obstacles, "clock", NULL,
		    text_of("the instance has the clock %.*s: its times are not those of other traces, nor of blog show",
			    (int)strcspn(start, "]"), start),
		    text_of("echo local > %s/trace_clock", instance_dir()));
	free(text);
}

static void check_size(struct obstacles *obstacles)
{
	char *text = read_file("buffer_total_size_kb");
	unsigned long size = 0, expanded;
	long cpus = sysconf(_SC_NPROCESSORS_CONF);

	if (text && sscanf(text, "%lu (expanded: %lu)", &size, &expanded) == 2)
		size = expanded;
	if (size && size / cpus < SMALL_KIB)
		add(obstacles, "buffer_small", NULL,
		    text_of("the ring buffers of the instance are small, %lu KiB for each CPU: its file trace shows little (trace_pipe and trace-cmd record get everything)",
			    size / cpus),
		    text_of("echo %d > %s/buffer_size_kb", USUAL_KIB, instance_dir()));
	free(text);
}

/* Those that blog show --follow made, and had no time to remove. */
static void check_left(struct obstacles *obstacles)
{
	char *path = tracefs_get_tracing_file("instances");
	DIR *dir = path ? opendir(path) : NULL;
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (follow_is_left(entry->d_name))
			add(obstacles, "instance_left", NULL,
			    text_of("a killed blog show --follow has left its instance, which takes memory and time"),
			    text_of("rmdir %s/%s", path, entry->d_name));
	if (dir)
		closedir(dir);
	tracefs_put_tracing_file(path);
}

/* ---------------------------- the plugin ---------------------------- */

/* Whether the plugins that @tep has loaded print the messages of a logger. */
static bool has_handler(struct tep_handle *tep, const char *logger)
{
	int size = 0;
	char *format = tracefs_event_file_read(NULL, "blog", logger, "format", &size);
	struct tep_event *event = NULL;

	if (format)
		tep_parse_event(tep, format, size, "blog");
	free(format);
	event = tep_find_event_by_name(tep, "blog", logger);

	return event && event->handler;
}

static const char install[] = "make -C tools/tracing/blog install";

/* As trace-cmd report does: first plugins, then events. */
static void check_plugin(struct obstacles *obstacles, char **loggers)
{
	struct tep_handle *tep = must(tep_alloc());
	struct tep_plugin_list *plugins = tep_load_plugins(tep);
	char *unknown = text_of("%s", ""), *more;
	size_t known = 0, nr = 0;

	for (; *loggers; loggers++) {
		if (has_handler(tep, *loggers)) {
			known++;
			continue;
		}
		more = text_of("%s%s%s", unknown, nr++ ? "," : "", *loggers);
		free(unknown);
		unknown = more;
	}
	if (nr && known)
		add(obstacles, "plugin_old", nr == 1 ? unknown : NULL,
		    text_of("the plugin for trace-cmd, perf and KernelShark does not know %s: they print numbers for messages",
			    unknown),
		    text_of("%s", install));
	else if (nr)
		add(obstacles, "no_plugin", NULL,
		    text_of("there is no plugin for trace-cmd, perf and KernelShark where they look for it: they print numbers for messages"),
		    text_of("%s", install));
	free(unknown);
	tep_unload_plugins(plugins, tep);
	tep_free(tep);
}

/**
 * obstacles_find - look for what is in the way
 * @obstacles: filled in; free it with obstacles_free()
 * @loggers: the names of all loggers, with NULL at the end
 */
void obstacles_find(struct obstacles *obstacles, char **loggers)
{
	char **logger;

	*obstacles = (struct obstacles) { 0 };
	if (!*loggers) {
		add(obstacles, "no_logger", NULL,
		    text_of("nothing logs to BLOG: the module that does is not loaded"),
		    text_of("modprobe ceph"));
		return;
	}
	check_history(obstacles, *loggers);
	for (logger = loggers; *logger; logger++) {
		check_enabled(obstacles, *logger);
		check_statements(obstacles, *logger);
	}
	check_tracing_on(obstacles);
	check_events(obstacles, loggers);
	for (logger = loggers; *logger; logger++)
		check_filter(obstacles, *logger);
	check_pids(obstacles, "set_event_pid", "shows nothing but");
	check_pids(obstacles, "set_event_notrace_pid", "hides");
	check_cpus(obstacles);
	check_clock(obstacles);
	check_size(obstacles);
	check_left(obstacles);
	check_plugin(obstacles, loggers);
}

/**
 * obstacles_free - free what obstacles_find() allocated
 * @obstacles: the obstacles
 */
void obstacles_free(struct obstacles *obstacles)
{
	size_t i;

	for (i = 0; i < obstacles->nr; i++) {
		free(obstacles->list[i].logger);
		free(obstacles->list[i].what);
		free(obstacles->list[i].mend);
	}
	free(obstacles->list);
}
