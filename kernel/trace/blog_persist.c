// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: the history outlives the kernel, in memory that does.
 */
#include <linux/cleanup.h>
#include <linux/cpumask.h>
#include <linux/jhash.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/panic_notifier.h>
#include <linux/rcupdate.h>
#include <linux/reboot.h>
#include <linux/ring_buffer.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/utsname.h>

#include "blog.h"

/**
 * DOC: history that outlives the kernel
 *
 * With ``reserve_mem=<size>:<align>:<name> trace_instance=blog@<name>`` the ring buffers of
 * the instance are in memory that the next kernel finds where it was. What was logged is
 * in contexts, which it does not find. So when the kernel dies, or is restarted, what is
 * retained is written to the ring buffers, which are emptied before: as much as fits in,
 * the newest of each task (blog_newest.c). Each message goes to the ring buffer of the CPU
 * that logged it, or to another one where that is full or cannot be had. Last comes a
 * note, an event that is text and tells what is there.
 *
 * At a panic one CPU is left, which writes for all: it exchanges its ring buffer for
 * that of another (ring_buffer_exchange()). What a CPU was doing when it was stopped, perhaps
 * with a lock of its ring buffer, is not waited for: then that ring buffer is left out.
 *
 * At a restart the other CPUs run. The publisher ends, and nobody else may record: a grace
 * period must pass, for 100 ms at most. If it does not, or if events of other systems are
 * enabled in the instance, nothing is written, and the kernel log says so.
 *
 * The next kernel finds the note, and leaves tracing_on 0: the instance shows what is there
 * to whoever reads, and nothing is published. The file last_boot has the note. What
 * begins anew is who sets tracing_on to 1, or empties the ring buffers otherwise, as each
 * recording of trace-cmd does first.
 *
 * A record says by a number of which event it is, and numbers are given to the events of
 * modules as they are loaded. So the note has the number, and a hash of the catalogue, of
 * each logger. Until a logger comes its records have a number that no event has. Then they
 * get its number, if the hash is the same: else they would be read wrongly.
 *
 * Without a note, as after a reset, it is not known what the ring buffers hold: it is thrown
 * away, and the kernel log says so.
 */

/* How a note begins, and what it says of a logger. */
#define NOTE_HEAD	"blog: history of the last boot, written at "
#define NOTE_LOGGER	"%u messages of %s (event %u, catalogue %08x)"
#define SCAN_LOGGER	"%u messages of %31s (event %u, catalogue %x)"

#define NOTE_MAX	1024

/* More loggers than this are not told of, and their records not shown. */
#define LOGGERS_MAX	16

/**
 * struct kept_logger - a logger of the last boot, or of this one for the next
 * @name:	its name
 * @type:	number of its event
 * @catalogue:	hash of what its event's format is
 * @messages:	so many
 */
struct kept_logger {
	char name[32];
	unsigned int type;
	unsigned int catalogue;
	unsigned int messages;
};

/* Numbers of events that have none yet: from the greatest down. */
static u16 unknown_type(unsigned int nr)
{
	return TRACE_EVENT_TYPE_MAX - nr;
}

static struct trace_buffer *ring(void)
{
	return blog_instance->array_buffer.buffer;
}

static u32 hash_catalogue(const struct blog_event *event)
{
	const char *catalogue = event->catalogue;

	return catalogue ? jhash(catalogue, strlen(catalogue), 0) : 0;
}

/* The last boot */

/**
 * struct blog_last_boot - what is in the ring buffers of the last boot
 * @note:	what is said of it; "" if there is nothing
 * @emptied:	value of trace_array.emptied as long as it is there
 * @loggers:	whose records there are
 * @nr:		number of those
 */
static struct blog_last_boot {
	char note[NOTE_MAX];
	unsigned int emptied;
	struct kept_logger loggers[LOGGERS_MAX];
	unsigned int nr;
} last;

static bool last_is_there(void)
{
	return *last.note && last.emptied == READ_ONCE(blog_instance->emptied);
}

/* The last note counts. */
static void find_note(void *data, unsigned int len, void *unused)
{
	struct print_entry *entry = data;
	size_t size;

	if (len < sizeof(*entry) + strlen(NOTE_HEAD) || entry->ent.type != TRACE_PRINT ||
	    strncmp(entry->buf, NOTE_HEAD, strlen(NOTE_HEAD)))
		return;
	size = min(len - sizeof(*entry), sizeof(last.note));
	strscpy(last.note, entry->buf, size);
	last.note[strcspn(last.note, "\n")] = '\0';
}

static void parse_note(void)
{
	const char *pos = last.note;

	while (last.nr < LOGGERS_MAX && (pos = strstr(pos, "; "))) {
		struct kept_logger *logger = &last.loggers[last.nr];

		pos += strlen("; ");
		if (sscanf(pos, SCAN_LOGGER, &logger->messages, logger->name, &logger->type,
			   &logger->catalogue) == 4)
			last.nr++;
	}
}

