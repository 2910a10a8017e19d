// SPDX-License-Identifier: LGPL-2.1
/*
 * Fuzzes what the command blog makes of a damaged dump: the walk through loggers,
 * statements, contexts and records.
 *
 * The memory is that of a kernel with two loggers, three statements and four contexts, and
 * a table of symbols.
 * An input is
 *
 *   byte		number of damages, to 63; bit 6: the list of loggers, bit 7: the first
 *			logger's list of contexts goes on through hundreds of entries
 *   u16, u64		each of them: where in the memory, and what stands there then
 *   bytes		the records of all contexts, in equal parts
 *
 * Whatever there is, the walk ends, the merge shows as many messages as a walk through
 * the contexts, no more than the memory has room for, and each has one line of text. No
 * task is there twice.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"
#include "history.h"
#include "layout.h"
#include "logger.h"
#include "output.h"
#include "process.h"
#include "record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
void quiet(const char *format, ...);

#define BASE		0xffff888000000000
#define MEMORY		(64 << 10)
#define CTX_SIZE	8192
#define CTX_DATA	256
#define NR_CONTEXTS	4

/* Where things are in the memory. */
enum {
	LAYOUT		= 0x100,
	LOGGERS		= 0x200,
	STATES		= 0x300,	/* 0x100 bytes each */
	NAMES		= 0x500,
	SITES		= 0x600,
	SITE_LIST	= 0x700,
	STRINGS		= 0x800,
	MODULE		= 0xa00,
	CONTEXTS	= 0x1000,
	CHAIN		= CONTEXTS + NR_CONTEXTS * CTX_SIZE,
	CHAIN_END	= CHAIN + 8 * 300,
	NUM_SYMS	= 0xb000,
	RELATIVE_BASE	= 0xb008,
	OFFSETS		= 0xb010,
	SYMBOL_NAMES	= 0xb100,
	TOKEN_INDEX	= 0xb400,
	TOKEN_TABLE	= 0xb800,
};

/* What the first byte of an input means. */
enum {
	DAMAGES		= 0x3f,
	MANY_LOGGERS	= 0x40,
	MANY_CONTEXTS	= 0x80,
};

static uint8_t memory[MEMORY];

struct core {
	int	unused;
};

static const struct layout layout = {
	.version = LAYOUT_VERSION, .size = sizeof(layout), .long_size = 8, .short_size = 2,
	.loggers = BASE + LOGGERS, .ctx_size = CTX_SIZE,
	.logger_name = 0x80, .logger_owner = 0x88,
	.state_list = 0x10, .state_logger = 0x20, .state_contexts = 0x28,
	.state_site_by_id = 0x38, .state_nr_sites = 0x40,
	.site_format = 0, .site_function = 8,
	.ctx_all = 0x10, .ctx_state = 0x20, .ctx_task = 0x28, .ctx_generation = 0x30,
	.ctx_cleared = 0x34, .ctx_records = 0x38, .ctx_last = 0x40, .ctx_head = 0x48,
	.ctx_owner = 0x50, .ctx_data = CTX_DATA,
	.task_state = 0, .module_kallsyms = 0, .kallsyms_symtab = 0,
	.kallsyms_num_symtab = 8, .kallsyms_strtab = 16,
};

/* ---------------------------- the memory ---------------------------- */

bool core_is(const char *path)
{
	(void)path;

	return true;
}

struct core *core_open(const char *path)
{
	(void)path;

	return calloc(1, sizeof(struct core));
}

const char *core_release(const struct core *core)
{
	(void)core;

	return "fuzz";
}

bool core_is_live(const struct core *core)
{
	(void)core;

	return false;
}

bool core_symbol(struct core *core, const char *name, uint64_t *addr)
{
	static const struct {
		const char	*name;
		uint32_t	where;
	} symbols[] = {
		{ "blog_layout", LAYOUT },
		{ "kallsyms_num_syms", NUM_SYMS },
		{ "kallsyms_relative_base", RELATIVE_BASE },
		{ "kallsyms_offsets", OFFSETS },
		{ "kallsyms_names", SYMBOL_NAMES },
		{ "kallsyms_token_index", TOKEN_INDEX },
		{ "kallsyms_token_table", TOKEN_TABLE },
	};
	size_t i;

	(void)core;
	for (i = 0; i < sizeof(symbols) / sizeof(*symbols); i++)
		if (!strcmp(name, symbols[i].name)) {
			*addr = BASE + symbols[i].where;
			return true;
		}

	return false;
}

bool core_read(struct core *core, uint64_t addr, void *buf, size_t size)
{
	(void)core;
	if (addr < BASE || addr - BASE > MEMORY || size > MEMORY - (addr - BASE))
		return false;
	memcpy(buf, memory + (addr - BASE), size);

	return true;
}

void core_close(struct core *core)
{
	free(core);
}

/* In place of warn(). */
void quiet(const char *format, ...)
{
	(void)format;
}

static void put(uint32_t where, uint64_t value)
{
	memcpy(memory + where, &value, sizeof(value));
}

static void put_u32(uint32_t where, uint32_t value)
{
	memcpy(memory + where, &value, sizeof(value));
}

static void link_list(uint32_t head, uint32_t a, uint32_t b)
{
	put(head, BASE + a);
	put(a, BASE + b);
	put(b, BASE + head);
}

/* Each entry is the pointer to the next, and the last one leads to the head. */
static void make_chain(uint32_t head)
{
	uint32_t pos;

	put(head, BASE + CHAIN);
	for (pos = CHAIN; pos < CHAIN_END; pos += 8)
		put(pos, BASE + pos + 8);
	put(pos, BASE + head);
}

