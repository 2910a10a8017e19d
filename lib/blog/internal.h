/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Always-on binary logging: what the files of lib/blog and kernel/trace/blog_*.c
 * share.
 */
#ifndef _LIB_BLOG_INTERNAL_H
#define _LIB_BLOG_INTERNAL_H

#include <linux/blog/blog.h>
#include <linux/irq_work.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

/**
 * DOC: records
 *
 * A context holds a sequence of records, each a header and, aligned to 4
 * bytes, its payload. The payload of a message is its arguments in the layout
 * of vbin_printf(). The other records, with numbers that no site has, carry
 * what changes seldom; what they say holds for all records that follow in the
 * context. A context starts with TIME, OWNER, CPU and CLIENT.
 */
struct blog_record {
	u32 delta;		/* ns since the previous record; 0 in others than messages */
	u16 site;		/* blog_site.id, or enum blog_control */
	u16 len;		/* bytes of payload, a multiple of 4 */
	u8 payload[];
};

static_assert(sizeof(struct blog_record) == 8);

enum blog_control {
	BLOG_CONTROL_FIRST = 0xfff0,
	BLOG_TIME = BLOG_CONTROL_FIRST,	/* u64: trace_clock_local() from here on */
	BLOG_CPU,			/* u32 */
	BLOG_CLIENT,			/* u64 */
	BLOG_OWNER,			/* struct blog_owner */
	BLOG_LOST,			/* u32: messages that this CPU dropped before */
};

/* Most ns between two records, such that a compare can have it as an immediate. */
#define BLOG_DELTA_MAX		S32_MAX

#define BLOG_SITES_MAX		(BLOG_CONTROL_FIRST - 1)

/**
 * struct blog_owner - who writes
 * @pid:	pid of the task, or of the one that was interrupted; so too
 * @tgid:	thread group
 * @level:	interrupt_context_level()
 * @turn:	numbers the turns of a logger's writers: one begins with each
 *		context, and in contexts that tasks share with each change of the
 *		task. Of messages of one task that have equal stamps, that with the
 *		lower turn was first
 * @comm:	name of the task
 */
struct blog_owner {
	s32 pid;
	s32 tgid;
	u32 level;
	u32 turn;
	char comm[TASK_COMM_LEN];
};

static_assert(sizeof(struct blog_owner) == 32);

/* Most characters of one string, and most bytes of all arguments together. */
#define BLOG_STR_MAX		1000
#define BLOG_ARGS_MAX		2048

/*
 * Most bytes that an argument takes besides the text of a string: its size and
 * the gap that its alignment may leave; and all of a message.
 */
#define BLOG_FIXED_64		(8 + 3)
#define BLOG_FIXED_32		(4 + 3)
#define BLOG_FIXED_16		(2 + 1)
#define BLOG_FIXED_8		1
#define BLOG_FIXED_TEXT		1
#define BLOG_FIXED_MAX		(BLOG_SITE_CODES * BLOG_FIXED_64)

static_assert(BLOG_FIXED_MAX <= U8_MAX);

/* One string can always be of full length: see blog_serialize_rest(). */
static_assert(2 * BLOG_FIXED_MAX + BLOG_STR_MAX < BLOG_ARGS_MAX);

/* So many strings of less than so many characters fit in any case. */
#define BLOG_SHORT_STRINGS	13
#define BLOG_STR_SHORT		128

static_assert(BLOG_FIXED_MAX + BLOG_SHORT_STRINGS * BLOG_STR_SHORT <= BLOG_ARGS_MAX);

/* Longest payload of a record. */
#define BLOG_LEN_MAX		(BLOG_ARGS_MAX + 8)

/*
 * Room that a context keeps free before each message: every control record
 * (14 times 4 bytes of payload in all), the message, and 8 bytes that the
 * serializer may write beyond it.
 */
#define BLOG_CONTROL_MAX	(5 * sizeof(struct blog_record) + 14 * sizeof(u32))
#define BLOG_RECORD_MAX		(sizeof(struct blog_record) + BLOG_ARGS_MAX + 8)
#define BLOG_ROOM		(BLOG_CONTROL_MAX + BLOG_RECORD_MAX)

#define BLOG_CTX_SIZE		(CONFIG_BLOG_CTX_SIZE_KB * SZ_1K)

/* Else the allocator rounds it up, and the budget is not kept. */
static_assert(!(BLOG_CTX_SIZE & (BLOG_CTX_SIZE - 1)));

/**
 * enum blog_ctx_state - where a context is in its life
 * @BLOG_CTX_READY:	empty, in alloc_batch
 * @BLOG_CTX_ACTIVE:	owned by a task, or by a CPU at one interrupt level
 * @BLOG_CTX_PARKED:	left by a task that is gone, with room, in alloc_batch
 * @BLOG_CTX_QUEUED:	full, in log_batch
 * @BLOG_CTX_NR_STATES:	number of those
 */
