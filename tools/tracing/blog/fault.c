// SPDX-License-Identifier: LGPL-2.1
/*
 * What the instance's error_log says:
 *
 *	[15265.660069] blog: ceph/sites: error: No statement matches
 *	  Command: func no_such -
 *	           ^
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"
#include "instance.h"
#include "output.h"

#define COMMAND		"\n  Command: "

/* Behind "blog: LOGGER/FILE: error: ", if that is what the entry is about. */
static char *find_error(char *entry, const char *logger, const char *file)
{
	char *prefix, *error;

	if (asprintf(&prefix, "] blog: %s/%s: error: ", logger, file) < 0)
		die("out of memory");
	error = strstr(entry, prefix);
	if (error)
		error += strlen(prefix);
	free(prefix);

	return error;
}

/**
 * fault_read - what the kernel says about what it has just refused
 * @logger: a logger
 * @file: its control file that was written to
 * @fault: filled in; free it with fault_free()
 *
 * Return: false if it says nothing.
 */
bool fault_read(const char *logger, const char *file, struct fault *fault)
{
	char *entry = instance_last_error();
	char *error = entry ? find_error(entry, logger, file) : NULL;
	char *command = error ? strstr(error, COMMAND) : NULL, *mark;

	fault->error = NULL;
	if (command) {
		fault->error = must(strndup(error, command - error));
		command += strlen(COMMAND);
		mark = strchr(command, '\n');
		fault->pos = mark ? strcspn(mark + 1, "^") : 0;
		fault->pos -= fault->pos < strlen(COMMAND) - 1 ?
			      fault->pos : strlen(COMMAND) - 1;
	}
	free(entry);

	return fault->error;
}

/**
 * fault_free - free what fault_read() allocated
 * @fault: the fault
 */
void fault_free(struct fault *fault)
{
	free(fault->error);
	fault->error = NULL;
}

/**
 * fault_print - say what is wrong with a text, with a mark below the place
 * @error: what is wrong
 * @text: the text
 * @pos: the place
 *
 * What is not a printable ASCII character is shown as ?, as the kernel does: the mark
 * would be off.
 */
void fault_print(const char *error, const char *text, size_t pos)
{
	const char *c;

	warn("%s", error);
	fputs("  ", stderr);
	for (c = text; *c; c++)
		putc(*c == '\t' || *c == '\n' ? ' ' :
		     isascii(*c) && isprint(*c) ? *c : '?', stderr);
	fprintf(stderr, "\n  %*s^\n", (int)pos, "");
}
