/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * What goes to the user: text with colour and pager on a terminal, or JSON.
 */
#ifndef _BLOG_OUTPUT_H
#define _BLOG_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "clock.h"
#include "message.h"

struct json_object;

enum colour {
	COLOUR_NONE,
	COLOUR_DIM,
	COLOUR_BOLD,
	COLOUR_RED,
	COLOUR_GREEN,
	COLOUR_YELLOW,
	COLOUR_BLUE,
};

/* Name of the command that runs, "blog show", for errors. */
extern const char *output_command;

void die(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));
void warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void misuse(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));
void *must(void *memory);
char *text_of(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

void output_begin(bool pager);
bool output_failed(void);
int output_end(void);
const char *paint(enum colour colour);
void print_plain(const char *text);

void print_message(const struct message *message, const struct clock *clock,
		   enum clock_style style);
struct json_object *message_json(const struct message *message, const struct clock *clock);
void print_json(struct json_object *json);
void print_json_line(struct json_object *json);

#endif /* _BLOG_OUTPUT_H */
