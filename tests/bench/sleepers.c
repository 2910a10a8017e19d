// SPDX-License-Identifier: GPL-2.0
/*
 * Tasks that sleep until this program is killed: sleepers ALL UNINTERRUPTIBLE
 *
 * A parent in vfork() sleeps uninterruptibly, but for signals that kill it.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

static void sleep_on(int uninterruptibly)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (uninterruptibly && !vfork()) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	int all, uninterruptible, i;

	if (argc != 3)
		return 2;
	all = atoi(argv[1]);
	uninterruptible = atoi(argv[2]);
	for (i = 0; i < all; i++) {
		pid_t pid = fork();

		if (pid < 0) {
			perror("fork");
			return 1;
		}
		if (!pid)
			sleep_on(i < uninterruptible);
	}
	for (;;)
		pause();
}
