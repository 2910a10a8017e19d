/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _BLOG_FUZZ_SUPPORT_H
#define _BLOG_FUZZ_SUPPORT_H

#include <linux/types.h>

#include "fuzz.h"

/* Which allocation fails next; 0 for none. */
extern unsigned int fuzz_fail_at;
/* One did. */
extern bool fuzz_failed;
/* A WARN() is no finding. */
extern bool fuzz_may_warn;

#endif /* _BLOG_FUZZ_SUPPORT_H */
