// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: the tracefs side.
 *
 * The catalogue. A message in a trace buffer holds the number of its statement
 * and its raw arguments. What the numbers mean is in the event's format file:
 * when a logger registers, the print format of its event becomes
 *
 *	"[%llu] %s args: %s", REC->client,
 *	__print_symbolic(REC->site, { 0, "" },
 *			 { 1, "function (file:line) format" }, ...),
 *	__print_array(__get_dynamic_array(args), ...)
 *
 * so that every trace.dat and perf.data explains itself. The kernel's own text
 * output is rendered by blog_event_text().
 *
 * The files. Instance "blog" of tracefs has a directory for each logger:
 *
 *	loggers/<name>/enable	rw  1 while the logger captures, else 0
 *	loggers/<name>/budget	rw  most bytes of contexts; rounded down to whole
 *				    contexts; shrinking frees at once
 *	loggers/<name>/stats	r   counters, a line "name value" each, after a
 *				    line with the version of the format
 */
#include <linux/blog/event.h>
#include <linux/fs.h>
#include <linux/kstrtox.h>
#include <linux/mm.h>
#include <linux/seq_buf.h>
#include <linux/seq_file.h>
#include <linux/string_helpers.h>
#include <linux/trace_events.h>
#include <linux/tracefs.h>

#include "trace.h"
#include "trace_output.h"
#include "../../lib/blog/internal.h"

/* Directory "loggers" of the instance; under blog_mutex. */
static struct dentry *loggers_dir;

/* The catalogue */

static const char catalogue_head[] =
	"\"[%llu] %s args: %s\", REC->client, __print_symbolic(REC->site, { 0, \"\" }";
static const char catalogue_tail[] =
	"), __print_array(__get_dynamic_array(args), (__get_dynamic_array_len(args) / 4), 4)";

/* Length of a format without its trailing newline. */
static size_t format_len(const char *format)
{
	size_t len = strlen(format);

	return len && format[len - 1] == '\n' ? len - 1 : len;
}

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
	len = string_escape_mem(site->format, format_len(site->format), buf, size,
				ESCAPE_OCTAL | ESCAPE_NAP | ESCAPE_APPEND, "\"\\");
	seq_buf_commit(s, len <= size ? len : -1);
	seq_buf_puts(s, "\" }");
}

