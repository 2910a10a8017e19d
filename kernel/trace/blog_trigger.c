// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: triggers that stop loggers at an event.
 */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "blog.h"

/**
 * DOC: triggers
 *
 * Any trace event, of any instance but our own, may stop loggers or let them go on::
 *
 *	blog_off[:LOGGER][:COUNT] [if FILTER]
 *	blog_on[:LOGGER][:COUNT] [if FILTER]
 *
 * as traceoff and traceon do with ring buffers; without a name they do so with all
 * loggers. An event may have one of each kind for each name. In our own instance events
 * are written when somebody reads, so these are refused.
 *
 * The name must be that of a registered logger; what stands on the kernel's command line
 * comes before there are any, and may have any. A trigger keeps the name, not the logger:
 * a module may go, the trigger does nothing until it comes again.
 *
 * COUNT says how often it does something, and never more often: an event at which the
 * loggers are as they should be, or are about to be switched on, does not count. Events on
 * several CPUs at the same moment may count as more than one.
 */

/**
 * struct blog_trigger - what such a trigger knows
 * @rcu:	frees it after who uses it
 * @event:	"SYSTEM:EVENT" that it is attached to
 * @logger:	name of the logger; "" for all
 */
struct blog_trigger {
	struct rcu_head rcu;
	char event[BLOG_STOP_BY];
	char logger[];
};

/* The count of a trigger that has none. */
#define UNLIMITED	(-1UL)

enum {
	ERR_NO_LOGGER,
	ERR_COUNT,
};

static const char * const trigger_errors[] = {
	[ERR_NO_LOGGER]	= "No logger of that name is registered",
	[ERR_COUNT]	= "Not a number of times",
};

static const char *logger_name(const struct blog_trigger *trigger)
{
	return *trigger->logger ? trigger->logger : NULL;
}

static void stop_by_event(struct event_trigger_data *data, struct trace_buffer *buffer,
			  void *rec, struct ring_buffer_event *event)
{
	const struct blog_trigger *trigger = data->private_data;

	blog_stop(logger_name(trigger), trigger->event);
}

static void resume_by_event(struct event_trigger_data *data, struct trace_buffer *buffer,
			    void *rec, struct ring_buffer_event *event)
{
	blog_resume(logger_name(data->private_data));
}

/* Take one of the times that are left: only who gets one acts. */
static bool count(struct event_trigger_data *data, bool on)
{
	unsigned long count = READ_ONCE(data->count);

	do {
		if (!count || blog_logger_captures(logger_name(data->private_data), on))
			return false;
	} while (count != UNLIMITED && !try_cmpxchg(&data->count, &count, count - 1));

	return true;
}

static bool count_off(struct event_trigger_data *data, struct trace_buffer *buffer,
		      void *rec, struct ring_buffer_event *event)
{
	return count(data, false);
}

static bool count_on(struct event_trigger_data *data, struct trace_buffer *buffer,
		     void *rec, struct ring_buffer_event *event)
{
	return count(data, true);
}

static int print_trigger(struct seq_file *m, struct event_trigger_data *data)
{
	const struct blog_trigger *trigger = data->private_data;
	unsigned long count = READ_ONCE(data->count);

	seq_puts(m, data->cmd_ops->name);
	if (*trigger->logger)
		seq_printf(m, ":%s", trigger->logger);
	if (count == UNLIMITED)
		seq_puts(m, ":unlimited");
	else
		seq_printf(m, ":count=%lu", count);
	if (data->filter_str)
		seq_printf(m, " if %s", data->filter_str);
	seq_putc(m, '\n');

	return 0;
}

/* References are counted under event_mutex. */
static void free_trigger(struct event_trigger_data *data)
{
	struct blog_trigger *trigger = data->private_data;

	if (--data->ref)
		return;
	trigger_data_free(data);
	kfree_rcu(trigger, rcu);
}

/* The trigger of the same kind for the same loggers, or NULL. */
static struct event_trigger_data *find_trigger(const struct event_trigger_data *like,
					       struct trace_event_file *file)
{
	const struct blog_trigger *wanted = like->private_data, *trigger;
	struct event_trigger_data *data;

	lockdep_assert_held(&event_mutex);

	list_for_each_entry(data, &file->triggers, list) {
		trigger = data->private_data;
		if (data->cmd_ops == like->cmd_ops && !strcmp(trigger->logger, wanted->logger))
			return data;
	}

	return NULL;
}

static int register_blog_trigger(char *glob, struct event_trigger_data *data,
				 struct trace_event_file *file)
{
	int ret;

	if (find_trigger(data, file))
		return -EEXIST;
	event_trigger_init(data);
	list_add_rcu(&data->list, &file->triggers);
	update_cond_flag(file);
	ret = trace_event_trigger_enable_disable(file, 1);
	if (ret < 0) {
		list_del_rcu(&data->list);
		update_cond_flag(file);
		data->ref--;
	}

