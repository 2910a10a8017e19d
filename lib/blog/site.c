// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: log statements and their formats.
 *
 * Each blog() leaves a struct blog_site in section blog_sites of its object.
 * When a logger registers, its sites in that section get their numbers, and
 * their formats are parsed, once, into a code for each argument (enum
 * blog_code): how blog_serialize() has to store it. The codes stand at the start
 * of blog_site.codes; the operands that some have stand at its end, the first
 * one last.
 */
#include <kunit/visibility.h>
#include <linux/blog/reader.h>
#include <linux/ctype.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "logger.h"
#include "site.h"

DEFINE_MUTEX(blog_mutex);	/* here: logger.c and query.c use it, too */
EXPORT_SYMBOL_IF_KUNIT(blog_mutex);

/*
 * Longest format: escaped, in the catalogue, it must fit in half of the 8 KiB
 * that libtraceevent takes at once; and offsets within it in 16 bits.
 */
#define FORMAT_MAX	1024

/**
 * struct parser - how far the format of a site is parsed
 * @site:	the site
 * @nr:		arguments found so far
 * @nr_operands: operands of their codes
 * @nr_strings:	strings among them that can be of any length
 * @flags:	what the site's flags will be, BLOG_SITE_COMPLEX or 0
 */
struct parser {
	struct blog_site *site;
	unsigned int nr;
	unsigned int nr_operands;
	unsigned int nr_strings;
	u8 flags;
};

static int add_code(struct parser *parser, enum blog_code code,
		    unsigned int fixed)
{
	/* One more is needed for BLOG_ARG_END. */
	if (parser->nr + 2 * parser->nr_operands + 1 >= BLOG_SITE_CODES)
		return -E2BIG;

	parser->site->codes[parser->nr++] = code;
	parser->site->fixed += fixed;
	return 0;
}

static int add_code_operand(struct parser *parser, enum blog_code code,
			    u16 operand)
{
	int ret;

	parser->nr_operands++;
	ret = add_code(parser, code, BLOG_FIXED_TEXT);
	if (!ret)
		put_unaligned(operand, (u16 *)(parser->site->codes + BLOG_SITE_CODES -
					       2 * parser->nr_operands));
	return ret;
}

/**
 * blog_code_operand() - the operand of an argument's code
 * @site: the statement
 * @nr: number of the argument, from 0; its code is BLOG_ARG_STR_MAX or
 *	BLOG_ARG_EXT
 *
 * Context: Any context.
 * Return: the precision, or the offset of the conversion in the format.
 */
u16 blog_code_operand(const struct blog_site *site, unsigned int nr)
{
	unsigned int before = 0, i;

	for (i = 0; i < nr; i++)
		before += blog_code_has_operand(site->codes[i]);

	return get_unaligned((u16 *)(site->codes + BLOG_SITE_CODES -
				     2 * (before + 1)));
}

static __printf(3, 4) int print_binary(u32 *buf, size_t words, const char *format, ...)
{
	va_list args;
	int ret;

	va_start(args, format);
	ret = vbin_printf(buf, words, format, args);
	va_end(args);

	return ret;
}

/**
 * blog_short_size() - bytes that vbin_printf() stores for %hd
 *
 * Context: Any context.
 * Return: 2, and then 1 for %hhd; or 4 for both, as newer kernels do.
 */
unsigned int blog_short_size(void)
{
	u32 words[2];

	return print_binary(words, ARRAY_SIZE(words), "%hd%hd", 0, 0) *
	       sizeof(u32) / 2;
}

static int add_integer(struct parser *parser, unsigned int size)
{
	if (size < sizeof(int) && blog_short_size() == sizeof(int))
		size = sizeof(int);
	switch (size) {
	case 8:
		return add_code(parser, BLOG_ARG_64, BLOG_FIXED_64);
	case 4:
		return add_code(parser, BLOG_ARG_32, BLOG_FIXED_32);
	case 2:
		return add_code(parser, BLOG_ARG_16, BLOG_FIXED_16);
	default:
		return add_code(parser, BLOG_ARG_8, BLOG_FIXED_8);
	}
}

