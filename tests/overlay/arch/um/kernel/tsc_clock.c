// SPDX-License-Identifier: GPL-2.0
/*
 * For tests only: a sched_clock() of nanoseconds for UML, whose own counts
 * jiffies. Reads the time stamp counter as x86 does; where that does not run at
 * a constant rate the stamps, and no test's verdict, are off.
 */
#include <linux/clocksource.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/sched/clock.h>
#include <os.h>

#define CALIBRATION_NS	(20 * NSEC_PER_MSEC)

static u32 tsc_mult __ro_after_init;
static u32 tsc_shift __ro_after_init;

static __always_inline u64 rdtsc(void)
{
	u32 low, high;

	asm volatile("rdtsc" : "=a" (low), "=d" (high));
	return low | (u64)high << 32;
}

unsigned long long notrace sched_clock(void)
{
	if (unlikely(!tsc_mult))
		return 0;
	return mul_u64_u32_shr(rdtsc(), tsc_mult, tsc_shift);
}

/* Before SMP and initcalls that take stamps. */
static int __init tsc_clock_init(void)
{
	u64 ns = os_nsecs(), tsc = rdtsc();
	u64 khz;

	while (os_nsecs() - ns < CALIBRATION_NS)
		;
	ns = os_nsecs() - ns;
	tsc = rdtsc() - tsc;
	khz = div64_u64(tsc * 1000000, ns);
	clocks_calc_mult_shift(&tsc_mult, &tsc_shift, khz, NSEC_PER_MSEC, 0);

	return 0;
}
early_initcall(tsc_clock_init);
