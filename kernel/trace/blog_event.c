// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: the event of a logger.
 */
#include <linux/cleanup.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/seq_buf.h>
#include <linux/slab.h>
#include <linux/string_helpers.h>

#include "blog.h"
#include "trace_output.h"

/**
 * DOC: the event of a logger
 *
 * <linux/blog/define_logger.h> defines an event blog:<logger> and generates code
 * that comes here.
 *
 * Who hears it. Where the event is enabled, in any trace buffer but the
 * instance's, or by perf, its logger emits each message as it is logged
 * (blog_event_listen()). In the instance it is the publisher who writes the
 * event, not the message (blog_event_switch()).
 *
 * The catalogue. A message in a trace buffer holds the number of its statement
 * and its raw arguments. What the numbers mean is in the event's format file:
 * when a logger is added, the print format of its event becomes
 *
 *	"[%llu] %s args: %s", REC->client,
 *	__print_symbolic(REC->site, { 0, "" },
 *			 { 1, "function (file:line) format" }, ...),
 *	__print_array(__get_dynamic_array(args), ...)
 *
 * so that every trace.dat and perf.data explains itself. Where vbin_printf()
 * stores %hd as 4 bytes it says args32: in place of args:, for who decodes them.
 * The format is replaced under event_mutex, which its readers hold.
 *
 * The text. The kernel's own text output is rendered by blog_event_text() out of
 * the statement itself. It lies in the event's module, which stays while
 * trace_event_sem is held for reading, as who renders does.
 *
 * Names of files and tasks may have any characters. So that these neither look like
 * lines of other messages nor command the terminal, each byte of a control character
 * becomes \\ooo: below 0x20, 0x7f, and U+0080 to U+009F in UTF-8. The libtraceevent
 * plugin prints the same.
 */

/* Who hears it */

/**
 * blog_event_listen() - emit messages as they are logged, or do not
 * @logger: the logger
 * @on: its event is enabled for the first of its users; else disabled for the last
 *
 * Context: Process context with tracepoints_mutex held, and event_mutex if it is
 * trace events or perf that ask; sleeps. Takes blog_mutex.
 */
void blog_event_listen(struct blog_logger *logger, bool on)
{
	blog_logger_listen(logger, on);
}
EXPORT_SYMBOL_GPL(blog_event_listen);

static bool is_instance(const struct trace_array *tr)
{
	return tr->name && !strcmp(tr->name, BLOG_INSTANCE);
}

/**
 * blog_event_switch() - register or unregister what a logger's event reaches
 * @logger: the logger
 * @call: its event
 * @type: as for trace_event_reg()
 * @data: as for trace_event_reg()
 *
 * In the instance it is the publisher who writes the event, not the message.
 *
 * Context: Process context with event_mutex held; sleeps.
 * Return: 0 or an error.
 */
int blog_event_switch(struct blog_logger *logger, struct trace_event_call *call,
		      enum trace_reg type, void *data)
{
	struct trace_event_file *file = data;

	if ((type != TRACE_REG_REGISTER && type != TRACE_REG_UNREGISTER) ||
	    !is_instance(file->tr))
		return trace_event_reg(call, type, data);

	blog_view_switch(logger, type == TRACE_REG_REGISTER ? file : NULL);

	return 0;
}
EXPORT_SYMBOL_GPL(blog_event_switch);

/* The catalogue */

/* Of which %s is "" or "32". */
static const char catalogue_head[] =
	"\"[%%llu] %%s args%s: %%s\", REC->client, __print_symbolic(REC->site, { 0, \"\" }";
static const char catalogue_tail[] =
	"), __print_array(__get_dynamic_array(args), (__get_dynamic_array_len(args) / 4), 4)";

/* Most bytes of the catalogue's entry of a site. */
static size_t entry_max(const struct blog_site *site)
{
	/* An escaped character takes four; the rest is numbers and signs. */
	return strlen(site->function) + strlen(site->file) +
	       4 * strlen(site->format) + 48;
}

static void print_entry(struct seq_buf *s, const struct blog_site *site)
{
	char *buf;
	size_t size;
	int len;

	seq_buf_printf(s, ", { %u, \"%s (%s:%u) ", site->id, site->function,
		       site->file, site->line);
	/*
	 * All as octal: libtraceevent takes the quote after an escaped
	 * backslash for an escaped quote, and stops at what is not ASCII.
	 */
	size = seq_buf_get_buf(s, &buf);
	len = string_escape_mem(site->format, blog_format_len(site->format), buf, size,
				BLOG_ESCAPE, "\"\\");
	seq_buf_commit(s, len <= size ? len : -1);
	seq_buf_puts(s, "\" }");
}

/* The print format of a logger's event, to be freed with kvfree(). */
static char *make_catalogue(const struct blog_logger *logger)
{
	size_t size = sizeof(catalogue_head) + sizeof(catalogue_tail);
	const struct blog_site *site;
	char *buf, *catalogue;
	struct seq_buf s;
	u32 nr;

	for (nr = 1; (site = blog_site_at(logger, nr)); nr++)
		size += entry_max(site);
	buf = kvmalloc(size, GFP_KERNEL);
	if (!buf)
		return NULL;

	seq_buf_init(&s, buf, size);
	seq_buf_printf(&s, catalogue_head, blog_short_size() == sizeof(u32) ? "32" : "");
	for (nr = 1; (site = blog_site_at(logger, nr)); nr++)
		print_entry(&s, site);
	seq_buf_puts(&s, catalogue_tail);

	catalogue = kvmemdup(buf, seq_buf_used(&s) + 1, GFP_KERNEL);
	if (catalogue)
		catalogue[seq_buf_used(&s)] = '\0';
	kvfree(buf);

	return catalogue;
}

