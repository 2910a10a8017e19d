/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Always-on binary logging: log statements, and the codes of their arguments.
 */
#ifndef _LIB_BLOG_SITE_H
#define _LIB_BLOG_SITE_H

#include <linux/blog/blog.h>

#include "record.h"

struct blog_state;

#define BLOG_SITES_MAX		(BLOG_CONTROL_FIRST - 1)

/**
 * enum blog_code - how an argument is stored
 * @BLOG_ARG_32:	4 bytes
 * @BLOG_ARG_64:	8 bytes
 * @BLOG_ARG_PLAIN_MAX:	up to here the code is the number of bytes
 * @BLOG_ARG_STR:	string
 * @BLOG_ARG_16:	2 bytes
 * @BLOG_ARG_8:		1 byte
 * @BLOG_ARG_WIDTH:	4 bytes: '*', the width of what follows
 * @BLOG_ARG_PREC:	4 bytes: '.*', the precision of what follows
 * @BLOG_ARG_STR_PREC:	string after BLOG_ARG_PREC
 * @BLOG_ARG_STR_MAX:	string; operand: its precision
 * @BLOG_ARG_NAME:	name of a dentry: %pd
 * @BLOG_ARG_EXT:	text of a pointer; operand: offset of the conversion
 * @BLOG_ARG_END:	there are no more arguments
 */
enum blog_code {
	BLOG_ARG_32 = 4,
	BLOG_ARG_64 = 8,
	BLOG_ARG_PLAIN_MAX = BLOG_ARG_64,
	BLOG_ARG_STR,
	BLOG_ARG_16,
	BLOG_ARG_8,
	BLOG_ARG_WIDTH,
	BLOG_ARG_PREC,
	BLOG_ARG_STR_PREC,
	BLOG_ARG_STR_MAX,
	BLOG_ARG_NAME,
	BLOG_ARG_EXT,
	BLOG_ARG_END = 0xff,
};

/* Those from BLOG_ARG_16 to BLOG_ARG_PREC. */
static inline bool blog_code_is_int(u8 code)
{
	return code >= BLOG_ARG_16 && code <= BLOG_ARG_PREC;
}

static inline bool blog_code_has_operand(u8 code)
{
	return code == BLOG_ARG_STR_MAX || code == BLOG_ARG_EXT;
}

/*
 * Most bytes that an argument takes besides the text of a string: its size and
 * the gap that its alignment may leave; and all of a message.
 */
#define BLOG_FIXED_64		(8 + 3)
#define BLOG_FIXED_32		(4 + 3)
#define BLOG_FIXED_16		(2 + 1)
#define BLOG_FIXED_8		1
#define BLOG_FIXED_TEXT		1
#define BLOG_FIXED_MAX		(BLOG_SITE_CODES * BLOG_FIXED_64)

static_assert(BLOG_FIXED_MAX <= U8_MAX);

/* One string can always be of full length: see blog_serialize_rest(). */
static_assert(2 * BLOG_FIXED_MAX + BLOG_STR_MAX < BLOG_ARGS_MAX);

/* So many strings of less than so many characters fit in any case. */
#define BLOG_SHORT_STRINGS	13
#define BLOG_STR_SHORT		128

static_assert(BLOG_FIXED_MAX + BLOG_SHORT_STRINGS * BLOG_STR_SHORT <= BLOG_ARGS_MAX);

/* Most characters of a conversion with a pointer extension. */
#define BLOG_EXT_MAX		23

/* Section blog_sites of vmlinux; both come from asm-generic/codetag.lds.h. */
extern struct blog_site __start_blog_sites[], __stop_blog_sites[];

int blog_site_parse(struct blog_site *site);
u16 blog_code_operand(const struct blog_site *site, unsigned int nr);
int blog_sites_register(struct blog_logger *logger, struct blog_state *state);
void blog_site_switch(struct blog_site *site, bool on);
void blog_sites_update(struct blog_state *state);
void blog_sites_off(struct blog_state *state);

#endif /* _LIB_BLOG_SITE_H */
