// SPDX-License-Identifier: LGPL-2.1
/*
 * Queries, as the kernel understands them (see "Switching statements" in
 * Documentation/trace/blog.rst): they list what the kernel would switch, in the words
 * that it uses for what is wrong. tests/command/control compares the two.
 *
 * There is one difference. The list of statements leaves out a newline at the end of a
 * format, so here a newline at the end of what is looked for stands for the end, too.
 */
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "query.h"
#include "statement.h"

#define BLANKS		" \t\r"
#define SEPARATORS	";\n"

/* ---------------------------- words ---------------------------- */

/**
 * struct word - a word of a query
 * @at: where it begins, with its quote
 * @start: its text
 * @len: bytes of that
 * @next: what follows it
 */
struct word {
	const char	*at;
	const char	*start;
	size_t		len;
	const char	*next;
};

/* Bytes from @text, the end of a query, to the next one: separators and comments. */
static size_t gap_of(const char *text)
{
	const char *end = text + strspn(text, BLANKS SEPARATORS);

	while (*end == '#') {
		end += strcspn(end, "\n");
		end += strspn(end, BLANKS SEPARATORS);
	}

	return end - text;
}

static bool ends_query(char c)
{
	return !c || strchr(SEPARATORS, c);
}

/* The quote that closes a word, or NULL; one behind a backslash does not. */
static const char *closing_quote(const char *text)
{
	for (; *text && *text != '\n'; text++) {
		if (*text == '"')
			return text;
		if (*text == '\\' && text[1] && text[1] != '\n')
			text++;
	}

	return NULL;
}

/*
 * Find the next word of the query at @text. It has no @start if there is none, and no
 * @next if its quote is not closed.
 */
static struct word next_word(const char *text)
{
	struct word word = { .at = text + strspn(text, BLANKS) };
	const char *end;

	word.next = word.at;
	if (ends_query(*word.at))
		return word;
	if (*word.at == '"') {
		word.start = word.at + 1;
		end = closing_quote(word.start);
		word.next = end ? end + 1 : NULL;
	} else {
		word.start = word.at;
		end = word.start + strcspn(word.start, BLANKS SEPARATORS);
		word.next = end;
	}
	word.len = end ? (size_t)(end - word.start) : 0;

	return word;
}

static bool word_is(const struct word *word, const char *text)
{
	return word->len == strlen(text) && !memcmp(word->start, text, word->len);
}

static bool is_operation(const struct word *word)
{
	return word_is(word, "+") || word_is(word, "-");
}

/**
 * struct extent - a query among others
 * @len: its length, up to the end of its last word; of all that follows if a quote is open
 * @complete: each term has a value
 */
struct extent {
	size_t	len;
	bool	complete;
};

/* An operation in place of a term leaves no room for another one. */
static struct extent query_extent(const char *text)
{
	struct extent extent = { .complete = true };
	const char *end = text;
	struct word word;

	while ((word = next_word(end)).start) {
		extent.complete = !extent.complete || is_operation(&word);
		end = word.next ? word.next : end + strlen(end);
	}
	extent.len = end - text;

	return extent;
}

/* ---------------------------- parser ---------------------------- */

/**
 * struct parser - place in a text
 * @text: the text
 * @next: what is not parsed yet
 * @words: where the next word is stored
 * @fault: where to say what is wrong
 */
struct parser {
	const char		*text;
	const char		*next;
	char			*words;
	struct query_fault	*fault;
};

static bool fail(struct parser *p, const char *at, const char *error)
{
	p->fault->error = error;
	p->fault->pos = at - p->text;

	return false;
}

/* Store a word; what separates it from the next one is room for its NUL. */
static char *store(struct parser *p, const struct word *word)
{
	char *stored = p->words;

	memcpy(stored, word->start, word->len);
	stored[word->len] = '\0';
	p->words += word->len + 1;

	return stored;
}

/* One + before it is allowed, as kstrtou32() does. */
static bool parse_number(const char *text, uint32_t *number)
{
	unsigned long long value;
	char *end;

	if (*text == '+')
		text++;
	if (*text < '0' || *text > '9')
		return false;
	value = strtoull(text, &end, 10);
	*number = value;

	return !*end && value <= UINT32_MAX;
}

static bool parse_lines(struct parser *p, const char *at, struct query *query, char *value)
{
	uint32_t first = 1, last = UINT32_MAX;
	char *end = strchr(value, '-');

	if (query->last)
		return fail(p, at, "Term is there twice");
	if (end)
		*end++ = '\0';
	else
		end = value;
	if ((!*value && !*end) ||
	    (*value && !parse_number(value, &first)) ||
	    (*end && !parse_number(end, &last)) ||
	    !first || first > last)
		return fail(p, at, "Not a line number N, or a range N-M, N- or -M");
	query->first = first;
	query->last = last;

	return true;
}

