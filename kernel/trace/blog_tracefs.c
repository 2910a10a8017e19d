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
 * The files. Instance "blog" of tracefs has a directory for each logger. What
 * tools parse begins with a line "version N", the version of its format.
 *
 *	loggers/<name>/enable	rw  1 while the logger captures, else 0
 *	loggers/<name>/budget	rw  most bytes of contexts, also as 64M; rounded
 *				    down to whole contexts; shrinking frees at
 *				    once
 *	loggers/<name>/stats	r   version 1; counters, a line "name value" each
 *	loggers/<name>/sites	rw  version 1; the catalogue, a line
 *				    'number state file:line function "format"'
 *				    for each statement. The state is + on, - off,
 *				    ! cannot be logged; the format has control
 *				    and non-ASCII characters, " and \ as \ooo.
 *				    Written: queries, see lib/blog/query.c
 *	loggers/<name>/contexts	r   version 1; a line "state kind pid bytes
 *				    records unread first last comm" for each
 *				    context, as it was at open(), oldest last
 *				    message first. state: ready, active, parked
 *				    or queued; kind: task, or overflow, softirq,
 *				    hardirq or nmi of a CPU; unread: records that
 *				    nobody has consumed;
 *				    first, last: seconds of trace_clock_local().
 *				    - is for what an empty context lacks. The
 *				    comm may have blanks; control and non-ASCII
 *				    characters and \ are \ooo
 *	loggers/<name>/clear	w   1 drops what the contexts hold
 *
 * All that is written must be a text below a page in one write(). What is wrong
 * with it is in the instance's error_log.
 */
#include <linux/blog/event.h>
#include <linux/cleanup.h>
#include <linux/ctype.h>
#include <linux/fs.h>
#include <linux/kstrtox.h>
#include <linux/mm.h>
#include <linux/seq_buf.h>
#include <linux/seq_file.h>
#include <linux/sort.h>
#include <linux/string_helpers.h>
#include <linux/trace_events.h>
#include <linux/tracefs.h>

#include "trace.h"
#include "trace_output.h"
#include "../../lib/blog/internal.h"

/* The instance, for its error_log. */
static struct trace_array *blog_instance __ro_after_init;

/* Directory "loggers" of the instance; under blog_mutex. */
static struct dentry *loggers_dir;

/* The catalogue */

static const char catalogue_head[] =
	"\"[%llu] %s args: %s\", REC->client, __print_symbolic(REC->site, { 0, \"\" }";
static const char catalogue_tail[] =
	"), __print_array(__get_dynamic_array(args), (__get_dynamic_array_len(args) / 4), 4)";

/* With what else is named, all but printable ASCII characters become \ooo. */
#define ESCAPE_FORMAT	(ESCAPE_OCTAL | ESCAPE_NAP | ESCAPE_APPEND)

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
				ESCAPE_FORMAT, "\"\\");
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
 * operation looks it up with blog_mutex held, and fails with -ENODEV if it is.
 */
static struct blog_logger *find_logger(const struct file *file)
{
	return blog_logger_find(file_inode(file)->i_private);
}

#define DEFINE_SHOW_FOPS(_name, ...)					\
static int _name##_open(struct inode *inode, struct file *file)		\
{									\
	int ret = tracing_check_open_get_tr(NULL);			\
									\
	return ret ?: single_open(file, _name##_show, NULL);		\
}									\
									\
static const struct file_operations _name##_fops = {			\
	.owner = THIS_MODULE,						\
	.open = _name##_open,						\
	.read = seq_read,						\
	.llseek = seq_lseek,						\
	.release = single_release,					\
	__VA_ARGS__							\
}

/* What is wrong with what was written to other files than sites. */
enum {
	ERR_TOO_LONG,
	ERR_NUL,
	ERR_BOOL,
	ERR_SIZE,
	ERR_SIZE_MIN,
	ERR_SIZE_MAX,
	ERR_CLEAR,
};

#define CTX_SIZE_TEXT	__stringify(CONFIG_BLOG_CTX_SIZE_KB) " KiB"

static const char * const file_errors[] = {
	[ERR_TOO_LONG]	= "A page or more in one write",
	[ERR_NUL]	= "NUL in the text",
	[ERR_BOOL]	= "Neither 1 nor 0",
	[ERR_SIZE]	= "Not a number of bytes, or of K, M or G",
	[ERR_SIZE_MIN]	= "Below four contexts of " CTX_SIZE_TEXT,
	[ERR_SIZE_MAX]	= "More contexts of " CTX_SIZE_TEXT " than can be counted",
	[ERR_CLEAR]	= "Only 1 clears",
};

