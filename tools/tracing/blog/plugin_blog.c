// SPDX-License-Identifier: LGPL-2.1
/*
 * libtraceevent plugin: shows the events of system "blog" as messages.
 *
 * A blog event carries a client id, the id of the log statement and its
 * arguments as the kernel's vbin_printf() stored them; its print fmt lists the
 * statements. Alone that reads
 *
 *   [4242] ceph_add_cap (fs/ceph/caps.c:670) %p cap %s args: 3735928559 ...
 *
 * and with this plugin, where [client] is left out if it is 0,
 *
 *   [4242] ceph_add_cap: 00000000deadbeef cap pAsLsXs
 *
 * Control characters are shown as \ooo, also in names.
 *
 * An event says itself which task and CPU has logged it, and how much younger its
 * stamp is than the message, in units of the clock. Where that differs from what
 * stands at the beginning of the line, comm=NAME, cpu=N and late=N come first. (In perf
 * comm= does not: perf does not tell plugins the name.)
 *
 * trace-cmd, perf and KernelShark load it from their plugin directories. perf
 * exports few functions of libtraceevent to plugins; tests/symbols.txt lists
 * what may be used here.
 *
 * Options, for example trace-cmd report -O blog:loggers=foo,bar:
 *
 *   loggers	names of more events than the known ones, separated by commas;
 *		perf has no plugin options and takes them from BLOG_LOGGERS
 *   shorts	"narrow": %hd and %hhd are stored as 2 bytes and 1, as up to
 *		kernel 6.12; "wide": as 4 bytes, as in 7.3. If not given, the
 *		print fmt tells: it names the arguments args32 where they are wide
 *
 * This file registers and prints; catalogue.c knows the statements, symbol.c the
 * functions, bstr.c is the printf.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event-parse.h>

#include "bstr.h"
#include "catalogue.h"
#include "escape.h"
#include "symbol.h"

/*
 * Visible to dlsym(), but bound to this object: every plugin defines the same
 * names, and they are loaded into one global scope.
 */
#define PLUGIN_EXPORT	__attribute__((visibility("protected")))

#define BLOG_SYSTEM	"blog"
#define BLOG_LOGGERS	"ceph,libceph,rbd,blog_kunit,blog_sample"

#define MESSAGE_SIZE	(64 * 1024)

/* Not in perf. */
const char *tep_data_comm_from_pid(struct tep_handle *tep, int pid) __attribute__((weak));

static struct tep_plugin_option options[] = {
	{
		.name = "loggers",
		.plugin_alias = "blog",
		.description = "Names of further loggers, separated by commas",
		.value = "",
	},
	{
		.name = "shorts",
		.plugin_alias = "blog",
		.description = "Size of stored %hd and %hhd: narrow or wide (4 bytes)",
		.value = "",
	},
	{
		.name = NULL,
	},
};

enum {
	OPT_LOGGERS,
	OPT_SHORTS,
};

/*
 * One logger's event in one handle: the context of its handler. @catalogue and
 * the fields belong to @event, which is NULL until the first record.
 */
struct logger {
	struct logger		*next;
	struct tep_handle	*tep;
	char			*name;
	struct tep_event	*event;
	struct tep_format_field	*client;
	struct tep_format_field	*site;
	struct tep_format_field	*args;
	struct tep_format_field	*comm;	/* this and the following may lack */
	struct tep_format_field	*cpu;
	struct tep_format_field	*late;
	struct tep_format_field	*pid;
	struct blog_catalogue	catalogue;
	struct bstr_env		env;
	char			message[MESSAGE_SIZE];
	char			escaped[ESCAPED_SIZE(MESSAGE_SIZE)];
};

/* Of all handles. A handle is used by one thread, as all of libtraceevent. */
static struct logger *loggers;

/* ---------------------------- records ---------------------------- */

static bool has_bytes(const struct tep_record *record, uint64_t offset,
		      uint64_t len)
{
	return record->size >= 0 && offset + len <= (uint64_t)record->size;
}

static bool read_field(const struct tep_record *record,
		       const struct tep_format_field *field, bool big_endian,
		       uint64_t *val)
{
	if (field->offset < 0 || field->size < 0 || field->size > 8 ||
	    !has_bytes(record, field->offset, field->size))
		return false;
	*val = bstr_read((char *)record->data + field->offset, field->size,
			 big_endian);
	return true;
}

