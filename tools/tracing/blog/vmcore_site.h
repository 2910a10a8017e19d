/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * The statements of loggers, in the memory of a kernel.
 */
#ifndef _BLOG_VMCORE_SITE_H
#define _BLOG_VMCORE_SITE_H

#include <stddef.h>
#include <stdint.h>

struct blog_catalogue;
struct core;
struct layout;

/**
 * struct sites_left - what all loggers together may still have, lest a damaged dump takes
 *	all memory
 * @sites: statements
 * @bytes: of their strings
 */
struct sites_left {
	size_t	sites;
	size_t	bytes;
};

/* More there are not. */
#define SITES_LEFT	((struct sites_left) { .sites = 1 << 20, .bytes = 64 << 20 })

void sites_read(struct core *core, const struct layout *layout, uint64_t table, uint32_t nr,
		struct sites_left *left, struct blog_catalogue *catalogue);

#endif /* _BLOG_VMCORE_SITE_H */
