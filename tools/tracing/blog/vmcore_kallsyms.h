/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * Names of what is in the kernel's image, in its memory.
 */
#ifndef _BLOG_VMCORE_KALLSYMS_H
#define _BLOG_VMCORE_KALLSYMS_H

#include <stddef.h>

struct core;
struct tep_handle;

void kallsyms_read(struct core *core, size_t long_size, struct tep_handle *tep);

#endif /* _BLOG_VMCORE_KALLSYMS_H */
