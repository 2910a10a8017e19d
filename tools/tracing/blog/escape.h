/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * Text of other origin, made safe to print.
 */
#ifndef _BLOG_ESCAPE_H
#define _BLOG_ESCAPE_H

#include <stddef.h>

size_t escape_control(char *dst, size_t size, const char *src);

#endif /* _BLOG_ESCAPE_H */
