// SPDX-License-Identifier: LGPL-2.1
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event-parse.h>
#include <trace-cmd.h>

#include "logger.h"
#include "output.h"
#include "recording.h"

/**
 * struct recording - a trace.dat
 * @path: the file
 * @head: knows the events; it serves the first walk
 * @walked: that is done
 * @missed: so many events the recorder missed; and more, if @missed_more
 * @tep: of it
 * @loggers: of that
 * @clock: at its end
 */
struct recording {
	const char		*path;
	struct tracecmd_input	*head;
	bool			walked;
	uint64_t		missed;
	bool			missed_more;
	struct tep_handle	*tep;
	struct logger		*loggers;
	struct clock		clock;
};

/* A walk through all buffers. */
struct walk {
	struct recording	*recording;
	message_fn		look;
	event_fn		other;
	void			*data;
};

typedef int (*record_fn)(struct tracecmd_input *handle, struct tep_record *record, int cpu,
			 void *data);

static struct tracecmd_input *open_file(const char *path)
{
	struct tracecmd_input *head = tracecmd_open(path, TRACECMD_FL_LOAD_NO_PLUGINS);

	if (!head)
		die("%s is not a recording of trace-cmd, or is damaged", path);

	return head;
}

static int walk_buffers(struct tracecmd_input *head, record_fn look, void *data)
{
	int nr = tracecmd_buffer_instances(head), used = 1, ret, i;
	struct tracecmd_input **handles = must(calloc(nr + 1, sizeof(*handles)));

	handles[0] = head;
	for (i = 0; i < nr; i++) {
		handles[used] = tracecmd_buffer_instance_handle(head, i);
		used += !!handles[used];
	}
	ret = tracecmd_iterate_events_multi(handles, used, look, data);
	while (--used)
		tracecmd_close(handles[used]);
	free(handles);

	return ret;
}

/* How many the ring buffer does not always tell. */
static void note_missed(struct recording *recording, const struct tep_record *record)
{
	if (record->missed_events > 0)
		recording->missed += record->missed_events;
	else if (record->missed_events)
		recording->missed_more = true;
}

static void tell_missed(const struct recording *recording)
{
	if (recording->missed)
		warn("%s lacks %" PRIu64 " events%s: they came too fast for its recorder; larger buffers help: trace-cmd record -b KIB",
		     recording->path, recording->missed,
		     recording->missed_more ? ", and some more" : "");
	else if (recording->missed_more)
		warn("%s lacks some events: they came too fast for its recorder; larger buffers help: trace-cmd record -b KIB",
		     recording->path);
}

/* A handle can be walked once. */
static int walk_file(struct recording *recording, record_fn look, void *data)
{
	struct tracecmd_input *head = recording->head;
	int ret;

	if (recording->walked)
		head = open_file(recording->path);
	recording->missed = 0;
	ret = walk_buffers(head, look, data);
	if (!recording->walked)
		tell_missed(recording);
	recording->walked = true;
	if (head != recording->head)
		tracecmd_close(head);

	return ret;
}

static int note_time(struct tracecmd_input *handle, struct tep_record *record, int cpu,
		     void *data)
{
	struct recording *recording = data;

	(void)handle;
	(void)cpu;
	note_missed(recording, record);
	if (record->ts > recording->clock.trace)
		recording->clock.trace = record->ts;

	return 0;
}

/**
 * recording_open - open a trace.dat
 * @path: the file
 *
 * Ends the program if that is not possible.
 *
 * Return: the recording, to be freed with recording_close().
 */
struct recording *recording_open(const char *path)
{
	struct recording *recording = must(calloc(1, sizeof(*recording)));

	if (access(path, R_OK))
		die("cannot read %s: %s", path, strerror(errno));
	tracecmd_set_loglevel(TEP_LOG_NONE);
	recording->path = path;
	recording->head = open_file(path);
	recording->tep = tracecmd_get_tep(recording->head);
	recording->loggers = loggers_read(recording->tep);
	if (!recording->loggers)
		die("%s has no messages; record some with: trace-cmd record -B blog -e blog sleep 1",
		    path);

	return recording;
}

static int look_at(struct tracecmd_input *handle, struct tep_record *record, int cpu,
		   void *data)
{
	struct walk *walk = data;
	struct recording *recording = walk->recording;
	struct tep_event *event = tep_find_event_by_record(recording->tep, record);
	const struct logger *l = loggers_of_event(recording->loggers, event);
	struct message message;

	(void)handle;
	(void)cpu;
	note_missed(recording, record);
	if (!l)
		return event && walk->other ? walk->other(event, record, walk->data) : 0;
	if (!walk->look || logger_message(l, record, &message))
		return 0;

	return walk->look(&message, walk->data);
}

/**
 * recording_each - look at all events, in the order in which they were recorded
 * @recording: the recording
 * @look: called for each message, or NULL
 * @other: called for each other event, or NULL
 * @data: for both
 *
 * Return: 0, or what was returned to stop.
 */
int recording_each(struct recording *recording, message_fn look, event_fn other, void *data)
{
	struct walk walk = {
		.recording = recording, .look = look, .other = other, .data = data,
	};

	return walk_file(recording, look_at, &walk);
}

/**
 * recording_clock - when it ends
 * @recording: the recording
 *
 * Return: the clocks then; wall clock is not known.
 */
const struct clock *recording_clock(struct recording *recording)
{
	if (!recording->clock.trace)
		walk_file(recording, note_time, recording);

	return &recording->clock;
}

/**
 * recording_loggers - whose messages it may have
 * @recording: the recording
 *
 * Return: the loggers.
 */
const struct logger *recording_loggers(const struct recording *recording)
{
	return recording->loggers;
}

/**
 * recording_close - free what recording_open() returned
 * @recording: the recording
 */
void recording_close(struct recording *recording)
{
	loggers_free(recording->loggers);
	tracecmd_close(recording->head);
	free(recording);
}