static bool set_once(struct parser *p, const char *at, char **member, char *value)
{
	if (*member)
		return fail(p, at, "Term is there twice");
	*member = value;

	return true;
}

static bool parse_file(struct parser *p, const char *at, struct query *query, char *value)
{
	char *colon = strchr(value, ':');

	if (colon)
		*colon++ = '\0';

	return set_once(p, at, &query->file, value) &&
	       (!colon || parse_lines(p, at, query, colon));
}

/* Up to three octal digits, as long as a byte can hold them. */
static char unescape_octal(const char **pos)
{
	unsigned int value = 0;
	int i;

	for (i = 0; i < 3 && value < 32 && **pos >= '0' && **pos <= '7'; i++)
		value = value << 3 | (*(*pos)++ - '0');

	return value;
}

/* Replace what the kernel knows as escapes; returns the length, with any NUL. */
static size_t unescape(char *text)
{
	static const char from[] = "fnrtvae\"\\", to[] = "\f\n\r\t\v\a\033\"\\";
	const char *src = text, *known;
	char *dst = text;

	while (*src) {
		char c = *src++;

		if (c != '\\' || !*src) {
			*dst++ = c;
		} else if (*src >= '0' && *src <= '7') {
			*dst++ = unescape_octal(&src);
		} else {
			known = strchr(from, *src);
			*dst++ = known ? to[known - from] : c;
			src += !!known;
		}
	}
	*dst = '\0';

	return dst - text;
}

static bool parse_format(struct parser *p, const char *at, struct query *query, char *value)
{
	if (unescape(value) != strlen(value))
		return fail(p, at, "Not a part of a format");

	return set_once(p, at, &query->format, value);
}

static bool parse_term(struct parser *p, const struct word *term, struct query *query)
{
	static const char * const terms[] = { "func", "file", "line", "format" };
	struct word word;
	char *value;
	size_t i;

	for (i = 0; i < 4 && !word_is(term, terms[i]); i++)
		;
	if (i == 4)
		return fail(p, term->at, is_operation(term) ?
			    "Nothing is switched here" : "Not func, file, line or format");
	word = next_word(p->next);
	if (word.start && !word.next)
		return fail(p, word.at, "Quote is not closed");
	if (!word.len)
		return fail(p, term->at, "Term without value");
	p->next = word.next;
	value = store(p, &word);
	switch (*terms[i] == 'f' ? terms[i][1] : 'l') {
	case 'u':
		return set_once(p, word.at, &query->func, value);
	case 'i':
		return parse_file(p, word.at, query, value);
	case 'o':
		return parse_format(p, word.at, query, value);
	default:
		return parse_lines(p, word.at, query, value);
	}
}

static bool parse_query(struct parser *p, struct query *query)
{
	struct word word;

	while ((word = next_word(p->next)).start) {
		if (!word.next)
			return fail(p, word.at, "Quote is not closed");
		p->next = word.next;
		if (!parse_term(p, &word, query))
			return false;
	}
	p->next = word.next;

	return true;
}

/**
 * queries_parse - take a text apart
 * @text: queries without operations, separated by ; or newlines
 * @queries: filled in; free it with queries_free(), also after a failure
 * @fault: says what is wrong
 *
 * Return: whether it is all right.
 */
bool queries_parse(const char *text, struct queries *queries, struct query_fault *fault)
{
	struct parser p = { .text = text, .next = text, .fault = fault };

	queries->nr = 0;
	queries->words = must(malloc(strlen(text) + 1));
	/* Each has a letter and a separator at least. */
	queries->list = must(calloc(strlen(text) / 2 + 1, sizeof(*queries->list)));
	p.words = queries->words;
	for (;;) {
		p.next += gap_of(p.next);
		if (!*p.next)
			return true;
		if (!parse_query(&p, &queries->list[queries->nr++]))
			return false;
	}
}

/**
 * queries_free - free what queries_parse() allocated
 * @queries: the queries
 */
void queries_free(struct queries *queries)
{
	free(queries->list);
	free(queries->words);
	memset(queries, 0, sizeof(*queries));
}

/* ---------------------------- matching ---------------------------- */

/**
 * matches_wildcards - whether a text matches a pattern
 * @pattern: in which * and ? stand for others, and nothing else does, as for the kernel
 * @text: the text
 *
 * Return: true if so.
 */
