/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * A message, wherever it comes from: the contexts of this kernel (history.h), its
 * live events (follow.h), or a trace.dat (recording.h).
 */
#ifndef _BLOG_MESSAGE_H
#define _BLOG_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

struct logger;

#define COMM_SIZE	17		/* TASK_COMM_LEN and a NUL */

/* Longest text of a message, and its NUL. */
#define TEXT_SIZE	(64 * 1024)

/* What ran when it was logged. */
enum level {
	LEVEL_TASK,
	LEVEL_SOFTIRQ,
	LEVEL_HARDIRQ,
	LEVEL_NMI,
	LEVEL_UNKNOWN,		/* an event does not say */
};

/**
 * struct message - one message; valid while it is looked at
 * @logger: who logged it
 * @time: ns of the trace clock
 * @client: client that it is about, or 0
 * @site: number of its statement
 * @cpu: CPU that logged it
 * @pid: thread that logged it, or that was interrupted
 * @tgid: its process; 0 if that is not known
 * @level: what ran
 * @comm: name of the thread then
 * @lost: messages that were dropped before it, if it tells
 * @args: arguments, in the layout of vbin_printf()
 * @len: bytes of @args
 */
struct message {
	const struct logger	*logger;
	uint64_t		time;
	uint64_t		client;
	uint32_t		site;
	uint32_t		cpu;
	int			pid;
	int			tgid;
	enum level		level;
	char			comm[COMM_SIZE];
	uint32_t		lost;
	const void		*args;
	size_t			len;
};

/* Not 0: stop; it is what the walk returns. */
typedef int (*message_fn)(const struct message *message, void *data);

const char *message_function(const struct message *message);
size_t message_text(const struct message *message, char *buf, size_t size);

#endif /* _BLOG_MESSAGE_H */
