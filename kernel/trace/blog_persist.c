// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: the history outlives the kernel, in memory that does.
 */
#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/cpumask.h>
#include <linux/ftrace.h>
#include <linux/kernel.h>
#include <linux/panic.h>
#include <linux/panic_notifier.h>
#include <linux/ring_buffer.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/utsname.h>

#include "blog_note.h"

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
 * logger in the note. When a logger of that name comes (blog_adopt_add()) they get that
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
	if (ring_buffer_nr_free_pages(blog_ring(), cpu) >= PAGES_MIN)
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
	ring_buffer_exchange(blog_ring(), this_cpu, cpu);
	blog_write_now(place);
	ring_buffer_exchange(blog_ring(), this_cpu, cpu);
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
	logger->catalogue = blog_note_hash(event);
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

static void begin_note(void)
{
	struct blog_note *note = &keeping.note;

	note->time = ktime_get_real_fast_ns();
	strscpy(note->release, init_utsname()->release);
	strscpy(note->version, init_utsname()->version);
	blog_note_write(note);
}

/* Take what ring buffers can be had; how many bytes they surely hold. */
static u64 seize_rings(void)
{
	unsigned long margin = PAGES_MIN * PAGE_SIZE, size;
	u64 room = 0;
	int cpu;

	for_each_tracing_cpu(cpu) {
		if (!ring_buffer_seize(blog_ring(), cpu))
			continue;
		cpumask_set_cpu(cpu, &keeping.note.rings);
		size = ring_buffer_size(blog_ring(), cpu);
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
	blog_note_write(&keeping.note);
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
	if (!blog_instance->range_addr_start || !blog_note_size(blog_instance))
		return;
	if (blog_adopt_init() || blog_newest_init()) {
		pr_warn("blog: no memory to keep the history for the next boot\n");
		return;
	}
	atomic_notifier_chain_register(&panic_notifier_list, &panic_notifier);
}
