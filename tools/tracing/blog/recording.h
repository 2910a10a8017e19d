/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * The messages, and other events, of a trace.dat.
 */
#ifndef _BLOG_RECORDING_H
#define _BLOG_RECORDING_H

#include "clock.h"
#include "message.h"

struct recording;
struct tep_event;
struct tep_record;

/* Of another event than a message; not 0: stop. */
typedef int (*event_fn)(struct tep_event *event, struct tep_record *record, void *data);

struct recording *recording_open(const char *path);
int recording_each(struct recording *recording, message_fn look, event_fn other, void *data);
const struct clock *recording_clock(struct recording *recording);
const struct logger *recording_loggers(const struct recording *recording);
void recording_close(struct recording *recording);

#endif /* _BLOG_RECORDING_H */
