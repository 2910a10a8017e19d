/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Always-on binary logging: what a subsystem that logs includes.
 *
 * See Documentation/trace/blog.rst.
 */
#ifndef _LINUX_BLOG_BLOG_H
#define _LINUX_BLOG_BLOG_H

#include <linux/args.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/jump_label.h>
#include <linux/printk.h>
#include <linux/types.h>

struct blog_event;
struct blog_logger;
struct blog_state;
struct module;

/* Bytes of a site left for argument codes; see lib/blog/site.c. */
#define BLOG_SITE_CODES		23

/* So many arguments are stored at once; see blog_store_lead(). */
#define BLOG_LEAD_MAX		4

/**
 * struct blog_site - static descriptor of one log statement
 * @format:	printf format, a string literal
 * @function:	function of the statement
 * @file:	source file of the statement
 * @logger:	logger that the statement writes to
 * @line:	line of the statement
 * @id:		number within the logger, from 1; 0 before registration
 * @fixed:	most bytes that the arguments take besides the text of strings
 * @lead:	with how many arguments of 8 bytes it begins, at most BLOG_LEAD_MAX
 * @flags:	BLOG_SITE_*
 * @codes:	argument codes, parsed out of @format when the logger registers
 *
 * All sites of an object (vmlinux or a module) lie in its section blog_sites.
 */
struct blog_site {
	const char *format;
	const char *function;
	const char *file;
	struct blog_logger *logger;
	u32 line;
	u16 id;
	u8 fixed;
	u8 lead;
	u8 flags;
	u8 codes[BLOG_SITE_CODES];
} __aligned(64);

/* The linker's array of sites has no gaps. */
static_assert(sizeof(struct blog_site) == 64);

/* Site is registered and switched on. */
#define BLOG_SITE_ON		0x01
/* Its format cannot be logged. */
#define BLOG_SITE_BAD		0x02
/*
 * It has a pointer extension, whose rendering may itself log, or many strings.
 * Constant while the logger is registered.
 */
#define BLOG_SITE_COMPLEX	0x04
/* It is on and not complex, its logger captures, and nobody listens. */
#define BLOG_SITE_FAST		0x08
/* It would be on, but its logger is stopped. */
#define BLOG_SITE_HELD		0x10

/* Whether a site is switched on, even if its logger is off or stopped. */
static inline bool blog_site_is_on(const struct blog_site *site)
{
	return READ_ONCE(site->flags) & (BLOG_SITE_ON | BLOG_SITE_HELD);
}

/* What happens to the records of a logger: both, one or none of these. */
#define BLOG_CAPTURE		0x01	/* kept in the contexts */
#define BLOG_LIVE		0x02	/* emitted as trace event at the call */
/* But nothing is kept: see lib/blog/stop.c. */
#define BLOG_STOPPED		0x04

/**
 * struct blog_logger - a subsystem's log
 * @key:	on while @flags has BLOG_CAPTURE or BLOG_LIVE; what blog() tests
 * @flags:	BLOG_CAPTURE, BLOG_LIVE, which change under blog_mutex; BLOG_STOPPED, which
 *		may change at any time
 * @state:	contexts and counters; NULL while not registered
 * @name:	name of the logger and of its event blog:<name>
 * @owner:	module of the logger and of all its sites
 * @event:	what its reader knows of it: the event blog:<name>; NULL without
 *		CONFIG_BLOG_TRACEFS
 * @emit:	passes a message on to whoever listens; called only if BLOG_LIVE is
 *		set
 *
 * Defined by <linux/blog/define_logger.h> alone.
 */
struct blog_logger {
	struct static_key_false key;
	unsigned int flags;
	struct blog_state *state;
	const char *name;
	struct module *owner;
	struct blog_event *event;
	void (*emit)(u64 client, u32 site, const void *args, unsigned int len);
};

#ifdef CONFIG_BLOG

void __blog(struct blog_site *site, u64 client, const u64 *args);

/* An argument as a word: a pointer, or an integer of any size. */
#define __blog_word(x)							\
	((__force u64)__builtin_choose_expr(				\
		sizeof(1 ? (x) : (x)) == sizeof(u64), (x),		\
		(__force unsigned long)(x)))

#define __blog_words0()
#define __blog_words1(x)	__blog_word(x)
#define __blog_words2(x, ...)	__blog_word(x), __blog_words1(__VA_ARGS__)
#define __blog_words3(x, ...)	__blog_word(x), __blog_words2(__VA_ARGS__)
#define __blog_words4(x, ...)	__blog_word(x), __blog_words3(__VA_ARGS__)
#define __blog_words5(x, ...)	__blog_word(x), __blog_words4(__VA_ARGS__)
#define __blog_words6(x, ...)	__blog_word(x), __blog_words5(__VA_ARGS__)
#define __blog_words7(x, ...)	__blog_word(x), __blog_words6(__VA_ARGS__)
#define __blog_words8(x, ...)	__blog_word(x), __blog_words7(__VA_ARGS__)
#define __blog_words9(x, ...)	__blog_word(x), __blog_words8(__VA_ARGS__)
#define __blog_words10(x, ...)	__blog_word(x), __blog_words9(__VA_ARGS__)
#define __blog_words11(x, ...)	__blog_word(x), __blog_words10(__VA_ARGS__)
#define __blog_words12(x, ...)	__blog_word(x), __blog_words11(__VA_ARGS__)
#define __blog_words13(x, ...)	__blog_word(x), __blog_words12(__VA_ARGS__)
#define __blog_words14(x, ...)	__blog_word(x), __blog_words13(__VA_ARGS__)
#define __blog_words15(x, ...)	__blog_word(x), __blog_words14(__VA_ARGS__)
#define __blog_words16(x, ...)	__blog_word(x), __blog_words15(__VA_ARGS__)
#define __blog_words17(x, ...)	__blog_word(x), __blog_words16(__VA_ARGS__)
#define __blog_words18(x, ...)	__blog_word(x), __blog_words17(__VA_ARGS__)
#define __blog_words19(x, ...)	__blog_word(x), __blog_words18(__VA_ARGS__)
#define __blog_words20(x, ...)	__blog_word(x), __blog_words19(__VA_ARGS__)
#define __blog_words21(x, ...)	__blog_word(x), __blog_words20(__VA_ARGS__)
#define __blog_words22(x, ...)	__blog_word(x), __blog_words21(__VA_ARGS__)

