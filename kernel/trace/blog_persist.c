// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: the history outlives the kernel, in memory that does.
 */
#include <linux/atomic.h>
#include <linux/build_bug.h>
#include <linux/cleanup.h>
#include <linux/cpuhotplug.h>
#include <linux/cpumask.h>
#include <linux/ftrace.h>
#include <linux/jhash.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/panic.h>
#include <linux/panic_notifier.h>
#include <linux/ring_buffer.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/utsname.h>

#include <asm/ring_buffer.h>

#include "blog.h"

/**
 * DOC: history that outlives the kernel
 *
 * With ``reserve_mem=<size>:<align>:<name> trace_instance=blog@<name>`` the ring buffers of
 * the instance are in memory that the next kernel finds where it was. What was logged is
 * in contexts, which it does not find. So at a panic what is retained is written to the
 * ring buffers.
 *
 * Words: a kernel that dies *keeps* its history, for which blog_view.c *saves* what is
 * retained; the next kernel *adopts* it.
 *
 * Parts: the last page of the memory has the *note*, struct blog_note: whose records there
 * are, and when they were written. The rest has the ring buffers, which tracing knows of.
 *
 * The note, and who moves it on:
 *   - none: from boot on, however the kernel ends, but
 *   - being written: keep(), before the first record, then
 *   - whole: keep(), after the last one. It says how long that took, and whether all was
 *     looked at. A kernel that is reset meanwhile leaves what has been written;
 *   - none again: adopt(), before anything else. So a history is there for one boot. If
 *     that is reset, its ring buffers have no note, and are emptied by the next one.
 *
 * Records say by a number of which event they are, and numbers are given to the events of
 * modules as they are loaded. Those of keep() have numbers that no event has, one for each
 * logger in the note. When a logger of that name comes (blog_persist_add()) they get that
 * of its event, if it has the same statements and fields: else they would be read wrongly.
 * The note says which ring buffers keep() had. What is in others, or has none of those
 * numbers, gets another such number: nobody knows what it is.
 *
 * At a panic there is one CPU, with interrupts disabled, which writes for all: for each
 * record it exchanges its ring buffer for another (ring_buffer_exchange()), that of the
 * CPU that logged it; one of another where that is full or was being written to when the
 * CPU was stopped. It waits for nobody: locks are tried, and what somebody had who was
 * stopped is taken from him, or left out. With tp_printk who writes a record waits for a
 * lock: so nothing is kept then. It runs once: what happens while it runs
 * cannot begin anew. An architecture that cannot stop a CPU (without NMI, with
 * interrupts disabled) has a CPU that may still log, to contexts; the publisher does not run
 * there.
 *
 * Time: blog_view_save() looks at all that is retained, twice, for SAVE_MAX at most, and
 * then at the newest only. Then other notifiers come, and pstore; before this one those
 * have come that ask for it, as ftrace_dump_on_oops.
 *
 * At an orderly restart nothing is kept. All CPUs run then, tasks log, read the instance and
 * load modules, and other events may be enabled in the instance: to write beside
 * them somebody would have to wait, and whoever restarts a machine that hangs must not.
 * He can read the history before, or let the machine panic (sysrq c).
 *
 * The next kernel leaves tracing_on 0: the instance shows what is there to whoever reads, and
 * nothing is published. The file history_of_last_boot says what it is. What begins
 * anew is who sets tracing_on to 1, or empties the ring buffers otherwise, as each recording
 * of trace-cmd does first. All are emptied then, those of CPUs that are offline, too; and
 * that of a CPU which was not there at boot, when it comes (cpu_comes()).
 *
 * Ordered: the note by its checksum, which is written last. The ring buffers have none: they
 * are dropped if a length in them is not what a writer leaves. Caches are written back
 * (arch_ring_buffer_flush_range()) after each change of the note, and by a later notifier
 * of the ring buffers, which switches recording off.
 */

/* More loggers than this are not told of, and their messages not kept. */
#define LOGGERS_MAX	16

/**
 * struct blog_note_logger - a logger whose records are in the ring buffers
 * @name:	its name
 * @catalogue:	hash of what its records are made of, see hash_event()
 */
struct blog_note_logger {
	char name[32];
	u32 catalogue;
};

