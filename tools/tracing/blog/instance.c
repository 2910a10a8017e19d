// SPDX-License-Identifier: LGPL-2.1
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tracefs.h>

#include "instance.h"
#include "names.h"
#include "output.h"

static const char *no_tracefs(void)
{
	return geteuid() ? "tracefs is not mounted; become root, and try again" :
	       "tracefs cannot be mounted; try: mount -t tracefs nodev /sys/kernel/tracing";
}

static const char *tracing_dir(void)
{
	const char *dir = tracefs_tracing_dir();

	if (!dir)
		die("%s", no_tracefs());

	return dir;
}

/**
 * instance_dir - where the instance is
 *
 * Return: its directory, whether it is there or not.
 */
const char *instance_dir(void)
{
	static char *dir;

	if (!dir)
		dir = text_of("%s/instances/%s", tracing_dir(), BLOG_INSTANCE);

	return dir;
}

/**
 * instance_path - the path of a file of the instance
 * @file: below the instance
 *
 * Return: the path, to be freed.
 */
char *instance_path(const char *file)
{
	return text_of("%s/%s", instance_dir(), file);
}

/**
 * logger_path - the path of a logger's control file
 * @logger: the logger
 * @file: its file
 *
 * Return: the path, to be freed.
 */
char *logger_path(const char *logger, const char *file)
{
	return text_of("%s/loggers/%s/%s", instance_dir(), logger, file);
}

/**
 * instance_problem - why the instance cannot be used
 *
 * Return: what is wrong and what to do, or NULL.
 */
const char *instance_problem(void)
{
	static char *loggers;
	const char *dir = tracefs_tracing_dir();

	if (!dir)
		return no_tracefs();
	if (!loggers)
		loggers = instance_path("loggers");
	if (!access(loggers, R_OK | X_OK))
		return NULL;
	if (errno == EACCES || errno == EPERM)
		return "only root may read what was logged; try: sudo blog ...";
	if (errno == ENOENT)
		return "this kernel has no BLOG; boot one that has CONFIG_BLOG_TRACEFS";

	return strerror(errno);
}

/**
 * instance_require - end the program unless the instance can be used
 */
void instance_require(void)
{
	const char *problem = instance_problem();

	if (problem)
		die("%s", problem);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char * const *)a, *(char * const *)b);
}

/**
 * instance_loggers - the names of all loggers
 *
 * Return: their names, sorted, with NULL at the end; to be freed, each and all.
 */
char **instance_loggers(void)
{
	char *path = instance_path("loggers"), **names = must(calloc(1, sizeof(*names)));
	DIR *dir = opendir(path);
	struct dirent *entry;
	size_t nr = 0;

	if (!dir)
		die("cannot read %s: %s", path, strerror(errno));
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		names = must(realloc(names, (nr + 2) * sizeof(*names)));
		names[nr++] = must(strdup(entry->d_name));
	}
	names[nr] = NULL;
	qsort(names, nr, sizeof(*names), by_name);
	closedir(dir);
	free(path);

	return names;
}

/**
 * instance_require_logger - end the program unless there is a logger
 * @logger: its name
 */
void instance_require_logger(const char *logger)
{
	char **names = instance_loggers(), **name;
	char list[512] = "";

	for (name = names; *name; name++) {
		if (!strcmp(*name, logger))
			break;
		if (strlen(list) + strlen(*name) + 3 < sizeof(list))
			strcat(strcat(list, " "), *name);
	}
	if (!*name)
		die("no logger %s; there are:%s", logger, *list ?
		    list : " none (is the module loaded?)");
	names_free(names);
}

/**
 * instance_events - read the formats of the events that loggers have
 *
 * Ends the program if that is not possible.
 *
 * Return: a handle that knows them, to be freed with tep_free().
 */
struct tep_handle *instance_events(void)
{
	static const char * const systems[] = { BLOG_INSTANCE, NULL };
	struct tep_handle *tep = tracefs_local_events_system(NULL, systems);