	return ret;
}

static void unregister_blog_trigger(char *glob, struct event_trigger_data *like,
				    struct trace_event_file *file)
{
	struct event_trigger_data *data = find_trigger(like, file);

	if (!data)
		return;
	list_del_rcu(&data->list);
	trace_event_trigger_enable_disable(file, 0);
	update_cond_flag(file);
	free_trigger(data);
}

/* Say what is wrong with a parameter. */
static void log_error(struct trace_array *tr, const char *cmd, const char *param, u8 error)
{
	char *line = kasprintf(GFP_KERNEL, "%s:%s", cmd, param);

	if (!line)
		return;
	/* It only reads them. */
	tracing_log_err(tr, "trigger", line, (const char **)trigger_errors, error,
			strlen(cmd) + 1);
	kfree(line);
}

static bool is_registered(const char *name)
{
	struct blog_logger *logger;

	/* No logger is, yet. */
	if (system_state < SYSTEM_RUNNING)
		return true;
	guard(mutex)(&blog_mutex);
	logger = blog_logger_by_name(name);

	return logger;
}

/* [LOGGER][:COUNT] and a filter, of which each may be missing. */
static void split_params(char *text, char **logger, char **times, char **filter)
{
	*logger = *times = *filter = NULL;
	if (!text)
		return;
	if (str_has_prefix(text, "if") && isspace(text[2])) {
		*filter = text;
		return;
	}
	event_trigger_separate_filter(text, times, filter, true);
	if (*times && !isdigit(**times))
		*logger = strsep(times, ":");
}

/* To find a trigger, or to be one. */
static struct event_trigger_data *make_trigger(struct event_command *cmd_ops,
					       struct trace_event_file *file, char *cmd,
					       const char *logger, char *times)
{
	struct trace_event_call *call = file->event_call;
	size_t size = strlen(logger) + 1;
	struct event_trigger_data *data;
	struct blog_trigger *trigger;

	trigger = kzalloc(struct_size(trigger, logger, size), GFP_KERNEL);
	if (!trigger)
		return NULL;
	memcpy(trigger->logger, logger, size);
	snprintf(trigger->event, sizeof(trigger->event), "%s:%s", call->class->system,
		 trace_event_name(call));
	data = trigger_data_alloc(cmd_ops, cmd, times, trigger);
	if (data)
		event_trigger_init(data);
	else
		kfree(trigger);

	return data;
}

static int parse_trigger(struct event_command *cmd_ops, struct trace_event_file *file,
			 char *glob, char *cmd, char *text)
{
	bool remove = event_trigger_check_remove(glob);
	struct event_trigger_data *data;
	char *logger, *times, *filter;
	int ret = 0;

	if (!remove && file->tr->pull)
		return trace_refuse_current(file->tr, "trigger", cmd);
	split_params(text, &logger, &times, &filter);
	if (!remove && logger && !is_registered(logger)) {
		log_error(file->tr, cmd, logger, ERR_NO_LOGGER);
		return -ENODEV;
	}
	data = make_trigger(cmd_ops, file, cmd, logger ?: "", times);
	if (!data)
		return -ENOMEM;

	if (remove) {
		event_trigger_unregister(cmd_ops, file, glob + 1, data);
	} else if (times && kstrtoul(times, 0, &data->count)) {
		log_error(file->tr, cmd, times, ERR_COUNT);
		ret = -EINVAL;
	} else {
		ret = event_trigger_set_filter(cmd_ops, file, filter, data);
		if (!ret)
			ret = event_trigger_register(cmd_ops, file, glob, data);
	}
	free_trigger(data);

	return ret;
}

static struct event_command off_command = {
	.name		= "blog_off",
	.trigger_type	= ETT_BLOG,
	.parse		= parse_trigger,
	.reg		= register_blog_trigger,
	.unreg		= unregister_blog_trigger,
	.set_filter	= set_trigger_filter,
	.trigger	= stop_by_event,
	.count_func	= count_off,
	.print		= print_trigger,
	.init		= event_trigger_init,
	.free		= free_trigger,
};

static struct event_command on_command = {
	.name		= "blog_on",
	.trigger_type	= ETT_BLOG,
	.parse		= parse_trigger,
	.reg		= register_blog_trigger,
	.unreg		= unregister_blog_trigger,
	.set_filter	= set_trigger_filter,
	.trigger	= resume_by_event,
	.count_func	= count_on,
	.print		= print_trigger,
	.init		= event_trigger_init,
	.free		= free_trigger,
};

/**
 * register_trigger_blog_cmds() - let events have the triggers blog_off and blog_on
 *
 * Context: Process context, early at boot.
 */
void __init register_trigger_blog_cmds(void)
{
	WARN_ON(register_event_command(&off_command));
	WARN_ON(register_event_command(&on_command));
}