/* Let an event show another print format; returns the one before. */
static char *swap_print_fmt(struct trace_event_call *call, char *print_fmt)
{
	guard(mutex)(&event_mutex);
	swap(call->print_fmt, print_fmt);

	return print_fmt;
}

/**
 * blog_event_add() - show the catalogue of a logger in the format of its event
 * @logger: a registered logger
 *
 * Without memory for it the kernel log says so, and tools show numbers in place
 * of what the catalogue names.
 *
 * Context: Process context; sleeps. Takes event_mutex.
 */
void blog_event_add(struct blog_logger *logger)
{
	struct blog_event *event = logger->event;

	event->call->flags |= TRACE_EVENT_FL_NO_CURRENT;
	event->catalogue = make_catalogue(logger);
	if (event->catalogue)
		event->print_fmt = swap_print_fmt(event->call, event->catalogue);
	else
		pr_warn("blog: no memory for the catalogue of logger %s: tools cannot name its statements\n",
			logger->name);
}

/**
 * blog_event_remove() - take the catalogue of a logger away
 * @logger: a logger that was added
 *
 * Context: Process context; sleeps. Takes event_mutex.
 */
void blog_event_remove(struct blog_logger *logger)
{
	struct blog_event *event = logger->event;

	if (!event->catalogue)
		return;
	swap_print_fmt(event->call, event->print_fmt);
	kvfree(event->catalogue);
	event->catalogue = NULL;
}

/* The text */

/*
 * Say who it was where the line's header says otherwise: another task may have had the
 * pid, or its name changed; another CPU may have written the event, and late.
 */
static void print_header(struct trace_iterator *iter, const struct blog_event_text *text)
{
	struct trace_seq *p = &iter->tmp_seq;
	char comm[TASK_COMM_LEN];

	trace_find_cmdline(iter->ent->pid, comm);
	/* Idle tasks have one name for all there. */
	if (iter->ent->pid && strncmp(comm, text->comm, TASK_COMM_LEN))
		trace_seq_printf(p, "comm=%.*s ", TASK_COMM_LEN, text->comm);
	if (text->cpu != iter->cpu)
		trace_seq_printf(p, "cpu=%u ", text->cpu);
	if (text->late)
		trace_seq_printf(p, "late=%llu ", text->late);
}

static bool is_c1(u8 byte)
{
	return (byte & 0xe0) == 0x80;
}

/* Whether a byte is a control character of ASCII, or one of two that are one in UTF-8. */
static bool is_control(u8 before, u8 byte, u8 after)
{
	return byte < ' ' || byte == 0x7f || (byte == 0xc2 && is_c1(after)) ||
	       (before == 0xc2 && is_c1(byte));
}

/* Let each byte of control characters be \ooo, from offset @start on, up to a NUL. */
static void escape_controls(struct trace_seq *p, size_t start)
{
	u8 *text = p->buffer + start, *to, byte, after = 0;
	size_t len = strnlen(text, p->seq.len - start), nr = 0, i;

	for (i = 0; i < len; i++)
		nr += is_control(i ? text[i - 1] : 0, text[i],
				 i + 1 < len ? text[i + 1] : 0);
	p->seq.len = start + len;
	if (!nr)
		return;
	if (3 * nr > seq_buf_buffer_left(&p->seq)) {
		seq_buf_set_overflow(&p->seq);
		return;
	}

	/* From the end on, it makes room for itself. */
	p->seq.len += 3 * nr;
	to = text + len + 3 * nr;
	for (i = len; i--; after = byte) {
		byte = text[i];
		if (!is_control(i ? text[i - 1] : 0, byte, after)) {
			*--to = byte;
			continue;
		}
		*--to = '0' + (byte & 7);
		*--to = '0' + (byte >> 3 & 7);
		*--to = '0' + (byte >> 6);
		*--to = '\\';
	}
}

/**
 * blog_event_text() - render a message for the kernel's text output
 * @iter: the iterator; its tmp_seq takes the text
 * @logger: logger of the event
 * @text: the message
 *
 * Pointers are hashed unless the buffer's option hash-ptr is off. Control characters
 * are shown as \\ooo.
 *
 * Context: Reader of a trace buffer, with trace_event_sem held or in
 * ftrace_dump(); or, with tp_printk, the writer.
 * Return: the text, valid until tmp_seq is used again.
 */
const char *blog_event_text(struct trace_iterator *iter,
			    const struct blog_logger *logger,
			    const struct blog_event_text *text)
{
	const struct blog_site *site = blog_site_find(logger, text->site);
	struct trace_seq *p = &iter->tmp_seq;
	const char *start = trace_seq_buffer_ptr(p);
	size_t offset = trace_seq_used(p);

	print_header(iter, text);
	if (text->client)
		trace_seq_printf(p, "[%llu] ", text->client);
	if (!site) {
		trace_seq_printf(p, "<unknown statement %u, %u bytes>", text->site,
				 text->len);
	} else if (!blog_args_valid(site, text->args, text->len)) {
		trace_seq_printf(p, "%s: <truncated, %u bytes> %s",
				 site->function, text->len, site->format);
	} else {
		trace_seq_printf(p, "%s: ", site->function);
		trace_seq_bprintf(p, trace_event_format(iter, site->format), text->args);
	}
	if (!trace_seq_has_overflowed(p) && p->buffer[p->seq.len - 1] == '\n')
		p->seq.len--;
	if (!trace_seq_has_overflowed(p))
		escape_controls(p, offset);
	trace_seq_putc(p, '\0');

	return trace_seq_has_overflowed(p) ? "<message too long>" : start;
}
EXPORT_SYMBOL_GPL(blog_event_text);