/* COUNT_ARGS() ends at 15. */
#define ___blog_count(_0, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12,	\
		      _13, _14, _15, _16, _17, _18, _19, _20, _21, _22, _23,	\
		      _24, _25, _26, _27, _28, _29, _n, ...) _n
#define __blog_count(...)						\
	___blog_count(, ##__VA_ARGS__, _too_many, _too_many, _too_many,		\
		      _too_many, _too_many, _too_many, _too_many, 22, 21,	\
		      20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6,	\
		      5, 4, 3, 2, 1, 0)

/*
 * Words that there must be where @nr arguments are: BLOG_LEAD_MAX, or half as
 * many, are read without a look at how many there are.
 */
#define __blog_room(nr)							\
	((nr) <= BLOG_LEAD_MAX / 2 ? BLOG_LEAD_MAX / 2 :		\
	 (nr) <= BLOG_LEAD_MAX ? BLOG_LEAD_MAX : (nr))

/* The arguments as an array of words, @_args. */
#define __blog_args(_args, ...)						\
	const u64 _args[__blog_room(__blog_count(__VA_ARGS__))] = {	\
		CONCATENATE(__blog_words, __blog_count(__VA_ARGS__))(__VA_ARGS__) \
	}

#define __blog_at(_site, _args, _logger, _client, _fmt, ...)		\
do {									\
	static struct blog_site _site					\
	__used __section("blog_sites") = {				\
		.format = _fmt,						\
		.function = __func__,					\
		.file = __FILE__,					\
		.line = __LINE__,					\
		.logger = _logger,					\
	};								\
									\
	no_printk(_fmt, ##__VA_ARGS__);					\
	/* Read anew in __blog(); READ_ONCE() is an instruction more. */	\
	if (static_branch_likely(&(_logger)->key) && likely(data_race(	\
	    _site.flags & BLOG_SITE_ON))) {				\
		__blog_args(_args, ##__VA_ARGS__);			\
									\
		__blog(&_site, _client, _args);				\
	}								\
} while (0)

/**
 * blog() - log a message
 * @_logger: address of the logger, a link-time constant; it must be defined in
 *	the same object (vmlinux or module) as the statement
 * @_client: u64 that tells apart the users of the logger (a mount, a
 *	connection), 0 for none
 * @_fmt: printf format, a string literal; a trailing newline is dropped by the
 *	readers
 *
 * Stores the raw arguments in a buffer of the current task. What a pointer
 * extension such as %pd points to, and the text of %s, are read at once;
 * nothing else is formatted before somebody reads. There may be 22 arguments;
 * a pointer extension or a literal string precision counts as three.
 *
 * A string is cut after 1000 characters, all strings of a message together
 * after about 2000; cut strings end in "..." if it fits, and are counted. %.*s and %.Ns
 * never read past their precision. The arguments are evaluated only while the
 * logger and the statement are on.
 *
 * Context: Any context in which RCU is watching, including NMI. Never allocates.
 * Takes no lock, except for the first message of a task, or of a CPU at an
 * interrupt level, for one that finds its context full, and for one that gets none:
 * raw spinlocks with interrupts disabled, which in NMI it only tries. (Where the
 * event is enabled its users do what they do.)
 */
#define blog(_logger, _client, _fmt, ...)				\
	__blog_at(__UNIQUE_ID(blog_site), __UNIQUE_ID(blog_args), _logger,	\
		  _client, _fmt, ##__VA_ARGS__)

int blog_logger_register(struct blog_logger *logger);
void blog_logger_unregister(struct blog_logger *logger);
int blog_logger_enable(struct blog_logger *logger, bool on);
bool blog_logger_enabled(const struct blog_logger *logger);

#else /* !CONFIG_BLOG */

#define blog(_logger, _client, _fmt, ...) no_printk(_fmt, ##__VA_ARGS__)

static inline int blog_logger_register(struct blog_logger *logger)
{
	return -EOPNOTSUPP;
}

static inline void blog_logger_unregister(struct blog_logger *logger)
{
}

static inline int blog_logger_enable(struct blog_logger *logger, bool on)
{
	return -EOPNOTSUPP;
}

static inline bool blog_logger_enabled(const struct blog_logger *logger)
{
	return false;
}

#endif /* CONFIG_BLOG */

#endif /* _LINUX_BLOG_BLOG_H */
