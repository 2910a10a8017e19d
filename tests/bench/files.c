// SPDX-License-Identifier: GPL-2.0
/*
 * What a file system client is given to do, and what it takes:
 *
 *	files DIRECTORY metadata N	creates, stats, renames and unlinks N files
 *	files DIRECTORY write N		writes 512 bytes N times, to files of 50 of
 *					these, each of which is then synced
 *
 * Prints a line "NAME NS" for each of: time, by the clock; client, what this task
 * and the kernel's own tasks ran, by the scheduler's clock; and all, what all tasks
 * of the machine ran.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define WRITES	50	/* to a file */
#define READ	(4 << 20)
#define LARGE	"large"

static __attribute__((noreturn)) void fail(const char *what)
{
	perror(what);
	exit(1);
}

static unsigned long long read_clock(clockid_t clock)
{
	struct timespec ts;

	if (clock_gettime(clock, &ts))
		return 0;	/* of a process that has gone */
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* A kernel thread has no command line. */
static int is_kernel_thread(pid_t pid)
{
	char path[64], c;
	int fd, n;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return 0;
	n = read(fd, &c, 1);
	close(fd);
	return n == 0;
}

struct cost {
	unsigned long long time, client, all;
};

/* Nothing of what it takes to ask about others is to be in a difference. */
static void add_self(struct cost *cost)
{
	unsigned long long ran = read_clock(CLOCK_PROCESS_CPUTIME_ID);

	cost->time = read_clock(CLOCK_MONOTONIC);
	cost->client += ran;
	cost->all += ran;
}

#define PID_MAX_LIMIT	(4 << 20)

/* What others have run since the last call; of those that are gone, nothing. */
static void add_others(struct cost *cost)
{
	static unsigned long long last[PID_MAX_LIMIT];
	struct dirent *entry;
	DIR *proc = opendir("/proc");

	if (!proc)
		fail("/proc");
	while ((entry = readdir(proc))) {
		unsigned long long ran;
		clockid_t clock;
		pid_t pid = atoi(entry->d_name);

		if (pid <= 0 || pid == getpid() || clock_getcpuclockid(pid, &clock))
			continue;
		ran = read_clock(clock) - last[pid];
		last[pid] += ran;
		cost->all += ran;
		if (is_kernel_thread(pid))
			cost->client += ran;
	}
	closedir(proc);
}

static const char *name(const char *what, unsigned int i)
{
	static char names[2][64];
	static unsigned int which;
	char *s = names[which++ % 2];

	snprintf(s, sizeof(names[0]), "%s%u", what, i);
	return s;
}

static void metadata(unsigned int files)
{
	struct stat st;
	unsigned int i;
	int fd;

	for (i = 0; i < files; i++) {
		fd = open(name("file", i), O_CREAT | O_EXCL | O_WRONLY, 0644);
		if (fd < 0 || close(fd))
			fail("create");
	}
	for (i = 0; i < files; i++)
		if (stat(name("file", i), &st))
			fail("stat");
	for (i = 0; i < files; i++)
		if (rename(name("file", i), name("renamed", i)))
			fail("rename");
	for (i = 0; i < files; i++)
		if (unlink(name("renamed", i)))
			fail("unlink");
}

static void write_file(const char *path, unsigned int writes)
{
	static const char data[512];
	int fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0644);

	if (fd < 0)
		fail("create");
	while (writes--)
		if (write(fd, data, sizeof(data)) != sizeof(data))
			fail("write");
	if (fsync(fd) || close(fd))
		fail("fsync");
}

static void small_writes(unsigned int writes)
{
	unsigned int i;

	for (i = 0; i < writes / WRITES; i++)
		write_file(name("small", i), WRITES);
}

static void remove_small(unsigned int writes)
{
	unsigned int i;

	for (i = 0; i < writes / WRITES; i++)
		if (unlink(name("small", i)))
			fail("unlink");
}

static void do_nothing(unsigned int n)
{
	(void)n;
}

static char block[READ];

/* What is in the cache is dropped: it was written back. */
static void prepare_large(unsigned int reads)
{
	int fd = open(LARGE, O_CREAT | O_RDWR, 0644);
	struct stat st;
	unsigned int i;

	if (fd < 0 || fstat(fd, &st))
		fail(LARGE);
	for (i = st.st_size / READ; i < reads; i++)
		if (pwrite(fd, block, READ, (off_t)i * READ) != READ)
			fail("write");
	if (fsync(fd))
		fail("fsync");
	errno = posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	if (errno || close(fd))
		fail(LARGE);
}

static void large_reads(unsigned int reads)
{
	int fd = open(LARGE, O_RDONLY);
	ssize_t len, more;

	if (fd < 0)
		fail(LARGE);
	while (reads--) {
		for (len = 0; len < READ; len += more) {
			more = read(fd, block, READ - len);
			if (more <= 0)
				fail("read");
		}
	}
	close(fd);
}

static const struct load {
	const char *name;
	void (*prepare)(unsigned int n);
	void (*run)(unsigned int n);
	void (*clean_up)(unsigned int n);
} loads[] = {
	{ "metadata", do_nothing, metadata, do_nothing },
	{ "write", do_nothing, small_writes, remove_small },
	{ "read", prepare_large, large_reads, do_nothing },
};

static const struct load *find_load(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(loads) / sizeof(loads[0]); i++)
		if (!strcmp(loads[i].name, name))
			return &loads[i];

	return NULL;
}

int main(int argc, char **argv)
{
	struct cost ignored = {}, before = {}, after = {};
	const struct load *load = argc == 4 ? find_load(argv[2]) : NULL;
	unsigned int n = load ? atoi(argv[3]) : 0;

	if ((int)n < 1 || (load->run == small_writes && n % WRITES)) {
		fprintf(stderr, "usage: files DIRECTORY metadata|write|read N\n"
			"of writes, a multiple of %d\n", WRITES);
		return 2;
	}
	if (chdir(argv[1]))
		fail(argv[1]);
	load->prepare(n);

	add_others(&ignored);
	add_self(&before);
	load->run(n);
	add_self(&after);
	add_others(&after);

	printf("time %llu\nclient %llu\nall %llu\n", after.time - before.time,
	       after.client - before.client, after.all - before.all);
	load->clean_up(n);
	return 0;
}
