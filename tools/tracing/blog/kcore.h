/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * The memory of the living kernel: /proc/kcore.
 */
#ifndef _BLOG_KCORE_H
#define _BLOG_KCORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kcore;

bool kcore_is(int fd);
struct kcore *kcore_open(int fd, const char *path);
char *kcore_line(const struct kcore *kcore, const char *key);
bool kcore_read(const struct kcore *kcore, uint64_t addr, void *buf, size_t size);
void kcore_close(struct kcore *kcore);

#endif /* _BLOG_KCORE_H */