/* Find the arguments; false if some or all of them lie outside the record. */
static bool find_args(const struct logger *l, const struct tep_record *record,
		      const void **args, size_t *len)
{
	uint64_t loc, offset;

	*args = "";
	*len = 0;
	if (!read_field(record, l->args, l->env.big_endian, &loc))
		return false;
	offset = loc & 0xffff;
	if (l->args->flags & TEP_FIELD_IS_RELATIVE)
		offset += l->args->offset + l->args->size;
	if (!has_bytes(record, offset, 0))
		return false;

	*args = (char *)record->data + offset;
	*len = loc >> 16 & 0xffff;
	if (has_bytes(record, offset, *len))
		return true;
	*len = record->size - offset;
	return false;
}

/* Print text that may hold anything; it ends at a NUL, or after @len bytes. */
static void print_text(struct trace_seq *s, struct logger *l, const char *text, size_t len)
{
	escape_control(l->escaped, sizeof(l->escaped), text, len);
	trace_seq_puts(s, l->escaped);
}

/* The name that the line begins with; NULL if unknown here, or of an idle task. */
static const char *known_comm(const struct logger *l, const struct tep_record *record)
{
	uint64_t pid;

	if (!tep_data_comm_from_pid || !l->pid ||
	    !read_field(record, l->pid, l->env.big_endian, &pid) || !pid)
		return NULL;
	return tep_data_comm_from_pid(l->tep, pid);
}

static void print_comm(struct trace_seq *s, struct logger *l, const struct tep_record *record)
{
	const char *known = known_comm(l, record), *comm;
	const struct tep_format_field *field = l->comm;

	if (!known || !field || field->offset < 0 || field->size < 0 ||
	    !has_bytes(record, field->offset, field->size))
		return;
	comm = (char *)record->data + field->offset;
	if (!strncmp(comm, known, field->size))
		return;
	trace_seq_puts(s, "comm=");
	print_text(s, l, comm, field->size);
	trace_seq_putc(s, ' ');
}

/* Who has logged it, where the line says otherwise. */
static void print_who(struct trace_seq *s, struct logger *l,
		      const struct tep_record *record)
{
	uint64_t cpu, late;

	print_comm(s, l, record);
	if (l->cpu && read_field(record, l->cpu, l->env.big_endian, &cpu) &&
	    cpu != (uint64_t)record->cpu)
		trace_seq_printf(s, "cpu=%llu ", (unsigned long long)cpu);
	if (l->late && read_field(record, l->late, l->env.big_endian, &late) && late)
		trace_seq_printf(s, "late=%llu ", (unsigned long long)late);
}

static void print_words(struct trace_seq *s, const char *args, size_t len,
			bool big_endian)
{
	size_t n;

	for (; len; args += n, len -= n) {
		n = len < 4 ? len : 4;
		trace_seq_printf(s, " %0*llx", (int)(2 * n), (unsigned long long)
				 bstr_read(args, n, big_endian));
	}
}

/* A newline at the end would leave an empty line. */
static void print_message(struct trace_seq *s, struct logger *l,
			  const struct blog_site *site, const void *args,
			  size_t len)
{
	size_t n = bstr_print(l->message, sizeof(l->message), site->fmt, args,
			      len, &l->env);

	if (n && l->message[n - 1] == '\n')
		n--;
	print_text(s, l, site->func, SIZE_MAX);
	trace_seq_puts(s, ": ");
	print_text(s, l, l->message, n);
}

static void print_record(struct trace_seq *s, struct logger *l,
			 const struct tep_record *record)
{
	const struct blog_site *site;
	uint64_t client, id;
	const void *args;
	bool complete;
	size_t len;

	if (!read_field(record, l->client, l->env.big_endian, &client) ||
	    !read_field(record, l->site, l->env.big_endian, &id)) {
		trace_seq_puts(s, "<truncated>");
		return;
	}
	complete = find_args(l, record, &args, &len);
	site = blog_catalogue_find(&l->catalogue, id);

	print_who(s, l, record);
	if (client)
		trace_seq_printf(s, "[%llu] ", (unsigned long long)client);
	if (site && site->fmt) {
		print_message(s, l, site, args, len);
	} else {
		if (site) {
			print_text(s, l, site->func, SIZE_MAX);
			trace_seq_puts(s, " <no format, ");
		} else {
			trace_seq_puts(s, "<unknown ");
		}
		trace_seq_printf(s, "site %llu>", (unsigned long long)id);
		print_words(s, args, len, l->env.big_endian);
	}
	if (!complete)
		trace_seq_puts(s, " <truncated record>");
}

