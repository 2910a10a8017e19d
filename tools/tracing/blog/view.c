// SPDX-License-Identifier: LGPL-2.1
#include <stdlib.h>

#include "history.h"
#include "output.h"
#include "view.h"

static uint64_t parse_count(const char *text)
{
	char *end;
	unsigned long long nr = strtoull(text, &end, 10);

	if (end == text || *end || *text == '-' || !nr)
		misuse("not a number of lines: %s", text);

	return nr;
}

/**
 * view_option - take an option of a command
 * @view: the view
 * @option: one of VIEW_OPTIONS, or another one
 * @value: its value
 *
 * Return: false if it is another one.
 */
bool view_option(struct view *view, int option, const char *value)
{
	switch (option) {
	case VIEW_OPTION_SINCE:
		view->since = value;
		return true;
	case VIEW_OPTION_UNTIL:
		view->until = value;
		return true;
	case 'n':
		view->last = parse_count(value);
		return true;
	case 'r':
		view->style = CLOCK_STYLE_TRACE;
		return true;
	case VIEW_OPTION_JSON:
		view->json = true;
		return true;
	}

	return filter_option(&view->filter, option, value);
}

/**
 * view_set_clock - know what times mean
 * @view: the view
 * @clock: that; it must stay
 */
void view_set_clock(struct view *view, const struct clock *clock)
{
	view->clock = clock;
	filter_times(&view->filter, clock, view->since, view->until);
}

static bool is_wanted(const struct message *message, void *data)
{
	struct view *view = data;

	return filter_wants(message, &view->filter);
}

static bool has_wanted_text(const struct view *view, const struct message *message)
{
	static char text[TEXT_SIZE];

	if (!view->filter.has_regex)
		return true;
	message_text(message, text, sizeof(text));

	return filter_wants_text(&view->filter, text);
}

/**
 * view_count - count a message if it is wanted
 * @message: the message
 * @data: the view
 *
 * Return: 0.
 */
int view_count(const struct message *message, void *data)
{
	struct view *view = data;

	if (is_wanted(message, view) && has_wanted_text(view, message))
		view->found++;

	return 0;
}

/**
 * view_skip - let as many be skipped as were counted but are not among the last
 * @view: the view
 */
void view_skip(struct view *view)
{
	view->skip = view->found > view->last ? view->found - view->last : 0;
}

static void print_line(const struct view *view, const struct message *message)
{
	if (view->json)
		print_json_line(message_json(message, view->clock));
	else
		print_message(message, view->clock, view->style);
}

/**
 * view_print - print a message if it is wanted
 * @message: the message
 * @data: the view
 *
 * Return: not 0 when nobody wants more.
 */
int view_print(const struct message *message, void *data)
{
	struct view *view = data;
	struct message shown = *message;

	if (!is_wanted(message, view))
		return 0;
	shown.lost += view->lost;
	view->lost = 0;
	if (!has_wanted_text(view, message)) {
		view->lost = shown.lost;
		return 0;
	}
	if (view->skip) {
		view->skip--;
		return 0;
	}
	print_line(view, &shown);

	return output_failed() || (view->stopped && view->stopped());
}

/**
 * view_history - print what is wanted of a history
 * @view: the view, which knows the clock
 * @history: the history
 */
void view_history(struct view *view, struct history *history)
{
	history_since(history, view->filter.since);
	if (view->last) {
		history_visit(history, view_count, view);
		view_skip(view);
	}
	history_each_of(history, is_wanted, view_print, view);
	view->skip = 0;
}

/**
 * view_free - free what the view has
 * @view: the view
 */
void view_free(struct view *view)
{
	filter_free(&view->filter);
}
