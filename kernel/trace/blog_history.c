// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: the file with all that a logger retains.
 */
#include <linux/cleanup.h>
#include <linux/fs.h>
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sched/signal.h>
#include <linux/timekeeping.h>
#include <linux/trace_clock.h>
#include <linux/uaccess.h>
#include <uapi/linux/blog.h>

#include "blog.h"

/**
 * DOC: the history as it is
 *
 * The file "history" of a logger is a copy of its contexts, in the format of
 * <uapi/linux/blog.h>: for who has a reader of his own, wants all that there is at
 * once, and wants it even where the instance cannot bring it, for a consumer holds its
 * ring buffers, or a CPU does not answer. It goes past the instance: no ring buffer,
 * filter, clock or switch of it plays a part, and nobody else notices. It takes nothing,
 * and counts nothing as published.
 *
 * open() takes the list of the contexts that hold something. Each is copied when read()
 * comes to it, into a buffer that the open file has, and handed out from there, in
 * pieces if need be. While that goes on its owner may write more, which does not come,
 * and it may be recycled, which does not matter any more. What is recycled before is
 * left out, as is what is cleared. So the copy is no picture of one moment: a context
 * that is copied later may have messages which are younger than head.now.
 *
 * While records are handed out to user memory, which may not answer, nothing is locked
 * but the open file.
 */

/* A context as the file has it. */
struct history_ctx {
	struct blog_history_ctx head;
	u8 records[BLOG_RECORDS_MAX];
};

static_assert(sizeof(struct history_ctx) <= BLOG_CTX_SIZE);
static_assert(sizeof(struct blog_history_head) == 48);
static_assert(sizeof(struct blog_history_ctx) == 16);

/* What <uapi/linux/blog.h> says. */
static_assert(BLOG_CTX_READY == 0 && BLOG_CTX_ACTIVE == 1 && BLOG_CTX_PARKED == 2 &&
	      BLOG_CTX_QUEUED == 3);
static_assert(BLOG_CTX_TASK == 0 && BLOG_CTX_CPU == 1 && BLOG_CTX_COMMON == 2);

/**
 * struct history - an open file
 * @lock:	protects what follows
 * @list:	the contexts
 * @next:	the next one of them to copy
 * @piece:	what is being handed out: the head at first, then a context
 * @left:	bytes of it that were not read yet
 * @head:	the head
 * @ctx:	the context that was copied last
 */
struct history {
	struct mutex lock;	/* one reader at a time */
	struct blog_ctx_list *list;
	unsigned int next;
	const void *piece;
	size_t left;
	struct blog_history_head head;
	struct history_ctx *ctx;
};

static bool holds_nothing(const struct blog_ctx_info *info)
{
	return !info->bytes || info->records == info->cleared;
}

/* For so many contexts there is room at the first try. */
#define CTX_LIST_MIN	256

/**
 * blog_list_contexts() - list the contexts that a logger has now
 * @where: where a logger was once registered
 *
 * Context: Process context; sleeps. Takes blog_mutex.
 * Return: the list, to be freed with kvfree(), or an ERR_PTR(): -ENODEV if the logger is
 * gone, or -ENOMEM.
 */
struct blog_ctx_list *blog_list_contexts(const void *where)
{
	unsigned int max = CTX_LIST_MIN;
	struct blog_logger *logger;
	struct blog_ctx_list *list;

	guard(mutex)(&blog_mutex);
	logger = blog_logger_find(where);
	if (!logger)
		return ERR_PTR(-ENODEV);

	for (;;) {
		list = kvmalloc(struct_size(list, info, max), GFP_KERNEL);
		if (!list)
			return ERR_PTR(-ENOMEM);
		list->nr = blog_logger_contexts(logger, list->info, max);
		if (list->nr <= max)
			return list;
		max = list->nr;
		kvfree(list);
	}
}

static void drop_empty(struct blog_ctx_list *list)
{
	unsigned int i, nr = 0;

	for (i = 0; i < list->nr; i++)
		if (!holds_nothing(&list->info[i]))
			list->info[nr++] = list->info[i];
	list->nr = nr;
}

