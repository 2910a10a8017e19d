// SPDX-License-Identifier: LGPL-2.1
#include <stdlib.h>
#include <string.h>

#include <event-parse.h>

#include "logger.h"
#include "message.h"
#include "symbol.h"

#define BLOG_SYSTEM	"blog"

static bool find_fields(struct logger *l)
{
	struct tep_event *event = l->event;

	l->fields.client = tep_find_field(event, "client");
	l->fields.late = tep_find_field(event, "late");
	l->fields.site = tep_find_field(event, "site");
	l->fields.cpu = tep_find_field(event, "cpu");
	l->fields.comm = tep_find_field(event, "comm");
	l->fields.args = tep_find_field(event, "args");
	l->fields.pid = tep_find_common_field(event, "common_pid");

	return l->fields.client && l->fields.site && l->fields.args && l->fields.pid;
}

static struct logger *read_logger(struct tep_handle *tep, struct tep_event *event)
{
	struct logger *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->name = event->name;
	l->event = event;
	l->env = (struct bstr_env) {
		.long_size = tep_get_long_size(tep) == 4 ? 4 : 8,
		.big_endian = tep_is_file_bigendian(tep),
		.wide_shorts = event->print_fmt.format &&
			       strstr(event->print_fmt.format, "args32:"),
		.symbol = symbol_print,
		.priv = tep,
	};
	if (find_fields(l) && !blog_catalogue_read(&l->catalogue, event))
		return l;
	free(l);

	return NULL;
}

/**
 * loggers_read - the loggers that a handle has events of
 * @tep: the handle; it must outlive them
 *
 * Return: a list, to be freed with loggers_free(), or NULL.
 */
struct logger *loggers_read(struct tep_handle *tep)
{
	struct tep_event **events = tep_list_events(tep, TEP_EVENT_SORT_NAME);
	struct logger *first = NULL, **end = &first;
	int i;

	for (i = 0; events && events[i]; i++) {
		if (strcmp(events[i]->system, BLOG_SYSTEM))
			continue;
		*end = read_logger(tep, events[i]);
		if (*end)
			end = &(*end)->next;
	}

	return first;
}

/**
 * loggers_free - free a list of loggers
 * @loggers: the list
 */
void loggers_free(struct logger *loggers)
{
	while (loggers) {
		struct logger *next = loggers->next;

		blog_catalogue_free(&loggers->catalogue);
		free(loggers);
		loggers = next;
	}
}

/**
 * loggers_find - find a logger by its name
 * @loggers: the list
 * @name: the name
 *
 * Return: the logger, or NULL.
 */
const struct logger *loggers_find(const struct logger *loggers, const char *name)
{
	while (loggers && strcmp(loggers->name, name))
		loggers = loggers->next;

	return loggers;
}

/**
 * loggers_of_event - find a logger by its event
 * @loggers: the list
 * @event: the event, or NULL
 *
 * Return: the logger, or NULL.
 */
const struct logger *loggers_of_event(const struct logger *loggers,
				      const struct tep_event *event)
{
	while (loggers && loggers->event != event)
		loggers = loggers->next;

	return loggers;
}

/* NULL if the format, which may come out of a file, has it outside the record. */
static const void *field_data(const struct tep_record *record,
			      const struct tep_format_field *field)
{
	if (!field || field->offset < 0 || field->size <= 0 ||
	    field->size > record->size - field->offset)
		return NULL;

	return (const char *)record->data + field->offset;
}

static uint64_t read_number(const struct logger *l, const struct tep_record *record,
			    const struct tep_format_field *field, uint64_t missing)
{
	const void *data = field_data(record, field);

	if (!data || field->size > 8)
		return missing;

	return bstr_read(data, field->size, l->env.big_endian);
}

static void read_comm(const struct logger *l, const struct tep_record *record,
		      struct message *message)
{
	const struct tep_format_field *field = l->fields.comm;
	const void *data = field_data(record, field);
	size_t len = sizeof(message->comm) - 1;

	memset(message->comm, 0, sizeof(message->comm));
	if (!data)
		return;
	if ((size_t)field->size < len)
		len = field->size;
	memcpy(message->comm, data, len);
}

static bool read_args(const struct logger *l, const struct tep_record *record,
		      struct message *message)
{
	const struct tep_format_field *field = l->fields.args;
	uint64_t loc = read_number(l, record, field, 0);
	uint64_t offset = loc & 0xffff, len = loc >> 16 & 0xffff;

	if (!field_data(record, field))
		return false;
	if (field->flags & TEP_FIELD_IS_RELATIVE)
		offset += field->offset + field->size;
	if (offset + len > (uint64_t)record->size)
		return false;
	message->args = (char *)record->data + offset;
	message->len = len;

	return true;
}

/**
 * logger_message - what an event says
 * @logger: its logger
 * @record: the event
 * @message: filled in
 *
 * Return: 0, or -1 if the event is damaged.
 */
int logger_message(const struct logger *logger, const struct tep_record *record,
		   struct message *message)
{
	*message = (struct message) {
		.logger = logger,
		.time = record->ts - read_number(logger, record, logger->fields.late, 0),
		.client = read_number(logger, record, logger->fields.client, 0),
		.site = read_number(logger, record, logger->fields.site, 0),
		.cpu = read_number(logger, record, logger->fields.cpu, record->cpu),
		.pid = read_number(logger, record, logger->fields.pid, 0),
		.level = LEVEL_UNKNOWN,
	};
	read_comm(logger, record, message);

	return read_args(logger, record, message) ? 0 : -1;
}