/*
 * Log what is wrong at @pos of @text that was written to a file, with the line
 * that it is in.
 */
static void log_error(const struct file *file, const char *text,
		      const char * const *errors, u8 error, unsigned int pos)
{
	unsigned int start = pos;
	char where[80], *line, *p;

	while (start && text[start - 1] != '\n')
		start--;
	line = kmemdup_nul(text + start, strcspn(text + start, "\n"), GFP_KERNEL);
	if (!line)
		return;
	/* The caret below would be off. */
	for (p = line; *p; p++)
		if (!isascii(*p) || !isprint(*p))
			*p = *p == '\t' ? ' ' : '?';

	snprintf(where, sizeof(where), "blog: %pd2", file->f_path.dentry);
	/* It only reads them. */
	tracing_log_err(blog_instance, where, line, (const char **)errors,
			error, pos - start);
	kfree(line);
}

/* What was written, to be freed with kfree(), or an ERR_PTR(). */
static char *get_text(const struct file *file, const char __user *ubuf,
		      size_t count)
{
	char *text;

	if (count >= PAGE_SIZE) {
		log_error(file, "", file_errors, ERR_TOO_LONG, 0);
		return ERR_PTR(-E2BIG);
	}
	text = memdup_user_nul(ubuf, count);
	if (!IS_ERR(text) && strlen(text) != count) {
		log_error(file, text, file_errors, ERR_NUL, strlen(text));
		kfree(text);
		return ERR_PTR(-EINVAL);
	}

	return text;
}

/* enable */

static int enable_show(struct seq_file *m, void *v)
{
	struct blog_logger *logger;

	guard(mutex)(&blog_mutex);
	logger = find_logger(m->file);
	if (!logger)
		return -ENODEV;
	seq_printf(m, "%d\n", blog_logger_enabled(logger));

	return 0;
}

static ssize_t enable_write(struct file *file, const char __user *ubuf,
			    size_t count, loff_t *ppos)
{
	char *text __free(kfree) = get_text(file, ubuf, count);
	struct blog_logger *logger;
	unsigned int on;
	int ret;

	if (IS_ERR(text))
		return PTR_ERR(text);
	if (kstrtouint(skip_spaces(text), 10, &on) || on > 1) {
		log_error(file, text, file_errors, ERR_BOOL, 0);
		return -EINVAL;
	}

	guard(mutex)(&blog_mutex);
	logger = find_logger(file);
	if (!logger)
		return -ENODEV;
	ret = __blog_logger_enable(logger, on);

	return ret ?: count;
}

DEFINE_SHOW_FOPS(enable, .write = enable_write);

/* budget */

static int budget_show(struct seq_file *m, void *v)
{
	struct blog_logger *logger;

	guard(mutex)(&blog_mutex);
	logger = find_logger(m->file);
	if (!logger)
		return -ENODEV;
	seq_printf(m, "%llu\n",
		   (u64)READ_ONCE(logger->state->budget) * BLOG_CTX_SIZE);

	return 0;
}

/* Whether memparse() made @size of @text, though a u64 cannot hold it. */
static bool wrapped(const char *text, u64 size)
{
	size_t nr = strspn(text, "0123456789");
	u64 number, rest;
	char digits[24];

	if (nr >= sizeof(digits))
		return true;
	strscpy(digits, text, nr + 1);
	if (kstrtou64(digits, 10, &number))
		return true;
	if (!number)
		return false;
	div64_u64_rem(size, number, &rest);

	return rest || size < number;
}

static ssize_t budget_write(struct file *file, const char __user *ubuf,
			    size_t count, loff_t *ppos)
{
	char *text __free(kfree) = get_text(file, ubuf, count);
	struct blog_logger *logger;
	u64 size, contexts;
	char *start, *end;
	int ret;

	if (IS_ERR(text))
		return PTR_ERR(text);
	start = skip_spaces(text);
	size = memparse(start, &end);
	contexts = size / BLOG_CTX_SIZE;
	if (end == start || *skip_spaces(end)) {
		log_error(file, text, file_errors, ERR_SIZE, end - text);
		return -EINVAL;
	}
	if (contexts > INT_MAX || wrapped(start, size)) {
		log_error(file, text, file_errors, ERR_SIZE_MAX, start - text);
		return -EINVAL;
	}

	guard(mutex)(&blog_mutex);
	logger = find_logger(file);
	if (!logger)
		return -ENODEV;
	ret = blog_logger_set_budget(logger, contexts);
	if (ret)
		log_error(file, text, file_errors, ERR_SIZE_MIN, start - text);

	return ret ?: count;
}

