// SPDX-License-Identifier: LGPL-2.1
/*
 * blog: one command for whoever has to find out what a subsystem did.
 *
 *	blog.c		which subcommand
 *	  show.c ...	    one file each: options, and what it prints
 *	    view.c		messages to print, for show and dump
 *	    history.c		messages out of a kernel's contexts: of this one, or
 *	      vmcore.c		    of one that died: loggers, statements, contexts
 *	        vmcore_symbol.c		names of functions: of modules
 *	          vmcore_kallsyms.c	    and of the kernel's image
 *	        core.c			its memory, out of a dump
 *	        kcore.c			or out of /proc/kcore
 *	      contexts.c	    merged by time
 *	        record.c		records of a context
 *	    recording.c		messages, and other events, out of a trace.dat
 *	    follow.c		messages as they are logged
 *	      filter.c		    which of them are wanted
 *	      message.c		    their text
 *	        logger.c		loggers and statements, out of libtraceevent
 *	    reach.c		how far back the messages go
 *	    obstacles.c		what is in the way of reading them
 *	    readers.c		who else does
 *	    statement.c		statements, as the kernel lists them
 *	    query.c		which of them are meant
 *	    fault.c		what is wrong with that
 *	    names.c		which loggers are meant
 *	    instance.c		the tracefs instance and its control files
 *	    output.c		text, colours, pager, JSON, errors
 *	      clock.c		    times
 *	      escape.c		    text of other origin
 */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "output.h"

#ifndef BLOG_VERSION
#define BLOG_VERSION	"unknown"
#endif

static const struct command {
	const char	*name;
	int		(*run)(int argc, char **argv);
	const char	*help;
} commands[] = {
	{ "status",	status_command,	"what is logged and kept, and what is in the way" },
	{ "hung",	hung_command,	"which tasks hang, and what they wait for" },
	{ "show",	show_command,	"what was logged, oldest first" },
	{ "tasks",	tasks_command,	"who has logged" },
	{ "top",	top_command,	"which statements fill the log" },
	{ "sites",	sites_command,	"list statements" },
	{ "on",		on_command,	"switch statements on" },
	{ "off",	off_command,	"switch statements off" },
	{ "clear",	clear_command,	"drop what was logged" },
	{ "budget",	budget_command,	"how much memory the log may take" },
	{ "dump",	dump_command,	"what was logged, out of a dump of a kernel that died" },
	{ "export",	export_command,	"a timeline to look at, for ui.perfetto.dev" },
};

#define NR_COMMANDS	(sizeof(commands) / sizeof(*commands))

static int print_help(void)
{
	size_t i;

	puts("Usage: blog [COMMAND [OPTION]...]\n"
	     "Finds out what CephFS, or whatever logs to BLOG, did.\n");
	for (i = 0; i < NR_COMMANDS; i++)
		printf("  %-8s %s\n", commands[i].name, commands[i].help);
	puts("\nblog COMMAND --help, or man blog-COMMAND, says more. Without a command: status.\n"
	     "Exit status: 0 done, 1 failed, 2 called wrongly.");

	return output_end();
}

static const struct command *find_command(const char *name)
{
	size_t i;

	for (i = 0; i < NR_COMMANDS; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];

	return NULL;
}

int main(int argc, char **argv)
{
	static char name[64];
	const struct command *command;

	if (argc > 1 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help") ||
			 !strcmp(argv[1], "help")))
		return print_help();
	if (argc > 1 && !strcmp(argv[1], "--version")) {
		puts("blog " BLOG_VERSION);
		return output_end();
	}
	/* "blog --json" is "blog status --json". */
	if (argc < 2 || argv[1][0] == '-') {
		command = find_command("status");
	} else {
		command = find_command(argv[1]);
		argc--;
		argv++;
	}
	if (!command)
		misuse("no command %s", argv[0]);
	snprintf(name, sizeof(name), "blog %s", command->name);
	output_command = name;

	return command->run(argc, argv);
}