enum blog_ctx_state {
	BLOG_CTX_READY,
	BLOG_CTX_ACTIVE,
	BLOG_CTX_PARKED,
	BLOG_CTX_QUEUED,
	BLOG_CTX_NR_STATES
};

/**
 * struct blog_cursor - place of a reader in a context
 * @ctx:	the context
 * @pos:	offset of the next record
 * @end:	offset after the last record
 * @time:	stamp of the message, ns of trace_clock_local()
 * @client:	its client
 * @cpu:	CPU that wrote it
 * @lost:	messages dropped before, out of LOST records
 * @owner:	task that wrote it, or that was interrupted
 * @site:	number of its statement
 * @len:	bytes of its arguments
 * @record:	the message; NULL before the first and after the last
 */
struct blog_cursor {
	const struct blog_ctx *ctx;
	u32 pos;
	u32 end;
	u64 time;
	u64 client;
	u32 cpu;
	u64 lost;
	struct blog_owner owner;
	u16 site;
	u16 len;
	const struct blog_record *record;
};

/**
 * struct blog_ctx - a context: a buffer of records and who writes it
 * @logger:	logger that the context belongs to
 * @next:	next context of the same task; accessed by the task with
 *		preemption off, and by others while blog_tasks_frozen
 * @last:	stamp of the last record
 * @client:	client of the last record
 * @head:	bytes of @data in use; a reader pairs its acquire with the
 *		writer's release
 * @cpu:	CPU of the last record; BLOG_NO_CPU if a full set of control
 *		records must come next, and while control records are written, or
 *		arguments stored by what may log, too
 * @records:	messages in @data
 * @truncated:	messages in @data with a cut string
 * @shared:	owned by a CPU, not by a task: the owner may change each time
 * @owner:	what the last OWNER record says
 * @state:	enum blog_ctx_state; written by whoever moves the context
 * @task:	task that has this context in its list, or NULL; so too
 * @generation:	how often @data was emptied; written under blog_state.lock
 * @consumed:	messages in @data that the publisher has taken, or that were
 *		cleared; under blog_state.lock
 * @all:	in blog_state.contexts, under blog_state.lock, or RCU
 * @batch:	in a batch's list, under blog_state.lock
 * @cursor:	the publisher's place; that and what follows are his alone
 * @cursor_generation: value of @generation that @cursor is about
 * @taken:	messages before @cursor that he has not claimed yet
 * @lost:	they do not count: not claimed, or the context was emptied before
 * @next_taken:	next context in blog_merge.taken
 * @data:	the records
 *
 * The fields down to @owner are written by the owner alone while the context
 * is ACTIVE, and else by whoever moves it, who then has it to himself.
 */
struct blog_ctx {
	struct blog_logger *logger;
	struct blog_ctx *next;
	u64 last;
	u64 client;
	u32 head;
	u32 cpu;
	u32 records;
	u32 truncated;
	bool shared;
	struct blog_owner owner;

	enum blog_ctx_state state;
	struct task_struct *task;
	unsigned int generation;
	u32 consumed;
	struct list_head all;
	struct list_head batch;

	struct blog_cursor cursor ____cacheline_aligned;
	unsigned int cursor_generation;
	u32 taken;
	bool lost;
	struct blog_ctx *next_taken;

	u8 data[] ____cacheline_aligned;
};

#define BLOG_NO_CPU		U32_MAX
#define BLOG_DATA_SIZE		(BLOG_CTX_SIZE - sizeof(struct blog_ctx))

/* A context whose head is beyond this is full. */
#define BLOG_HEAD_MAX		(BLOG_DATA_SIZE - BLOG_ROOM)

/* Contexts that a CPU keeps at hand, so that forks and exits share no lock. */
#define BLOG_MAGAZINE		4

struct blog_magazine {
	raw_spinlock_t lock;	/* nests outside blog_state.lock */
	unsigned int nr;
	struct blog_ctx *ctx[BLOG_MAGAZINE];
};

struct blog_batch {
	struct list_head list;	/* under blog_state.lock */
	unsigned int nr;
};

/* Task (overflow), softirq, hardirq and NMI: interrupt_context_level(). */
#define BLOG_LEVELS		4

/**
 * struct blog_cpu - a logger's part on one CPU
 * @shared:	contexts that this CPU writes, by level; that of the task level
 *		is for tasks that get none of their own
 * @dropped:	messages that could not be kept
 * @lost:	those dropped that no LOST record tells of yet
 * @magazine:	this CPU's part of alloc_batch
 */
struct blog_cpu {
	struct blog_ctx *shared[BLOG_LEVELS];
	unsigned long dropped;
	u32 lost;
	struct blog_magazine magazine;
};

