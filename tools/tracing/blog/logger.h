/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * Loggers as libtraceevent knows them: the events of system "blog" in a handle.
 */
#ifndef _BLOG_LOGGER_H
#define _BLOG_LOGGER_H

#include "bstr.h"
#include "catalogue.h"

struct message;
struct tep_event;
struct tep_format_field;
struct tep_handle;
struct tep_record;

/**
 * struct logger - a logger
 * @next: the next one of the handle
 * @name: its name
 * @event: its event
 * @catalogue: its statements
 * @env: how its arguments are stored
 * @fields: of its event
 */
struct logger {
	struct logger		*next;
	const char		*name;
	struct tep_event	*event;
	struct blog_catalogue	catalogue;
	struct bstr_env		env;
	struct {
		struct tep_format_field *client, *late, *site, *cpu, *comm, *args, *pid;
	} fields;
};

struct logger *loggers_read(struct tep_handle *tep);
void loggers_free(struct logger *loggers);
const struct logger *loggers_find(const struct logger *loggers, const char *name);
const struct logger *loggers_of_event(const struct logger *loggers,
				      const struct tep_event *event);
int logger_message(const struct logger *logger, const struct tep_record *record,
		   struct message *message);

#endif /* _BLOG_LOGGER_H */
