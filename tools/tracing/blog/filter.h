/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * Which messages are wanted.
 */
#ifndef _BLOG_FILTER_H
#define _BLOG_FILTER_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clock.h"
#include "message.h"

/**
 * struct filter - what a message must have; zeroed, all are wanted
 * @pids: one of these threads or processes; so many
 * @comm: a name, in which * and ? stand for others
 * @client: a client, if @has_client
 * @logger: a logger
 * @regex: what its text must match, if @has_regex
 * @since: not older; ns of the trace clock
 * @until: not younger, if @has_until; so too
 */
struct filter {
	int		*pids;
	size_t		nr_pids;
	const char	*comm;
	bool		has_client;
	uint64_t	client;
	const char	*logger;
	bool		has_regex;
	regex_t		regex;
	uint64_t	since;
	bool		has_until;
	uint64_t	until;
};

/* What options of a command say of it; for getopt_long(), with "p:c:l:g:". */
enum {
	FILTER_OPTION_CLIENT = 256,
	FILTER_OPTION_MAX,
};

#define FILTER_OPTIONS							\
	{ "pid", required_argument, NULL, 'p' },			\
	{ "comm", required_argument, NULL, 'c' },			\
	{ "client", required_argument, NULL, FILTER_OPTION_CLIENT },	\
	{ "logger", required_argument, NULL, 'l' },			\
	{ "grep", required_argument, NULL, 'g' }

bool filter_option(struct filter *filter, int option, const char *value);
void filter_times(struct filter *filter, const struct clock *clock, const char *since,
		  const char *until);
bool filter_wants(const struct message *message, void *data);
bool filter_wants_text(const struct filter *filter, const char *text);
void filter_free(struct filter *filter);

#endif /* _BLOG_FILTER_H */