/* Whether the pointer itself is stored; vbin_printf() has the same list. */
static bool pointer_is_raw(const char *ext)
{
	return !isalnum(*ext) || strchr("sSxKe", *ext);
}

/* Length of an integer qualifier such as "ll"; the size it means in @size. */
static unsigned int parse_qualifier(const char *p, unsigned int *size)
{
	*size = sizeof(int);
	switch (*p) {
	case 'h':
		*size = p[1] == 'h' ? sizeof(char) : sizeof(short);
		return p[1] == 'h' ? 2 : 1;
	case 'l':
		*size = p[1] == 'l' ? sizeof(long long) : sizeof(long);
		return p[1] == 'l' ? 2 : 1;
	case 'L':
		*size = sizeof(long long);
		return 1;
	case 'z':
		*size = sizeof(size_t);
		return 1;
	case 't':
		*size = sizeof(ptrdiff_t);
		return 1;
	default:
		return 0;
	}
}

/* The number at *@p, which becomes what follows it. */
static int parse_number(const char **p)
{
	int number = 0;

	while (isdigit(**p))
		number = min(10 * number + *(*p)++ - '0', U16_MAX);
	return number;
}

static int add_string(struct parser *parser, bool star, int precision)
{
	if (star)
		return add_code(parser, BLOG_ARG_STR_PREC, BLOG_FIXED_TEXT);
	if (precision >= 0)
		return add_code_operand(parser, BLOG_ARG_STR_MAX, precision);
	if (++parser->nr_strings > BLOG_SHORT_STRINGS)
		parser->flags |= BLOG_SITE_COMPLEX;
	return add_code(parser, BLOG_ARG_STR, BLOG_FIXED_TEXT);
}

/* "%pd", without width, precision or number. */
static bool is_plain_name(const char *conversion, const char *ext)
{
	return ext == conversion + 2 && ext[0] == 'd' && !isalnum(ext[1]);
}

/* @conversion: offset of the '%'; @ext: what follows "%...p". */
static int add_pointer(struct parser *parser, const char *conversion,
		       const char *ext)
{
	const char *end = ext;

	if (pointer_is_raw(ext))
		return add_integer(parser, sizeof(void *));
	if (is_plain_name(conversion, ext))
		return add_code(parser, BLOG_ARG_NAME, BLOG_FIXED_TEXT);

	while (isalnum(*end))
		end++;
	if (end - conversion > BLOG_EXT_MAX)
		return -E2BIG;

	parser->flags |= BLOG_SITE_COMPLEX;
	return add_code_operand(parser, BLOG_ARG_EXT,
				conversion - parser->site->format);
}

/*
 * Parse one conversion; *@pos is its '%' and becomes what follows it.
 */
static int parse_conversion(struct parser *parser, const char **pos)
{
	bool star_precision = false;
	const char *p = *pos + 1;
	unsigned int size, len;
	int precision = -1;
	int ret = 0;

	while (*p && strchr("-+ #0", *p))
		p++;

	if (*p == '*') {
		ret = add_code(parser, BLOG_ARG_WIDTH, BLOG_FIXED_32);
		p++;
	} else {
		parse_number(&p);
	}

	if (!ret && *p == '.') {
		p++;
		if (*p == '*') {
			star_precision = true;
			ret = add_code(parser, BLOG_ARG_PREC, BLOG_FIXED_32);
			p++;
		} else if (isdigit(*p)) {
			precision = parse_number(&p);
		}
	}
	if (ret)
		return ret;

	len = parse_qualifier(p, &size);
	p += len;

	switch (*p) {
	case '%':
		break;
	case 'c':
		ret = add_code(parser, BLOG_ARG_8, BLOG_FIXED_8);
		break;
	case 's':
		ret = add_string(parser, star_precision, precision);
		break;
	case 'p':
		/* "%.*pE" would read its width from elsewhere. */
		if (star_precision && !pointer_is_raw(p + 1))
			return -EINVAL;
		ret = add_pointer(parser, *pos, p + 1);
		while (isalnum(p[1]))
			p++;
		break;
	case 'd':
	case 'i':
	case 'u':
	case 'x':
	case 'X':
	case 'o':
		ret = add_integer(parser, size);
		break;
	default:
		/* Also '\0', %n and floating point: vsnprintf() has none. */
		return -EINVAL;
	}

	*pos = p + 1;
	return ret;
}