static void forget_type(void *data, unsigned int len, void *unused)
{
	struct trace_entry *entry = data;
	unsigned int i;

	if (len < sizeof(*entry))
		return;
	for (i = 0; i < last.nr; i++) {
		if (entry->type != last.loggers[i].type)
			continue;
		entry->type = unknown_type(i);
		return;
	}
}

static void walk(void (*look)(void *data, unsigned int len, void *private), void *private)
{
	int cpu;

	for_each_tracing_cpu(cpu)
		ring_buffer_walk(ring(), cpu, look, private);
}

/* Records of a logger that has come. */
struct arrival {
	unsigned int nr;	/* in last.loggers */
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

static void set_type(void *data, unsigned int len, void *private)
{
	const struct arrival *arrival = private;
	struct trace_entry *entry = data;
	unsigned int tries = 100;

	if (len < sizeof(*entry) || entry->type != unknown_type(arrival->nr) ||
	    !is_whole(data, len, arrival))
		return;
	entry->type = arrival->type;
	while (tries-- && !trace_add_taskinfo(entry->pid, 0,
					      data + arrival->comm->offset))
		cpu_relax();
}

static void show_logger(const struct blog_logger *logger, unsigned int nr)
{
	struct trace_event_call *call = logger->event->call;
	struct arrival arrival = {
		.nr = nr,
		.type = call->event.type,
		.comm = trace_find_event_field(call, "comm"),
		.args = trace_find_event_field(call, "args"),
	};

	if (arrival.comm && arrival.args)
		walk(set_type, &arrival);
}

/**
 * blog_persist_add() - show what a logger said in the last boot
 * @logger: a registered logger, whose event has its catalogue
 *
 * Context: Process context; sleeps.
 */
void blog_persist_add(struct blog_logger *logger)
{
	unsigned int i;

	if (!last_is_there())
		return;
	for (i = 0; i < last.nr; i++) {
		if (strcmp(last.loggers[i].name, logger->name))
			continue;
		if (last.loggers[i].catalogue == hash_catalogue(logger->event))
			show_logger(logger, i);
		else
			pr_warn("blog: logger %s has other statements than in the last boot: its %u messages of then cannot be shown\n",
				logger->name, last.loggers[i].messages);
	}
}

static int last_boot_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%s\n", last_is_there() ? last.note : "none");

	return 0;
}

static int last_boot_open(struct inode *inode, struct file *file)
{
	int ret = tracing_check_open_get_tr(NULL);

	return ret ?: single_open(file, last_boot_show, NULL);
}

static const struct file_operations last_boot_fops = {
	.owner = THIS_MODULE,
	.open = last_boot_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
};

/* Take over what is in the ring buffers. */
static void __init adopt(void)
{
	if (!ring_buffer_entries(ring()))
		return;
	walk(find_note, NULL);
	if (!*last.note) {
		pr_warn("blog: the kernel before did not end by a panic or a restart: what its instance had is lost\n");
		tracing_reset_online_cpus(&blog_instance->array_buffer);
		return;
	}
	parse_note();
	walk(forget_type, NULL);
	last.emptied = blog_instance->emptied;
	tracer_tracing_off(blog_instance);
	blog_view_adopt();
	pr_info("%s\n", last.note);
	pr_info("blog: the instance shows that until its tracing_on is set to 1, or somebody records\n");
}

/* The next boot */

/**
 * struct blog_keeping - what is written for the next boot
 * @rings:	CPUs whose ring buffers could be had
 * @loggers:	whose records were written
 * @nr:		number of those
 */
static struct blog_keeping {
	struct cpumask rings;
	struct kept_logger loggers[LOGGERS_MAX];
	unsigned int nr;
} keeping;

/* Any record fits into so many pages. */
#define PAGES_MIN	2

/* Where a record of a CPU goes. */
static int choose_ring(u32 cpu)
{
	size_t pages, most = 0;
	int other, ring_of = cpumask_first(&keeping.rings);

	if (cpu < nr_cpu_ids && cpumask_test_cpu(cpu, &keeping.rings) &&
	    ring_buffer_nr_free_pages(ring(), cpu) >= PAGES_MIN)
		return cpu;
	for_each_cpu(other, &keeping.rings) {
		pages = ring_buffer_nr_free_pages(ring(), other);
		if (pages <= most)
			continue;
		most = pages;
		ring_of = other;
	}

	return ring_of;
}

static struct kept_logger *find_kept(const struct blog_logger *logger)
{
	unsigned int i;

	for (i = 0; i < keeping.nr; i++)
		if (keeping.loggers[i].type == logger->event->call->event.type)
			return &keeping.loggers[i];

	return NULL;
}

static void keep_message(const struct blog_place *place)
{
	int this_cpu = smp_processor_id(), cpu = choose_ring(place->cursor.cpu);
	struct kept_logger *kept = find_kept(place->cursor.logger);

	if (!kept)
		return;
	ring_buffer_exchange(ring(), this_cpu, cpu);
	kept->messages += blog_write_now(place);
	ring_buffer_exchange(ring(), this_cpu, cpu);
}