	if (!tep)
		die("cannot read the format of the events in %s/events/" BLOG_INSTANCE ": %s",
		    tracing_dir(), strerror(errno));

	return tep;
}

/**
 * read_text - read a file as a string
 * @path: the file
 * @size: takes its length, unless NULL
 *
 * Return: the text, to be freed, or NULL with errno.
 */
char *read_text(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), error;
	size_t len = 0, room = 0;
	char *text = NULL;
	ssize_t got;

	if (fd < 0)
		return NULL;
	do {
		if (room - len < 2) {
			room = 2 * room + 4096;
			text = must(realloc(text, room));
		}
		got = read(fd, text + len, room - len - 1);
		if (got > 0)
			len += got;
	} while (got > 0 || (got < 0 && errno == EINTR));
	error = errno;
	close(fd);
	if (got < 0) {
		free(text);
		errno = error;
		return NULL;
	}
	text[len] = '\0';
	if (size)
		*size = len;

	return text;
}

/**
 * write_text - write a string to a file, in one write()
 * @path: the file
 * @text: the string
 *
 * Return: 0, or -1 with errno.
 */
int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC), error;
	ssize_t done;

	if (fd < 0)
		return -1;
	done = write(fd, text, strlen(text));
	error = errno;
	close(fd);
	errno = error;

	if (done < 0)
		return -1;
	if ((size_t)done < strlen(text)) {
		errno = EIO;
		return -1;
	}

	return 0;
}

/**
 * logger_is_gone - whether a file cannot be read for want of its logger
 * @error: the errno
 *
 * Return: true if the logger was unregistered, before the file was opened or after.
 */
bool logger_is_gone(int error)
{
	return error == ENOENT || error == ENODEV;
}

/**
 * logger_stats_read - read the counters of a logger
 * @logger: the logger
 * @stats: filled in; what the kernel does not tell is 0
 *
 * Return: false if the logger is gone, or may not be read; then see errno.
 */
bool logger_stats_read(const char *logger, struct logger_stats *stats)
{
	const struct {
		const char	*name;
		uint64_t	*value;
	} counters[] = {
		{ "sites", &stats->sites },
		{ "captured", &stats->captured },
		{ "published", &stats->published },
		{ "overwritten", &stats->overwritten },
		{ "pending", &stats->pending },
		{ "retained", &stats->retained },
		{ "used_bytes", &stats->used_bytes },
		{ "dropped", &stats->dropped },
		{ "truncated", &stats->truncated },
		{ "shrunk", &stats->shrunk },
		{ "budget_bytes", &stats->budget_bytes },
		{ "memory_bytes", &stats->memory_bytes },
		{ "shrunk_bytes", &stats->shrunk_bytes },
		{ "contexts_recalled", &stats->contexts_recalled },
	};
	char *path = logger_path(logger, "stats"), *text = read_text(path, NULL);
	char *line, *rest = text, name[32];
	uint64_t value;
	size_t i;

	free(path);
	if (!text)
		return false;
	memset(stats, 0, sizeof(*stats));
	while ((line = strsep(&rest, "\n"))) {
		if (sscanf(line, "%31s %" SCNu64, name, &value) != 2)
			continue;
		for (i = 0; i < sizeof(counters) / sizeof(*counters); i++)
			if (!strcmp(counters[i].name, name))
				*counters[i].value = value;
	}
	free(text);

	return true;
}

/**
 * instance_last_error - what the kernel says about the last bad input
 *
 * Return: the last entry of error_log, to be freed, or NULL.
 */
char *instance_last_error(void)
{
	struct tracefs_instance *instance = tracefs_instance_alloc(NULL, BLOG_INSTANCE);
	char *error = instance ? tracefs_error_last(instance) : NULL;

	if (instance)
		tracefs_instance_free(instance);

	return error;
}
