// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: how much memory a logger may have.
 *
 * Until the file loggers/<name>/budget says otherwise: what the boot parameter
 * blog_budget= says, or CONFIG_BLOG_BUDGET_MB, or what fits the machine. The last is
 * 1/256 of its memory, but four contexts for each CPU that it may have as long as these
 * are no more than 1/64 of it, and in any case from 16 to 512 MiB: below, a busy mount's
 * history would be seconds; above, more of it is seldom read, and who needs it says so.
 * (Contexts are allocated as they are used, some ahead, and when memory gets short most
 * of them are given back.)
 */
#include <kunit/visibility.h>
#include <linux/cpumask.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "budget.h"
#include "logger.h"

#define BLOG_BUDGET_FLOOR	(16 * SZ_1M)
#define BLOG_BUDGET_CEILING	(512 * SZ_1M)

/* blog_budget=SIZE, or blog_budget=NAME:SIZE[,NAME:SIZE...]. */
static char blog_boot_budget[256] __ro_after_init;

static int __init blog_budget_setup(char *str)
{
	strscpy(blog_boot_budget, str);
	return 1;
}
__setup("blog_budget=", blog_budget_setup);

/**
 * blog_budget_parse() - what a boot parameter says of a logger
 * @text: what follows blog_budget=
 * @name: name of the logger
 *
 * Context: Any context.
 * Return: bytes, or 0 if it says nothing, or nothing that can be understood: then
 * the kernel log says so.
 */
u64 blog_budget_parse(const char *text, const char *name)
{
	size_t len = strlen(name);
	const char *p, *next;
	u64 size = 0, value;
	char *end;

	for (p = text; *p; p = next) {
		const char *colon = strpbrk(p, ":,");
		bool named = colon && *colon == ':';
		const char *digits = named ? colon + 1 : p;

		value = memparse(digits, &end);
		if (end == digits || (*end && *end != ',')) {
			pr_warn("blog: blog_budget=: \"%s\" is neither SIZE nor NAME:SIZE\n", p);
			return size;
		}
		if (!named || (colon - p == len && !strncmp(p, name, len)))
			size = value;
		next = end + (*end == ',');
	}

	return size;
}
EXPORT_SYMBOL_IF_KUNIT(blog_budget_parse);

/**
 * blog_budget_for() - what fits a machine
 * @memory: its memory in bytes
 * @cpus: the CPUs that it may have
 *
 * Context: Any context.
 * Return: bytes.
 */
u64 blog_budget_for(u64 memory, unsigned int cpus)
{
	u64 for_cpus = min(4ULL * cpus * BLOG_CTX_SIZE, memory / 64);

	return clamp(max(memory / 256, for_cpus), BLOG_BUDGET_FLOOR,
		     BLOG_BUDGET_CEILING);
}
EXPORT_SYMBOL_IF_KUNIT(blog_budget_for);

/**
 * blog_budget_default() - the budget that a logger begins with
 * @name: its name
 *
 * Context: Process context.
 * Return: contexts, at least BLOG_BUDGET_MIN.
 */
unsigned int blog_budget_default(const char *name)
{
	u64 size = blog_budget_parse(blog_boot_budget, name);

	if (!size)
		size = (u64)CONFIG_BLOG_BUDGET_MB * SZ_1M;
	if (!size)
		size = blog_budget_for((u64)totalram_pages() * PAGE_SIZE,
				       num_possible_cpus());

	return clamp(size / BLOG_CTX_SIZE, (u64)BLOG_BUDGET_MIN, (u64)INT_MAX);
}
