// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: the note, which says what is in ring buffers that outlive the
 * kernel.
 */
#include <linux/align.h>
#include <linux/build_bug.h>
#include <linux/jhash.h>
#include <linux/string.h>

#include <asm/ring_buffer.h>

#include "blog_note.h"

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

static bool is_valid(const struct blog_note *note)
{
	return note->magic == NOTE_MAGIC && note->size == sizeof(*note) &&
	       note->sum == sum_of(note) && note->nr <= LOGGERS_MAX;
}

/**
 * blog_note_take() - take the note out of the memory, where it is no more then
 * @note: takes it
 *
 * Context: Process context, at boot.
 * Return: false if there was none.
 */
bool __init blog_note_take(struct blog_note *note)
{
	struct blog_note *there = note_of_memory();
	unsigned int i;

	memcpy(note, there, sizeof(*note));
	WRITE_ONCE(there->magic, 0);
	flush_note(there);
	if (!is_valid(note))
		return false;
	for (i = 0; i < note->nr; i++)
		note->loggers[i].name[sizeof(note->loggers[i].name) - 1] = '\0';
	note->release[sizeof(note->release) - 1] = '\0';
	note->version[sizeof(note->version) - 1] = '\0';

	return true;
}

/**
 * blog_note_write() - let the note be in the memory
 * @note: the note, but for what makes it valid
 *
 * Context: Any context, one caller at a time.
 */
void blog_note_write(struct blog_note *note)
{
	struct blog_note *there = note_of_memory();

	note->magic = NOTE_MAGIC;
	note->size = sizeof(*note);
	note->sum = sum_of(note);
	memcpy(there, note, sizeof(*note));
	flush_note(there);
}

/**
 * blog_note_hash() - all of what makes records mean the same: statements and fields
 * @event: the event of a logger
 *
 * Context: Any context.
 * Return: a hash of that; 0 if it is not known.
 */
u32 blog_note_hash(const struct blog_event *event)
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
