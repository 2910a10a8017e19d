// SPDX-License-Identifier: GPL-2.0
/*
 * Lets the kernel die while it writes a record: when the module is loaded it logs some
 * messages, and of the last one the text of a pointer is being made.
 */
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/panic.h>
#include <linux/sched.h>

#define BLOG_LOGGER blog_torn
#include <linux/blog/define_logger.h>

static struct task_struct *writer;

static int die_of_it(struct kprobe *probe, struct pt_regs *regs)
{
	if (current == writer)
		panic("in the middle of a record");

	return 0;
}

static struct kprobe probe = {
	.symbol_name = "snprintf",
	.pre_handler = die_of_it,
};

static int __init blog_torn_init(void)
{
	static const u8 address[] = { 192, 0, 2, 1 };
	int ret = blog_logger_register(&blog_torn_blog);

	if (ret)
		return ret;
	blog(&blog_torn_blog, 0, "whole, with address %pI4", address);
	blog(&blog_torn_blog, 0, "whole, number %d", 2);
	blog(&blog_torn_blog, 0, "whole, of %ps and %ps", panic, die_of_it);
	ret = register_kprobe(&probe);
	if (!ret) {
		writer = current;
		blog(&blog_torn_blog, 0, "torn at %pI4", address);
		unregister_kprobe(&probe);
	}
	blog_logger_unregister(&blog_torn_blog);

	return ret ?: -ENODEV;
}
module_init(blog_torn_init);

MODULE_DESCRIPTION("Dies in the middle of a record, for tests");
MODULE_LICENSE("GPL");
