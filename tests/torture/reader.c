// SPDX-License-Identifier: GPL-2.0
/*
 * Reads an instance of tracefs, as the tools do in their ways:
 *
 *	reader read|splice|mmap|pipe INSTANCE DIRECTORY
 *
 * until nothing is left after SIGTERM. read, splice and
 * mmap use the files trace_pipe_raw of all CPUs, a thread for each, and write
 * DIRECTORY/cpuN.raw: struct chunk, then a sub-buffer, again and again. pipe
 * reads trace_pipe and writes DIRECTORY/pipe.txt. For each file of the instance that it
 * has opened it writes a byte to its standard output.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <linux/trace_mmap.h>

#include "chunk.h"

#define OUTPUT_SIZE	(256 * 1024)
#define PAUSE_MS	20

static const char *instance, *directory;
static size_t page;		/* of the machine */
static size_t subbuf;		/* bytes of a sub-buffer */
static volatile sig_atomic_t stopped;

struct output {
	int fd;
	size_t used;
	char data[OUTPUT_SIZE];
};

static __attribute__((noreturn)) void fail(const char *what)
{
	perror(what);
	_exit(1);
}

static void stop(int signal)
{
	stopped = 1;
}

static void flush(struct output *out)
{
	size_t done = 0;
	ssize_t n;

	while (done < out->used) {
		n = write(out->fd, out->data + done, out->used - done);
		if (n < 0)
			fail("write");
		done += n;
	}
	out->used = 0;
}

static void put(struct output *out, const void *data, size_t len)
{
	if (out->used + len > OUTPUT_SIZE)
		flush(out);
	memcpy(out->data + out->used, data, len);
	out->used += len;
}

static void put_chunk(struct output *out, const void *data, uint32_t skip)
{
	struct chunk chunk = { .size = subbuf, .skip = skip };

	put(out, &chunk, sizeof(chunk));
	put(out, data, subbuf);
}

static int open_input(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK);

	if (fd < 0)
		fail(path);
	if (write(STDOUT_FILENO, "o", 1) != 1)
		fail("write");

	return fd;
}

static struct output *open_output(const char *name)
{
	struct output *out = calloc(1, sizeof(*out));
	char path[4096];

	if (!out)
		fail("calloc");
	snprintf(path, sizeof(path), "%s/%s", directory, name);
	out->fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0644);
	if (out->fd < 0)
		fail(path);

	return out;
}

static void close_output(struct output *out)
{
	flush(out);
	close(out->fd);
	free(out);
}

/* Wait as long as a recorder may; false at the end. */
static bool wait_for_more(int fd)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };

	if (stopped)
		return false;
	poll(&pollfd, 1, PAUSE_MS);

	return true;
}

