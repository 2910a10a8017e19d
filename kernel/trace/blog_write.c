// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: write records into this CPU's ring buffer of the instance.
 */
#include <linux/cleanup.h>
#include <linux/export.h>
#include <linux/percpu.h>
#include <linux/ring_buffer.h>
#include <linux/string.h>

#include "blog.h"

/**
 * DOC: writing a record
 *
 * A record is written by the probe of the logger's event, blog:<logger>, as if
 * it had been hit: enable bit, filter and triggers are those of the instance.
 * But blog_event_entry() lets the entry tell of who logged it, and blog_clock.c
 * gives it its stamp.
 *
 * Nothing is written any more when somebody empties the ring buffers, or changes
 * their clock: both wait for a grace period before they let records in again, and
 * here, with interrupts disabled, it is checked before each record.
 *
 * A dump may interrupt who writes, and write, too; it puts back what it found.
 */

/**
 * struct blog_writing - a record that is being written on this CPU
 * @item:	the record
 * @late:	how late it is, see blog_clock_begin()
 * @stored:	it has reached blog_event_entry()
 */
struct blog_writing {
	const struct blog_item *item;
	u64 late;
	bool stored;
};

static DEFINE_PER_CPU(struct blog_writing *, blog_writing);

static u8 flags_of_level(u32 level)
{
	switch (level) {
	case 0:
		return 0;
	case 1:
		return TRACE_FLAG_SOFTIRQ;
	case 2:
		return TRACE_FLAG_HARDIRQ | TRACE_FLAG_IRQS_OFF;
	default:
		return TRACE_FLAG_NMI | TRACE_FLAG_IRQS_OFF;
	}
}

/**
 * blog_event_entry() - say in a trace entry who has logged it
 * @entry: the entry, filled for the current task and context
 * @args: arguments of the message
 * @late: set to how late the entry's stamp is
 * @cpu: set to the CPU that has logged it
 * @comm: set to the name of the task, TASK_COMM_LEN bytes
 *
 * Context: Preemption disabled; called by the probe of a logger's event. Takes no
 * lock.
 */
void blog_event_entry(struct trace_entry *entry, const void *args, u64 *late,
		      u16 *cpu, char *comm)
{
	struct blog_writing *writing = this_cpu_read(blog_writing);

	if (writing && writing->item->args == args) {
		const struct blog_owner *owner = &writing->item->owner;

		writing->stored = true;
		entry->pid = owner->pid;
		entry->flags = flags_of_level(owner->level);
		entry->preempt_count = 0;
		*late = writing->late;
		*cpu = writing->item->cpu;
		/* It was copied while its owner may have changed it. */
		strscpy_pad(comm, owner->comm, TASK_COMM_LEN);
		return;
	}

	/* __blog() has disabled preemption once more. */
	if (IS_ENABLED(CONFIG_PREEMPT_COUNT))
		entry->preempt_count--;
	*late = 0;
	*cpu = smp_processor_id();
	/* Others may rename the task meanwhile. */
	data_race(strscpy_pad(comm, current->comm, TASK_COMM_LEN));
}
EXPORT_SYMBOL_GPL(blog_event_entry);

/* Whose comm was saved last. */
static DEFINE_PER_CPU(struct blog_owner, last_owner);

/* Save the comm if none is known, for the task may be gone. */
static void save_owner(const struct blog_owner *owner)
{
	struct blog_owner *last = this_cpu_ptr(&last_owner);
	unsigned int tries = 100;
	char comm[TASK_COMM_LEN];

	if (last->pid == owner->pid && last->tgid == owner->tgid)
		return;
	*last = *owner;
	strscpy(comm, owner->comm);
	while (tries-- && !trace_add_taskinfo(owner->pid, owner->tgid, comm))
		cpu_relax();
}

/*
 * Let the probe of the event write a record; whether it was stored. Interrupts are
 * disabled: they might write to the instance, or wake tasks, which decides anew
 * whether this CPU's events pass the filter for pids.
 */
