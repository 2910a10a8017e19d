// SPDX-License-Identifier: GPL-2.0
/*
 * Takes a CPU away: who writes N to the parameter "spin" has it for N seconds, with
 * preemption disabled. Interrupts come. Who writes 0 puts an end to that. "N A" takes CPU A offline before, and "N A B"
 * then CPU B online: no RCU grace period ends between that and the spinning, so that
 * whoever comes next to take a CPU off or on gets the lock of CPUs at once.
 */
#include <linux/cpu.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/preempt.h>

static unsigned int ended;
static bool spinning;
module_param(spinning, bool, 0444);
MODULE_PARM_DESC(spinning, "Whether somebody spins");

static void spin(unsigned int seconds)
{
	unsigned int before = READ_ONCE(ended);
	ktime_t end;

	preempt_disable();
	WRITE_ONCE(spinning, true);
	end = ktime_add_ms(ktime_get(), seconds * MSEC_PER_SEC);
	while (ktime_before(ktime_get(), end) && READ_ONCE(ended) == before)
		cpu_relax();
	WRITE_ONCE(spinning, false);
	preempt_enable();
}

static int spin_set(const char *text, const struct kernel_param *kp)
{
	unsigned int seconds, off, on;
	int given = sscanf(text, "%u %u %u", &seconds, &off, &on), ret = 0;

	if (given < 1)
		return -EINVAL;
	if (!seconds)
		WRITE_ONCE(ended, ended + 1);
	kernel_param_unlock(THIS_MODULE);
	if (given > 1)
		ret = remove_cpu(off);
	if (given > 2 && !ret)
		ret = add_cpu(on);
	if (!ret)
		spin(seconds);
	kernel_param_lock(THIS_MODULE);

	return ret;
}

static const struct kernel_param_ops spin_ops = { .set = spin_set };
module_param_cb(spin, &spin_ops, NULL, 0200);
MODULE_PARM_DESC(spin, "Spin for so many seconds with preemption disabled, after CPUs went off and on");

static int hang_set(const char *text, const struct kernel_param *kp)
{
	unsigned int seconds;

	if (kstrtouint(text, 10, &seconds))
		return -EINVAL;
	kernel_param_unlock(THIS_MODULE);
	schedule_timeout_uninterruptible(seconds * HZ);
	kernel_param_lock(THIS_MODULE);

	return 0;
}

static const struct kernel_param_ops hang_ops = { .set = hang_set };
module_param_cb(hang, &hang_ops, NULL, 0200);
MODULE_PARM_DESC(hang, "Sleep for so many seconds, and let no signal end it");

MODULE_DESCRIPTION("Takes a CPU away, for tests");
MODULE_LICENSE("GPL");