/* Without filters and triggers, and even if it is disabled. */
static void enable_event(struct blog_event *event)
{
	struct trace_event_file *file;

	list_for_each_entry_rcu(file, &blog_instance->events, list) {
		if (file->event_call != event->call)
			continue;
		WRITE_ONCE(file->flags, 0);
		WRITE_ONCE(event->file, file);
	}
}

static void begin_logger(struct blog_event *event)
{
	struct kept_logger *kept = &keeping.loggers[keeping.nr];

	if (keeping.nr == LOGGERS_MAX)
		return;
	enable_event(event);
	strscpy(kept->name, event->logger->name);
	kept->type = event->call->event.type;
	kept->catalogue = hash_catalogue(event);
	kept->messages = 0;
	keeping.nr++;
}

static void write_note(const char *when)
{
	static char note[NOTE_MAX];
	int this_cpu = smp_processor_id(), cpu = choose_ring(this_cpu);
	unsigned int i;
	size_t len;

	len = scnprintf(note, sizeof(note), NOTE_HEAD "%s by Linux %s %s", when,
			init_utsname()->release, init_utsname()->version);
	for (i = 0; i < keeping.nr; i++) {
		const struct kept_logger *kept = &keeping.loggers[i];

		len += scnprintf(note + len, sizeof(note) - len, "; " NOTE_LOGGER,
				 kept->messages, kept->name, kept->type, kept->catalogue);
	}
	blog_instance->trace_flags |= TRACE_ITER_PRINTK;
	ring_buffer_exchange(ring(), this_cpu, cpu);
	__trace_array_puts(blog_instance, _THIS_IP_, note, len);
	ring_buffer_exchange(ring(), this_cpu, cpu);
}

/*
 * Write what is retained. Interrupts are disabled, and nobody else writes to the ring
 * buffers, nor will.
 */
static void keep(const char *when)
{
	u64 room = 0;
	int cpu;

	cpumask_clear(&keeping.rings);
	for_each_tracing_cpu(cpu) {
		if (!ring_buffer_seize(ring(), cpu))
			continue;
		cpumask_set_cpu(cpu, &keeping.rings);
		room += ring_buffer_size(ring(), cpu);
	}
	if (cpumask_empty(&keeping.rings))
		return;
	keeping.nr = 0;
	blog_view_each(begin_logger);
	tracer_tracing_on(blog_instance);
	/* The pages' ends may stay empty. */
	blog_view_save(room / 8 * 7, keep_message);
	write_note(when);
	tracer_tracing_off(blog_instance);
}

static int keep_at_panic(struct notifier_block *nb, unsigned long action, void *unused)
{
	guard(irqsave)();
	keep("panic");

	return NOTIFY_DONE;
}

/* Before what is in the caches is written to memory, which switches recording off. */
static struct notifier_block panic_notifier = {
	.notifier_call = keep_at_panic,
	.priority = 1,
};

/* Whether somebody but the publisher may write to the ring buffers. */
static bool others_record(void)
{
	struct trace_event_file *file;

	guard(rcu)();
	list_for_each_entry_rcu(file, &blog_instance->events, list)
		if (file->flags & EVENT_FILE_FL_ENABLED &&
		    strcmp(file->event_call->class->system, BLOG_INSTANCE))
			return true;

	return blog_instance->current_trace != &nop_trace;
}

/* So long whoever is writing may take. */
#define GRACE_MAX	(HZ / 10)

static bool wait_for_others(void)
{
	unsigned long grace = start_poll_synchronize_rcu(), end = jiffies + GRACE_MAX;

	while (!poll_state_synchronize_rcu(grace)) {
		if (time_after(jiffies, end))
			return false;
		schedule_timeout_uninterruptible(1);
	}

	return true;
}

static int keep_at_restart(struct notifier_block *nb, unsigned long action, void *unused)
{
	if (action != SYS_RESTART)
		return NOTIFY_DONE;
	tracer_tracing_off(blog_instance);
	blog_instance->trace_flags &= ~TRACE_ITER_MARKERS;
	blog_publish_end();
	if (others_record()) {
		pr_warn("blog: other events are enabled in the instance: the history is not kept\n");
	} else if (!wait_for_others()) {
		pr_warn("blog: a CPU does not answer: the history is not kept\n");
	} else {
		guard(irqsave)();
		keep("restart");
	}

	return NOTIFY_DONE;
}

static struct notifier_block restart_notifier = { .notifier_call = keep_at_restart };

/**
 * blog_persist_init() - begin to keep the history, if the instance has memory for that
 *
 * Context: Process context, at boot, after blog_publish_init(). Sleeps.
 */
void __init blog_persist_init(void)
{
	if (!blog_instance->range_addr_start)
		return;
	adopt();
	if (blog_newest_init()) {
		pr_warn("blog: no memory to keep the history for the next boot\n");
		return;
	}
	trace_create_file("last_boot", TRACE_MODE_READ, blog_instance->dir, NULL,
			  &last_boot_fops);
	atomic_notifier_chain_register(&panic_notifier_list, &panic_notifier);
	register_reboot_notifier(&restart_notifier);
}
