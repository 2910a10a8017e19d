// SPDX-License-Identifier: GPL-2.0
/*
 * Tasks that log all the time, that come and go, that say a few words and sleep, or
 * that do not log at all:
 *
 *	tasks stay TASKS CALLS SUBJECT MESSAGE
 *		so many tasks make so many calls of blog_bench each
 *	tasks come-and-go TASKS FORKS CALLS SUBJECT MESSAGE
 *		so many tasks fork one after another so many others each, which make
 *		so many calls each, or if that is 0 nothing at all, and exit
 *	tasks last-words TASKS WORDS CALLS SUBJECT MESSAGE
 *		so many tasks make so many calls each, the words, as soon as they begin,
 *		and sleep; then a task on each CPU makes the calls, the noise
 *
 * Prints how many ns that took, all tasks begun and waited for; or, when the noise is
 * over, the pids of those who made it. The others sleep until there is no more input.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
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

static pid_t start(void)
{
	pid_t pid = fork();

	if (pid < 0)
		fail("fork");
	return pid;
}

static void wait_for_tasks(unsigned int tasks)
{
	int status;

	for (; tasks; tasks--)
		if (wait(&status) < 0 || status)
			fail("a task");
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

	for (i = 0; i < forks; i++) {
		if (!start()) {
			if (calls)
				call();
			_exit(0);
		}
		wait_for_tasks(1);
	}
}

/* Returns when all others have closed the end of the pipe to which one writes. */
static void wait_until_closed(int ends[2])
{
	char c;

	close(ends[1]);
	if (read(ends[0], &c, 1))
		fail("pipe");
}

static void run_tasks(unsigned int tasks, void (*work)(void))
{
	unsigned long long begin;
	int barrier[2];
	unsigned int i;

	if (pipe(barrier))
		fail("pipe");
	for (i = 0; i < tasks; i++) {
		if (!start()) {
			wait_until_closed(barrier);
			work();
			_exit(0);
		}
	}
	begin = now();
	close(barrier[1]);
	wait_for_tasks(tasks);
	printf("%llu\n", now() - begin);
}

static void run_on(unsigned int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		fail("sched_setaffinity");
}

static void make_noise(void)
{
	unsigned int cpu, cpus = sysconf(_SC_NPROCESSORS_ONLN);
	pid_t pid;

	for (cpu = 0; cpu < cpus; cpu++) {
		pid = start();
		if (!pid) {
			run_on(cpu);
			call();
			_exit(0);
		}
		printf("%d ", pid);
	}
	wait_for_tasks(cpus);
	printf("\n");
	fflush(stdout);
}

static void say_last_words(unsigned int tasks, unsigned int words, unsigned int noise)
{
	int said[2], end[2];
	unsigned int i;

	if (pipe(said) || pipe(end))
		fail("pipe");
	calls = words;
	for (i = 0; i < tasks; i++) {
		if (!start()) {
			call();
			close(said[1]);
			wait_until_closed(end);
			_exit(0);
		}
	}
	wait_until_closed(said);
	calls = noise;
	make_noise();
	while (getchar() != EOF)
		;
	close(end[1]);
	wait_for_tasks(tasks);
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
	} else if (argc == 7 && !strcmp(argv[1], "last-words")) {
		subject = argv[5];
		message = argv[6];
		say_last_words(number(argv[2]), number(argv[3]), number(argv[4]));
	} else {
		fprintf(stderr, "usage: tasks stay TASKS CALLS SUBJECT MESSAGE\n"
			"       tasks come-and-go TASKS FORKS CALLS SUBJECT MESSAGE\n"
			"       tasks last-words TASKS WORDS CALLS SUBJECT MESSAGE\n");
		return 2;
	}
	return 0;
}
