/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * Names of functions.
 */
#ifndef _BLOG_SYMBOL_H
#define _BLOG_SYMBOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool symbol_print(void *priv, uint64_t addr, bool offset, char *buf, size_t size);

#endif /* _BLOG_SYMBOL_H */