static void make_sites(void)
{
	static const char strings[] = "f\0%d %s\0g\0%llx.%pS %.*s %c\0h\0%5hd";
	uint64_t string = STRINGS;
	uint32_t i;

	memcpy(memory + STRINGS, strings, sizeof(strings));
	for (i = 0; i < 3; i++) {
		put(SITES + 16 * i + layout.site_function, BASE + string);
		string += strlen((char *)memory + string) + 1;
		put(SITES + 16 * i + layout.site_format, BASE + string);
		string += strlen((char *)memory + string) + 1;
		put(SITE_LIST + 8 * i, BASE + SITES + 16 * i);
	}
}

static void make_logger(uint32_t state, uint32_t context)
{
	uint32_t contexts = state + layout.state_contexts;

	memcpy(memory + NAMES, "fuzz", 5);
	put(state + layout.state_logger, BASE + state);
	put(state + layout.logger_name, BASE + NAMES);
	put(state + layout.logger_owner, BASE + MODULE);
	put(state + layout.state_site_by_id, BASE + SITE_LIST);
	put_u32(state + layout.state_nr_sites, 3);
	link_list(contexts, context + layout.ctx_all, context + CTX_SIZE + layout.ctx_all);
}

static void make_context(uint32_t context, const uint8_t *data, size_t size)
{
	put_u32(context + layout.ctx_state, LAYOUT_CTX_ACTIVE);
	put(context + layout.ctx_task, BASE);
	put_u32(context + layout.ctx_records, 1);
	put_u32(context + layout.ctx_head, size);
	put_u32(context + layout.ctx_owner, context / (2 * CTX_SIZE));
	memcpy(memory + context + CTX_DATA, data, size);
}

/* The kernel's own symbols: each byte is a token of one character. */
static void make_kallsyms(void)
{
	static const char names[] = "\005Tidle\006tfirst\007Dnumber";
	uint16_t token;
	uint32_t i;

	put_u32(NUM_SYMS, 3);
	put(RELATIVE_BASE, BASE);
	for (i = 0; i < 3; i++)
		put_u32(OFFSETS + 4 * i, -1 - 16 * i);
	memcpy(memory + SYMBOL_NAMES, names, sizeof(names));
	for (i = 0; i < 256; i++) {
		token = 2 * i;
		memcpy(memory + TOKEN_INDEX + sizeof(token) * i, &token, sizeof(token));
		memory[TOKEN_TABLE + token] = i;
	}
}

static void make_memory(uint8_t shape, const uint8_t *data, size_t size)
{
	size_t part = size / NR_CONTEXTS, i;

	if (part > CTX_SIZE - CTX_DATA)
		part = CTX_SIZE - CTX_DATA;
	memset(memory, 0, sizeof(memory));
	put_u32(0, 2);	/* the state of a task */
	memcpy(memory + LAYOUT, &layout, sizeof(layout));
	link_list(LOGGERS, STATES + layout.state_list, STATES + 0x100 + layout.state_list);
	make_sites();
	make_logger(STATES, CONTEXTS);
	make_logger(STATES + 0x100, CONTEXTS + 2 * CTX_SIZE);
	for (i = 0; i < NR_CONTEXTS; i++)
		make_context(CONTEXTS + i * CTX_SIZE, data + i * part, part);
	make_kallsyms();
	put(MODULE, BASE + MODULE + 0x10);
	put(MODULE + 0x10, BASE + SITES);
	put_u32(MODULE + 0x18, 4);
	put(MODULE + 0x20, BASE + STRINGS);
	if (shape & MANY_LOGGERS)
		make_chain(STATES + layout.state_list);
	if (shape & MANY_CONTEXTS)
		make_chain(CONTEXTS + layout.ctx_all);
}

/* ---------------------------- the walk ---------------------------- */

static void check(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "dump_fuzz: %s\n", what);
	abort();
}

static int count(const struct message *message, void *data)
{
	(void)message;
	++*(size_t *)data;

	return 0;
}

static int look(const struct message *message, void *data)
{
	static char text[TEXT_SIZE];
	size_t len = message_text(message, text, sizeof(text));

	check(len == strlen(text) && len < sizeof(text), "the length is not that of the text");
	check(!strpbrk(text, "\n\r\033\177"), "control characters");

	return count(message, data);
}

static void walk(void)
{
	struct history *history = history_read_dump("fuzz", NULL);
	struct task_list tasks = { 0 };
	size_t visited = 0, merged = 0, i;

	history_visit(history, count, &visited);
	history_each(history, look, &merged);
	check(visited == merged, "the merge loses messages");
	check(visited <= MEMORY / sizeof(struct record), "messages are shown twice");
	history_tasks(history, &tasks);
	for (i = 1; i < tasks.nr; i++)
		check(tasks.tasks[i - 1].pid < tasks.tasks[i].pid, "a task is there twice");
	tasks_free(&tasks);
	history_free(history);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const size_t damage = sizeof(uint16_t) + sizeof(uint64_t);
	struct layout damaged;
	uint16_t where;
	size_t nr, i;

	if (!size || size - 1 < (data[0] & DAMAGES) * damage)
		return 0;
	nr = data[0] & DAMAGES;
	make_memory(data[0], data + 1 + nr * damage, size - 1 - nr * damage);
	for (i = 0; i < nr; i++) {
		memcpy(&where, data + 1 + i * damage, sizeof(where));
		if (where <= MEMORY - 8)
			memcpy(memory + where, data + 1 + i * damage + sizeof(where), 8);
	}
	/* With any other the program ends. */
	memcpy(&damaged, memory + LAYOUT, sizeof(damaged));
	if (!layout_problem(&damaged))
		walk();

	return 0;
}