static bool nothing_there(ssize_t n)
{
	return n == 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

static void do_read(int fd, struct output *out)
{
	char *data = malloc(subbuf);
	ssize_t n;

	for (;;) {
		n = read(fd, data, subbuf);
		if (n == (ssize_t)subbuf)
			put_chunk(out, data, 0);
		else if (!nothing_there(n))
			fail("read");
		else if (!wait_for_more(fd))
			break;
	}
	free(data);
}

/* Full sub-buffers only; the rest is read, as trace-cmd does. */
static void do_splice(int fd, struct output *out)
{
	char *data = malloc(subbuf);
	size_t size = 64 * subbuf, got;
	int pipefd[2];
	ssize_t n, m;

	if (pipe(pipefd) || fcntl(pipefd[0], F_SETPIPE_SZ, (int)size) < 0)
		fail("pipe");
	for (;;) {
		n = splice(fd, NULL, pipefd[1], NULL, size, SPLICE_F_NONBLOCK);
		if (nothing_there(n)) {
			if (!wait_for_more(fd))
				break;
			continue;
		}
		if (n < 0)
			fail("splice");
		for (; n > 0; n -= subbuf) {
			for (got = 0; got < subbuf; got += m) {
				m = read(pipefd[0], data + got, subbuf - got);
				if (m <= 0)
					fail("read of a pipe");
			}
			put_chunk(out, data, 0);
		}
	}
	close(pipefd[0]);
	close(pipefd[1]);
	free(data);
	do_read(fd, out);
}

/* In a header of 64-bit kernels: time stamp, and what is committed. */
#define COMMIT_OFFSET	8
#define HEADER_SIZE	16

static void do_mmap(int fd, struct output *out)
{
	const volatile struct trace_buffer_meta *meta;
	uint32_t id, read;
	char *copy = malloc(subbuf);
	size_t meta_size, size;
	const char *data;

	meta = mmap(NULL, page, PROT_READ, MAP_SHARED, fd, 0);
	if (meta == MAP_FAILED)
		fail("mmap");
	meta_size = meta->meta_page_size;
	size = subbuf * meta->nr_subbufs;
	data = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, meta_size);
	if (data == MAP_FAILED)
		fail("mmap of data");

	/* What others have consumed of it is still there. */
	id = meta->reader.id;
	read = meta->reader.read;
	for (;;) {
		uint32_t new_id, end;
		uint64_t commit;

		if (ioctl(fd, TRACE_MMAP_IOCTL_GET_READER))
			fail("ioctl");
		new_id = meta->reader.id;
		end = meta->reader.read;
		if (new_id != id)
			read = 0;
		id = new_id;
		if (end <= read) {
			if (!wait_for_more(fd))
				break;
			continue;
		}
		memcpy(copy, data + id * subbuf, subbuf);
		/* More may have been written than was consumed. */
		commit = end;
		memcpy(copy + COMMIT_OFFSET, &commit, sizeof(commit));
		put_chunk(out, copy, HEADER_SIZE + read);
		read = end;
	}
	munmap((void *)data, size);
	munmap((void *)meta, page);
	free(copy);
}

static void do_pipe(int fd, struct output *out)
{
	char *data = malloc(OUTPUT_SIZE);
	ssize_t n;

	for (;;) {
		n = read(fd, data, OUTPUT_SIZE);
		if (n > 0)
			put(out, data, n);
		else if (!nothing_there(n))
			fail("read");
		else if (!wait_for_more(fd))
			break;
	}
	free(data);
}

static void (*way)(int fd, struct output *out);

/* How "read", "splice" and "mmap" do it on a CPU. */
static void *read_cpu(void *arg)
{
	long cpu = (long)arg;
	struct output *out;
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/per_cpu/cpu%ld/trace_pipe_raw", instance, cpu);
	fd = open_input(path);
	snprintf(path, sizeof(path), "cpu%ld.raw", cpu);
	out = open_output(path);
	way(fd, out);
	close(fd);
	close_output(out);

	return NULL;
}

static void read_cpus(void)
{
	long nr = get_nprocs_conf(), cpu;
	pthread_t threads[nr];

	for (cpu = 0; cpu < nr; cpu++)
		if (pthread_create(&threads[cpu], NULL, read_cpu, (void *)cpu))
			fail("pthread_create");
	for (cpu = 0; cpu < nr; cpu++)
		pthread_join(threads[cpu], NULL);
}

static void read_text(void)
{
	struct output *out = open_output("pipe.txt");
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/trace_pipe", instance);
	fd = open_input(path);
	do_pipe(fd, out);
	close(fd);
	close_output(out);
}

static size_t subbuf_size(void)
{
	unsigned long kb = 0;
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/buffer_subbuf_size_kb", instance);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%lu", &kb) != 1)
		fail(path);
	fclose(f);

	return kb * 1024;
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = stop };

	if (argc != 4)
		goto usage;
	instance = argv[2];
	directory = argv[3];
	page = sysconf(_SC_PAGESIZE);
	subbuf = subbuf_size();
	sigaction(SIGTERM, &action, NULL);

	if (!strcmp(argv[1], "read"))
		way = do_read;
	else if (!strcmp(argv[1], "splice"))
		way = do_splice;
	else if (!strcmp(argv[1], "mmap"))
		way = do_mmap;
	else if (strcmp(argv[1], "pipe"))
		goto usage;
	if (way)
		read_cpus();
	else
		read_text();

	return 0;

usage:
	fprintf(stderr, "usage: reader read|splice|mmap|pipe INSTANCE DIRECTORY\n");
	return 2;
}
