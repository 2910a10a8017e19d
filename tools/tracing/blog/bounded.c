// SPDX-License-Identifier: LGPL-2.1
/*
 * A child reads one file after another into memory that it shares with us. If one takes
 * too long, the child is left to its fate, which may be to wait as long as those that are
 * looked for, and another one goes on behind that file.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bounded.h"
#include "output.h"

/* How long one file may take, and all that do not answer, in ms. */
#define FILE_LIMIT	500
#define ALL_LIMIT	2000

/* What one child may read. */
#define SHARED_SIZE	(64 << 20)

/* Before what was read; aligned. */
struct answer {
	int64_t		error;
	uint64_t	size;
};

/**
 * struct shared - what a child has read
 * @done: so many answers are complete
 * @used: bytes of @data; for the child alone
 * @data: the answers
 */
struct shared {
	atomic_size_t	done;
	size_t		used;
	char		data[];
};

#define DATA_SIZE	(SHARED_SIZE - sizeof(struct shared))

/* A child that reads; @fd ends with it. */
struct reader {
	pid_t		pid;
	int		fd;
	struct shared	*shared;
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

/* Each returns what was read, or -1 with errno: ENOBUFS if there is no room for it. */
static ssize_t read_file(const char *path, char *buf, size_t room)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), error;
	size_t len = 0;
	ssize_t got;

	if (fd < 0)
		return -1;
	do {
		got = read(fd, buf + len, room - len);
		if (got > 0)
			len += got;
	} while ((got > 0 && len < room) || (got < 0 && errno == EINTR));
	error = len == room ? ENOBUFS : errno;
	close(fd);
	errno = error;

	return got < 0 || len == room ? -1 : (ssize_t)len;
}

static ssize_t read_link(const char *path, char *buf, size_t room)
{
	ssize_t len = readlink(path, buf, room);

	if (len < 0 || (size_t)len < room)
		return len;
	errno = ENOBUFS;

	return -1;
}

/* Returns false if there is no room. */
static bool answer_one(struct shared *shared, const struct bounded *file)
{
	struct answer *answer = (void *)(shared->data + shared->used);
	char *buf = (char *)(answer + 1);
	size_t room = DATA_SIZE - shared->used;
	ssize_t len = -1;

	if (room < 2 * sizeof(*answer))
		return false;
	room -= sizeof(*answer);
	if (file->cpu < 0 || go_to(file->cpu))
		len = file->link ? read_link(file->path, buf, room) :
		      read_file(file->path, buf, room);
	/* The next child has more of it. */
	if (len < 0 && errno == ENOBUFS && shared->used)
		return false;
	answer->error = len < 0 ? errno : 0;
	answer->size = len < 0 ? 0 : len;
	shared->used += sizeof(*answer) + ((answer->size + 7) & ~(size_t)7);
	if (shared->used > DATA_SIZE)
		shared->used = DATA_SIZE;
	atomic_fetch_add(&shared->done, 1);

	return true;
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

static void be_reader(const struct bounded_list *list, size_t first, struct shared *shared)
{
	size_t i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	let_go_of_output();
	for (i = first; i < list->nr; i++)
		if (!answer_one(shared, &list->files[i]))
			break;
	_exit(0);
}

/* ---------------------------- the parent ---------------------------- */

static struct reader start_reader(const struct bounded_list *list, size_t first)
{
	struct reader reader;
	int ends[2];

	reader.shared = mmap(NULL, SHARED_SIZE, PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (reader.shared == MAP_FAILED)
		die("out of memory");
	if (pipe2(ends, O_CLOEXEC))
		die("cannot make a pipe: %s", strerror(errno));
	reader.pid = fork();
	if (reader.pid < 0)
		die("cannot start a process: %s", strerror(errno));
	if (!reader.pid)
		be_reader(list, first, reader.shared);
	close(ends[1]);
	reader.fd = ends[0];

	return reader;
}

/* Waits until it has ended, or is at one file for too long; then returns false. */
static bool wait_for_reader(const struct reader *reader)
{
	struct pollfd poller = { .fd = reader->fd, .events = POLLIN };
	size_t done = 0, before;
	int ret;

	do {
		before = done;
		ret = poll(&poller, 1, FILE_LIMIT);
		done = atomic_load(&reader->shared->done);
	} while ((!ret && done != before) || (ret < 0 && errno == EINTR));

	return ret > 0;
}

static void end_reader(struct reader *reader)
{
	close(reader->fd);
	kill(reader->pid, SIGKILL);
	waitpid(reader->pid, NULL, WNOHANG);
	munmap(reader->shared, SHARED_SIZE);
}

/* Takes over the answers; returns how many there are. */
static size_t take_answers(struct bounded_list *list, size_t first,
			   const struct shared *shared)
{
	size_t done = atomic_load(&shared->done), pos = 0, i;

	for (i = 0; i < done; i++) {
		const struct answer *answer = (void *)(shared->data + pos);
		struct bounded *file = &list->files[first + i];

		file->error = answer->error;
		if (!answer->error) {
			file->size = answer->size;
			file->text = must(malloc(file->size + 1));
			memcpy(file->text, answer + 1, file->size);
			file->text[file->size] = '\0';
		}
		pos += sizeof(*answer) + ((answer->size + 7) & ~(size_t)7);
	}

	return done;
}

/**
 * bounded_read - read all files of a list
 * @list: the list
 *
 * One that does not answer costs a second at most, all of them together some.
 */
void bounded_read(struct bounded_list *list)
{
	int wasted = 0;
	size_t i = 0;

	fflush(NULL);
	while (i < list->nr && wasted < ALL_LIMIT) {
		struct reader reader = start_reader(list, i);
		bool has_ended = wait_for_reader(&reader);
		size_t done = take_answers(list, i, reader.shared);

		end_reader(&reader);
		i += done;
		/* One that ends without an answer was killed: no better than a late one. */
		if (i < list->nr && (!has_ended || !done)) {
			list->files[i++].error = ETIMEDOUT;
			wasted += FILE_LIMIT;
		}
	}
	for (; i < list->nr; i++)
		list->files[i].error = ETIMEDOUT;
}
