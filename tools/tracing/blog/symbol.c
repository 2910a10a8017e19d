// SPDX-License-Identifier: LGPL-2.1
/*
 * Names of functions, as a handle of libtraceevent knows them.
 */
#include <stdio.h>

#include <event-parse.h>

#include "symbol.h"

#define SYMBOL_SIZE_MAX	(1ULL << 30)
#define FIRST_PAGE_END	4096

/* The address after the last that lies in the function at @start; 0 if far. */
static uint64_t find_function_end(struct tep_handle *tep, uint64_t start)
{
	uint64_t inside = 0, outside = 1;

	while (tep_find_function_address(tep, start + outside) == start) {
		if (outside >= SYMBOL_SIZE_MAX)
			return 0;
		inside = outside;
		outside *= 2;
	}
	while (outside - inside > 1) {
		uint64_t mid = inside + (outside - inside) / 2;

		if (tep_find_function_address(tep, start + mid) == start)
			inside = mid;
		else
			outside = mid;
	}
	return start + outside;
}

/**
 * symbol_print - write the name of a function, for struct bstr_env
 * @priv: the handle of libtraceevent that knows the functions
 * @addr: an address in it
 * @offset: as %pS, not %ps
 * @buf: for the name; of @size bytes
 *
 * The module's name cannot be had through the functions that perf exports. No
 * function lies in the first page, but kallsyms lists per-CPU variables there. Where a
 * function without a name is, there is none.
 *
 * Return: false if there is no such function.
 */
bool symbol_print(void *priv, uint64_t addr, bool offset, char *buf, size_t size)
{
	struct tep_handle *tep = priv;
	unsigned long long start, end;
	const char *name;

	if (addr < FIRST_PAGE_END)
		return false;
	name = tep_find_function(tep, addr);
	if (!name || !*name)
		return false;
	if (!offset) {
		snprintf(buf, size, "%s", name);
		return true;
	}

	start = tep_find_function_address(tep, addr);
	end = find_function_end(tep, start);
	if (end)
		snprintf(buf, size, "%s+0x%llx/0x%llx", name,
			 (unsigned long long)addr - start, end - start);
	else
		snprintf(buf, size, "%s+0x%llx", name,
			 (unsigned long long)addr - start);
	return true;
}