/**
 * struct blog_note - what is said of the ring buffers
 * @magic:	NOTE_MAGIC if there is something
 * @size:	of this structure
 * @sum:	jhash() of what follows
 * @whole:	all is written; else somebody was doing so
 * @hurried:	there was no time to look at all
 * @nr:		number of loggers
 * @time:	of day, in ns
 * @took:	ns that writing took
 * @rings:	CPUs whose ring buffers were emptied before
 * @release:	of the kernel
 * @version:	of the kernel
 * @loggers:	records have unknown_type() of the index
 */
struct blog_note {
	u32 magic;
	u32 size;
	u32 sum;
	u8 whole;
	u8 hurried;
	u16 nr;
	u64 time;
	u64 took;
	struct cpumask rings;
	char release[sizeof_field(struct new_utsname, release)];
	char version[sizeof_field(struct new_utsname, version)];
	struct blog_note_logger loggers[LOGGERS_MAX];
};

#define NOTE_MAGIC	0x474f4c42	/* "BLOG" */

/* What it has at the end of the memory, which may be of any size. */
#define NOTE_ROOM	PAGE_SIZE

/* Also with a bit for each of thousands of CPUs. */
static_assert(sizeof(struct blog_note) + sizeof(u64) <= NOTE_ROOM);

/**
 * blog_note_size() - what an instance needs of its memory besides the ring buffers
 * @tr: the instance, which has a name
 *
 * Context: Process context, at boot.
 * Return: so many bytes, at the end.
 */
unsigned long blog_note_size(const struct trace_array *tr)
{
	return !strcmp(tr->name, BLOG_INSTANCE) && tr->range_addr_size > NOTE_ROOM ? NOTE_ROOM : 0;
}

static struct trace_buffer *ring(void)
{
	return blog_instance->array_buffer.buffer;
}

static struct blog_note *note_of_memory(void)
{
	unsigned long end = blog_instance->range_addr_start + blog_instance->range_addr_size;

	return PTR_ALIGN((void *)end - NOTE_ROOM, sizeof(u64));
}

/* Let what is in the caches be in memory, which a reset leaves. */
static void flush_note(const struct blog_note *note)
{
	arch_ring_buffer_flush_range((unsigned long)note, (unsigned long)(note + 1));
}

static u32 sum_of(const struct blog_note *note)
{
	return jhash(&note->whole, sizeof(*note) - offsetof(struct blog_note, whole), 0);
}

/* Numbers of events that have none: from the greatest down. */
static u16 unknown_type(unsigned int nr)
{
	return TRACE_EVENT_TYPE_MAX - nr;
}

/* All of what makes records mean the same: statements and fields. 0 if that is not known. */
static u32 hash_event(const struct blog_event *event)
{
	const struct ftrace_event_field *field;
	const char *catalogue = event->catalogue;
	u32 hash = 0;

	list_for_each_entry(field, trace_get_fields(event->call), link) {
		hash = jhash(field->name, strlen(field->name), hash);
		hash = jhash(field->type, strlen(field->type), hash);
		hash = jhash_2words(field->offset, field->size, hash);
	}

	return catalogue ? jhash(catalogue, strlen(catalogue), hash) : 0;
}

/* The last boot */

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

/* Take the note out of the memory, where it is no more then. */
static bool __init take_note(void)
{
	struct blog_note *note = note_of_memory();
	unsigned int i;

	memcpy(&last.note, note, sizeof(last.note));
	WRITE_ONCE(note->magic, 0);
	flush_note(note);
	if (last.note.magic != NOTE_MAGIC || last.note.size != sizeof(last.note) ||
	    last.note.sum != sum_of(&last.note) || last.note.nr > LOGGERS_MAX)
		return false;
	for (i = 0; i < last.note.nr; i++)
		last.note.loggers[i].name[sizeof(last.note.loggers[i].name) - 1] = '\0';
	last.note.release[sizeof(last.note.release) - 1] = '\0';
	last.note.version[sizeof(last.note.version) - 1] = '\0';

	return true;
}

static void walk(bool (*look)(void *data, unsigned int len, void *private), void *private)
{
	int cpu;

	for_each_tracing_cpu(cpu)
		ring_buffer_walk(ring(), cpu, look, private);
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
		if (!ring_buffer_walk(ring(), cpu, count_record, &kept))
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
	return noted->catalogue && noted->catalogue == hash_event(event);
}

