// SPDX-License-Identifier: GPL-2.0
/*
 * The side of the kernel fuzzers that uses the C library: see kernel/fuzz.h.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bstr.h"
#include "kernel/fuzz.h"

/* Sections of vmlinux: that of the sites is empty here. */
char __start_blog_sites[1], __stop_blog_sites[1];

/* The flags of WARN_ONCE(). */
extern char __start_data_once[], __stop_data_once[];

void fuzz_forget_warnings(void)
{
	memset(__start_data_once, 0, __stop_data_once - __start_data_once);
}

void fuzz_fail(const char *what, const char *detail)
{
	fprintf(stderr, "fuzz: %s: ", what);
	for (; *detail; detail++)
		fprintf(stderr, isprint((unsigned char)*detail) ? "%c" : "\\x%02hhx", *detail);
	fprintf(stderr, "\n");
	abort();
}

static bool symbol_name(void *priv, uint64_t addr, bool offset, char *buf,
			size_t size)
{
	(void)priv;
	if (addr - FUZZ_FUNC >= FUZZ_FUNC_SIZE)
		return false;
	if (offset)
		snprintf(buf, size, "known_func+0x%lx/0x%x", addr - FUZZ_FUNC,
			 FUZZ_FUNC_SIZE);
	else
		snprintf(buf, size, "known_func");
	return true;
}

/* Print as the plugin does. */
unsigned long fuzz_render(char *buf, unsigned long size, const char *fmt,
			  const void *args, unsigned long len)
{
	const struct bstr_env env = { .long_size = 8, .symbol = symbol_name };

	return bstr_print(buf, size, fmt, args, len, &env);
}
