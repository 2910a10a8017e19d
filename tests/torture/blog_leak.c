// SPDX-License-Identifier: GPL-2.0
/*
 * Loses objects whose addresses it has logged, for kmemleak to find.
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>

#define BLOG_LOGGER leak
#include <linux/blog/define_logger.h>

#define LEAKS	20

static noinline void lose(unsigned int i)
{
	/* Zeroed: what the allocator left in one of them may point to the next. */
	void *object = kzalloc(64, GFP_KERNEL);

	blog(&leak_blog, (unsigned long)object, "%u is at %px", i, object);
}

static int __init blog_leak_init(void)
{
	int ret = blog_logger_register(&leak_blog);
	unsigned int i;

	for (i = 0; !ret && i < LEAKS; i++)
		lose(i);

	return ret;
}
module_init(blog_leak_init);

MODULE_DESCRIPTION("Loses what it has logged");
MODULE_LICENSE("GPL");
