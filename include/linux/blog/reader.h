/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Always-on binary logging: all that a reader of contexts may use.
 */
#ifndef _LINUX_BLOG_READER_H
#define _LINUX_BLOG_READER_H

#include <linux/blog/blog.h>
#include <linux/blog/types.h>
#include <linux/min_heap.h>
#include <linux/mutex.h>

/**
 * DOC: readers of contexts
 *
 * lib/blog keeps what was logged, and knows nobody who shows it. Who does is a
 * reader; there is one at a time, and it registers its struct blog_reader_ops::
 *
 *	static const struct blog_reader_ops ops = {
 *		.logger_added = show_logger,
 *		.logger_gone = hide_logger,
 *		.context_full = hurry,
 *	};
 *
 *	ret = blog_reader_register(&ops);
 *
 * It is told of each logger, also of those that were there before, and to let go
 * of each before its memory is freed.
 *
 * It reads by a merge, which hands out the messages of the loggers that were
 * added to it, oldest first, and goes on where the last one ended, or, after
 * blog_merge_rewind(), begins with the oldest that there is. Reading takes nothing
 * away. But for the claim it takes no lock, and writers do not wait: one may recycle
 * a context that is being read. Therefore what was read is good only once it was
 * claimed::
 *
 *	blog_merge_reset(&merge);
 *	rcu_read_lock();
 *	ret = blog_merge_add(&merge, logger, 0);	// for each
 *	blog_merge_begin(&merge);
 *	while ((place = blog_merge_peek(&merge))) {
 *		copy(&place->cursor);			// believe nothing in it
 *		blog_merge_take(&merge);
 *	}
 *	if (!blog_merge_claim(&merge))
 *		drop_copies();			// of contexts that are blog_ctx_lost()
 *	rcu_read_unlock();
 *	show_copies();
 *	blog_merge_settle(&merge);
 *
 * If blog_merge_add() lacks room, blog_merge_grow() makes it, outside of the RCU
 * section; then all starts over.
 *
 * A dump, which can take no lock, has a merge of its own that blog_merge_follow()s
 * the reader's: it goes on where that one is, even in the middle of the above, and
 * leaves no trace there. In place of the claim it asks blog_ctx_emptied() after each
 * copy.
 *
 * Who wants neither order nor counts, as to take all that there is elsewhere, lists a
 * logger's contexts by blog_logger_contexts(), and copies one after another by
 * blog_logger_copy(), besides any merge.
 *
 * A registered logger stays so while blog_mutex is held, and for the reader from
 * logger_added() until logger_gone() returns.
 *
 * What was claimed counts as published, once. Of that, the reader may say how much
 * has not got to its place yet, by blog_logger_set_in_flight(); that it never will,
 * by blog_logger_unclaim(); or that it is going to be read again, by
 * blog_logger_put_back().
 *
 * The text of a message comes of the format of its statement::
 *
 *	site = blog_site_find(cursor->logger, cursor->site);
 *	if (site && blog_args_valid(site, copy, len))
 *		bstr_printf(buf, size, site->format, copy);
 */

/**
 * struct blog_reader_ops - what a reader is told
 * @logger_added:	a logger has been registered. Process context; may sleep.
 * @logger_gone:	a logger goes, or the reader does: from here on it is none of
 *			the reader's business. Writers may still be inside. If it is
 *			the logger that goes, its memory is freed after this and an
 *			RCU grace period. Process context; may sleep.
 * @context_full:	a context is full, and may be recycled before long. Any
 *			context, with locks of lib/blog held; perhaps before the
 *			first @logger_added.
 *
 * The first two are called one after another, for one logger at a time, and must
 * not register or unregister anything here. No lock is held that a reader could
 * take.
 */
struct blog_reader_ops {
	void (*logger_added)(struct blog_logger *logger);
	void (*logger_gone)(struct blog_logger *logger);
	void (*context_full)(void);
};

int blog_reader_register(const struct blog_reader_ops *ops);
void blog_reader_unregister(const struct blog_reader_ops *ops);

/* Loggers */

/*
 * Keeps loggers registered; protects their list, their flags and those of sites, but for
 * what blog_stop() and blog_resume() change.
 */
