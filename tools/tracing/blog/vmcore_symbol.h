/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * Names of functions, in the memory of a kernel.
 */
#ifndef _BLOG_VMCORE_SYMBOL_H
#define _BLOG_VMCORE_SYMBOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct core;
struct layout;
struct symbols;

struct symbols *symbols_new(struct core *core, const struct layout *layout);
void symbols_add_module(struct symbols *symbols, uint64_t module);
bool symbols_print(void *symbols, uint64_t addr, bool offset, char *buf, size_t size);
void symbols_free(struct symbols *symbols);

#endif /* _BLOG_VMCORE_SYMBOL_H */
