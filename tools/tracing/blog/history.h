/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * What this kernel retains: the files instances/blog/loggers/NAME/history. Reading
 * takes nothing from anybody, and waits for nobody. Or what one retained that has died.
 */
#ifndef _BLOG_HISTORY_H
#define _BLOG_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"
#include "contexts.h"
#include "message.h"

struct history;
struct task_list;

const char *history_load(int fd, struct logger *logger, struct contexts *contexts,
			 struct clock *clock);
struct history *history_read(const char *logger);
struct history *history_read_dump(const char *path, const char *logger);
void history_tasks(const struct history *history, struct task_list *tasks);
void history_tell_damage(const struct history *history);
int history_each(struct history *history, message_fn look, void *data);
int history_each_of(struct history *history, message_filter wanted, message_fn look,
		    void *data);
void history_visit(struct history *history, message_fn look, void *data);
void history_since(struct history *history, uint64_t since);
const struct clock *history_clock(const struct history *history);
const struct logger *history_loggers(const struct history *history);
void history_free(struct history *history);
bool history_scan(const char *logger, struct clock *clock, message_fn look, void *data);

#endif /* _BLOG_HISTORY_H */
