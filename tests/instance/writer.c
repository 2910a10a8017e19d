// SPDX-License-Identifier: GPL-2.0
/*
 * Writes numbers into the log of module blog_sample:
 *
 *	writer [-as] [-f FIRST] [-p MICROSECONDS] TASKS BLOCKS SIZE
 *
 * Task number N is called wN and writes BLOCKS times SIZE numbers, from FIRST
 * on, each block on the next CPU; -p lets it pause after each. With -a no task
 * goes before all have written. With -s they sleep then, until the writer is killed; it
 * says "asleep" when all do.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT "/sys/module/blog_sample/parameters/count"

static unsigned int first, pause_us, blocks, size;
static long cpus;

static __attribute__((noreturn)) void fail(const char *what)
{
	perror(what);
	exit(1);
}

/* A CPU that is offline is left out. */
static void migrate(unsigned int to)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(to % cpus, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static void write_block(int fd, unsigned int from)
{
	char range[32];
	int len = snprintf(range, sizeof(range), "%u %u", from, size);

	if (pwrite(fd, range, len, 0) != len)
		fail(COUNT);
}

static void write_all(unsigned int task)
{
	int fd = open(COUNT, O_WRONLY);
	unsigned int i;
	char name[16];

	if (fd < 0)
		fail(COUNT);
	snprintf(name, sizeof(name), "w%u", task);
	prctl(PR_SET_NAME, name);
	for (i = 0; i < blocks; i++) {
		migrate(task + i);
		write_block(fd, first + i * size);
		if (pause_us)
			usleep(pause_us);
	}
	close(fd);
}

/* Returns when the other ends of the pipe are closed. */
static void wait_for_others(int pipe[2])
{
	char c;

	close(pipe[1]);
	if (read(pipe[0], &c, 1))
		fail("pipe");
}

int main(int argc, char **argv)
{
	unsigned int tasks, i;
	bool together = false, asleep = false;
	char c;
	int opt, status, barrier[2];
	int failed = 0;

	while ((opt = getopt(argc, argv, "af:p:s")) != -1) {
		if (opt == 'a')
			together = true;
		else if (opt == 's')
			asleep = true;
		else if (opt == 'f')
			first = strtoul(optarg, NULL, 0);
		else if (opt == 'p')
			pause_us = strtoul(optarg, NULL, 0);
		else
			return 2;
	}
	if (argc - optind != 3)
		return 2;
	tasks = strtoul(argv[optind], NULL, 0);
	blocks = strtoul(argv[optind + 1], NULL, 0);
	size = strtoul(argv[optind + 2], NULL, 0);
	cpus = sysconf(_SC_NPROCESSORS_CONF);

	if (pipe(barrier))
		fail("pipe");
	for (i = 0; i < tasks; i++) {
		switch (fork()) {
		case -1:
			fail("fork");
		case 0:
			if (asleep)
				prctl(PR_SET_PDEATHSIG, SIGKILL);
			write_all(i);
			if (asleep) {
				close(barrier[0]);
				close(barrier[1]);
				for (;;)
					pause();
			}
			if (together)
				wait_for_others(barrier);
			_exit(0);
		}
	}
	close(barrier[1]);
	if (asleep) {
		/* Each has closed its end. */
		if (read(barrier[0], &c, 1))
			fail("pipe");
		puts("asleep");
		fflush(stdout);
	}
	close(barrier[0]);
	while (wait(&status) > 0)
		failed |= status;

	return !!failed;
}
