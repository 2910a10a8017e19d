/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * Reading of files that may not answer: what shows a lock's holder waits for the lock.
 */
#ifndef _BLOG_BOUNDED_H
#define _BLOG_BOUNDED_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct bounded - a file to read
 * @path: its path; freed with the rest
 * @cpu: read it on this CPU; -1: on any
 * @link: want where it leads, not what is in it
 * @text: what was read, with a NUL; NULL if it could not be had
 * @size: length of @text
 * @error: then why: ETIMEDOUT if it did not answer
 */
struct bounded {
	char	*path;
	int	cpu;
	bool	link;
	char	*text;
	size_t	size;
	int	error;
};

/* Files to read; zeroed, none. */
struct bounded_list {
	struct bounded	*files;
	size_t		nr;
	size_t		room;
};

size_t bounded_add(struct bounded_list *list, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void bounded_read(struct bounded_list *list);
void bounded_free(struct bounded_list *list);

#endif /* _BLOG_BOUNDED_H */
