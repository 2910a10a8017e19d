// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: the control files of a logger.
 *
 * Instance "blog" of tracefs has a directory for each logger, with these files.
 * What tools parse begins with a line "version N", the version of its format.
 *
 *	loggers/<name>/enable	rw  1 while the logger captures, else 0
 *	loggers/<name>/budget	rw  most bytes of contexts, also as 64M; rounded
 *				    down to whole contexts; shrinking frees at
 *				    once
 *	loggers/<name>/stats	r   version 2; counters, a line "name value" each. Of one
 *				    that is stopped (blog_off), also stopped_at, in
 *				    seconds of trace_clock_local(), stopped_by, _cpu,
 *				    _pid and _comm, escaped as in contexts
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
 *				    nobody has read;
 *				    first, last: seconds of trace_clock_local().
 *				    - is for what an empty context lacks. The
 *				    comm may have blanks; control and non-ASCII
 *				    characters and \ are \ooo
 *	loggers/<name>/history	r   binary; all that the contexts hold, as it is: see
 *				    <uapi/linux/blog.h>
 *	loggers/<name>/clear	w   1 drops what the contexts hold
 *
 * All that is written must be a text below a page in one write(). What is wrong
 * with it is in the instance's error_log.
 */
#include <linux/cleanup.h>
#include <linux/ctype.h>
#include <linux/fs.h>
#include <linux/kstrtox.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string_helpers.h>
#include <linux/tracefs.h>

#include "blog.h"

/* Directory "loggers" of the instance. */
static struct dentry *loggers_dir __ro_after_init;

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
	struct blog_stats stats;

	guard(mutex)(&blog_mutex);
	logger = find_logger(m->file);
	if (!logger)
		return -ENODEV;
	blog_logger_stats(logger, &stats);
	seq_printf(m, "%llu\n", (u64)stats.budget * BLOG_CTX_SIZE);

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

static void show_stamp(struct seq_file *m, u64 stamp)
{
	u32 ns;

	stamp = div_u64_rem(stamp, NSEC_PER_SEC, &ns);
	seq_printf(m, " %llu.%09u", stamp, ns);
}

static void show_comm(struct seq_file *m, const char *comm)
{
	seq_escape_mem(m, comm, strnlen(comm, TASK_COMM_LEN), BLOG_ESCAPE, "\\");
}

static void show_stop(struct seq_file *m, const struct blog_logger *logger)
{
	struct blog_stop stop;

	if (!blog_logger_stopped(logger, &stop))
		return;
	seq_puts(m, "stopped_at");
	show_stamp(m, stop.time);
	seq_printf(m, "\nstopped_by %s\n", stop.by);
	seq_printf(m, "stopped_cpu %u\n", stop.cpu);
	seq_printf(m, "stopped_pid %d\n", stop.pid);
	seq_puts(m, "stopped_comm ");
	show_comm(m, stop.comm);
	seq_putc(m, '\n');
}

