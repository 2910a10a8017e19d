/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * The youngest stamp of each of many things.
 */
#ifndef _BLOG_STAMPS_H
#define _BLOG_STAMPS_H

#include <stddef.h>
#include <stdint.h>

struct stamp {
	uint64_t	key;
	uint64_t	time;	/* 0: no key here */
};

/* A hash table; zeroed, it is empty. */
struct stamps {
	struct stamp	*slots;
	size_t		nr;
	size_t		room;
};

void stamps_note(struct stamps *stamps, uint64_t key, uint64_t time);
uint64_t stamps_find(const struct stamps *stamps, uint64_t key);
void stamps_free(struct stamps *stamps);

#endif /* _BLOG_STAMPS_H */