DEFINE_SHOW_FOPS(budget, .write = budget_write);

/* stats */

static int stats_show(struct seq_file *m, void *v)
{
	struct blog_logger *logger;
	struct blog_stats stats;

	guard(mutex)(&blog_mutex);
	logger = find_logger(m->file);
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
	seq_printf(m, "used_bytes %llu\n", stats.used_bytes);
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

DEFINE_SHOW_FOPS(stats);

/* sites */

static void *site_at(const struct seq_file *m, loff_t pos)
{
	struct blog_logger *logger = find_logger(m->file);

	if (!logger)
		return ERR_PTR(-ENODEV);
	if (!pos)
		return SEQ_START_TOKEN;

	return pos <= logger->state->nr_sites ?
	       logger->state->site_by_id[pos - 1] : NULL;
}

static void *sites_start(struct seq_file *m, loff_t *pos)
{
	mutex_lock(&blog_mutex);
	return site_at(m, *pos);
}

static void *sites_next(struct seq_file *m, void *v, loff_t *pos)
{
	return site_at(m, ++*pos);
}

static void sites_stop(struct seq_file *m, void *v)
{
	mutex_unlock(&blog_mutex);
}

static char site_state(const struct blog_site *site)
{
	if (site->flags & BLOG_SITE_BAD)
		return '!';
	return site->flags & BLOG_SITE_ON ? '+' : '-';
}

static int sites_show(struct seq_file *m, void *v)
{
	const struct blog_site *site = v;

	if (v == SEQ_START_TOKEN) {
		seq_puts(m, "version 1\n");
		return 0;
	}
	seq_printf(m, "%u %c %s:%u %s \"", site->id, site_state(site),
		   site->file, site->line, site->function);
	seq_escape_mem(m, site->format, format_len(site->format),
		       ESCAPE_FORMAT, "\"\\");
	seq_puts(m, "\"\n");

	return 0;
}

static const struct seq_operations sites_ops = {
	.start = sites_start,
	.next = sites_next,
	.stop = sites_stop,
	.show = sites_show,
};

static int sites_open(struct inode *inode, struct file *file)
{
	int ret = tracing_check_open_get_tr(NULL);

	return ret ?: seq_open(file, &sites_ops);
}

static ssize_t sites_write(struct file *file, const char __user *ubuf,
			   size_t count, loff_t *ppos)
{
	char *text __free(kfree) = get_text(file, ubuf, count);
	struct blog_logger *logger;
	struct blog_query_fault fault;
	int ret;

	if (IS_ERR(text))
		return PTR_ERR(text);

	guard(mutex)(&blog_mutex);
	logger = find_logger(file);
	if (!logger)
		return -ENODEV;
	ret = blog_query_apply(logger->state, text, &fault);
	if (ret == -EINVAL || ret == -ENOENT)
		log_error(file, text, blog_query_errors, fault.error, fault.pos);

	return ret ?: count;
}

static const struct file_operations sites_fops = {
	.owner = THIS_MODULE,
	.open = sites_open,
	.read = seq_read,
	.write = sites_write,
	.llseek = seq_lseek,
	.release = seq_release,
};

/* contexts */

struct ctx_list {
	unsigned int nr;
	struct blog_ctx_info info[];
};

static int by_last(const void *a, const void *b)
{
	const struct blog_ctx_info *x = a, *y = b;

	return x->last < y->last ? -1 : x->last > y->last;
}

/* The contexts as they are now, to be freed with kvfree(), or an ERR_PTR(). */
static struct ctx_list *list_contexts(const struct file *file)
{
	struct blog_logger *logger;
	struct ctx_list *list;
	unsigned int max;

	guard(mutex)(&blog_mutex);
	logger = find_logger(file);
	if (!logger)
		return ERR_PTR(-ENODEV);

	max = READ_ONCE(logger->state->nr_contexts);
	for (;;) {
		list = kvmalloc(struct_size(list, info, max), GFP_KERNEL);
		if (!list)
			return ERR_PTR(-ENOMEM);
		list->nr = blog_logger_contexts(logger, list->info, max);
		if (list->nr <= max)
			break;
		max = list->nr;
		kvfree(list);
	}
	sort(list->info, list->nr, sizeof(*list->info), by_last, NULL);

	return list;
}

static void *context_at(const struct seq_file *m, loff_t pos)
{
	struct ctx_list *list = m->private;

	if (!pos)
		return SEQ_START_TOKEN;

	return pos <= list->nr ? &list->info[pos - 1] : NULL;
}

static void *contexts_start(struct seq_file *m, loff_t *pos)
{
	return context_at(m, *pos);
}

static void *contexts_next(struct seq_file *m, void *v, loff_t *pos)
{
	return context_at(m, ++*pos);
}

static void contexts_stop(struct seq_file *m, void *v)
{
}

static const char *ctx_kind(const struct blog_ctx_info *info)
{
	static const char * const levels[BLOG_LEVELS] = {
		"overflow", "softirq", "hardirq", "nmi",
	};

	if (!info->bytes)
		return "-";
	if (!info->shared)
		return "task";

	return levels[info->owner.level % BLOG_LEVELS];
}

static void show_stamp(struct seq_file *m, u64 stamp)
{
	u32 ns;

	stamp = div_u64_rem(stamp, NSEC_PER_SEC, &ns);
	seq_printf(m, " %llu.%09u", stamp, ns);
}

static int contexts_show(struct seq_file *m, void *v)
{
	static const char * const states[BLOG_CTX_NR_STATES] = {
		[BLOG_CTX_READY]	= "ready",
		[BLOG_CTX_ACTIVE]	= "active",
		[BLOG_CTX_PARKED]	= "parked",
		[BLOG_CTX_QUEUED]	= "queued",
	};
	const struct blog_ctx_info *info = v;

	if (v == SEQ_START_TOKEN) {
		seq_puts(m, "version 1\n");
		return 0;
	}
	seq_printf(m, "%s %s ", states[info->state], ctx_kind(info));
	if (!info->bytes) {
		seq_puts(m, "- 0 0 0 - - -\n");
		return 0;
	}
	seq_printf(m, "%d %u %u %u", info->owner.pid, info->bytes, info->records,
		   info->unread);
	show_stamp(m, info->first);
	show_stamp(m, info->last);
	seq_putc(m, ' ');
	seq_escape_mem(m, info->owner.comm,
		       strnlen(info->owner.comm, TASK_COMM_LEN), ESCAPE_FORMAT,
		       "\\");
	seq_putc(m, '\n');

	return 0;
}

static const struct seq_operations contexts_ops = {
	.start = contexts_start,
	.next = contexts_next,
	.stop = contexts_stop,
	.show = contexts_show,
};

static int contexts_open(struct inode *inode, struct file *file)
{
	struct ctx_list *list;
	int ret = tracing_check_open_get_tr(NULL);

	if (ret)
		return ret;
	list = list_contexts(file);
	if (IS_ERR(list))
		return PTR_ERR(list);
	ret = seq_open(file, &contexts_ops);
	if (ret)
		kvfree(list);
	else
		((struct seq_file *)file->private_data)->private = list;

	return ret;
}

static int contexts_release(struct inode *inode, struct file *file)
{
	struct seq_file *m = file->private_data;

	kvfree(m->private);
	return seq_release(inode, file);
}

static const struct file_operations contexts_fops = {
	.owner = THIS_MODULE,
	.open = contexts_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = contexts_release,
};

/* clear */

static ssize_t clear_write(struct file *file, const char __user *ubuf,
			   size_t count, loff_t *ppos)
{
	char *text __free(kfree) = get_text(file, ubuf, count);
	struct blog_logger *logger;
	unsigned int clear;

	if (IS_ERR(text))
		return PTR_ERR(text);
	if (kstrtouint(skip_spaces(text), 10, &clear) || clear != 1) {
		log_error(file, text, file_errors, ERR_CLEAR, 0);
		return -EINVAL;
	}

	guard(mutex)(&blog_mutex);
	logger = find_logger(file);
	if (!logger)
		return -ENODEV;
	blog_publish_clear(logger);

	return count;
}

static const struct file_operations clear_fops = {
	.owner = THIS_MODULE,
	.open = tracing_open_generic,
	.write = clear_write,
	.llseek = noop_llseek,
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
	trace_create_file("sites", TRACE_MODE_WRITE, dir, logger, &sites_fops);
	trace_create_file("contexts", TRACE_MODE_READ, dir, logger, &contexts_fops);
	trace_create_file("clear", 0200, dir, logger, &clear_fops);
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
	blog_instance = instance;

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
