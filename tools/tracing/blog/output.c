// SPDX-License-Identifier: LGPL-2.1
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <json.h>

#include "command.h"
#include "escape.h"
#include "json_text.h"
#include "logger.h"
#include "output.h"

const char *output_command = "blog";

static bool colours;
static pid_t pager_pid;
static int write_error;

static void complain(const char *fmt, va_list args)
{
	fflush(stdout);
	fprintf(stderr, "%s: ", output_command);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
}

/**
 * die - end the program: it failed
 * @fmt: what is wrong, and what to do
 */
void die(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	complain(fmt, args);
	va_end(args);
	output_end();
	exit(EXIT_FAILED);
}

/**
 * misuse - end the program: it was called wrongly
 * @fmt: what is wrong
 */
void misuse(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	complain(fmt, args);
	va_end(args);
	fprintf(stderr, "Try: %s --help\n", output_command);
	output_end();
	exit(EXIT_USAGE);
}

/**
 * warn - say that something is missing
 * @fmt: what, and what to do
 */
void warn(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	complain(fmt, args);
	va_end(args);
}

/**
 * must - end the program if there is no memory
 * @memory: what was allocated
 *
 * Return: the same.
 */
void *must(void *memory)
{
	if (!memory)
		die("out of memory");

	return memory;
}

/**
 * text_of - make a text, or end the program if there is no memory
 * @fmt: the text
 *
 * Return: the text, to be freed.
 */
char *text_of(const char *fmt, ...)
{
	va_list args;
	char *text;
	int ret;

	va_start(args, fmt);
	ret = vasprintf(&text, fmt, args);
	va_end(args);
	if (ret < 0)
		die("out of memory");

	return text;
}

/* 127: there is no such pager; cat shows what it would have shown. */
static void __attribute__((noreturn)) run_pager(const char *pager)
{
	setenv("LESS", "FRSX", 0);
	if (pager) {
		execlp("sh", "sh", "-c", "trap : INT QUIT; eval \"$PAGER\"; [ $? != 127 ] || exec cat",
		       (char *)NULL);
	} else {
		execlp("pager", "pager", (char *)NULL);
		execlp("less", "less", (char *)NULL);
		execlp("more", "more", (char *)NULL);
		execlp("cat", "cat", (char *)NULL);
	}
	_exit(127);
}

static void start_pager(void)
{
	const char *pager = getenv("PAGER");
	int ends[2];

	if (pager && !*pager)
		return;
	if (pipe(ends))
		return;
	pager_pid = fork();
	if (!pager_pid) {
		dup2(ends[0], STDIN_FILENO);
		close(ends[0]);
		close(ends[1]);
		run_pager(pager);
	}
	close(ends[0]);
	if (pager_pid > 0) {
		dup2(ends[1], STDOUT_FILENO);
		/* What is typed in the pager is for the pager. */
		signal(SIGINT, SIG_IGN);
		signal(SIGQUIT, SIG_IGN);
	}
	close(ends[1]);
}

/**
 * output_begin - get ready to print text
 * @pager: through a pager, if it goes to a terminal
 *
 * The environment may say which, PAGER, or that there be no colours, NO_COLOR or TERM=dumb.
 */
void output_begin(bool pager)
{
	const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");

	if (!isatty(STDOUT_FILENO))
		return;
	colours = (!no_colour || !*no_colour) && term && strcmp(term, "dumb");
	if (pager)
		start_pager();
}

/**
 * output_failed - whether there is no sense in printing more
 *
 * Context: right after something was printed: errno may be of that.
 * Return: true if it could not be written.
 */
bool output_failed(void)
{
	if (!write_error && ferror(stdout))
		write_error = errno;

	return write_error;
}

/**
 * output_end - all is printed: wait until it was looked at
 *
 * Return: an exit status.
 */
int output_end(void)
{
	bool failed = fflush(stdout) ? output_failed() : ferror(stdout);

	if (failed && !write_error)
		fprintf(stderr, "%s: some of it could not be written\n", output_command);
	else if (failed && write_error != EPIPE)
		fprintf(stderr, "%s: cannot write: %s\n", output_command,
			strerror(write_error));
	if (pager_pid > 0) {
		close(STDOUT_FILENO);
		while (waitpid(pager_pid, NULL, 0) < 0 && errno == EINTR)
			;
		pager_pid = 0;
		return EXIT_DONE;
	}

	return failed && write_error != EPIPE ? EXIT_FAILED : EXIT_DONE;
}

/**
 * paint - a colour for what is printed next
 * @colour: the colour; COLOUR_NONE ends it
 *
 * Return: what to print for it; empty if there are none.
 */
