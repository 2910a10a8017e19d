/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * Messages as they are logged, through a tracefs instance of this program's own.
 */
#ifndef _BLOG_FOLLOW_H
#define _BLOG_FOLLOW_H

#include <stdbool.h>

#include "message.h"

struct follow;

struct follow *follow_begin(const char *logger);
bool follow_stopped(void);
bool follow_is_left(const char *name);
int follow_each(struct follow *follow, message_fn look, void *data);
void follow_end(struct follow *follow);

#endif /* _BLOG_FOLLOW_H */
