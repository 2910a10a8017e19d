// SPDX-License-Identifier: GPL-2.0
/*
 * The smallest logger: a start for binary logging in a subsystem of your own.
 *
 * See Documentation/trace/blog.rst. The logger and its event blog:blog_sample
 * are there while the module is loaded. What is written to its parameters is
 * logged by the task that writes:
 *
 *	cd /sys/module/blog_sample/parameters
 *	echo hello >say		the text
 *	echo 7 1000 >count	the numbers from 7 to 1006, a message each
 *	echo 1 >irq		a message from a hard and one from a soft interrupt
 */
#include <linux/irq_work.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <linux/workqueue.h>

/* In one .c file; the others include <linux/blog/blog.h>. */
#define BLOG_LOGGER blog_sample
#include <linux/blog/define_logger.h>

/* The second argument would tell mounts or connections apart; there are none. */
#define sample_log(fmt, ...) blog(&blog_sample_blog, 0, fmt, ##__VA_ARGS__)

static int say_set(const char *text, const struct kernel_param *kp)
{
	/* sysfs passes the newline of echo on. */
	sample_log("%.*s", (int)strcspn(text, "\n"), text);

	return 0;
}

static const struct kernel_param_ops say_ops = { .set = say_set };
module_param_cb(say, &say_ops, NULL, 0200);
MODULE_PARM_DESC(say, "Log this text");

static int count_set(const char *range, const struct kernel_param *kp)
{
	unsigned int first, count, i;

	if (sscanf(range, "%u %u", &first, &count) != 2)
		return -EINVAL;

	/* There is no value to protect, and tasks should not wait in turn. */
	kernel_param_unlock(THIS_MODULE);
	for (i = 0; i < count && !fatal_signal_pending(current); i++) {
		sample_log("seq %u of %s-%d", first + i, current->comm,
			   task_pid_nr(current));
		cond_resched();
	}
	kernel_param_lock(THIS_MODULE);

	return 0;
}

static const struct kernel_param_ops count_ops = { .set = count_set };
module_param_cb(count, &count_ops, NULL, 0200);
MODULE_PARM_DESC(count, "Log numbers: the first, and how many");

/* Interrupts have contexts of their own: never do they disturb a task's. */
static void log_in_hardirq(struct irq_work *work)
{
	sample_log("in a hard interrupt");
}

static void log_in_softirq(struct work_struct *work)
{
	sample_log("in a soft interrupt");
}

static struct irq_work hardirq_work = IRQ_WORK_INIT_HARD(log_in_hardirq);
static DECLARE_WORK(softirq_work, log_in_softirq);

static int irq_set(const char *ignored, const struct kernel_param *kp)
{
	irq_work_queue(&hardirq_work);
	irq_work_sync(&hardirq_work);
	queue_work(system_bh_wq, &softirq_work);
	flush_work(&softirq_work);

	return 0;
}

static const struct kernel_param_ops irq_ops = { .set = irq_set };
module_param_cb(irq, &irq_ops, NULL, 0200);
MODULE_PARM_DESC(irq, "Log from interrupts");

static int __init blog_sample_init(void)
{
	return blog_logger_register(&blog_sample_blog);
}
module_init(blog_sample_init);

static void __exit blog_sample_exit(void)
{
	blog_logger_unregister(&blog_sample_blog);
}
module_exit(blog_sample_exit);

MODULE_DESCRIPTION("Sample of a binary log");
MODULE_LICENSE("GPL");
