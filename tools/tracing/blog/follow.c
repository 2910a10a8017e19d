// SPDX-License-Identifier: LGPL-2.1
/*
 * The events of system "blog" are enabled in a tracefs instance that is made for it,
 * and goes with it, however the program ends: what others trace or record is not
 * touched. Its directory is locked; one that was left by a program which was killed
 * is removed by the next.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include <event-parse.h>
#include <tracefs.h>

#include "follow.h"
#include "instance.h"
#include "logger.h"
#include "output.h"

#define NAME		"blog-follow-"
#define NR_NAMES	16		/* there may be other namespaces of pids */
#define POLL_NS		100000000

/**
 * struct follow - who listens
 * @instance: where
 * @lock: its directory
 * @tep: knows the events
 * @loggers: of that
 * @look, @data: of follow_each()
 * @ret: what it returned
 */
struct follow {
	struct tracefs_instance	*instance;
	int			lock;
	struct tep_handle	*tep;
	struct logger		*loggers;
	message_fn		look;
	void			*data;
	int			ret;
};

static volatile sig_atomic_t stopped;
static struct follow *active;

static void stop(int sig)
{
	(void)sig;
	stopped = 1;
}

static void catch_signals(void)
{
	static const int signals[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGPIPE };
	struct sigaction action = { .sa_handler = stop }, old;
	size_t i;

	for (i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		sigaction(signals[i], &action, &old);
		/* As nohup does. */
		if (old.sa_handler == SIG_IGN)
			sigaction(signals[i], &old, NULL);
	}
}

static int lock_instance(const char *name)
{
	char *file = text_of("instances/%s", name), *path = tracefs_get_tracing_file(file);
	int fd = path ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	tracefs_put_tracing_file(path);
	free(file);
	/* Without CONFIG_FILE_LOCKING the pid alone must do. */
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK) {
		close(fd);
		return -1;
	}

	return fd;
}

/**
 * follow_is_left - whether an instance was left by a program that was killed
 * @name: its name
 *
 * Return: true if so: it can be removed.
 */
bool follow_is_left(const char *name)
{
	int pid, fd;

	/* A pid of another namespace says nothing; the lock there does. */
	if (sscanf(name, NAME "%d", &pid) != 1 || !kill(pid, 0) || errno != ESRCH)
		return false;
	fd = lock_instance(name);
	if (fd >= 0)
		close(fd);

	return fd >= 0;
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

	while (dir && (entry = readdir(dir)))
		if (follow_is_left(entry->d_name))
			remove_instance(entry->d_name);
	if (dir)
		closedir(dir);
	tracefs_put_tracing_file(path);
}

static void make_instance(struct follow *follow)
{
	char *name;
	int i;

	for (i = 0; i < NR_NAMES; i++) {
		name = i ? text_of(NAME "%d-%d", getpid(), i) : text_of(NAME "%d", getpid());
		follow->instance = tracefs_instance_create(name);
		if (!follow->instance)
			die("cannot make a tracing instance: %s", strerror(errno));
		if (tracefs_instance_is_new(follow->instance)) {
			follow->lock = lock_instance(name);
			free(name);
			return;
		}
		tracefs_instance_free(follow->instance);
		free(name);
	}
	die("cannot make a tracing instance: there are too many; remove %s/instances/" NAME "*",
	    tracefs_tracing_dir());
}

/* At exit, too. */
static void clean_up(void)
{
	if (active)
		follow_end(active);
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
	struct follow *follow = must(calloc(1, sizeof(*follow)));

	instance_require();
	if (logger)
		instance_require_logger(logger);
	remove_stale();
	follow->tep = instance_events();
	follow->loggers = loggers_read(follow->tep);
	catch_signals();
	make_instance(follow);
	active = follow;
	atexit(clean_up);
	tracefs_instance_file_write(follow->instance, "trace_clock", "local");
	if (tracefs_event_enable(follow->instance, BLOG_INSTANCE, logger))
		die("cannot enable the events: %s", strerror(errno));

	return follow;
}

static int take_event(struct tep_event *event, struct tep_record *record, int cpu,
		      void *data)
{
	struct follow *follow = data;
	const struct logger *l = loggers_of_event(follow->loggers, event);
	struct message message;

	(void)cpu;
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
		if (tracefs_iterate_raw_events(follow->tep, follow->instance, NULL, 0,
					       take_event, follow) < 0 && !stopped)
			die("cannot read the events: %s", strerror(errno));
		fflush(stdout);
		if (!stopped && !follow->ret)
			nanosleep(&wait, NULL);
	}

	return follow->ret;
}

/**
 * follow_stopped - whether SIGINT or the like came
 *
 * Return: true if so.
 */
bool follow_stopped(void)
{
	return stopped;
}

/**
 * follow_end - stop listening
 * @follow: who listens
 */
void follow_end(struct follow *follow)
{
	active = NULL;
	if (follow->lock >= 0)
		close(follow->lock);
	tracefs_event_disable(follow->instance, BLOG_INSTANCE, NULL);
	tracefs_instance_destroy(follow->instance);
	tracefs_instance_free(follow->instance);
	loggers_free(follow->loggers);
	tep_free(follow->tep);
	free(follow);
}
