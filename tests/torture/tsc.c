// SPDX-License-Identifier: GPL-2.0
/* Prints the frequency of this machine's time stamp counter, in kHz. */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

static double ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_RAW, &t);

	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

int main(void)
{
	uint64_t ticks = __rdtsc();
	double begin = ms(), now;

	do
		now = ms();
	while (now - begin < 100);
	printf("%.0f\n", (__rdtsc() - ticks) / (now - begin));

	return 0;
}
