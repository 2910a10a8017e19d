// SPDX-License-Identifier: GPL-2.0
/*
 * Tasks to look at. Each says "ready" when it is what it is to be.
 *
 *	tasks vfork [NAME]	waits uninterruptibly, for a child that sleeps
 *	tasks crowd N DIR	N that have looked for a file in DIR, and sleep
 *	tasks number PID	a child that has this number sleeps
 */
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void say_ready(void)
{
	if (write(STDOUT_FILENO, "ready\n", 6) != 6)
		exit(1);
}

/* The parent of vfork() waits, killably, until the child has gone. */
static int wait_for_vfork(const char *name)
{
	pid_t child;

	if (name && prctl(PR_SET_NAME, name))
		return 1;
	say_ready();
	child = vfork();
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}

	return child < 0;
}

static void be_one(const char *dir, int nr, int ready)
{
	char path[4096];
	struct stat st;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(path, sizeof(path), "%s/nobody-%d", dir, nr);
	stat(path, &st);
	if (write(ready, "", 1) != 1)
		_exit(1);
	close(ready);
	for (;;)
		pause();
}

static int be_crowd(int nr, const char *dir)
{
	int ends[2], i;
	char byte;

	if (pipe(ends))
		return 1;
	for (i = 0; i < nr; i++) {
		pid_t child = fork();

		if (child < 0)
			return 1;
		if (!child)
			be_one(dir, i, ends[1]);
	}
	for (i = 0; i < nr; i++)
		if (read(ends[0], &byte, 1) != 1)
			return 1;
	say_ready();
	for (;;)
		pause();
}

static int have_number(pid_t pid)
{
	struct clone_args args = {
		.exit_signal = SIGCHLD,
		.set_tid = (unsigned long)&pid,
		.set_tid_size = 1,
	};
	long child = syscall(SYS_clone3, &args, sizeof(args));

	if (child < 0)
		return 1;
	if (child)
		say_ready();
	else
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	if (argc >= 2 && !strcmp(argv[1], "vfork"))
		return wait_for_vfork(argv[2]);
	if (argc == 4 && !strcmp(argv[1], "crowd"))
		return be_crowd(atoi(argv[2]), argv[3]);
	if (argc == 3 && !strcmp(argv[1], "number"))
		return have_number(atoi(argv[2]));
	fprintf(stderr, "usage: tasks vfork [NAME] | crowd N DIR | number PID\n");

	return 2;
}
