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
 * stands at the beginning of the line, comm=NAME, cpu=N and late=N come first. In perf
 * comm= does not. It does not tell plugins the name that it prints, and would repeat it:
 * its records are of the moment, and it follows how tasks are named.
 *
 * trace-cmd, perf and KernelShark load it from their plugin directories. perf
 * exports few functions of libtraceevent to plugins; tests/symbols.txt lists
 * what may be used here.
 *
 * There is one option, as in trace-cmd report -O blog:shorts=wide:
 *
 *   shorts	"narrow": %hd and %hhd are stored as 2 bytes and 1, as up to
 *		kernel 6.12; "wide": as 4 bytes, as in 7.3. If not given, the
 *		print fmt tells: it names the arguments args32 where they are wide
 *
 * This file registers and prints; catalogue.c knows the statements, symbol.c the
 * functions, bstr.c is the printf.
 */
#include <errno.h>
#include <pthread.h>
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

/*
 * Handlers are registered for events with an id below this. The kernel gives out
 * the lowest free id, so ids are about as high as there are events. An event with
 * a higher one is printed by the library. The library compares each event that it
 * parses with all handlers: 30 to 50 us for these.
 */
#ifndef EVENT_IDS
#define EVENT_IDS	8192
#endif

#define MESSAGE_SIZE	(64 * 1024)

/* Not in every perf. */
const char *tep_data_comm_from_pid(struct tep_handle *tep, int pid) __attribute__((weak));

static struct tep_plugin_option options[] = {
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
	OPT_SHORTS,
};

/* One logger's event, known since its first record. */
struct logger {
	struct logger		*next;
	struct tep_handle	*tep;
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
};

/* What belongs to a handle: the context of its event handlers. */
struct session {
	struct session		*next;
	struct tep_handle	*tep;
	struct logger		*loggers;
	int			nr_ids;		/* registered: 0 to @nr_ids - 1 */
};

/*
 * For all handles. @lock protects all in this file: KernelShark searches the buffers
 * of a recording by several threads, and they share a handle.
 */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct session *sessions;
static char message[MESSAGE_SIZE];
static char escaped[ESCAPED_SIZE(MESSAGE_SIZE)];

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
static void print_text(struct trace_seq *s, const char *text, size_t len)
{
	escape_control(escaped, sizeof(escaped), text, len);
	trace_seq_puts(s, escaped);
}

/* It prints names of its own, whatever names the handle may have. */
static bool is_perf(void)
{
	return !strncmp(program_invocation_short_name, "perf", strlen("perf"));
}

/* The name that the line begins with; NULL if unknown here, or of an idle task. */
static const char *known_comm(const struct logger *l, const struct tep_record *record)
{
	uint64_t pid;

	if (is_perf() || !tep_data_comm_from_pid || !l->pid ||
	    !read_field(record, l->pid, l->env.big_endian, &pid) || !pid)
		return NULL;
	return tep_data_comm_from_pid(l->tep, pid);
}

static void print_comm(struct trace_seq *s, const struct logger *l,
		       const struct tep_record *record)
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
	print_text(s, comm, field->size);
	trace_seq_putc(s, ' ');
}