extern struct mutex blog_mutex;

struct blog_logger *blog_logger_find(const void *logger);
struct blog_logger *blog_logger_by_name(const char *name);
int __blog_logger_enable(struct blog_logger *logger, bool on);
void blog_logger_listen(struct blog_logger *logger, bool on);
int blog_logger_set_budget(struct blog_logger *logger, unsigned int contexts);
void blog_logger_set_in_flight(struct blog_logger *logger, u32 nr);
void blog_logger_unclaim(struct blog_logger *logger);

/**
 * struct blog_stats - counters of a logger
 * @captured:	messages written to contexts; exactly @published + @overwritten +
 *		@pending while nobody writes
 * @published:	those of them that the reader has claimed, and shown
 * @overwritten: those of them that were gone before
 * @pending:	those of them that wait for the reader, or are on their way
 * @retained:	those of them that are in contexts, and can be read, again or for the
 *		first time
 * @used_bytes:	bytes of all records in contexts
 * @dropped:	messages for which there was no context
 * @truncated:	messages captured with a string cut short
 * @shrunk:	messages of @overwritten that went because memory was short
 * @nr_shrunk:	contexts that went because memory was short
 * @nr_recalled: contexts that were taken back from who was silent
 * @contexts:	number of contexts, by state
 * @nr_contexts: of all
 * @budget:	most contexts that there may be
 * @nr_sites:	statements
 */
struct blog_stats {
	u64 captured;
	u64 published;
	u64 overwritten;
	u64 pending;
	u64 retained;
	u64 used_bytes;
	u64 dropped;
	u64 truncated;
	u64 shrunk;
	unsigned long nr_shrunk;
	unsigned int nr_recalled;
	unsigned int contexts[BLOG_CTX_NR_STATES];
	unsigned int nr_contexts;
	unsigned int budget;
	unsigned int nr_sites;
};

void blog_logger_stats(struct blog_logger *logger, struct blog_stats *stats);

/**
 * struct blog_ctx_info - a context as it was
 * @ctx:	which one; not to be followed
 * @generation:	another one each time that it is emptied
 * @state:	where it was in its life
 * @kind:	whose it was, or had been last
 * @owner:	task that wrote the last record, or that was interrupted
 * @bytes:	bytes of records; if 0, what follows and @owner mean nothing
 * @records:	messages
 * @unread:	those of them that nobody has read
 * @cleared:	those of them, at the front, that nobody is to read any more
 * @first:	stamp at its start
 * @last:	stamp of the last message
 */
struct blog_ctx_info {
	const struct blog_ctx *ctx;
	unsigned int generation;
	enum blog_ctx_state state;
	enum blog_ctx_kind kind;
	struct blog_owner owner;
	u32 bytes;
	u32 records;
	u32 unread;
	u32 cleared;
	u64 first;
	u64 last;
};

unsigned int blog_logger_contexts(struct blog_logger *logger,
				  struct blog_ctx_info *info, unsigned int max);
bool blog_logger_copy(struct blog_logger *logger, struct blog_ctx_info *info,
		      void *records);

/* Bytes of a name in struct blog_stop. */
#define BLOG_STOP_BY		64

/**
 * struct blog_stop - who stopped a logger
 * @time:	when it had taken effect, in ns of trace_clock_local()
 * @cpu:	on which CPU
 * @pid:	pid of the task, or of the one that was interrupted; so too
 * @comm:	name of the task
 * @by:		what blog_stop() was told
 */
struct blog_stop {
	u64 time;
	u32 cpu;
	s32 pid;
	char comm[TASK_COMM_LEN];
	char by[BLOG_STOP_BY];
};

bool blog_stop(const char *name, const char *by);
bool blog_resume(const char *name);
bool blog_logger_captures(const char *name, bool on);
bool blog_logger_stopped(const struct blog_logger *logger, struct blog_stop *stop);

/* Messages */

void blog_cursor_start(struct blog_cursor *cursor, const struct blog_ctx *ctx);
void blog_cursor_extend(struct blog_cursor *cursor);
bool blog_cursor_next(struct blog_cursor *cursor);