static bool write_event(const struct blog_item *item, struct trace_event_file *file)
{
	struct blog_writing writing = { .item = item };
	struct blog_writing *outer = this_cpu_read(blog_writing);
	struct trace_array_cpu *data;
	struct blog_clock clock;
	bool ignore_pid;

	this_cpu_write(blog_writing, &writing);
	writing.late = blog_clock_begin(&clock, item->time);

	/* That is about the current task; blog_is_hidden() has looked at the record's. */
	data = this_cpu_ptr(blog_instance->array_buffer.data);
	ignore_pid = data->ignore_pid;
	data->ignore_pid = false;
	item->logger->event->publish(file, item->client, item->site, item->args, item->len);
	data->ignore_pid = ignore_pid;

	blog_clock_end(&clock);
	this_cpu_write(blog_writing, outer);

	return writing.stored;
}

/**
 * blog_write_begin() - begin to write records
 *
 * Context: Preemption disabled.
 */
void blog_write_begin(void)
{
	/* Others may have pushed it out of saved_cmdlines since. */
	memset(this_cpu_ptr(&last_owner), 0, sizeof(last_owner));
}

/**
 * blog_write_item() - write a record to this CPU's ring buffer
 * @item: the record; nothing happens if its logger is gone or its event disabled
 * @emptied: value of trace_array.emptied for which it was copied
 * @stored: set to whether the ring buffer has got it, or may have
 *
 * Context: Interrupts disabled.
 * Return: false if the ring buffer does not take any just now.
 */
bool blog_write_item(const struct blog_item *item, unsigned int emptied, bool *stored)
{
	struct trace_event_file *file;

	*stored = false;
	if (!item->logger)
		return true;
	file = READ_ONCE(item->logger->event->file);
	if (!file)
		return true;
	if (READ_ONCE(blog_instance->emptied) != emptied || !blog_clock_current() ||
	    !ring_buffer_record_is_on(READ_ONCE(blog_instance->array_buffer.buffer)))
		return false;
	if (!write_event(item, file))
		/* Triggers that keep an event soft-disabled have seen it. */
		return file->flags & EVENT_FILE_FL_SOFT_DISABLED;
	/* Then a trigger with a condition has seen it. */
	*stored = !(file->flags & EVENT_FILE_FL_SOFT_DISABLED);
	save_owner(&item->owner);

	return true;
}

/**
 * blog_write_copy() - copy a message
 * @item: takes it, with as many bytes of arguments as the message has
 * @place: the message
 *
 * A copy of what a writer overwrites meanwhile is garbage: the claim finds out.
 *
 * Context: RCU read-side critical section of the merge.
 */
void blog_write_copy(struct blog_item *item, const struct blog_place *place)
{
	const struct blog_cursor *cursor = &place->cursor;

	item->next = 0;
	item->cpu = cursor->cpu;
	item->site = cursor->site;
	item->len = cursor->len;
	item->time = cursor->time;
	item->client = cursor->client;
	item->logger = cursor->logger;
	item->owner = cursor->owner;
	/* A copy of what a writer overwrites meanwhile is dropped at the claim. */
	data_race(memcpy(item->args, cursor->args, cursor->len));
}

/**
 * blog_write_now() - write a message to this CPU's ring buffer, for a dump
 * @place: the message, which is not claimed
 *
 * Context: Any context, interrupts disabled, one caller at a time, within the RCU
 * read-side critical section of the merge. It may have interrupted who writes.
 * Return: whether the ring buffer has got it.
 */
bool blog_write_now(const struct blog_place *place)
{
	static struct {
		struct blog_item item;
		u8 args[BLOG_LEN_MAX];
	} dump;
	struct blog_logger *logger = place->cursor.logger;
	struct trace_event_file *file = READ_ONCE(logger->event->file);

	blog_write_copy(&dump.item, place);
	if (!file || blog_ctx_emptied(place) || !write_event(&dump.item, file))
		return false;
	save_owner(&dump.item.owner);

	return true;
}
