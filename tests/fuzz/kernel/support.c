// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel code under test needs of the rest of the kernel: memory,
 * symbol names and warnings.
 */
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "support.h"

unsigned int fuzz_fail_at;
bool fuzz_failed;
bool fuzz_may_warn;

static void *allocate(size_t size, gfp_t flags)
{
	void *p;

	if (fuzz_fail_at && !--fuzz_fail_at) {
		fuzz_failed = true;
		return NULL;
	}
	p = malloc(size);
	if (p && flags & __GFP_ZERO)
		memset(p, 0, size);

	return p;
}

void *__kmalloc_noprof(size_t size, gfp_t flags)
{
	return allocate(size, flags);
}

void *__kmalloc_node_noprof(DECL_BUCKET_PARAMS(size, b), gfp_t flags, int node)
{
	return allocate(size, flags);
}

void kfree(const void *p)
{
	free((void *)p);
}

void warn_slowpath_fmt(const char *file, const int line, unsigned int taint,
		       const char *fmt, ...)
{
	if (!fuzz_may_warn)
		fuzz_fail("the kernel warns", fmt ?: file);
}

int _printk(const char *fmt, ...)
{
	return 0;
}

/* A kernel with one function. */
static int name_symbol(char *buf, unsigned long addr, bool offset)
{
	if (addr - FUZZ_FUNC >= FUZZ_FUNC_SIZE)
		return sprintf(buf, "0x%lx", addr);
	if (!offset)
		return sprintf(buf, "known_func");
	return sprintf(buf, "known_func+%#lx/%#x", addr - FUZZ_FUNC,
		       FUZZ_FUNC_SIZE);
}

int sprint_symbol(char *buf, unsigned long addr)
{
	return name_symbol(buf, addr, true);
}

int sprint_symbol_build_id(char *buf, unsigned long addr)
{
	return name_symbol(buf, addr, true);
}

int sprint_symbol_no_offset(char *buf, unsigned long addr)
{
	return name_symbol(buf, addr, false);
}

int sprint_backtrace(char *buf, unsigned long addr)
{
	return name_symbol(buf, addr, true);
}

int sprint_backtrace_build_id(char *buf, unsigned long addr)
{
	return name_symbol(buf, addr, true);
}