/**
 * struct blog_place - how far a merge has got in a context
 * @cursor:	the next message, if it has been looked for
 * @generation:	how often the context had been emptied
 * @view:	value of blog_merge.view that this is about
 * @index:	number of messages before, since the context was emptied
 */
struct blog_place {
	struct blog_cursor cursor;
	unsigned int generation;
	unsigned int view;
	u32 index;
};

/* Where a message was, after its context may be gone. */
struct blog_origin {
	const struct blog_ctx *ctx;
	unsigned int generation;
	u32 index;
};

/* A context with a message to read, with stamp and turn of that. */
struct blog_source {
	u64 time;
	struct blog_ctx *ctx;
	u32 turn;
};

DEFINE_MIN_HEAP(struct blog_source, blog_sources);

/**
 * struct blog_merge - the messages of many contexts in the order of time
 * @taken:	contexts out of which messages were taken that are not claimed
 * @sources:	contexts that have more; with no room before the first
 *		blog_merge_grow()
 * @view:	how often it was rewound
 * @chunk:	how often it was reset
 * @unwritten:	something may have been taken and not shown yet
 * @after:	the merge that this one, of a dump, follows
 * @anew:	but begins with all that is retained
 */
struct blog_merge {
	struct blog_ctx *taken;
	struct blog_sources sources;
	unsigned int view;
	unsigned int chunk;
	bool unwritten;
	const struct blog_merge *after;
	bool anew;
};

int blog_merge_grow(struct blog_merge *merge);
void blog_merge_free(struct blog_merge *merge);
void blog_merge_reset(struct blog_merge *merge);
void blog_merge_rewind(struct blog_merge *merge);
void blog_merge_follow(struct blog_merge *dump, const struct blog_merge *merge, bool anew);
int blog_merge_add(struct blog_merge *merge, struct blog_logger *logger, u64 since);
void blog_merge_survey(struct blog_merge *merge, struct blog_logger *logger,
		       void (*look)(const struct blog_cursor *cursor, void *data),
		       void *data);
void blog_merge_begin(struct blog_merge *merge);
const struct blog_place *blog_merge_peek(const struct blog_merge *merge);
void blog_merge_take(struct blog_merge *merge);
bool blog_merge_claim(struct blog_merge *merge);
void blog_merge_settle(struct blog_merge *merge);
bool blog_place_is_new(const struct blog_place *place);
bool blog_ctx_lost(const struct blog_ctx *ctx);
bool blog_ctx_emptied(const struct blog_place *place);
bool blog_logger_unread(const struct blog_merge *merge, struct blog_logger *logger);
void blog_logger_put_back(struct blog_logger *logger, const struct blog_origin *origin);
void blog_logger_clear(const struct blog_merge *merge, struct blog_logger *logger);

/* Statements */

unsigned int blog_short_size(void);
const struct blog_site *blog_site_at(const struct blog_logger *logger, u32 nr);
const struct blog_site *blog_site_find(const struct blog_logger *logger, u32 id);
bool blog_args_valid(const struct blog_site *site, const void *args,
		     unsigned int len);

/* What is wrong with a query; each has its text in blog_query_errors. */
enum blog_query_error {
	BLOG_QUERY_EMPTY,
	BLOG_QUERY_TERM,
	BLOG_QUERY_VALUE,
	BLOG_QUERY_TWICE,
	BLOG_QUERY_QUOTE,
	BLOG_QUERY_FORMAT,
	BLOG_QUERY_LINES,
	BLOG_QUERY_OPERATION,
	BLOG_QUERY_MORE,
	BLOG_QUERY_NO_MATCH,
	BLOG_QUERY_BAD,
};

extern const char * const blog_query_errors[];

/**
 * struct blog_query_fault - what is wrong with queries
 * @error:	what it is
 * @pos:	at which of their characters
 */
struct blog_query_fault {
	enum blog_query_error error;
	unsigned int pos;
};

int blog_query_apply(struct blog_logger *logger, const char *text,
		     struct blog_query_fault *fault);

#endif /* _LINUX_BLOG_READER_H */