/**
 * struct blog_state - contexts and counters of a registered logger
 * @cpu:	per CPU part
 * @site_by_id:	the logger's sites; that with id N is number N - 1
 * @nr_sites:	number of those
 * @lock:	protects all from @contexts to @truncated, but @budget, which may
 *		change at any time, and @no_memory, which is the refill worker's
 * @contexts:	all contexts
 * @nr_contexts: number of those
 * @budget:	most contexts that there may be
 * @no_memory:	the last allocation failed
 * @alloc_batch: READY and PARKED contexts that are in no magazine
 * @log_batch:	QUEUED contexts, oldest first
 * @captured:	messages of contexts that were emptied
 * @claimed:	messages that the publisher has taken, for good
 * @in_flight:	those of them that he has not written to the instance yet
 * @overwritten: messages that nobody had read when they went
 * @truncated:	messages with a cut string, of contexts that were emptied
 * @nr_spare:	contexts in alloc_batch, magazines included
 * @turns:	the last number of blog_owner.turn
 * @refill_asked: @refill was asked for and has not begun
 * @kick:	asks for @refill from any context
 * @refill:	allocates and frees contexts
 * @list:	in blog_loggers, under blog_mutex
 * @readable:	in the publisher's list
 * @logger:	the logger
 * @dir:	tracefs directory loggers/<name>
 * @catalogue:	print format of the event
 * @print_fmt:	what it was before
 */
struct blog_state {
	struct blog_cpu __percpu *cpu;
	struct blog_site **site_by_id;
	unsigned int nr_sites;

	raw_spinlock_t lock;
	struct list_head contexts;
	unsigned int nr_contexts;
	unsigned int budget;
	bool no_memory;
	struct blog_batch alloc_batch;
	struct blog_batch log_batch;
	u64 captured;
	u64 claimed;
	u32 in_flight;
	u64 overwritten;
	u64 truncated;

	atomic_t nr_spare;
	atomic_t turns;
	bool refill_asked;
	struct irq_work kick;
	struct delayed_work refill;

	struct list_head list;
	struct list_head readable;
	struct blog_logger *logger;
	struct dentry *dir;
	char *catalogue;
	char *print_fmt;
};

/* logger.c */
extern struct mutex blog_mutex;
extern struct list_head blog_loggers;

struct blog_stats {
	u64 captured;
	u64 published;
	u64 overwritten;
	u64 pending;
	u64 used_bytes;
	u64 dropped;
	u64 truncated;
	unsigned int contexts[BLOG_CTX_NR_STATES];
	unsigned int nr_contexts;
	unsigned int budget;
	unsigned int nr_sites;
};

void blog_logger_stats(struct blog_logger *logger, struct blog_stats *stats);
int blog_logger_set_budget(struct blog_logger *logger, unsigned int contexts);
struct blog_logger *blog_logger_find(const void *logger);
int __blog_logger_enable(struct blog_logger *logger, bool on);

/* site.c */
/**
 * enum blog_code - how an argument is stored
 * @BLOG_ARG_32:	4 bytes
 * @BLOG_ARG_64:	8 bytes
 * @BLOG_ARG_PLAIN_MAX:	up to here the code is the number of bytes
 * @BLOG_ARG_STR:	string
 * @BLOG_ARG_16:	2 bytes
 * @BLOG_ARG_8:		1 byte
 * @BLOG_ARG_WIDTH:	4 bytes: '*', the width of what follows
 * @BLOG_ARG_PREC:	4 bytes: '.*', the precision of what follows
 * @BLOG_ARG_STR_PREC:	string after BLOG_ARG_PREC
 * @BLOG_ARG_STR_MAX:	string; operand: its precision
 * @BLOG_ARG_EXT:	text of a pointer; operand: offset of the conversion
 * @BLOG_ARG_END:	there are no more arguments
 */
enum blog_code {
	BLOG_ARG_32 = 4,
	BLOG_ARG_64 = 8,
	BLOG_ARG_PLAIN_MAX = BLOG_ARG_64,
	BLOG_ARG_STR,
	BLOG_ARG_16,
	BLOG_ARG_8,
	BLOG_ARG_WIDTH,
	BLOG_ARG_PREC,
	BLOG_ARG_STR_PREC,
	BLOG_ARG_STR_MAX,
	BLOG_ARG_EXT,
	BLOG_ARG_END = 0xff,
};

/* Those from BLOG_ARG_16 to BLOG_ARG_PREC. */
static inline bool blog_code_is_int(u8 code)
{
	return code >= BLOG_ARG_16 && code <= BLOG_ARG_PREC;
}

static inline bool blog_code_has_operand(u8 code)
{
	return code == BLOG_ARG_STR_MAX || code == BLOG_ARG_EXT;
}