const char *paint(enum colour colour)
{
	static const char * const codes[] = {
		[COLOUR_NONE]	= "\033[0m",
		[COLOUR_DIM]	= "\033[2m",
		[COLOUR_BOLD]	= "\033[1m",
		[COLOUR_RED]	= "\033[31m",
		[COLOUR_GREEN]	= "\033[32m",
		[COLOUR_YELLOW]	= "\033[33m",
		[COLOUR_BLUE]	= "\033[34m",
	};

	return colours ? codes[colour] : "";
}

/**
 * print_plain - print text of other origin, with control characters as \ooo
 * @text: the text
 */
void print_plain(const char *text)
{
	size_t len = strlen(text), size = ESCAPED_SIZE(len);
	char *plain = must(malloc(size));

	escape_control(plain, size, text, len);
	fputs(plain, stdout);
	free(plain);
}

/* Empty if that is not known. */
static const char *level_name(const struct message *message)
{
	static const char * const names[] = {
		[LEVEL_TASK] = "task", [LEVEL_SOFTIRQ] = "softirq",
		[LEVEL_HARDIRQ] = "hardirq", [LEVEL_NMI] = "nmi",
	};

	return message->level <= LEVEL_NMI ? names[message->level] : "";
}

/**
 * print_message - print a message in a line
 * @message: the message
 * @clock: what its stamp means
 * @style: how to print that
 */
void print_message(const struct message *message, const struct clock *clock,
		   enum clock_style style)
{
	static char text[TEXT_SIZE];
	char time[64], comm[ESCAPED_SIZE(COMM_SIZE)];
	const char *level;

	clock_print(clock, style, message->time, time, sizeof(time));
	escape_control(comm, sizeof(comm), message->comm, COMM_SIZE);
	message_text(message, text, sizeof(text));
	if (message->lost)
		printf("%s%u messages were dropped here%s\n", paint(COLOUR_RED),
		       message->lost, paint(COLOUR_NONE));
	level = message->level ? level_name(message) : "";
	printf("%s%s%s %s%s-%d%s [%03u%s%s] %s: ", paint(COLOUR_DIM), time,
	       paint(COLOUR_NONE), paint(COLOUR_BOLD), comm, message->pid,
	       paint(COLOUR_NONE), message->cpu, *level ? " " : "", level,
	       message->logger->name);
	if (message->client)
		printf("[%llu] ", (unsigned long long)message->client);
	puts(text);
}

/**
 * message_json - a message for programs
 * @message: the message
 * @clock: what its stamp means
 *
 * Return: the object, to be put.
 */
struct json_object *message_json(const struct message *message, const struct clock *clock)
{
	static char text[TEXT_SIZE];
	struct json_object *json = must(json_object_new_object());
	char wall[64];

	message_text(message, text, sizeof(text));
	json_object_object_add(json, "time", must(json_object_new_uint64(message->time)));
	if (clock && clock->realtime) {
		clock_print(clock, CLOCK_STYLE_WALL, message->time, wall, sizeof(wall));
		json_object_object_add(json, "wall", must(json_object_new_string(wall)));
	}
	json_object_object_add(json, "logger", json_text(message->logger->name));
	json_object_object_add(json, "client", must(json_object_new_uint64(message->client)));
	json_object_object_add(json, "pid", must(json_object_new_int(message->pid)));
	if (message->tgid)
		json_object_object_add(json, "tgid", must(json_object_new_int(message->tgid)));
	json_object_object_add(json, "comm", json_text(message->comm));
	json_object_object_add(json, "cpu", must(json_object_new_int64(message->cpu)));
	if (*level_name(message))
		json_object_object_add(json, "level",
				       must(json_object_new_string(level_name(message))));
	if (message->lost)
		json_object_object_add(json, "lost", must(json_object_new_int64(message->lost)));
	json_object_object_add(json, "function", json_text(message_function(message)));
	json_object_object_add(json, "text", json_text(text));

	return json;
}

static void print_json_as(struct json_object *json, int flags)
{
	const char *text = json_object_to_json_string_ext(json, flags |
							  JSON_C_TO_STRING_NOSLASHESCAPE);

	puts(must((void *)text));
	json_object_put(json);
}

/**
 * print_json - print an object, and put it
 * @json: the object
 */
void print_json(struct json_object *json)
{
	print_json_as(json, JSON_C_TO_STRING_PRETTY);
}

/**
 * print_json_line - print an object in one line, and put it
 * @json: the object
 */
void print_json_line(struct json_object *json)
{
	print_json_as(json, JSON_C_TO_STRING_PLAIN);
}