/**
 * blog_persist_add() - show what a logger said in the last boot
 * @logger: a registered logger, whose event has its catalogue
 *
 * Context: Process context; sleeps.
 */
void blog_persist_add(struct blog_logger *logger)
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
 * blog_persist_remove() - a logger goes, and what it said in the last boot is unknown again
 * @logger: the logger, whose event is there yet
 *
 * Its event's number may be given to another. That a module with events goes empties the
 * ring buffers, but not those of CPUs that are offline.
 *
 * Context: Process context; sleeps.
 */
void blog_persist_remove(struct blog_logger *logger)
{
	if (last_is_there())
		change_type(logger, logger->event->call->event.type, unknown_type(index_of(logger)));
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
	bool noted = take_note(), on = tracer_tracing_is_on(blog_instance);
	const char *why;
	time64_t time;

	/*
	 * Else events would be printed without their formats. What they have of pointers
	 * is said to be of the last boot, and nobody follows it; strings are copies.
	 */
	blog_instance->text_delta = 0;
	blog_instance->data_delta = 0;
	if (!ring_buffer_entries(ring())) {
		if (noted)
			pr_warn("blog: the last boot kept its history, but its ring buffers do not fit this kernel, or are empty\n");
		return;
	}
	tracer_tracing_off(blog_instance);
	why = why_not(noted);
	if (why) {
		pr_info("blog: %s: what the instance has by now, of either boot, is dropped\n", why);
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
		ring_buffer_reset_cpu(ring(), cpu);

	return 0;
}

static int __init watch_cpus(void)
{
	unsigned int cpu;
	int ret;

	cpus_read_lock();
	for_each_possible_cpu(cpu)
		cpumask_assign_cpu(cpu, &last.cpus, ring_buffer_size(ring(), cpu));
	ret = cpuhp_setup_state_nocalls_cpuslocked(CPUHP_BP_PREPARE_DYN, "trace/blog:prepare",
						   cpu_comes, NULL);
	cpus_read_unlock();

	return ret < 0 ? ret : 0;
}

/* The next boot */

/**
 * struct blog_keeping - what is written for the next boot
 * @begun:	somebody does so, or has
 * @free:	CPUs whose ring buffers have room, of @note.rings
 * @types:	what events have of numbers otherwise
 * @note:	what is said of it
 */
static struct blog_keeping {
	atomic_t begun;
	struct cpumask free;
	int types[LOGGERS_MAX];
	struct blog_note note;
} keeping;

/* Any record fits into so many pages. */
#define PAGES_MIN	2

static bool has_room(unsigned int cpu)
{
	if (cpu >= nr_cpu_ids || !cpumask_test_cpu(cpu, &keeping.free))
		return false;
	if (ring_buffer_nr_free_pages(ring(), cpu) >= PAGES_MIN)
		return true;
	/* It will not have any again. */
	cpumask_clear_cpu(cpu, &keeping.free);

	return false;
}

/* Where a record of a CPU goes. If all are full, the oldest of that one are overwritten. */
static unsigned int choose_ring(unsigned int cpu)
{
	unsigned int other;

	if (has_room(cpu))
		return cpu;
	while ((other = cpumask_first(&keeping.free)) < nr_cpu_ids)
		if (has_room(other))
			return other;

	return cpu < nr_cpu_ids && cpumask_test_cpu(cpu, &keeping.note.rings) ?
	       cpu : cpumask_first(&keeping.note.rings);
}

static void keep_message(const struct blog_place *place)
{
	const struct blog_event *event = place->cursor.logger->event;
	unsigned int this_cpu = smp_processor_id(), cpu;

	/* It has none of our numbers. */
	if (event->call->event.type <= unknown_type(LOGGERS_MAX))
		return;
	cpu = choose_ring(place->cursor.cpu);
	ring_buffer_exchange(ring(), this_cpu, cpu);
	blog_write_now(place);
	ring_buffer_exchange(ring(), this_cpu, cpu);
}

/* Without filters and triggers, and even if it is disabled. Nobody else runs. */
static void enable_event(struct blog_event *event)
{
	struct trace_event_file *file;

	list_for_each_entry(file, &blog_instance->events, list) {
		if (file->event_call != event->call)
			continue;
		file->flags = 0;
		WRITE_ONCE(event->file, file);
	}
}

static void begin_logger(struct blog_event *event)
{
	struct blog_note_logger *logger = &keeping.note.loggers[keeping.note.nr];

	if (keeping.note.nr == LOGGERS_MAX)
		return;
	enable_event(event);
	strscpy(logger->name, event->logger->name);
	logger->catalogue = hash_event(event);
	keeping.types[keeping.note.nr] = event->call->event.type;
	event->call->event.type = unknown_type(keeping.note.nr++);
}

/* Other instances have records with its number, which may be dumped yet. */
static void end_logger(struct blog_event *event)
{
	unsigned int nr = unknown_type(0) - event->call->event.type;

	if (nr < keeping.note.nr)
		event->call->event.type = keeping.types[nr];
}

static void write_note(void)
{
	struct blog_note *note = note_of_memory();

	keeping.note.sum = sum_of(&keeping.note);
	memcpy(note, &keeping.note, sizeof(*note));
	flush_note(note);
}

static void begin_note(void)
{
	struct blog_note *note = &keeping.note;

	note->magic = NOTE_MAGIC;
	note->size = sizeof(*note);
	note->time = ktime_get_real_fast_ns();
	strscpy(note->release, init_utsname()->release);
	strscpy(note->version, init_utsname()->version);
	write_note();
}

/* Take what ring buffers can be had; how many bytes they surely hold. */
static u64 seize_rings(void)
{
	unsigned long margin = PAGES_MIN * PAGE_SIZE, size;
	u64 room = 0;
	int cpu;

	for_each_tracing_cpu(cpu) {
		if (!ring_buffer_seize(ring(), cpu))
			continue;
		cpumask_set_cpu(cpu, &keeping.note.rings);
		size = ring_buffer_size(ring(), cpu);
		room += size - min(size, margin);
	}
	cpumask_copy(&keeping.free, &keeping.note.rings);

	/* Ends of pages stay empty, and stamps take room where somebody says little. */
	return room / 8 * 7;
}

/* Write what is retained, with the numbers of begin_logger(). */
static void write_history(u64 begin)
{
	u64 room = seize_rings();

	if (!room)
		return;
	begin_note();
	tracer_tracing_on(blog_instance);
	keeping.note.hurried = !blog_view_save(room, keep_message);
	tracer_tracing_off(blog_instance);
	keeping.note.whole = true;
	keeping.note.took = ktime_get_mono_fast_ns() - begin;
	write_note();
}

static void keep(void)
{
	u64 begin = ktime_get_mono_fast_ns();

	/* An oops would end this task otherwise, and nobody would restart the machine. */
	panic_on_oops = 1;
	/* Each record would be printed, with a lock that a CPU may have that was stopped. */
	if (tracepoint_printk)
		return;
	blog_view_each(begin_logger);
	/* Else what is in the ring buffers stays: the last boot's history perhaps. */
	if (blog_view_retains())
		write_history(begin);
	blog_view_each(end_logger);
}

static int keep_at_panic(struct notifier_block *nb, unsigned long action, void *unused)
{
	guard(irqsave)();
	/* A panic of what follows leaves what has been written. */
	if (!atomic_xchg(&keeping.begun, 1))
		keep();

	return NOTIFY_DONE;
}

/* Before what is in the caches is written to memory, which switches recording off. */
static struct notifier_block panic_notifier = {
	.notifier_call = keep_at_panic,
	.priority = 1,
};

/**
 * blog_persist_init() - begin to keep the history, if the instance has memory for that
 *
 * Context: Process context, at boot, after blog_publish_init(). Sleeps.
 */
void __init blog_persist_init(void)
{
	bool watched;

	if (!blog_instance->range_addr_start || !blog_note_size(blog_instance))
		return;
	/* A CPU that comes between has its ring buffer emptied, or looked at. */
	watched = !watch_cpus();
	adopt();
	trace_create_file("history_of_last_boot", TRACE_MODE_READ, blog_instance->dir, NULL,
			  &history_of_last_boot_fops);
	if (!watched || blog_newest_init()) {
		pr_warn("blog: no memory to keep the history for the next boot\n");
		return;
	}
	atomic_notifier_chain_register(&panic_notifier_list, &panic_notifier);
}
