/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * The subcommands of blog, one file each.
 */
#ifndef _BLOG_COMMAND_H
#define _BLOG_COMMAND_H

/* Exit status of blog. */
enum {
	EXIT_DONE,
	EXIT_FAILED,
	EXIT_USAGE,
};

/* Each takes its name and arguments, and returns an exit status. */
int budget_command(int argc, char **argv);
int clear_command(int argc, char **argv);
int dump_command(int argc, char **argv);
int export_command(int argc, char **argv);
int hung_command(int argc, char **argv);
int off_command(int argc, char **argv);
int on_command(int argc, char **argv);
int show_command(int argc, char **argv);
int sites_command(int argc, char **argv);
int status_command(int argc, char **argv);
int tasks_command(int argc, char **argv);
int top_command(int argc, char **argv);

#endif /* _BLOG_COMMAND_H */
