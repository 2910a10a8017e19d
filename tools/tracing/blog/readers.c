// SPDX-License-Identifier: LGPL-2.1
#include <dirent.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "instance.h"
#include "output.h"
#include "readers.h"

/* Wherever tracefs is mounted. */
static bool consumes(const char *path)
{
	return !fnmatch("*/instances/" BLOG_INSTANCE "/trace_pipe", path, 0) ||
	       !fnmatch("*/instances/" BLOG_INSTANCE "/per_cpu/cpu*/trace_pipe", path, 0) ||
	       !fnmatch("*/instances/" BLOG_INSTANCE "/per_cpu/cpu*/trace_pipe_raw", path, 0);
}

static size_t count_files(int pid)
{
	char dir_path[32], path[PATH_MAX];
	struct dirent *entry;
	size_t nr = 0;
	DIR *dir;

	snprintf(dir_path, sizeof(dir_path), "/proc/%d/fd", pid);
	dir = opendir(dir_path);
	if (!dir)
		return 0;
	while ((entry = readdir(dir))) {
		ssize_t len = readlinkat(dirfd(dir), entry->d_name, path, sizeof(path) - 1);

		if (len < 0)
			continue;
		path[len] = '\0';
		nr += consumes(path);
	}
	closedir(dir);

	return nr;
}

static void read_comm(struct reader *reader)
{
	char path[32], *comm;

	snprintf(path, sizeof(path), "/proc/%d/comm", reader->pid);
	comm = read_text(path, NULL);
	if (comm) {
		/* A newline ends it, and may be in it. */
		comm[strlen(comm) - !!*comm] = '\0';
		snprintf(reader->comm, sizeof(reader->comm), "%s", comm);
	}
	free(comm);
}

/**
 * readers_find - find who takes messages out of the instance
 * @nr: takes how many processes do
 *
 * Others than root see only their own processes.
 *
 * Return: the processes, to be freed; NULL if there are none.
 */
struct reader *readers_find(size_t *nr)
{
	struct reader *readers = NULL;
	struct dirent *entry;
	DIR *proc = opendir("/proc");

	*nr = 0;
	if (!proc)
		return NULL;
	while ((entry = readdir(proc))) {
		int pid = atoi(entry->d_name);
		size_t files = pid > 0 ? count_files(pid) : 0;

		if (!files)
			continue;
		readers = must(realloc(readers, (*nr + 1) * sizeof(*readers)));
		readers[*nr] = (struct reader) { .pid = pid, .files = files };
		read_comm(&readers[(*nr)++]);
	}
	closedir(proc);

	return readers;
}
