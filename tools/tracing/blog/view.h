/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * Messages that are printed, oldest first: what show and dump have in common.
 */
#ifndef _BLOG_VIEW_H
#define _BLOG_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"
#include "filter.h"
#include "message.h"

struct history;

/**
 * struct view - what is to be printed, and how
 * @filter: which messages
 * @since, @until: as the user gave them
 * @last: only so many, the youngest; 0: all
 * @skip: so many of those come before
 * @found: so many were found
 * @lost: so many were dropped since the last one that was printed
 * @json: for programs
 * @style: how times are printed
 * @clock: what they mean, or NULL
 * @stopped: whether the user wants no more, or NULL
 */
struct view {
	struct filter		filter;
	const char		*since;
	const char		*until;
	uint64_t		last;
	uint64_t		skip;
	uint64_t		found;
	uint32_t		lost;
	bool			json;
	enum clock_style	style;
	const struct clock	*clock;
	bool			(*stopped)(void);
};

/* What options of a command say of it; for getopt_long(), with "p:c:l:g:n:r". */
enum {
	VIEW_OPTION_SINCE = FILTER_OPTION_MAX,
	VIEW_OPTION_UNTIL,
	VIEW_OPTION_JSON,
	VIEW_OPTION_MAX,
};

#define VIEW_OPTIONS							\
	FILTER_OPTIONS,							\
	{ "since", required_argument, NULL, VIEW_OPTION_SINCE },	\
	{ "until", required_argument, NULL, VIEW_OPTION_UNTIL },	\
	{ "lines", required_argument, NULL, 'n' },			\
	{ "raw-time", no_argument, NULL, 'r' },				\
	{ "json", no_argument, NULL, VIEW_OPTION_JSON }

#define VIEW_HELP								\
	"  -p, --pid PID        of this thread or process; may be given again\n"	\
	"  -c, --comm NAME      of tasks of this name; * and ? stand for others\n"	\
	"      --client ID      about this client: the number in []\n"		\
	"  -l, --logger NAME    of this logger\n"				\
	"  -g, --grep REGEX     whose text matches\n"				\
	"      --since TIME     not older: 10s (m, h, d) ago, [YYYY-MM-DD ]HH:MM[:SS],\n" \
	"      --until TIME     not younger; or seconds as -r shows them\n"	\
	"  -n, --lines N        the last N of them\n"				\
	"  -r, --raw-time       seconds of the trace clock, as trace-cmd shows, not the\n" \
	"                       time of day\n"

bool view_option(struct view *view, int option, const char *value);
void view_set_clock(struct view *view, const struct clock *clock);
int view_count(const struct message *message, void *view);
void view_skip(struct view *view);
int view_print(const struct message *message, void *view);
void view_history(struct view *view, struct history *history);
void view_free(struct view *view);

#endif /* _BLOG_VIEW_H */
