/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * What the scheduler's events tell: who ran where, and how the others waited.
 */
#ifndef _BLOG_SLICES_H
#define _BLOG_SLICES_H

#include <stdint.h>

#include "filter.h"
#include "tracks.h"

struct sched;
struct tep_event;
struct tep_record;

struct sched *sched_begin(struct tracks *tracks, struct chrome *chrome,
			  const struct filter *filter);
void sched_follow(struct sched *sched, struct tep_event *event, struct tep_record *record);
uint64_t sched_switches(const struct sched *sched);
void sched_end(struct sched *sched, uint64_t end);

#endif /* _BLOG_SLICES_H */
