/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * What blog hung found out.
 */
#ifndef _BLOG_HUNG_H
#define _BLOG_HUNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ceph.h"
#include "ceph_files.h"
#include "clock.h"
#include "mounts.h"
#include "process.h"

/* So many requests of a task are shown. */
#define MAX_REQUESTS	4

/**
 * struct hung - what was found out
 * @tasks: all; those that hang are marked
 * @shown: those, who waits longest first
 * @nr_shown: how many
 * @open: requests that are not over
 * @nr_open: how many
 * @requests: those of them that are old and that nobody shown waits for, the oldest first
 * @nr_requests: how many
 * @ceph: what messages say
 * @clients: what debugfs says
 * @mounts: of CephFS
 * @clock: when the history was read
 * @has_history: it was
 * @dump: all of that is of a kernel that has died, of which this is a dump; or NULL
 */
struct hung {
	struct task_list	tasks;
	struct task		**shown;
	size_t			nr_shown;
	struct request		**open;
	size_t			nr_open;
	struct request		**requests;
	size_t			nr_requests;
	struct ceph		*ceph;
	struct client_list	clients;
	struct mount		*mounts;
	struct clock		clock;
	bool			has_history;
	const char		*dump;
};

/**
 * struct hung_options - what the user wants
 * @messages: so many of the last messages of each task
 * @age: requests that nobody waits for are shown if they are older, in ns
 * @json: for programs
 */
struct hung_options {
	size_t		messages;
	uint64_t	age;
	bool		json;
};

#define HUNG_OPTIONS_DEFAULT	{ .messages = 8, .age = 30 * NSEC_PER_SEC }

/* What a task waits for, as far as it is known. */
struct hung_cause {
	struct request	*requests[MAX_REQUESTS];
	size_t		nr;	/* may be more than there is room for */
	const char	*other;	/* NULL if there is nothing else */
};

bool hung_option(struct hung_options *options, int option, const char *value);
int hung_dump(const char *path, const struct hung_options *options);
void hung_find_cause(struct hung *hung, const struct task *task, struct hung_cause *cause);
uint64_t hung_age(const struct hung *hung, uint64_t time);
void hung_print(struct hung *hung);
void hung_print_json(struct hung *hung);

#endif /* _BLOG_HUNG_H */
