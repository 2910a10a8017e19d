/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * What would keep messages from being logged, recorded or read.
 */
#ifndef _BLOG_OBSTACLES_H
#define _BLOG_OBSTACLES_H

#include <stddef.h>

/**
 * struct obstacle - something that is in the way
 * @id: which one, for programs
 * @logger: whose, or NULL
 * @what: what it is
 * @mend: a command that mends it
 */
struct obstacle {
	const char	*id;
	char		*logger;
	char		*what;
	char		*mend;
};

/**
 * struct obstacles - all of them
 * @list: in the order in which one meets them
 * @nr: so many
 */
struct obstacles {
	struct obstacle	*list;
	size_t		nr;
};

void obstacles_find(struct obstacles *obstacles, char **loggers);
void obstacles_free(struct obstacles *obstacles);

#endif /* _BLOG_OBSTACLES_H */
