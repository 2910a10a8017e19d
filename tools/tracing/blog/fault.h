/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * What is wrong with what the user said, and where.
 */
#ifndef _BLOG_FAULT_H
#define _BLOG_FAULT_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct fault - what the kernel says about a text that it has refused
 * @error: what is wrong
 * @pos: where in the text
 */
struct fault {
	char	*error;
	size_t	pos;
};

bool fault_read(const char *logger, const char *file, struct fault *fault);
void fault_free(struct fault *fault);
void fault_print(const char *error, const char *text, size_t pos);

#endif /* _BLOG_FAULT_H */