static void fill_head(struct blog_history_head *head)
{
	*head = (struct blog_history_head) {
		.version = BLOG_HISTORY_VERSION,
		.head_size = sizeof(struct blog_history_head),
		.ctx_size = sizeof(struct blog_history_ctx),
		.long_size = sizeof(long),
		.short_size = blog_short_size(),
	};
	memcpy(head->magic, BLOG_HISTORY_MAGIC, sizeof(head->magic));
	/* Nothing comes in between. */
	guard(irqsave)();
	head->now = trace_clock_local();
	head->boottime = ktime_get_boottime_ns();
	head->realtime = ktime_get_real_ns();
}

static void free_history(struct history *h)
{
	kvfree(h->list);
	kvfree(h->ctx);
	kfree(h);
}

static struct history *alloc_history(void)
{
	struct history *h = kzalloc(sizeof(*h), GFP_KERNEL);

	if (!h)
		return NULL;
	h->ctx = kvmalloc(sizeof(*h->ctx), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!h->ctx) {
		kfree(h);
		return NULL;
	}
	mutex_init(&h->lock);

	return h;
}

static int history_open(struct inode *inode, struct file *file)
{
	struct blog_ctx_list *list;
	struct history *h;
	int ret = tracing_check_open_get_tr(NULL);

	if (ret)
		return ret;
	h = alloc_history();
	if (!h)
		return -ENOMEM;
	/* What is older is in a context that is listed. */
	fill_head(&h->head);
	list = blog_list_contexts(inode->i_private);
	if (IS_ERR(list)) {
		free_history(h);
		return PTR_ERR(list);
	}
	drop_empty(list);
	h->list = list;
	h->head.contexts = list->nr;
	h->piece = &h->head;
	h->left = sizeof(h->head);
	file->private_data = h;

	return stream_open(inode, file);
}

/* Let a copied context be the next piece. */
static void take_copy(struct history *h, const struct blog_ctx_info *info)
{
	size_t size = ALIGN(info->bytes, 8);

	h->ctx->head = (struct blog_history_ctx) {
		.bytes = info->bytes,
		.cleared = info->cleared,
		.state = info->state,
		.kind = info->kind,
	};
	memset(h->ctx->records + info->bytes, 0, size - info->bytes);
	h->piece = h->ctx;
	h->left = offsetof(struct history_ctx, records) + size;
}

static bool all_copied(const struct history *h)
{
	return h->next == h->list->nr;
}

/* If nothing is left to hand out, copy the next context that still holds something. */
static int refill(struct history *h, const void *where)
{
	struct blog_logger *logger;
	struct blog_ctx_info *info;

	do {
		if (signal_pending(current) || mutex_lock_interruptible(&blog_mutex))
			return -ERESTARTSYS;
		logger = blog_logger_find(where);
		if (logger && !h->left && !all_copied(h)) {
			info = &h->list->info[h->next++];
			if (blog_logger_copy(logger, info, h->ctx->records) &&
			    !holds_nothing(info))
				take_copy(h, info);
		}
		mutex_unlock(&blog_mutex);
	} while (logger && !h->left && !all_copied(h));

	return logger ? 0 : -ENODEV;
}

static ssize_t hand_out(struct history *h, char __user *ubuf, size_t count)
{
	count = min(count, h->left);
	count -= copy_to_user(ubuf, h->piece, count);
	if (!count && h->left)
		return -EFAULT;
	h->piece += count;
	h->left -= count;

	return count;
}

static ssize_t history_read(struct file *file, char __user *ubuf, size_t count,
			    loff_t *ppos)
{
	struct history *h = file->private_data;
	ssize_t ret;

	if (!count)
		return 0;
	if (mutex_lock_interruptible(&h->lock))
		return -ERESTARTSYS;
	ret = refill(h, file_inode(file)->i_private);
	if (!ret)
		ret = hand_out(h, ubuf, count);
	mutex_unlock(&h->lock);

	return ret;
}

static int history_release(struct inode *inode, struct file *file)
{
	free_history(file->private_data);
	return 0;
}

const struct file_operations blog_history_fops = {
	.owner = THIS_MODULE,
	.open = history_open,
	.read = history_read,
	.release = history_release,
};
