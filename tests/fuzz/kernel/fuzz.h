/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What both sides of a fuzzer share: the one built with the kernel's headers
 * and the one built with the C library's. Only types of the language itself.
 */
#ifndef _BLOG_FUZZ_H
#define _BLOG_FUZZ_H

/* A function that symbol_name() knows, and its length. */
#define FUZZ_FUNC	0xffffffff81001000UL
#define FUZZ_FUNC_SIZE	0x80

/* user.c */
void fuzz_fail(const char *what, const char *detail);
void fuzz_forget_warnings(void);
unsigned long fuzz_render(char *buf, unsigned long size, const char *fmt,
			  const void *args, unsigned long len);

/* The C library's, with AddressSanitizer. */
void *malloc(unsigned long size);
void free(void *p);

#endif /* _BLOG_FUZZ_H */
