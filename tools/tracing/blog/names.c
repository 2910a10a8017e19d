// SPDX-License-Identifier: LGPL-2.1
#include <stdlib.h>
#include <string.h>

#include "instance.h"
#include "names.h"
#include "output.h"

/**
 * names_get - the loggers that a command is for
 * @logger: the one that the user named, or NULL
 *
 * Ends the program if there is none.
 *
 * Return: its name, or those of all loggers, with NULL at the end; to be freed with
 * names_free().
 */
char **names_get(const char *logger)
{
	char **names;

	instance_require();
	if (!logger) {
		names = instance_loggers();
		if (!*names)
			die("nothing logs to BLOG; load the module that does, as: modprobe ceph");
		return names;
	}
	instance_require_logger(logger);
	names = must(calloc(2, sizeof(*names)));
	names[0] = must(strdup(logger));

	return names;
}

/**
 * names_skip - pass over a logger that is gone: its module was unloaded meanwhile
 * @named: the one that the user named, which ends the program; NULL: all
 */
void names_skip(const char *named)
{
	if (named)
		die("the logger %s is gone", named);
}

/**
 * names_free - free what names_get() returned
 * @names: the names
 */
void names_free(char **names)
{
	char **name;

	for (name = names; *name; name++)
		free(*name);
	free(names);
}
