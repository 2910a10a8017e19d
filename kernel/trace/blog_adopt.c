// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: what the last boot has kept, see blog_persist.c.
 */
#include <linux/cpuhotplug.h>
#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/ring_buffer.h>
#include <linux/seq_file.h>
#include <linux/string.h>

#include "blog_note.h"

/**
 * struct blog_last_boot - what is in the ring buffers of the last boot
 * @there:	something is, as long as
 * @emptied:	this is the value of trace_array.emptied
 * @note:	what was said of it
 * @messages:	of each logger
 * @others:	records of others, which nobody can read
 * @cpus:	whose ring buffers were there at boot, or have been emptied since
 */
static struct blog_last_boot {
	bool there;
	unsigned int emptied;
	struct blog_note note;
	unsigned int messages[LOGGERS_MAX];
	unsigned int others;
	struct cpumask cpus;
} last;

static bool last_is_there(void)
{
	return last.there && last.emptied == READ_ONCE(blog_instance->emptied);
}

static void walk(bool (*look)(void *data, unsigned int len, void *private), void *private)
{
	int cpu;

	for_each_tracing_cpu(cpu)
		ring_buffer_walk(blog_ring(), cpu, look, private);
}

/* Count it; what none of the loggers said is nothing that this kernel knows. */
static bool count_record(void *data, unsigned int len, void *private)
{
	struct trace_entry *entry = data;
	bool *kept = private;
	unsigned int nr;

	if (len < sizeof(*entry))
		return false;
	nr = unknown_type(0) - entry->type;
	if (*kept && nr < last.note.nr) {
		last.messages[nr]++;
	} else {
		entry->type = unknown_type(LOGGERS_MAX);
		last.others++;
	}

	return true;
}

/*
 * A ring buffer that was not to be had then has what an older kernel said, by the same numbers.
 * False if something is malformed: then nobody must read it.
 */
static bool __init count_records(void)
{
	bool kept;
	int cpu;

	for_each_tracing_cpu(cpu) {
		kept = cpumask_test_cpu(cpu, &last.note.rings);
		if (!ring_buffer_walk(blog_ring(), cpu, count_record, &kept))
			return false;
	}

	return true;
}

/* Records of a logger that has come, or goes. */
struct arrival {
	u16 from;
	u16 type;
	const struct ftrace_event_field *comm;
	const struct ftrace_event_field *args;
};

static bool is_whole(const void *data, unsigned int len, const struct arrival *arrival)
{
	const char *comm = data + arrival->comm->offset;
	u32 args;

	if (len < arrival->comm->offset + TASK_COMM_LEN ||
	    len < arrival->args->offset + sizeof(args) || !memchr(comm, 0, TASK_COMM_LEN))
		return false;
	memcpy(&args, data + arrival->args->offset, sizeof(args));

	return (args & 0xffff) + (args >> 16) <= len;
}

/* Names are in the records: those of saved_cmdlines are this boot's. */
static bool set_type(void *data, unsigned int len, void *private)
{
	const struct arrival *arrival = private;
	struct trace_entry *entry = data;

	if (len >= sizeof(*entry) && entry->type == arrival->from && is_whole(data, len, arrival))
		entry->type = arrival->type;

	return true;
}

static void change_type(const struct blog_logger *logger, u16 from, u16 type)
{
	struct trace_event_call *call = logger->event->call;
	struct arrival arrival = {
		.from = from,
		.type = type,
		.comm = trace_find_event_field(call, "comm"),
		.args = trace_find_event_field(call, "args"),
	};

	if (arrival.comm && arrival.args)
		walk(set_type, &arrival);
}

/* Index of a logger in the note; LOGGERS_MAX if it was none then. */
static unsigned int index_of(const struct blog_logger *logger)
{
	unsigned int i;

	for (i = 0; i < last.note.nr; i++)
		if (!strcmp(last.note.loggers[i].name, logger->name))
			return i;

	return LOGGERS_MAX;
}

/* Not if it had no catalogue then, or has none now. */
static bool is_same(const struct blog_note_logger *noted, const struct blog_event *event)
{
	return noted->catalogue && noted->catalogue == blog_note_hash(event);
}

/**
 * blog_adopt_add() - show what a logger said in the last boot
 * @logger: a registered logger, whose event has its catalogue
 *
 * Context: Process context; sleeps.
 */
void blog_adopt_add(struct blog_logger *logger)
{
	unsigned int nr;

	if (!last_is_there())
		return;
	nr = index_of(logger);
	if (nr == LOGGERS_MAX)
		return;
	if (is_same(&last.note.loggers[nr], logger->event))
		change_type(logger, unknown_type(nr), logger->event->call->event.type);
	else
		pr_warn("blog: logger %s has other statements than in the last boot, as far as is known: its %u messages of then cannot be shown\n",
			logger->name, last.messages[nr]);
}