static int stats_show(struct seq_file *m, void *v)
{
	struct blog_logger *logger;
	struct blog_stats stats;

	guard(mutex)(&blog_mutex);
	logger = find_logger(m->file);
	if (!logger)
		return -ENODEV;
	blog_logger_stats(logger, &stats);
	seq_puts(m, "version 2\n");
	seq_printf(m, "logger %s\n", logger->name);
	seq_printf(m, "sites %u\n", stats.nr_sites);
	seq_printf(m, "captured %llu\n", stats.captured);
	seq_printf(m, "published %llu\n", stats.published);
	seq_printf(m, "overwritten %llu\n", stats.overwritten);
	seq_printf(m, "pending %llu\n", stats.pending);
	seq_printf(m, "retained %llu\n", stats.retained);
	seq_printf(m, "used_bytes %llu\n", stats.used_bytes);
	seq_printf(m, "dropped %llu\n", stats.dropped);
	seq_printf(m, "truncated %llu\n", stats.truncated);
	seq_printf(m, "shrunk %llu\n", stats.shrunk);
	seq_printf(m, "budget_bytes %llu\n", (u64)stats.budget * BLOG_CTX_SIZE);
	seq_printf(m, "memory_bytes %llu\n",
		   (u64)stats.nr_contexts * BLOG_CTX_SIZE);
	seq_printf(m, "shrunk_bytes %llu\n", (u64)stats.nr_shrunk * BLOG_CTX_SIZE);
	seq_printf(m, "contexts_recalled %u\n", stats.nr_recalled);
	seq_printf(m, "contexts_ready %u\n", stats.contexts[BLOG_CTX_READY]);
	seq_printf(m, "contexts_active %u\n", stats.contexts[BLOG_CTX_ACTIVE]);
	seq_printf(m, "contexts_parked %u\n", stats.contexts[BLOG_CTX_PARKED]);
	seq_printf(m, "contexts_queued %u\n", stats.contexts[BLOG_CTX_QUEUED]);
	show_stop(m, logger);

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

	return (void *)blog_site_at(logger, pos);
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
	return blog_site_is_on(site) ? '+' : '-';
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
	seq_escape_mem(m, site->format, blog_format_len(site->format),
		       BLOG_ESCAPE, "\"\\");
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
	ret = blog_query_apply(logger, text, &fault);
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

static int by_last(const void *a, const void *b)
{
	const struct blog_ctx_info *x = a, *y = b;

	return x->last < y->last ? -1 : x->last > y->last;
}

static void *context_at(const struct seq_file *m, loff_t pos)
{
	struct blog_ctx_list *list = m->private;

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
	if (info->kind == BLOG_CTX_TASK)
		return "task";

	return levels[info->owner.level % BLOG_LEVELS];
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
	show_comm(m, info->owner.comm);
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
	struct blog_ctx_list *list;
	int ret = tracing_check_open_get_tr(NULL);

	if (ret)
		return ret;
	list = blog_list_contexts(inode->i_private);
	if (IS_ERR(list))
		return PTR_ERR(list);
	sort(list->info, list->nr, sizeof(*list->info), by_last, NULL);
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
	unsigned int clear;
	int ret;

	if (IS_ERR(text))
		return PTR_ERR(text);
	if (kstrtouint(skip_spaces(text), 10, &clear) || clear != 1) {
		log_error(file, text, file_errors, ERR_CLEAR, 0);
		return -EINVAL;
	}

	ret = blog_view_clear(file_inode(file)->i_private);

	return ret ?: count;
}

static const struct file_operations clear_fops = {
	.owner = THIS_MODULE,
	.open = tracing_open_generic,
	.write = clear_write,
	.llseek = noop_llseek,
};

/**
 * blog_files_create() - create the files of a logger
 * @logger: a registered logger
 *
 * Context: Process context; sleeps.
 */
void blog_files_create(struct blog_logger *logger)
{
	struct dentry *dir;

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
	trace_create_file("history", TRACE_MODE_READ, dir, logger, &blog_history_fops);
	trace_create_file("clear", 0200, dir, logger, &clear_fops);
	logger->event->dir = dir;
}

/**
 * blog_files_remove() - remove the files of a logger
 * @logger: the logger, which blog_logger_find() does not find any more
 *
 * Context: Process context; sleeps.
 */
void blog_files_remove(struct blog_logger *logger)
{
	tracefs_remove(logger->event->dir);
	logger->event->dir = NULL;
}

/**
 * blog_files_init() - create the directory for the files
 *
 * If it fails the kernel log says so, and there are none.
 *
 * Context: Process context, at boot, after blog_clock_init().
 */
void __init blog_files_init(void)
{
	loggers_dir = tracefs_create_dir("loggers", blog_instance->dir);
	if (!loggers_dir)
		pr_warn("blog: cannot create the directory loggers\n");
}
