/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * What the stamps of messages mean in other clocks.
 */
#ifndef _BLOG_CLOCK_H
#define _BLOG_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NSEC_PER_SEC	UINT64_C(1000000000)

/**
 * struct clock - three clocks at one time, in ns
 * @trace: the trace clock, of which stamps are
 * @boottime: since boot
 * @realtime: since 1970; 0 if it is not known: a recording does not tell
 */
struct clock {
	uint64_t	trace;
	uint64_t	boottime;
	uint64_t	realtime;
};

/* How a stamp is printed. */
enum clock_style {
	CLOCK_STYLE_TRACE,	/* seconds of the trace clock, as trace-cmd does */
	CLOCK_STYLE_WALL,	/* local date and time */
};

void clock_print(const struct clock *clock, enum clock_style style, uint64_t time,
		 char *buf, size_t size);
int clock_parse(const struct clock *clock, const char *text, bool until, uint64_t *time);
void clock_print_age(uint64_t ns, char *buf, size_t size);

#endif /* _BLOG_CLOCK_H */