/* The print format of a logger's event, to be freed with kvfree(). */
static char *make_catalogue(const struct blog_state *state)
{
	size_t size = sizeof(catalogue_head) + sizeof(catalogue_tail);
	struct seq_buf s;
	unsigned int i;
	char *buf, *catalogue;

	for (i = 0; i < state->nr_sites; i++)
		size += entry_max(state->site_by_id[i]);
	buf = kvmalloc(size, GFP_KERNEL);
	if (!buf)
		return NULL;

	seq_buf_init(&s, buf, size);
	seq_buf_puts(&s, catalogue_head);
	for (i = 0; i < state->nr_sites; i++)
		print_entry(&s, state->site_by_id[i]);
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
 * blog_event_text() - render a message for the kernel's text output
 * @iter: the iterator; its tmp_seq takes the text
 * @logger: logger of the event
 * @client: client of the message
 * @id: number of the statement
 * @args: arguments as stored
 * @len: bytes in @args
 *
 * Pointers are hashed unless the buffer's option hash-ptr is off.
 *
 * Context: Reader of a trace buffer, with trace_event_sem held or in
 * ftrace_dump(); or, with tp_printk, the writer.
 * Return: the text, valid until tmp_seq is used again.
 */
const char *blog_event_text(struct trace_iterator *iter,
			    const struct blog_logger *logger, u64 client,
			    u32 id, const void *args, unsigned int len)
{
	const struct blog_site *site = blog_site_find(logger, id);
	struct trace_seq *p = &iter->tmp_seq;
	const char *text = trace_seq_buffer_ptr(p);

	if (client)
		trace_seq_printf(p, "[%llu] ", client);
	if (!site) {
		trace_seq_printf(p, "<unknown statement %u, %u bytes>", id, len);
	} else if (!blog_args_valid(site, args, len)) {
		trace_seq_printf(p, "%s: <truncated, %u bytes> %s",
				 site->function, len, site->format);
	} else {
		trace_seq_printf(p, "%s: ", site->function);
		trace_seq_bprintf(p, trace_event_format(iter, site->format), args);
	}
	if (!trace_seq_has_overflowed(p) && p->buffer[p->seq.len - 1] == '\n')
		p->seq.len--;
	trace_seq_putc(p, '\0');

	return trace_seq_has_overflowed(p) ? "<message too long>" : text;
}
EXPORT_SYMBOL_GPL(blog_event_text);

/* The files */

/*
 * i_private is the logger, which may be gone while the file is open: every
 * operation looks it up under blog_mutex, and fails with -ENODEV if it is.
 */

static int logger_open(struct inode *inode, struct file *file)
{
	int ret = tracing_check_open_get_tr(NULL);

	file->private_data = inode->i_private;
	return ret;
}

static ssize_t enable_read(struct file *file, char __user *ubuf, size_t count,
			   loff_t *ppos)
{
	struct blog_logger *logger;
	bool on;

	scoped_guard(mutex, &blog_mutex) {
		logger = blog_logger_find(file->private_data);
		if (!logger)
			return -ENODEV;
		on = blog_logger_enabled(logger);
	}

	return simple_read_from_buffer(ubuf, count, ppos, on ? "1\n" : "0\n", 2);
}

static ssize_t enable_write(struct file *file, const char __user *ubuf,
			    size_t count, loff_t *ppos)
{
	struct blog_logger *logger;
	bool on;
	int ret = kstrtobool_from_user(ubuf, count, &on);

	if (ret)
		return ret;

	guard(mutex)(&blog_mutex);
	logger = blog_logger_find(file->private_data);
	if (!logger)
		return -ENODEV;
	ret = __blog_logger_enable(logger, on);

	return ret ?: count;
}

static const struct file_operations enable_fops = {
	.owner = THIS_MODULE,
	.open = logger_open,
	.read = enable_read,
	.write = enable_write,
	.llseek = default_llseek,
};

static ssize_t budget_read(struct file *file, char __user *ubuf, size_t count,
			   loff_t *ppos)
{
	struct blog_logger *logger;
	struct blog_stats stats;
	char text[32];
	int len;

	scoped_guard(mutex, &blog_mutex) {
		logger = blog_logger_find(file->private_data);
		if (!logger)
			return -ENODEV;
		blog_logger_stats(logger, &stats);
	}
	len = scnprintf(text, sizeof(text), "%llu\n",
			(u64)stats.budget * BLOG_CTX_SIZE);

	return simple_read_from_buffer(ubuf, count, ppos, text, len);
}

static ssize_t budget_write(struct file *file, const char __user *ubuf,
			    size_t count, loff_t *ppos)
{
	struct blog_logger *logger;
	char text[32] = {}, *end;
	u64 contexts;
	int ret;

	if (count >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, ubuf, count))
		return -EFAULT;
	/* Bytes, also as 64M. */
	contexts = memparse(strim(text), &end) / BLOG_CTX_SIZE;
	if (*end || contexts > INT_MAX)
		return -EINVAL;

	guard(mutex)(&blog_mutex);
	logger = blog_logger_find(file->private_data);
	if (!logger)
		return -ENODEV;
	ret = blog_logger_set_budget(logger, contexts);

	return ret ?: count;
}

static const struct file_operations budget_fops = {
	.owner = THIS_MODULE,
	.open = logger_open,
	.read = budget_read,
	.write = budget_write,
	.llseek = default_llseek,
};

static int stats_show(struct seq_file *m, void *v)
{
	struct blog_logger *logger;
	struct blog_stats stats;

	guard(mutex)(&blog_mutex);
	logger = blog_logger_find(m->private);
	if (!logger)
		return -ENODEV;
	blog_logger_stats(logger, &stats);
	seq_puts(m, "version 1\n");
	seq_printf(m, "logger %s\n", logger->name);
	seq_printf(m, "sites %u\n", stats.nr_sites);
	seq_printf(m, "captured %llu\n", stats.captured);
	seq_printf(m, "published %llu\n", stats.published);
	seq_printf(m, "overwritten %llu\n", stats.overwritten);
	seq_printf(m, "pending %llu\n", stats.pending);
	seq_printf(m, "pending_bytes %llu\n", stats.pending_bytes);
	seq_printf(m, "dropped %llu\n", stats.dropped);
	seq_printf(m, "truncated %llu\n", stats.truncated);
	seq_printf(m, "budget_bytes %llu\n", (u64)stats.budget * BLOG_CTX_SIZE);
	seq_printf(m, "memory_bytes %llu\n",
		   (u64)stats.nr_contexts * BLOG_CTX_SIZE);
	seq_printf(m, "contexts_ready %u\n", stats.contexts[BLOG_CTX_READY]);
	seq_printf(m, "contexts_active %u\n", stats.contexts[BLOG_CTX_ACTIVE]);
	seq_printf(m, "contexts_parked %u\n", stats.contexts[BLOG_CTX_PARKED]);
	seq_printf(m, "contexts_queued %u\n", stats.contexts[BLOG_CTX_QUEUED]);

	return 0;
}