bool matches_wildcards(const char *pattern, const char *text)
{
	const char *star = NULL, *retry = NULL;

	while (*text) {
		if (*pattern == '*') {
			star = ++pattern;
			retry = text;
		} else if (*pattern == '?' || *pattern == *text) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star;
			text = ++retry;
		} else {
			return false;
		}
	}

	if (*pattern == '*')
		pattern++;

	return !*pattern;
}

/* A path, or what follows one of its slashes. */
static bool matches_file(const char *pattern, const char *file)
{
	while (!matches_wildcards(pattern, file)) {
		file = strchr(file, '/');
		if (!file++)
			return false;
	}

	return true;
}

static bool ends_with(const char *text, const char *part, size_t len)
{
	size_t size = strlen(text);

	return size >= len && !memcmp(text + size - len, part, len);
}

static bool matches_format(const char *part, const char *escaped)
{
	char *format = must(strdup(escaped));
	size_t len = strlen(part);
	bool ret;

	unescape(format);
	ret = strstr(format, part) ||
	      (len && part[len - 1] == '\n' && ends_with(format, part, len - 1));
	free(format);

	return ret;
}

static bool query_matches(const struct query *query, const struct statement *statement)
{
	return (!query->func || matches_wildcards(query->func, statement->function)) &&
	       (!query->file || matches_file(query->file, statement->file)) &&
	       (!query->last || (statement->line >= query->first &&
				 statement->line <= query->last)) &&
	       (!query->format || matches_format(query->format, statement->format));
}

/**
 * queries_match - whether a statement is selected
 * @queries: the queries
 * @statement: the statement
 *
 * Return: whether one of them matches, or there is none.
 */
bool queries_match(const struct queries *queries, const struct statement *statement)
{
	size_t i;

	for (i = 0; i < queries->nr; i++)
		if (query_matches(&queries->list[i], statement))
			return true;

	return !queries->nr;
}

/* ---------------------------- for the kernel ---------------------------- */

static bool needs_quotes(const char *word)
{
	return !*word || *word == '"' || word[strcspn(word, BLANKS SEPARATORS)];
}

/* Add a word to a text; returns the end of it. */
static char *add_word(char *end, const char *word)
{
	bool quoted = needs_quotes(word);

	if (quoted)
		*end++ = '"';
	for (; *word; word++) {
		if (quoted && *word == '"')
			*end++ = '\\';
		*end++ = *word;
	}
	if (quoted)
		*end++ = '"';

	return end;
}

/**
 * query_text - the text of a query out of the arguments of a command
 * @argc: number of arguments
 * @argv: one argument, the text; or several, its words, which get quotes where they need
 *	them
 *
 * Return: the text, to be freed; NULL if there are no arguments.
 */
char *query_text(int argc, char **argv)
{
	size_t size = 1;
	char *text, *end;
	int i;

	if (argc < 2)
		return argc ? must(strdup(argv[0])) : NULL;
	for (i = 0; i < argc; i++)
		size += 2 * strlen(argv[i]) + 3;
	text = end = must(malloc(size));
	for (i = 0; i < argc; i++) {
		if (i)
			*end++ = ' ';
		end = add_word(end, argv[i]);
	}
	*end = '\0';

	return text;
}

/**
 * query_switching - add an operation to each query of a text
 * @text: the text
 * @operation: + or -
 *
 * Not where the last term lacks its value: it would take the operation for that. Comments
 * go.
 *
 * Return: what the kernel's file takes, one line, to be freed.
 */
char *query_switching(const char *text, char operation)
{
	char *made = must(malloc(3 * strlen(text) + 1)), *to = made;

	while (*text) {
		size_t gap = gap_of(text);
		struct extent extent = query_extent(text + gap);

		memset(to, ';', gap);
		to = mempcpy(to + gap, text + gap, extent.len);
		if (extent.len && extent.complete) {
			*to++ = ' ';
			*to++ = operation;
		}
		text += gap + extent.len;
	}
	*to = '\0';

	return made;
}

/**
 * query_unswitched - find a place of what query_switching() made in what it was made of
 * @text: that text
 * @pos: place in the one with operations
 *
 * Return: the place; the end of a query for its operation.
 */
size_t query_unswitched(const char *text, size_t pos)
{
	size_t end = 0;

	while (text[end]) {
		struct extent extent;

		end += gap_of(text + end);
		extent = query_extent(text + end);
		end += extent.len;
		if (pos <= end)
			break;
		if (extent.len && extent.complete)
			pos = pos > end + 2 ? pos - 2 : end;
	}

	return pos;
}