/* Who has logged it, where the line says otherwise. */
static void print_who(struct trace_seq *s, const struct logger *l,
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
static void print_message(struct trace_seq *s, const struct logger *l,
			  const struct blog_site *site, const void *args,
			  size_t len)
{
	size_t n = bstr_print(message, sizeof(message), site->fmt, args,
			      len, &l->env);

	if (n && message[n - 1] == '\n')
		n--;
	print_text(s, site->func, SIZE_MAX);
	trace_seq_puts(s, ": ");
	print_text(s, message, n);
}

static void print_record(struct trace_seq *s, const struct logger *l,
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
			print_text(s, site->func, SIZE_MAX);
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

static bool is_message(struct tep_event *event)
{
	struct tep_format_field *args = tep_find_field(event, "args");

	return args && args->flags & TEP_FIELD_IS_DYNAMIC &&
	       tep_find_field(event, "client") && tep_find_field(event, "site");
}

static void free_logger(struct logger *l)
{
	blog_catalogue_free(&l->catalogue);
	free(l);
}

static struct logger *new_logger(struct session *session, struct tep_event *event)
{
	struct logger *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	if (blog_catalogue_read(&l->catalogue, event)) {
		free_logger(l);
		return NULL;
	}
	l->tep = session->tep;
	l->event = event;
	l->client = tep_find_field(event, "client");
	l->site = tep_find_field(event, "site");
	l->args = tep_find_field(event, "args");
	l->comm = tep_find_field(event, "comm");
	l->cpu = tep_find_field(event, "cpu");
	l->late = tep_find_field(event, "late");
	l->pid = tep_find_any_field(event, "common_pid");
	read_layout(l, event);
	l->next = session->loggers;
	session->loggers = l;
	return l;
}

/* An event is learnt with its first record: only then it is parsed for sure. */
static struct logger *find_logger(struct session *session, struct tep_event *event)
{
	struct logger *l;

	for (l = session->loggers; l; l = l->next)
		if (l->event == event)
			return l;
	return is_message(event) ? new_logger(session, event) : NULL;
}

/* Not zero: let the library print the event. */
static int blog_handler(struct trace_seq *s, struct tep_record *record,
			struct tep_event *event, void *context)
{
	struct logger *l;

	pthread_mutex_lock(&lock);
	l = find_logger(context, event);
	if (l)
		print_record(s, l, record);
	pthread_mutex_unlock(&lock);
	return l ? 0 : -1;
}

/* ---------------------------- loading ---------------------------- */

static struct session *find_session(struct tep_handle *tep)
{
	struct session *session;

	for (session = sessions; session; session = session->next)
		if (session->tep == tep)
			return session;
	return NULL;
}

/*
 * By id, for whatever event of the system it is: so each logger is known, whatever
 * its name. Events are parsed later than this, and perf has no function that lists
 * them.
 *
 * tep_unregister_event_handler() crashes if it comes across a handler without an
 * event name while it looks for one with a name. Handlers are found latest first,
 * and plugins are unloaded in this order: so what another plugin registered later
 * is found before these, and what it registered earlier when these are gone. It
 * would crash for a plugin that unregisters what it has not registered; of those
 * that come with libtraceevent, up to 1.8.4, none does.
 */
static int register_ids(struct session *session)
{
	for (; session->nr_ids < EVENT_IDS; session->nr_ids++)
		if (tep_register_event_handler(session->tep, session->nr_ids, BLOG_SYSTEM,
					       NULL, blog_handler, session) < 0)
			return -1;
	return 0;
}

static void unregister_ids(struct session *session)
{
	while (session->nr_ids)
		tep_unregister_event_handler(session->tep, --session->nr_ids, BLOG_SYSTEM,
					     NULL, blog_handler, session);
}

static struct session *new_session(struct tep_handle *tep)
{
	struct session *session = calloc(1, sizeof(*session));

	if (!session)
		return NULL;
	if (!sessions)
		tep_plugin_add_options("blog", options);
	session->tep = tep;
	session->next = sessions;
	sessions = session;
	return session;
}

static void free_session(struct session *session)
{
	struct session **pos = &sessions;
	struct logger *l;

	while (*pos != session)
		pos = &(*pos)->next;
	*pos = session->next;
	while ((l = session->loggers)) {
		session->loggers = l->next;
		free_logger(l);
	}
	free(session);
	if (!sessions)
		tep_plugin_remove_options(options);
}

/**
 * TEP_PLUGIN_LOADER - register the handlers
 * @tep: the handle that loads the plugin; again, if it finds it in two directories
 *
 * Return: 0, or -1 if not all could be registered.
 */
PLUGIN_EXPORT int TEP_PLUGIN_LOADER(struct tep_handle *tep)
{
	struct session *session;
	int ret = 0;

	pthread_mutex_lock(&lock);
	if (!find_session(tep)) {
		session = new_session(tep);
		ret = session ? register_ids(session) : -1;
	}
	pthread_mutex_unlock(&lock);
	return ret;
}

/**
 * TEP_PLUGIN_UNLOADER - unregister the handlers and free what they know
 * @tep: the handle that loaded the plugin
 */
PLUGIN_EXPORT void TEP_PLUGIN_UNLOADER(struct tep_handle *tep)
{
	struct session *session;

	pthread_mutex_lock(&lock);
	session = find_session(tep);
	if (session) {
		unregister_ids(session);
		free_session(session);
	}
	pthread_mutex_unlock(&lock);
}
