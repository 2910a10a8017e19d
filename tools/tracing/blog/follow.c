// SPDX-License-Identifier: LGPL-2.1
/*
 * The events of system "blog" are enabled in a tracefs instance that is made for it,
 * and goes with it: what others trace or record is not touched. One that was left by
 * a program which was killed is removed by the next.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <event-parse.h>
#include <tracefs.h>

#include "follow.h"
#include "instance.h"
#include "logger.h"
#include "output.h"

#define NAME		"blog-follow-"
#define POLL_NS		100000000

struct follow {
	struct tracefs_instance	*instance;
	struct tep_handle	*tep;
	struct logger		*loggers;
	message_fn		look;
	void			*data;
	int			ret;
};

static volatile sig_atomic_t stopped;

static void stop(int sig)
{
	(void)sig;
	stopped = 1;
}

static void catch_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
	struct sigaction action = { .sa_handler = stop };
	size_t i;

	for (i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		sigaction(signals[i], &action, NULL);
}

static void remove_instance(const char *name)
{
	struct tracefs_instance *instance = tracefs_instance_alloc(NULL, name);

	if (instance)
		tracefs_instance_destroy(instance);
	tracefs_instance_free(instance);
}

/* What was left by those that were killed. */
static void remove_stale(void)
{
	char *path = tracefs_get_tracing_file("instances");
	DIR *dir = path ? opendir(path) : NULL;
	struct dirent *entry;
	int pid;

	while (dir && (entry = readdir(dir)))
		if (sscanf(entry->d_name, NAME "%d", &pid) == 1 && kill(pid, 0) &&
		    errno == ESRCH)
			remove_instance(entry->d_name);
	if (dir)
		closedir(dir);
	tracefs_put_tracing_file(path);
}

/**
 * follow_begin - begin to listen
 * @logger: to this one, or NULL: to all
 *
 * What is logged from here on is kept until follow_each(), as far as the buffers of
 * the instance hold it. SIGINT and the like end follow_each() from here on, not the
 * program. Ends the program if that is not possible.
 *
 * Return: to be ended by follow_end().
 */
struct follow *follow_begin(const char *logger)
{
	static const char * const systems[] = { BLOG_INSTANCE, NULL };
	struct follow *follow = must(calloc(1, sizeof(*follow)));
	char name[64];

	instance_require();
	remove_stale();
	catch_signals();
	snprintf(name, sizeof(name), NAME "%d", getpid());
	follow->instance = tracefs_instance_create(name);
	if (!follow->instance)
		die("cannot make a tracing instance: %s", strerror(errno));
	follow->tep = tracefs_local_events_system(NULL, systems);
	if (follow->tep)
		follow->loggers = loggers_read(follow->tep);
	tracefs_instance_file_write(follow->instance, "trace_clock", "local");
	if (tracefs_event_enable(follow->instance, BLOG_INSTANCE, logger)) {
		follow_end(follow);
		die("cannot enable the events: %s", strerror(errno));
	}

	return follow;
}

static int take_event(struct tep_event *event, struct tep_record *record, int cpu,
		      void *data)
{
	struct follow *follow = data;
	const struct logger *l = follow->loggers;
	struct message message;

	(void)cpu;
	while (l && l->event != event)
		l = l->next;
	if (l && !logger_message(l, record, &message))
		follow->ret = follow->look(&message, follow->data);

	return follow->ret || stopped;
}

static int take_missed(struct tep_event *event, struct tep_record *record, int cpu,
		       void *data)
{
	(void)event;
	(void)data;
	if (record->missed_events > 0)
		warn("%lld messages of CPU %d came too fast", record->missed_events, cpu);
	else
		warn("some messages of CPU %d came too fast", cpu);

	return 0;
}

/**
 * follow_each - look at messages as they are logged
 * @follow: who listens
 * @look: called for each
 * @data: for it
 *
 * Return: what @look returned to stop, or 0 after SIGINT and the like.
 */
int follow_each(struct follow *follow, message_fn look, void *data)
{
	static const struct timespec wait = { .tv_nsec = POLL_NS };

	follow->look = look;
	follow->data = data;
	tracefs_follow_missed_events(follow->instance, take_missed, NULL);
	while (!stopped && !follow->ret) {
		tracefs_iterate_raw_events(follow->tep, follow->instance, NULL, 0,
					   take_event, follow);
		fflush(stdout);
		if (!stopped && !follow->ret)
			nanosleep(&wait, NULL);
	}

	return follow->ret;
}

/**
 * follow_end - stop listening
 * @follow: who listens
 */
void follow_end(struct follow *follow)
{
	tracefs_event_disable(follow->instance, BLOG_INSTANCE, NULL);
	tracefs_instance_destroy(follow->instance);
	tracefs_instance_free(follow->instance);
	loggers_free(follow->loggers);
	tep_free(follow->tep);
	free(follow);
}
