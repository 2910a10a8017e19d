/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * The loggers that a command is for.
 */
#ifndef _BLOG_NAMES_H
#define _BLOG_NAMES_H

char **names_get(const char *logger);
void names_skip(const char *named);
void names_free(char **names);

#endif /* _BLOG_NAMES_H */
