// SPDX-License-Identifier: LGPL-2.1
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "logger.h"
#include "output.h"
#include "query.h"

/* Want what a thread or process logged; beside others. */
static void filter_pid(struct filter *filter, const char *text)
{
	char *end;
	long pid = strtol(text, &end, 10);

	if (end == text || *end || pid < 0 || pid > 0x7fffffff)
		misuse("not a pid: %s", text);
	filter->pids = must(realloc(filter->pids,
				    (filter->nr_pids + 1) * sizeof(*filter->pids)));
	filter->pids[filter->nr_pids++] = pid;
}

/* Want what is about a client. */
static void filter_client(struct filter *filter, const char *text)
{
	char *end;

	errno = 0;
	filter->client = strtoull(text, &end, 10);
	if (end == text || *end || *text == '-' || errno)
		misuse("not a number of a client: %s", text);
	filter->has_client = true;
}

/* Want what matches. */
static void filter_regex(struct filter *filter, const char *text)
{
	char error[128];
	int ret;

	if (filter->has_regex)
		misuse("only one regular expression can be given");
	ret = regcomp(&filter->regex, text, REG_EXTENDED | REG_NOSUB);
	if (ret) {
		regerror(ret, &filter->regex, error, sizeof(error));
		misuse("bad regular expression %s: %s", text, error);
	}
	filter->has_regex = true;
}

/**
 * filter_option - take an option of a command
 * @filter: the filter
 * @option: one of FILTER_OPTIONS, or another one
 * @value: its value
 *
 * Return: false if it is another one.
 */
bool filter_option(struct filter *filter, int option, const char *value)
{
	switch (option) {
	case 'p':
		filter_pid(filter, value);
		return true;
	case 'c':
		filter->comm = value;
		return true;
	case FILTER_OPTION_CLIENT:
		filter_client(filter, value);
		return true;
	case 'l':
		filter->logger = value;
		return true;
	case 'g':
		filter_regex(filter, value);
		return true;
	}

	return false;
}

static uint64_t parse_time(const struct clock *clock, const char *text, bool until)
{
	uint64_t time;

	if (clock_parse(clock, text, until, &time))
		misuse(clock->realtime ? "not a time: %s" :
		       "not a time: %s (a recording knows only seconds, and time before its end)",
		       text);

	return time;
}

/**
 * filter_times - want what is of a time
 * @filter: the filter
 * @clock: what times mean
 * @since: as a user gives it, not older; may be NULL
 * @until: not younger; may be NULL
 */
void filter_times(struct filter *filter, const struct clock *clock, const char *since,
		  const char *until)
{
	if (since)
		filter->since = parse_time(clock, since, false);
	filter->has_until = until;
	if (until)
		filter->until = parse_time(clock, until, true);
}

static bool has_pid(const struct filter *filter, const struct message *message)
{
	size_t i;

	for (i = 0; i < filter->nr_pids; i++)
		if (filter->pids[i] == message->pid ||
		    (message->tgid && filter->pids[i] == message->tgid))
			return true;

	return !filter->nr_pids;
}

/**
 * filter_wants - whether a message is wanted, but for its text
 * @message: the message
 * @data: the filter
 *
 * Return: true if so.
 */
bool filter_wants(const struct message *message, void *data)
{
	const struct filter *filter = data;

	return message->time >= filter->since &&
	       (!filter->has_until || message->time <= filter->until) &&
	       (!filter->has_client || filter->client == message->client) &&
	       has_pid(filter, message) &&
	       (!filter->logger || !strcmp(filter->logger, message->logger->name)) &&
	       (!filter->comm || matches_wildcards(filter->comm, message->comm));
}

/**
 * filter_wants_text - whether the text of a message is wanted
 * @filter: the filter
 * @text: out of message_text()
 *
 * Return: true if so.
 */
bool filter_wants_text(const struct filter *filter, const char *text)
{
	return !filter->has_regex || !regexec(&filter->regex, text, 0, NULL, 0);
}

/**
 * filter_free - free what the filter has
 * @filter: the filter, zeroed afterwards
 */
void filter_free(struct filter *filter)
{
	free(filter->pids);
	if (filter->has_regex)
		regfree(&filter->regex);
	*filter = (struct filter) { 0 };
}
