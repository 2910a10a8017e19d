// SPDX-License-Identifier: LGPL-2.1
/*
 * A child reads one file after another and sends what it got. If one takes too long,
 * the child is left to its fate, which may be to wait as long as those that are looked
 * for, and another one goes on behind that file.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bounded.h"
#include "instance.h"
#include "output.h"

/* How long one file may take, and all that do not answer, in ms. */
#define FILE_LIMIT	500
#define ALL_LIMIT	2000

/* Before what was read. */
struct answer {
	uint32_t	index;
	int32_t		error;
	uint64_t	size;
};

/* A child that reads; @fd is our end of the pipe. */
struct reader {
	pid_t	pid;
	int	fd;
};

/**
 * bounded_add - add a file to a list
 * @list: the list
 * @fmt: its path
 *
 * Return: its place in the list.
 */
size_t bounded_add(struct bounded_list *list, const char *fmt, ...)
{
	struct bounded *file;
	va_list args;

	if (list->nr == list->room) {
		list->room = 2 * list->room + 16;
		list->files = must(realloc(list->files, list->room * sizeof(*list->files)));
	}
	file = &list->files[list->nr];
	*file = (struct bounded) { .cpu = -1 };
	va_start(args, fmt);
	if (vasprintf(&file->path, fmt, args) < 0)
		die("out of memory");
	va_end(args);

	return list->nr++;
}

/**
 * bounded_free - free a list
 * @list: the list, zeroed afterwards
 */
void bounded_free(struct bounded_list *list)
{
	size_t i;

	for (i = 0; i < list->nr; i++) {
		free(list->files[i].path);
		free(list->files[i].text);
	}
	free(list->files);
	*list = (struct bounded_list) { 0 };
}

/* ---------------------------- the child ---------------------------- */

static char *read_link(const char *path, size_t *size)
{
	char text[4096];
	ssize_t len = readlink(path, text, sizeof(text) - 1);

	if (len < 0)
		return NULL;
	text[len] = '\0';
	*size = len;

	return strdup(text);
}

/* Moves to a CPU and makes the kernel's account of this task up to date there. */
static bool go_to(int cpu)
{
	cpu_set_t *set = CPU_ALLOC(cpu + 1);
	size_t size = CPU_ALLOC_SIZE(cpu + 1);
	int ret;

	if (!set)
		return false;
	CPU_ZERO_S(size, set);
	CPU_SET_S(cpu, size, set);
	ret = sched_setaffinity(0, size, set);
	CPU_FREE(set);
	sched_yield();

	return !ret;
}

static void send_all(int fd, const void *data, size_t size)
{
	while (size) {
		ssize_t done = write(fd, data, size);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			_exit(0);
		data += done;
		size -= done;
	}
}

static void answer_one(int fd, const struct bounded *file, uint32_t index)
{
	struct answer answer = { .index = index };
	char *text = NULL;
	size_t size = 0;

	errno = 0;
	if (file->cpu < 0 || go_to(file->cpu))
		text = file->link ? read_link(file->path, &size) :
		       read_text(file->path, &size);
	if (!text)
		answer.error = errno ? errno : EIO;
	answer.size = text ? size : 0;
	send_all(fd, &answer, sizeof(answer));
	if (text)
		send_all(fd, text, size);
	free(text);
}

/* Keeps nothing open that others wait to be closed. */
static void let_go_of_output(void)
{
	int null = open("/dev/null", O_RDWR);

	if (null < 0)
		_exit(0);
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
}

static struct reader start_reader(const struct bounded_list *list, size_t first)
{
	struct reader reader;
	int ends[2];
	size_t i;

	if (pipe2(ends, O_CLOEXEC))
		die("cannot make a pipe: %s", strerror(errno));
	reader.pid = fork();
	if (reader.pid < 0)
		die("cannot start a process: %s", strerror(errno));
	reader.fd = ends[0];
	if (reader.pid) {
		close(ends[1]);
		return reader;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	let_go_of_output();
	close(ends[0]);
	for (i = first; i < list->nr; i++)
		answer_one(ends[1], &list->files[i], i);
	_exit(0);
}

/* ---------------------------- the parent ---------------------------- */

static void end_reader(struct reader *reader)
{
	close(reader->fd);
	kill(reader->pid, SIGKILL);
	waitpid(reader->pid, NULL, WNOHANG);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);

	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* Gets @size bytes before the time @end; false if they do not come. */
static bool receive(int fd, void *data, size_t size, int64_t end)
{
	while (size) {
		struct pollfd poller = { .fd = fd, .events = POLLIN };
		int64_t left = end - now_ms();
		ssize_t got;

		if (left < 0 || (poll(&poller, 1, left) <= 0 && errno != EINTR))
			return false;
		if (!poller.revents)
			continue;
		got = read(fd, data, size);
		if (got <= 0 && errno != EINTR)
			return false;
		if (got > 0) {
			data += got;
			size -= got;
		}
	}

	return true;
}

static bool receive_one(int fd, struct bounded_list *list, size_t index, int64_t end)
{
	struct bounded *file = &list->files[index];
	struct answer answer;
	char *text;

	if (!receive(fd, &answer, sizeof(answer), end) || answer.index != index)
		return false;
	if (answer.error) {
		file->error = answer.error;
		return true;
	}
	text = must(malloc(answer.size + 1));
	if (!receive(fd, text, answer.size, end)) {
		free(text);
		return false;
	}
	text[answer.size] = '\0';
	file->text = text;
	file->size = answer.size;

	return true;
}

/**
 * bounded_read - read all files of a list
 * @list: the list
 *
 * One that does not answer costs half a second, all of them two at most.
 */
void bounded_read(struct bounded_list *list)
{
	int64_t wasted = 0;
	size_t i = 0;

	fflush(NULL);
	while (i < list->nr && wasted < ALL_LIMIT) {
		struct reader reader = start_reader(list, i);

		while (i < list->nr &&
		       receive_one(reader.fd, list, i, now_ms() + FILE_LIMIT))
			i++;
		end_reader(&reader);
		if (i < list->nr) {
			list->files[i++].error = ETIMEDOUT;
			wasted += FILE_LIMIT;
		}
	}
	for (; i < list->nr; i++)
		list->files[i].error = ETIMEDOUT;
}