/**
 * blog_site_parse() - parse a site's format into its argument codes
 * @site: the site
 *
 * Context: Any context; the caller has the site to himself.
 * Return: 0, -EINVAL for a conversion that vsnprintf() does not know, -E2BIG
 * for more arguments than a site has codes for or a format above 1024
 * characters.
 */
int blog_site_parse(struct blog_site *site)
{
	struct parser parser = { .site = site };
	const char *p = site->format;
	int ret;

	site->fixed = 0;
	site->lead = 0;
	memset(site->codes, BLOG_ARG_END, sizeof(site->codes));
	if (strlen(p) > FORMAT_MAX)
		return -E2BIG;

	while ((p = strchr(p, '%'))) {
		ret = parse_conversion(&parser, &p);
		if (ret)
			return ret;
	}
	while (site->lead < BLOG_LEAD_MAX &&
	       site->codes[site->lead] == BLOG_ARG_64)
		site->lead++;
	/* Writers look at it if the event was enabled before. */
	WRITE_ONCE(site->flags, parser.flags);

	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(blog_site_parse);

/* Section blog_sites of an object. */
struct site_range {
	struct blog_site *start;
	struct blog_site *stop;
};

/*
 * Find the section of a module, or of vmlinux if @owner is NULL. A module does
 * not know its own: these symbols are made by its last link, after modpost.
 */
static struct site_range find_section(struct module *owner)
{
	struct site_range range = { __start_blog_sites, __stop_blog_sites };

	if (owner) {
		range.start = (struct blog_site *)
			find_kallsyms_symbol_value(owner, "__start_blog_sites");
		range.stop = (struct blog_site *)
			find_kallsyms_symbol_value(owner, "__stop_blog_sites");
	}

	return range;
}

/*
 * Take the next site of a logger out of a range, or NULL: a logger's sites are
 * those in its object that name it.
 */
static struct blog_site *next_site(struct site_range *range,
				   const struct blog_logger *logger)
{
	while (range->start < range->stop) {
		struct blog_site *site = range->start++;

		if (site->logger == logger)
			return site;
	}

	return NULL;
}

static unsigned int count_sites(struct site_range range,
				const struct blog_logger *logger)
{
	unsigned int nr = 0;

	while (next_site(&range, logger))
		nr++;
	return nr;
}

/**
 * blog_sites_register() - number and parse the sites of a logger
 * @logger: the logger
 * @state: what becomes its state
 *
 * A site whose format cannot be logged is named in the kernel log and stays
 * off.
 *
 * Context: Process context. The logger is off.
 * Return: 0, -ENOMEM, -E2BIG for too many sites, or -ENOENT if the logger's
 * module has none (or if CONFIG_KALLSYMS_ALL is off and its init function has
 * returned, which is when a module loses such symbols).
 */
int blog_sites_register(struct blog_logger *logger, struct blog_state *state)
{
	struct site_range range = find_section(logger->owner);
	unsigned int nr = count_sites(range, logger);
	struct blog_site *site;
	int ret;

	if (nr > BLOG_SITES_MAX)
		return -E2BIG;
	if (!nr && logger->owner)
		return -ENOENT;

	state->site_by_id = kvcalloc(nr, sizeof(*state->site_by_id), GFP_KERNEL);
	if (!state->site_by_id && nr)
		return -ENOMEM;

	while ((site = next_site(&range, logger))) {
		state->site_by_id[state->nr_sites++] = site;
		site->id = state->nr_sites;
		ret = blog_site_parse(site);
		if (ret) {
			pr_err("blog: %s:%u: cannot log \"%s\": %s\n",
			       site->file, site->line, site->format,
			       ret == -E2BIG ? "too long" :
			       "unknown conversion");
			WRITE_ONCE(site->flags, BLOG_SITE_BAD);
			continue;
		}
		blog_site_switch(site, true);
	}

	return 0;
}

#define SWITCHED_ON	(BLOG_SITE_ON | BLOG_SITE_HELD)

/* What the flags are to be, of a site with @flags. */
static u8 follow_logger(const struct blog_site *site, u8 flags)
{
	bool on = flags & SWITCHED_ON;
	unsigned int logger;

	flags &= ~(SWITCHED_ON | BLOG_SITE_FAST);
	if (!on)
		return flags;
	logger = READ_ONCE(site->logger->flags);
	if ((logger & (BLOG_STOPPED | BLOG_LIVE)) == BLOG_STOPPED)
		return flags | BLOG_SITE_HELD;
	if (logger == BLOG_CAPTURE && !(flags & BLOG_SITE_COMPLEX))
		flags |= BLOG_SITE_FAST;

	return flags | BLOG_SITE_ON;
}

/*
 * Let the flags of a site be what its logger's say, also if others change either meanwhile:
 * after each change the logger's are read anew. See lib/blog/stop.c.
 */
static void update_site(struct blog_site *site)
{
	u8 flags = READ_ONCE(site->flags), next;

	while ((next = follow_logger(site, flags)) != flags) {
		/* Pairs with the acquires in write_fast() and write_any(). */
		if (try_cmpxchg(&site->flags, &flags, next))
			flags = next;
	}
}

/**
 * blog_site_switch() - switch a site on or off
 * @site: a site whose format can be logged
 * @on: its messages are kept and emitted, as its logger's flags say
 *
 * Context: blog_mutex held, or the logger is off and its sites are the caller's.
 */
void blog_site_switch(struct blog_site *site, bool on)
{
	u8 flags = READ_ONCE(site->flags), next;

	do {
		next = (flags & ~SWITCHED_ON) | (on ? BLOG_SITE_ON : 0);
		next = follow_logger(site, next);
		/* Pairs with the acquires in write_fast() and write_any(). */
	} while (!try_cmpxchg(&site->flags, &flags, next));
	update_site(site);
}
EXPORT_SYMBOL_IF_KUNIT(blog_site_switch);

/**
 * blog_sites_update() - follow a change of the logger's flags
 * @state: the logger's state
 *
 * Context: Any context. blog_mutex held, or an RCU read-side critical section in which
 * the logger was found registered.
 */
void blog_sites_update(struct blog_state *state)
{
	unsigned int i;

	/*
	 * The change of the logger's flags is before the look at those of a site, and in
	 * update_site() and blog_site_switch() it is the other way round: so either we see
	 * what another stores there, or he sees what the logger's are now.
	 */
	smp_mb();
	for (i = 0; i < state->nr_sites; i++)
		update_site(state->site_by_id[i]);
}

/**
 * blog_sites_off() - let the sites of a logger be ignored
 * @state: the logger's state
 *
 * Context: Process context. Writers may still be inside until an RCU grace
 * period has passed.
 */
void blog_sites_off(struct blog_state *state)
{
	unsigned int i;

	for (i = 0; i < state->nr_sites; i++)
		blog_site_switch(state->site_by_id[i], false);
}

/**
 * blog_site_at() - a statement of a logger
 * @logger: the logger
 * @nr: its number, from 1
 *
 * Context: Any context. The statement stays as long as the logger's module.
 * Return: the statement, or NULL if there are not so many, or the logger is not
 * registered.
 */
const struct blog_site *blog_site_at(const struct blog_logger *logger, u32 nr)
{
	const struct blog_state *state;

	/* blog_logger_unregister() waits before it frees the list. */
	guard(rcu)();
	/* Pairs with the release in blog_logger_register(). */
	state = smp_load_acquire(&logger->state);

	return state && nr && nr <= state->nr_sites ? state->site_by_id[nr - 1] : NULL;
}
EXPORT_SYMBOL_IF_KUNIT(blog_site_at);

/**
 * blog_site_find() - look a statement up by its number
 * @logger: the logger
 * @id: the number out of a record
 *
 * Context: As blog_site_at().
 * Return: the statement, or NULL if the logger has none of that number or its
 * format cannot be logged.
 */
const struct blog_site *blog_site_find(const struct blog_logger *logger, u32 id)
{
	const struct blog_site *site = blog_site_at(logger, id);

	return site && READ_ONCE(site->flags) & BLOG_SITE_BAD ? NULL : site;
}
EXPORT_SYMBOL_IF_KUNIT(blog_site_find);