/* ---------------------------- events ---------------------------- */

static bool shorts_are_wide(const struct tep_event *event)
{
	const char *option = options[OPT_SHORTS].value;

	if (option && *option)
		return !strcmp(option, "wide");
	return event->print_fmt.format &&
	       strstr(event->print_fmt.format, "args32:");
}

static void read_layout(struct logger *l, struct tep_event *event)
{
	int long_size = tep_get_long_size(l->tep);

	l->env.long_size = long_size == 4 ? 4 : 8;
	l->env.big_endian = tep_is_file_bigendian(l->tep);
	l->env.wide_shorts = shorts_are_wide(event);
	l->env.symbol = symbol_print;
	l->env.priv = l->tep;
}

/* Learn the event with its first record: only then it is parsed. */
static bool learn_event(struct logger *l, struct tep_event *event)
{
	if (l->event == event)
		return true;

	blog_catalogue_free(&l->catalogue);
	l->event = NULL;
	l->client = tep_find_field(event, "client");
	l->site = tep_find_field(event, "site");
	l->args = tep_find_field(event, "args");
	l->comm = tep_find_field(event, "comm");
	l->cpu = tep_find_field(event, "cpu");
	l->late = tep_find_field(event, "late");
	l->pid = tep_find_any_field(event, "common_pid");
	if (!l->client || !l->site || !l->args ||
	    !(l->args->flags & TEP_FIELD_IS_DYNAMIC) ||
	    blog_catalogue_read(&l->catalogue, event))
		return false;
	read_layout(l, event);
	l->event = event;
	return true;
}

/* Not zero: let the library print the event. */
static int blog_handler(struct trace_seq *s, struct tep_record *record,
			struct tep_event *event, void *context)
{
	struct logger *l = context;

	if (!learn_event(l, event))
		return -1;
	print_record(s, l, record);
	return 0;
}

/* ---------------------------- loading ---------------------------- */

static bool is_registered(struct tep_handle *tep, const char *name, size_t len)
{
	struct logger *l;

	for (l = loggers; l; l = l->next)
		if (l->tep == tep && strlen(l->name) == len &&
		    !memcmp(l->name, name, len))
			return true;
	return false;
}

static void free_logger(struct logger *l)
{
	blog_catalogue_free(&l->catalogue);
	free(l->name);
	free(l);
}

static int register_logger(struct tep_handle *tep, const char *name, size_t len)
{
	struct logger *l = calloc(1, sizeof(*l));

	if (!l)
		return -1;
	l->tep = tep;
	l->name = strndup(name, len);
	if (!l->name ||
	    tep_register_event_handler(tep, -1, BLOG_SYSTEM, l->name,
				       blog_handler, l) < 0) {
		free_logger(l);
		return -1;
	}
	l->next = loggers;
	loggers = l;
	return 0;
}

/* Names already registered, and empty ones, are skipped. */
static int register_loggers(struct tep_handle *tep, const char *names)
{
	while (names && *names) {
		size_t len = strcspn(names, ",");

		if (len && !is_registered(tep, names, len) &&
		    register_logger(tep, names, len))
			return -1;
		names += len;
		names += *names == ',';
	}
	return 0;
}

/**
 * TEP_PLUGIN_LOADER - register the handlers of all loggers
 * @tep: the handle that loads the plugin
 *
 * Return: 0, or -1 if not all could be registered.
 */
PLUGIN_EXPORT int TEP_PLUGIN_LOADER(struct tep_handle *tep)
{
	if (!loggers)
		tep_plugin_add_options("blog", options);
	if (register_loggers(tep, BLOG_LOGGERS) ||
	    register_loggers(tep, options[OPT_LOGGERS].value) ||
	    register_loggers(tep, getenv("BLOG_LOGGERS")))
		return -1;
	return 0;
}

/**
 * TEP_PLUGIN_UNLOADER - unregister the handlers and free their catalogues
 * @tep: the handle that loaded the plugin
 */
PLUGIN_EXPORT void TEP_PLUGIN_UNLOADER(struct tep_handle *tep)
{
	struct logger **pos = &loggers, *l;

	while ((l = *pos)) {
		if (l->tep != tep) {
			pos = &l->next;
			continue;
		}
		*pos = l->next;
		tep_unregister_event_handler(tep, -1, BLOG_SYSTEM, l->name,
					     blog_handler, l);
		free_logger(l);
	}
	if (!loggers)
		tep_plugin_remove_options(options);
}
