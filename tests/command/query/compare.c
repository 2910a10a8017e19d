// SPDX-License-Identifier: GPL-2.0
/*
 * Compares tools/tracing/blog/query.c with lib/blog/query.c: whatever the text, both
 * must find the same statements, or the same fault at the same place.
 *
 *	compare [COUNT [SEED]]
 *
 * The texts are made up of what queries are made of, mostly in the order in which that
 * makes sense.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "instance.h"
#include "output.h"
#include "query.h"
#include "statement.h"

/* See kernel.h, whose names are not those of the C library. */
struct blog_site {
	const char	*format;
	const char	*function;
	const char	*file;
	uint32_t	line;
	uint8_t		flags;
};

struct blog_state {
	unsigned int		nr_sites;
	struct blog_site	**site_by_id;
};

struct blog_logger {
	struct blog_state	*state;
};

struct blog_query_fault {
	int		error;
	unsigned int	pos;
};

extern const char * const blog_query_errors[];
int blog_query_apply(struct blog_logger *logger, const char *text,
		     struct blog_query_fault *fault);

static struct blog_site sites[] = {
	{ "%p add cap %s\n", "ceph_add_cap", "fs/ceph/caps.c", 670, 1 },
	{ "\"%s\" \\ \001\377;", "ceph_add_cap", "fs/ceph/caps.c", 671, 1 },
	{ "", "ceph_readdir", "fs/ceph/dir.c", 1, 1 },
	{ "mds%d\t%%", "__ceph_readdir_prepopulate", "fs/ceph/inode.c", 1200, 1 },
	{ "%d\n", "main", "inode.c", UINT32_MAX, 1 },
	{ "a b", "f", "/", 10, 1 },
	{ "*", "*?*", "a/*/b?.c", 100, 1 },
	{ "aaaaaaaaaaaaaaab", "aaaaaaaaab", "a/a/a/a/a/a", 2, 1 },
};

#define NR_SITES	(sizeof(sites) / sizeof(*sites))

static struct blog_site *by_id[NR_SITES];
static struct blog_state state = { NR_SITES, by_id };
static struct blog_logger logger = { &state };

static struct statements statements;
static unsigned long matched, nothing, faults;

/* What the two files of the command want of others. */

void *must(void *memory)
{
	if (!memory)
		abort();

	return memory;
}

void die(const char *fmt, ...)
{
	puts(fmt);
	exit(1);
}

char *logger_path(const char *logger, const char *file)
{
	die(logger);
	(void)file;
}

bool logger_is_gone(int error)
{
	(void)error;
	die("a logger");
}

char *read_text(const char *path, size_t *size)
{
	die(path);
	(void)size;
}

/* The list as the kernel writes it. */
static void make_list(void)
{
	size_t room = 4096, len = 0, i;
	char *text = malloc(room);
	const char *c;

	for (i = 0; i < NR_SITES; i++) {
		by_id[i] = &sites[i];
		len += snprintf(text + len, room - len, "%zu + %s:%u %s \"", i + 1,
				sites[i].file, sites[i].line, sites[i].function);
		for (c = sites[i].format; *c && strcmp(c, "\n"); c++)
			len += snprintf(text + len, room - len,
					*c < ' ' || *c > '~' || *c == '"' || *c == '\\' ?
					"\\%03o" : "%c", (unsigned char)*c);
		len += snprintf(text + len, room - len, "\"\n");
	}
	statements_parse(text, &statements);
	if (statements.nr != NR_SITES) {
		printf("%zu statements in the list\n", statements.nr);
		exit(1);
	}
}

static void fail(const char *what, const char *text)
{
	printf("%s: ", what);
	for (; *text; text++)
		printf(*text < ' ' || *text > '~' ? "\\%03o" : "%c", (unsigned char)*text);
	putchar('\n');
	exit(1);
}

/* A newline at the end of what is looked for also stands for the end of any format here. */
static bool is_known_difference(const struct queries *queries)
{
	size_t i;

	for (i = 0; i < queries->nr; i++)
		if (queries->list[i].format && strchr(queries->list[i].format, '\n'))
			return true;

	return false;
}

