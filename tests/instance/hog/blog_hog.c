// SPDX-License-Identifier: GPL-2.0
/*
 * Takes a CPU away: who writes N to the parameter "spin" has it for N seconds, with
 * preemption disabled. Interrupts come.
 */
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/preempt.h>

static int spin_set(const char *text, const struct kernel_param *kp)
{
	unsigned int seconds;
	ktime_t end;
	int ret = kstrtouint(text, 10, &seconds);

	if (ret)
		return ret;
	kernel_param_unlock(THIS_MODULE);
	end = ktime_add_ms(ktime_get(), seconds * MSEC_PER_SEC);
	preempt_disable();
	while (ktime_before(ktime_get(), end))
		cpu_relax();
	preempt_enable();
	kernel_param_lock(THIS_MODULE);

	return 0;
}

static const struct kernel_param_ops spin_ops = { .set = spin_set };
module_param_cb(spin, &spin_ops, NULL, 0200);
MODULE_PARM_DESC(spin, "Spin for so many seconds with preemption disabled");

MODULE_DESCRIPTION("Takes a CPU away, for tests");
MODULE_LICENSE("GPL");
