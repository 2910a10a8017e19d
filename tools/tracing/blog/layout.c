// SPDX-License-Identifier: LGPL-2.1
#include <stddef.h>

#include "layout.h"

/* No version will be that high. */
#define VERSION_MAX	1000

/* Larger than any context. */
#define CTX_SIZE_MAX	(4U << 20)

/**
 * layout_problem - what is wrong with a layout out of a dump
 * @layout: the layout
 *
 * Return: a text, or NULL if it can be used.
 */
const char *layout_problem(const struct layout *layout)
{
	if (layout->version == __builtin_bswap32(LAYOUT_VERSION))
		return "the kernel has another byte order: read it on such a machine";
	if (!layout->version || layout->version > VERSION_MAX)
		return "what is to say where things are is damaged, or not in it";
	if (layout->version != LAYOUT_VERSION)
		return "the kernel has another format: install the blog-tools that belong to it";
	if (layout->size < offsetof(struct layout, kallsyms_strtab) + sizeof(uint16_t) ||
	    (layout->long_size != 4 && layout->long_size != 8) ||
	    (layout->short_size != 2 && layout->short_size != 4) ||
	    layout->ctx_size <= layout->ctx_data || layout->ctx_size > CTX_SIZE_MAX)
		return "what says where things are is damaged";

	return NULL;
}
