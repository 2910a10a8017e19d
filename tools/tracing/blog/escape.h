/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * Text of other origin, such as names of tasks and files, made fit for one line.
 */
#ifndef _BLOG_ESCAPE_H
#define _BLOG_ESCAPE_H

#include <stddef.h>

/* Room that escape_control() needs at most for @len bytes of text. */
#define ESCAPED_SIZE(len)	(4 * (size_t)(len) + 1)

size_t escape_control(char *dst, size_t size, const char *src, size_t len);

#endif /* _BLOG_ESCAPE_H */
