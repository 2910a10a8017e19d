/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * The memory of a kernel, out of a dump or of /proc/kcore.
 */
#ifndef _BLOG_CORE_H
#define _BLOG_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct core;

bool core_is(const char *path);
struct core *core_open(const char *path);
const char *core_release(const struct core *core);
bool core_is_live(const struct core *core);
bool core_symbol(struct core *core, const char *name, uint64_t *addr);
bool core_read(struct core *core, uint64_t addr, void *buf, size_t size);
bool core_read_u32(struct core *core, uint64_t addr, uint32_t *value);
bool core_read_long(struct core *core, size_t size, uint64_t addr, uint64_t *value);
bool core_read_string(struct core *core, uint64_t addr, char *text, size_t size);
void core_close(struct core *core);

#endif /* _BLOG_CORE_H */
