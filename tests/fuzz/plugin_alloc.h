/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * Included before the plugin's sources: its allocations are counted, so that
 * its leaks are told apart from the library's, and fail when the fuzzer wants.
 */
#ifndef _FUZZ_PLUGIN_ALLOC_H
#define _FUZZ_PLUGIN_ALLOC_H

#include <stdlib.h>
#include <string.h>

void *plugin_malloc(size_t size);
void *plugin_calloc(size_t n, size_t size);
char *plugin_strndup(const char *s, size_t n);
void plugin_free(void *p);

#define malloc	plugin_malloc
#define calloc	plugin_calloc
#define strndup	plugin_strndup
#define free	plugin_free

#endif /* _FUZZ_PLUGIN_ALLOC_H */
