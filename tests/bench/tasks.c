// SPDX-License-Identifier: GPL-2.0
/*
 * Tasks that log all the time, that come and go, or that do not log at all:
 *
 *	tasks stay TASKS CALLS SUBJECT MESSAGE
 *		so many tasks make so many calls of blog_bench each
 *	tasks come-and-go TASKS FORKS CALLS SUBJECT MESSAGE
 *		so many tasks fork one after another so many others each, which make
 *		so many calls each, or if that is 0 nothing at all, and exit
 *
 * Prints how many ns that took, all tasks begun and waited for.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUN	"/sys/module/blog_bench/parameters/run"
/* Most calls between two system calls. */
#define BLOCK	1000

static const char *subject, *message;
static unsigned int forks, calls;

static __attribute__((noreturn)) void fail(const char *what)
{
	perror(what);
	exit(1);
}

static unsigned long long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static unsigned int number(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*end || end == text || n > 1000000000) {
		fprintf(stderr, "tasks: '%s' is no number\n", text);
		exit(2);
	}
	return n;
}

static void call(void)
{
	unsigned int done, nr;
	char what[64];
	int fd, len;

	fd = open(RUN, O_WRONLY);
	if (fd < 0)
		fail(RUN);
	for (done = 0; done < calls; done += nr) {
		nr = calls - done < BLOCK ? calls - done : BLOCK;
		len = snprintf(what, sizeof(what), "%s %s %u", subject, message, nr);
		if (pwrite(fd, what, len, 0) != len)
			fail(RUN);
	}
	close(fd);
}

static void come_and_go(void)
{
	unsigned int i;
	int status;
	pid_t pid;

	for (i = 0; i < forks; i++) {
		pid = fork();
		if (pid < 0)
			fail("fork");
		if (!pid) {
			if (calls)
				call();
			_exit(0);
		}
		if (waitpid(pid, &status, 0) != pid || status)
			fail("waitpid");
	}
}

/* Returns when the other end of the pipe is closed. */
static void wait_for_start(int barrier[2])
{
	char c;

	close(barrier[1]);
	if (read(barrier[0], &c, 1))
		fail("pipe");
}

static void run_tasks(unsigned int tasks, void (*work)(void))
{
	unsigned long long start;
	int barrier[2], status;
	unsigned int i;

	if (pipe(barrier))
		fail("pipe");
	for (i = 0; i < tasks; i++) {
		switch (fork()) {
		case -1:
			fail("fork");
		case 0:
			wait_for_start(barrier);
			work();
			_exit(0);
		}
	}
	start = now();
	close(barrier[1]);
	for (i = 0; i < tasks; i++)
		if (wait(&status) < 0 || status)
			fail("a task");
	printf("%llu\n", now() - start);
}

int main(int argc, char **argv)
{
	if (argc == 6 && !strcmp(argv[1], "stay")) {
		calls = number(argv[3]);
		subject = argv[4];
		message = argv[5];
		run_tasks(number(argv[2]), call);
	} else if (argc == 7 && !strcmp(argv[1], "come-and-go")) {
		forks = number(argv[3]);
		calls = number(argv[4]);
		subject = argv[5];
		message = argv[6];
		run_tasks(number(argv[2]), come_and_go);
	} else {
		fprintf(stderr, "usage: tasks stay TASKS CALLS SUBJECT MESSAGE\n"
			"       tasks come-and-go TASKS FORKS CALLS SUBJECT MESSAGE\n");
		return 2;
	}
	return 0;
}
