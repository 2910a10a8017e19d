// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of binary logging: a log for readers in user space to print.
 *
 * When it is loaded, and whenever something is written to its parameter
 * "again", this module logs the table of formats: row N as client 2N - 1, and
 * the text that snprintf() makes of it as client 2N. A reader must print the
 * same for both. Rows whose text only the kernel can make are left out.
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>

#define BLOG_LOGGER blog_formats
#include <linux/blog/define_logger.h>

#include "format_args.h"

static __printf(2, 3) void log_expected(u64 client, const char *format, ...)
{
	static char text[1000];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	blog(&blog_formats_blog, client, "%s", text);
}

static noinline_for_stack void log_table(void)
{
	u64 client = 0;

#define MESSAGE(...)						\
do {									\
	blog(&blog_formats_blog, ++client, __VA_ARGS__);		\
	log_expected(++client, __VA_ARGS__);				\
} while (0)
#define MESSAGE_BOUNDED	MESSAGE
#define MESSAGE_KERNEL(...)
#include "formats.h"
#undef MESSAGE
#undef MESSAGE_BOUNDED
#undef MESSAGE_KERNEL
}

static int again_set(const char *value, const struct kernel_param *kp)
{
	static DEFINE_MUTEX(lock);

	guard(mutex)(&lock);
	log_table();

	return 0;
}

static const struct kernel_param_ops again_ops = { .set = again_set };
module_param_cb(again, &again_ops, NULL, 0200);
MODULE_PARM_DESC(again, "Log the table once more");

static int __init blog_formats_init(void)
{
	int ret = blog_logger_register(&blog_formats_blog);

	if (!ret)
		log_table();
	return ret;
}
module_init(blog_formats_init);

static void __exit blog_formats_exit(void)
{
	blog_logger_unregister(&blog_formats_blog);
}
module_exit(blog_formats_exit);

MODULE_DESCRIPTION("Formats that readers of binary logs must print");
MODULE_LICENSE("GPL");
