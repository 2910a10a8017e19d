/* SPDX-License-Identifier: LGPL-2.1 */
#ifndef _BLOG_TEST_H
#define _BLOG_TEST_H

#include <stdbool.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

void check(bool ok, const char *what, const char *detail);
void check_text(const char *what, const char *got, const char *want);

void test_bstr(void);
void test_escape(void);
void test_kallsyms(void);
void test_plugin(const char *dir);
void test_load(char *dir);

#endif /* _BLOG_TEST_H */