/* Most characters of a conversion with a pointer extension. */
#define BLOG_EXT_MAX		23

/* Section blog_sites of vmlinux; both come from asm-generic/codetag.lds.h. */
extern struct blog_site __start_blog_sites[], __stop_blog_sites[];

int blog_site_parse(struct blog_site *site);
u16 blog_code_operand(const struct blog_site *site, unsigned int nr);
int blog_sites_register(struct blog_logger *logger, struct blog_state *state);
void blog_site_switch(struct blog_site *site, bool on);
void blog_sites_update(struct blog_state *state);
void blog_sites_off(struct blog_state *state);
const struct blog_site *blog_site_find(const struct blog_logger *logger, u32 id);

/* serialize.c */
u8 *blog_serialize(u8 *dst, const struct blog_site *site, const u64 *args,
		   u32 *truncated);
bool blog_args_valid(const struct blog_site *site, const void *args,
		     unsigned int len);

/* context.c */
DECLARE_STATIC_KEY_FALSE(blog_tasks_frozen);

int blog_contexts_init(struct blog_state *state, unsigned int budget);
void blog_contexts_refill(struct blog_state *state);
void blog_contexts_destroy(struct blog_state *state);
struct blog_ctx *blog_ctx_own(struct blog_logger *logger, unsigned int level);
struct blog_ctx *blog_ctx_replace(struct blog_ctx *ctx, unsigned int level);
bool blog_ctx_claim(struct blog_state *state, struct blog_ctx *ctx,
		    unsigned int generation, u32 nr);
void blog_ctx_clear(struct blog_state *state, struct blog_ctx *ctx, u32 nr);

/* reader.c */
void blog_cursor_start(struct blog_cursor *cursor, const struct blog_ctx *ctx);
bool blog_cursor_next(struct blog_cursor *cursor);

/* A context with a message to read, and the stamp of that. */
struct blog_source {
	u64 time;
	struct blog_ctx *ctx;
};

/**
 * struct blog_merge - the messages of many contexts in the order of time
 * @nr:		contexts that have more
 * @size:	room in @data
 * @data:	a min-heap of them, as <linux/min_heap.h> has it
 * @taken:	contexts out of which messages were taken
 */
struct blog_merge {
	int nr;
	int size;
	struct blog_source *data;
	struct blog_ctx *taken;
};

int blog_merge_add(struct blog_merge *merge, struct blog_state *state);
void blog_merge_begin(struct blog_merge *merge);
struct blog_cursor *blog_merge_peek(struct blog_merge *merge);
void blog_merge_take(struct blog_merge *merge);
bool blog_merge_claim(struct blog_merge *merge);
bool blog_unread(struct blog_state *state);
void blog_clear(struct blog_state *state);

/* logger.c: what the file contexts shows */

/**
 * struct blog_ctx_info - a context as it was
 * @ctx:	which one; not to be followed
 * @state:	where it was in its life
 * @shared:	a CPU's, not a task's
 * @owner:	task that wrote the last record, or that was interrupted
 * @bytes:	bytes of records; if 0, what follows and @owner mean nothing
 * @records:	messages
 * @unread:	those of them that nobody has consumed
 * @first:	stamp at its start
 * @last:	stamp of the last message
 */
struct blog_ctx_info {
	const struct blog_ctx *ctx;
	enum blog_ctx_state state;
	bool shared;
	struct blog_owner owner;
	u32 bytes;
	u32 records;
	u32 unread;
	u64 first;
	u64 last;
};

unsigned int blog_logger_contexts(struct blog_logger *logger,
				  struct blog_ctx_info *info, unsigned int max);

/* query.c */
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

/* What is wrong with queries, and at which of their characters. */
struct blog_query_fault {
	enum blog_query_error error;
	unsigned int pos;
};

extern const char * const blog_query_errors[];

int blog_query_apply(struct blog_state *state, const char *text,
		     struct blog_query_fault *fault);

/* kernel/trace/blog_tracefs.c */
void blog_tracefs_create(struct blog_logger *logger);
void blog_tracefs_remove(struct blog_logger *logger);
int blog_catalogue_register(struct blog_logger *logger,
			    struct blog_state *state);
void blog_catalogue_unregister(struct blog_logger *logger,
			       struct blog_state *state);

/* kernel/trace/blog_publish.c */
struct trace_array;

/* Name of the tracefs instance, and of the system of its events. */
#define BLOG_INSTANCE	"blog"

int blog_publish_init(struct trace_array *tr);
void blog_publish_add(struct blog_logger *logger);
void blog_publish_remove(struct blog_logger *logger);
void blog_publish_clear(struct blog_logger *logger);
void blog_publish_soon(void);
void blog_sample_clock(u64 (*func)(void), u64 *local, u64 *other);

#endif /* _LIB_BLOG_INTERNAL_H */