static int stats_open(struct inode *inode, struct file *file)
{
	int ret = tracing_check_open_get_tr(NULL);

	return ret ?: single_open(file, stats_show, inode->i_private);
}

static const struct file_operations stats_fops = {
	.owner = THIS_MODULE,
	.open = stats_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
};

/**
 * blog_tracefs_create() - create the files of a logger
 * @logger: the logger, in blog_loggers
 *
 * If tracefs is not complete yet, blog_tracefs_init() does it later.
 *
 * Context: Process context with blog_mutex held; sleeps.
 */
void blog_tracefs_create(struct blog_logger *logger)
{
	struct dentry *dir;

	lockdep_assert_held(&blog_mutex);

	if (!loggers_dir)
		return;
	dir = tracefs_create_dir(logger->name, loggers_dir);
	if (!dir) {
		pr_warn("blog: no tracefs directory for logger %s\n", logger->name);
		return;
	}
	trace_create_file("enable", TRACE_MODE_WRITE, dir, logger, &enable_fops);
	trace_create_file("budget", TRACE_MODE_WRITE, dir, logger, &budget_fops);
	trace_create_file("stats", TRACE_MODE_READ, dir, logger, &stats_fops);
	logger->state->dir = dir;
}

/**
 * blog_tracefs_remove() - remove the files of a logger
 * @logger: the logger, not in blog_loggers any more
 *
 * Context: Process context with blog_mutex held; sleeps.
 */
void blog_tracefs_remove(struct blog_logger *logger)
{
	lockdep_assert_held(&blog_mutex);

	tracefs_remove(logger->state->dir);
}

/**
 * blog_catalogue_register() - show the catalogue in the format of the event
 * @logger: the logger
 * @state: what becomes its state; its sites are registered
 *
 * Context: Process context; sleeps.
 * Return: 0 or -ENOMEM.
 */
int blog_catalogue_register(struct blog_logger *logger,
			    struct blog_state *state)
{
	state->catalogue = make_catalogue(state);
	if (!state->catalogue)
		return -ENOMEM;
	state->print_fmt = swap_print_fmt(logger->event, state->catalogue);

	return 0;
}

/**
 * blog_catalogue_unregister() - nobody can look up the logger's sites any more
 * @logger: the logger; its state becomes NULL
 * @state: what was its state
 *
 * Context: Process context; sleeps.
 */
void blog_catalogue_unregister(struct blog_logger *logger,
			       struct blog_state *state)
{
	if (state->catalogue)
		swap_print_fmt(logger->event, state->print_fmt);
	/* Readers of trace buffers hold this while they render. */
	scoped_guard(rwsem_write, &trace_event_sem)
		logger->state = NULL;
	kvfree(state->catalogue);
}

/* tracefs is complete by now: trace_eval_sync() has run. */
static int __init blog_tracefs_init(void)
{
	struct trace_array *instance;
	struct blog_state *state;

	/* Never put: users cannot remove it. */
	instance = trace_array_get_by_name(BLOG_INSTANCE, BLOG_INSTANCE);
	if (!instance) {
		pr_warn("blog: cannot create tracing instance " BLOG_INSTANCE "\n");
		return -ENOMEM;
	}

	if (blog_publish_init(instance))
		pr_warn("blog: no memory to publish in instance " BLOG_INSTANCE "\n");

	guard(mutex)(&blog_mutex);
	loggers_dir = tracefs_create_dir("loggers", instance->dir);
	if (!loggers_dir) {
		pr_warn("blog: cannot create the directory loggers\n");
		return -ENOMEM;
	}
	list_for_each_entry(state, &blog_loggers, list)
		blog_tracefs_create(state->logger);

	return 0;
}
late_initcall_sync(blog_tracefs_init);