/**
 * blog_adopt_remove() - a logger goes, and what it said in the last boot is unknown again
 * @logger: the logger, whose event is there yet
 *
 * Its event's number may be given to another. That a module with events goes empties the
 * ring buffers, but not those of CPUs that are offline.
 *
 * Context: Process context; sleeps.
 */
void blog_adopt_remove(struct blog_logger *logger)
{
	if (last_is_there())
		change_type(logger, logger->event->call->event.type,
			    unknown_type(index_of(logger)));
}

static void print_history(struct seq_file *m)
{
	const struct blog_note *note = &last.note;
	time64_t time = div_u64(note->time, NSEC_PER_SEC);
	unsigned int i;

	seq_printf(m, "written at panic, %ptTs UTC, by Linux %s %s", &time, note->release,
		   note->version);
	for (i = 0; i < note->nr; i++)
		seq_printf(m, "; %u messages of %s", last.messages[i], note->loggers[i].name);
	if (last.others)
		seq_printf(m, "; %u records that cannot be read", last.others);
	if (!note->whole)
		seq_puts(m, "; the machine was reset before all was written\n");
	else
		seq_printf(m, "; in %llu ms%s\n", div_u64(note->took, NSEC_PER_MSEC),
			   note->hurried ? ", too short for all" : "");
}

static int history_of_last_boot_show(struct seq_file *m, void *v)
{
	if (last_is_there())
		print_history(m);
	else
		seq_puts(m, "none\n");

	return 0;
}

static int history_of_last_boot_open(struct inode *inode, struct file *file)
{
	int ret = tracing_check_open_get_tr(NULL);

	return ret ?: single_open(file, history_of_last_boot_show, NULL);
}

static const struct file_operations history_of_last_boot_fops = {
	.owner = THIS_MODULE,
	.open = history_of_last_boot_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
};

static bool __init has_messages(void)
{
	unsigned int i;

	for (i = 0; i < last.note.nr; i++)
		if (last.messages[i])
			return true;

	return false;
}

/* Why what is in the ring buffers is not shown; NULL if it is. */
static const char *__init why_not(bool noted)
{
	if (noted && !count_records())
		return "the ring buffers of the last boot are damaged";
	/* Or it was reset before the first. */
	if (!noted || !has_messages())
		return "the last boot kept no history";

	return NULL;
}

/* Take over what is in the ring buffers. */
static void __init adopt(void)
{
	bool noted = blog_note_take(&last.note), on = tracer_tracing_is_on(blog_instance);
	const char *why;
	time64_t time;

	/*
	 * Else events would be printed without their formats. What they have of pointers
	 * is said to be of the last boot, and nobody follows it; strings are copies.
	 */
	blog_instance->text_delta = 0;
	blog_instance->data_delta = 0;
	if (!ring_buffer_entries(blog_ring())) {
		if (noted)
			pr_warn("blog: the last boot kept its history, but its ring buffers do not fit this kernel, or are empty\n");
		return;
	}
	tracer_tracing_off(blog_instance);
	why = why_not(noted);
	if (why) {
		pr_info("blog: %s: what the instance has by now, of either boot, is dropped\n",
			why);
		tracing_reset_all_cpus(&blog_instance->array_buffer);
		if (on)
			tracer_tracing_on(blog_instance);
		return;
	}
	last.emptied = blog_instance->emptied;
	last.there = true;
	blog_view_adopt();
	time = div_u64(last.note.time, NSEC_PER_SEC);
	pr_info("blog: the instance shows the history of the last boot, which ended by a panic, %ptTs UTC, until its tracing_on is set to 1, or somebody records\n",
		&time);
}

/* The ring buffer of a CPU that was not there may have anything of former boots. */
static int cpu_comes(unsigned int cpu)
{
	if (!cpumask_test_and_set_cpu(cpu, &last.cpus))
		ring_buffer_reset_cpu(blog_ring(), cpu);

	return 0;
}

static int __init watch_cpus(void)
{
	unsigned int cpu;
	int ret;

	cpus_read_lock();
	for_each_possible_cpu(cpu)
		cpumask_assign_cpu(cpu, &last.cpus, ring_buffer_size(blog_ring(), cpu));
	ret = cpuhp_setup_state_nocalls_cpuslocked(CPUHP_BP_PREPARE_DYN, "trace/blog:prepare",
						   cpu_comes, NULL);
	cpus_read_unlock();

	return ret < 0 ? ret : 0;
}

/**
 * blog_adopt_init() - take over what the last boot has kept, if it has
 *
 * Context: Process context, at boot, after blog_publish_init(). Sleeps.
 * Return: 0, or an error if that of CPUs which come later cannot be told from this boot's.
 */
int __init blog_adopt_init(void)
{
	/* A CPU that comes between has its ring buffer emptied, or looked at. */
	int ret = watch_cpus();

	adopt();
	trace_create_file("history_of_last_boot", TRACE_MODE_READ, blog_instance->dir, NULL,
			  &history_of_last_boot_fops);

	return ret;
}