static void compare_statements(const char *text, const struct queries *queries, int ret)
{
	bool found = false;
	size_t i;

	if (is_known_difference(queries))
		return;
	for (i = 0; i < NR_SITES; i++) {
		bool lists = queries_match(queries, &statements.list[i]);

		found |= lists;
		if (!ret && lists == sites[i].flags)
			fail(lists ? "not switched" : "not listed", text);
	}
	/* One of several queries may have found nothing. */
	if (ret && found && queries->nr == 1)
		fail("listed, not switched", text);
	if (!ret && !found)
		fail("switched, not listed", text);
	++*(ret ? &nothing : &matched);
}

static void compare_faults(const char *text, const struct query_fault *mine,
			   const struct blog_query_fault *kernels)
{
	const char *error = blog_query_errors[kernels->error];
	size_t pos = query_unswitched(text, kernels->pos);

	if (!strcmp(error, "No statement matches"))
		return;
	if (!strcmp(mine->error, "Nothing is switched here"))
		return;
	faults++;
	if (strncmp(error, mine->error, strcspn(mine->error, ",")))
		fail(error, text);
	if (pos != mine->pos) {
		printf("%zu for %zu, ", mine->pos, pos);
		fail("another place", text);
	}
}

static void compare(const char *text)
{
	struct blog_query_fault kernels = { 0 };
	char *switching = query_switching(text, '-');
	struct query_fault mine;
	struct queries queries;
	size_t i;
	int ret;

	for (i = 0; i < NR_SITES; i++)
		sites[i].flags = 1;
	ret = blog_query_apply(&logger, switching, &kernels);
	if (!queries_parse(text, &queries, &mine)) {
		if (!ret)
			fail(mine.error, text);
		compare_faults(text, &mine, &kernels);
	} else if (queries.nr) {
		if (ret && strcmp(blog_query_errors[kernels.error], "No statement matches"))
			fail(blog_query_errors[kernels.error], text);
		compare_statements(text, &queries, ret);
	} else if (!ret || strcmp(blog_query_errors[kernels.error], "No query")) {
		fail("no query", text);
	}
	queries_free(&queries);
	free(switching);
}

static const char *one_of(const char * const *words, size_t nr)
{
	return words[random() % nr];
}

#define ONE_OF(...)	one_of((const char * const []){ __VA_ARGS__ }, \
			       sizeof((const char * const []){ __VA_ARGS__ }) / sizeof(char *))

static void add_word(char *text)
{
	if (random() % 4)
		strcat(text, ONE_OF("*", "?", "a", "b", "/", "ceph", "_", "*_*", "inode.c",
				    "caps.c", "fs/ceph/*", "%", "%d", "mds", "+", "-", "\\"));
	strcat(text, ONE_OF("", "", "cap", "*", "?", "dir", "1", "671", "1200", "-", ":1-", ":670",
			    "\\134", "\\42", "\\n", "\\t", "\\0", "\\x", "\\\"", ":", "10-100",
			    "4294967295", "4294967296", "00", "x", "\\377", "[a]", "main"));
}

static void add_term(char *text)
{
	const char *quote = random() % 4 ? "" : "\"";

	strcat(text, ONE_OF("func", "func", "file", "file", "format", "format", "line", "line", "fun",
			    "\"file\"", "", "#", "# ;\n"));
	strcat(text, ONE_OF(" ", " ", " ", " ", "  ", "\t", "\r", "\n", ""));
	strcat(text, quote);
	add_word(text);
	if (!(random() % 3))
		add_word(text);
	if (*quote && !(random() % 4))
		strcat(text, ONE_OF(" ", ";", "\n", " a", "; b"));
	if (random() % 16)
		strcat(text, quote);
}

static void make_text(char *text)
{
	int terms = random() % 5;

	*text = '\0';
	while (terms--) {
		add_term(text);
		strcat(text, ONE_OF(" ", " ", "  ", ";", "; ", "\n", " ; ", ";;\n", ""));
	}
	if (!(random() % 32))
		strcat(text, ONE_OF("+", "-", " +", "\"", ";"));
}

int main(int argc, char **argv)
{
	unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000, i;
	char text[1024];

	srandom(argc > 2 ? strtoul(argv[2], NULL, 10) : 1);
	make_list();
	for (i = 0; i < count; i++) {
		make_text(text);
		compare(text);
	}
	statements_free(&statements);
	printf("%lu texts: %lu matched, %lu matched nothing, %lu had the same fault\n", count,
	       matched, nothing, faults);

	return 0;
}
