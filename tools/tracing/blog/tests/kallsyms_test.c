// SPDX-License-Identifier: LGPL-2.1
/*
 * The kernel's table of symbols, out of a memory that has nothing else.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event-parse.h>

#include "core.h"
#include "output.h"
#include "test.h"
#include "vmcore_kallsyms.h"

#define MEMORY		0x3000
#define IMAGE		0xffffffff81000000ULL
/* Where the table's parts are. */
#define NUM_SYMS	(IMAGE + 0x0)
#define RELATIVE_BASE	(IMAGE + 0x8)
#define OFFSETS		(IMAGE + 0x40)
#define TOKEN_INDEX	(IMAGE + 0x400)
#define TOKEN_TABLE	(IMAGE + 0x800)
#define NAMES		(IMAGE + 0x1ff0)
/* A token that stands for more than one character, and that. */
#define TOKEN		'@'
#define TOKEN_TEXT	"ceph_"
#define LONG_NAME	200
#define CPU_VARIABLE	0x1234
#define MODULE		(IMAGE + 0x20000000)

struct core {
	const char	*missing;	/* a part that it does not have, or NULL */
	size_t		most;		/* bytes that were asked for at once */
	uint8_t		memory[MEMORY];
};

/* ---------------------------- what kallsyms_read() reads with ---------------------------- */

void *must(void *memory)
{
	if (!memory)
		abort();

	return memory;
}

bool core_symbol(struct core *core, const char *name, uint64_t *addr)
{
	static const struct {
		const char	*name;
		uint64_t	addr;
	} parts[] = {
		{ "kallsyms_num_syms", NUM_SYMS },
		{ "kallsyms_offsets", OFFSETS },
		{ "kallsyms_token_index", TOKEN_INDEX },
		{ "kallsyms_token_table", TOKEN_TABLE },
		{ "kallsyms_relative_base", RELATIVE_BASE },
		{ "kallsyms_names", NAMES },
	};
	size_t i;

	if (core->missing && !strcmp(name, core->missing))
		return false;
	for (i = 0; i < ARRAY_SIZE(parts); i++)
		if (!strcmp(name, parts[i].name)) {
			*addr = parts[i].addr;
			return true;
		}

	return false;
}

bool core_read(struct core *core, uint64_t addr, void *buf, size_t size)
{
	if (core->most < size)
		core->most = size;
	if (addr < IMAGE || addr - IMAGE > MEMORY || size > MEMORY - (addr - IMAGE))
		return false;
	memcpy(buf, core->memory + (addr - IMAGE), size);

	return true;
}

/* ---------------------------- the memory ---------------------------- */

static void put(struct core *core, uint64_t addr, const void *what, size_t size)
{
	memcpy(core->memory + (addr - IMAGE), what, size);
}

/* Each byte stands for itself, but one. */
static void put_tokens(struct core *core)
{
	uint64_t text = TOKEN_TABLE;
	unsigned int i;

	for (i = 0; i < 256; i++) {
		char plain[2] = { i };
		const char *token = i == TOKEN ? TOKEN_TEXT : plain;
		uint16_t index = text - TOKEN_TABLE;

		put(core, TOKEN_INDEX + i * sizeof(index), &index, sizeof(index));
		put(core, text, token, strlen(token) + 1);
		text += strlen(token) + 1;
	}
}

struct symbol {
	const char	*name;		/* with its type */
	uint64_t	addr;
	bool		is_first;	/* of those at that address */
};

static char long_name[LONG_NAME + 2];

/* In the order of their addresses. */
static const struct symbol symbols[] = {
	{ "Tfirst", IMAGE, true },
	{ "t@mount", IMAGE + 0x100, true },
	{ "Talias", IMAGE + 0x100, false },
	{ "Dvalue", IMAGE + 0x300, true },
	{ "wweak", IMAGE + 0x400, true },
	{ long_name, IMAGE + 0x500, true },
	{ "Tlast", IMAGE + 0x600, true },
};

/* How offsets say where a symbol is: the kernel's kinds, the newest last. */
enum kind { ABSOLUTE_PERCPU, FROM_BASE, FROM_PLACE };

static int32_t offset_of(enum kind kind, unsigned int nr)
{
	uint64_t addr = symbols[nr].addr;

	if (kind == FROM_PLACE)
		return addr - (OFFSETS + nr * sizeof(int32_t));
	if (kind == FROM_BASE)
		return addr - IMAGE;

	return symbols[nr].name[0] == 'D' ? CPU_VARIABLE : -1 - (int32_t)(addr - IMAGE);
}

/* More than 127 bytes have a length of two bytes. */
static uint64_t put_name(struct core *core, uint64_t addr, const char *name)
{
	size_t len = strlen(name);
	uint8_t length[2] = { len < 0x80 ? len : 0x80 | (len & 0x7f), len >> 7 };
	size_t bytes = len < 0x80 ? 1 : 2;

	put(core, addr, length, bytes);
	put(core, addr + bytes, name, len);

	return addr + bytes + len;
}

static struct core *new_core(enum kind kind)
{
	const uint64_t base = IMAGE;
	const uint32_t nr = ARRAY_SIZE(symbols);
	struct core *core = must(calloc(1, sizeof(*core)));
	uint64_t name = NAMES;
	unsigned int i;

	if (kind == FROM_PLACE)
		core->missing = "kallsyms_relative_base";
	put(core, NUM_SYMS, &nr, sizeof(nr));
	put(core, RELATIVE_BASE, &base, sizeof(base));
	put_tokens(core);
	for (i = 0; i < nr; i++) {
		int32_t offset = offset_of(kind, i);

		put(core, OFFSETS + i * sizeof(offset), &offset, sizeof(offset));
		name = put_name(core, name, symbols[i].name);
	}

	return core;
}

/* ---------------------------- the cases ---------------------------- */

static struct tep_handle *read_from(struct core *core, size_t long_size)
{
	struct tep_handle *tep = must(tep_alloc());
	char module[] = "module";

	tep_register_function(tep, module, MODULE, NULL);
	kallsyms_read(core, long_size, tep);

	return tep;
}

/* What stands at @addr, "" if nothing does. */
static const char *name_at(struct tep_handle *tep, uint64_t addr)
{
	const char *name = tep_find_function(tep, addr);

	return name && tep_find_function_address(tep, addr) == addr ? name : "";
}

/* Whether a symbol is known by its name: not where it is one of CPUs, by its number. */
static bool is_known(enum kind kind, unsigned int nr)
{
	return symbols[nr].is_first &&
	       !(kind == ABSOLUTE_PERCPU && symbols[nr].name[0] == 'D');
}

/* The first @nr are known as they shall be, and no others. */
static void check_names(const char *what, struct tep_handle *tep, enum kind kind,
			unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(symbols); i++) {
		const char *want = symbols[i].name + 1;

		/* Its first token is spelt out. */
		if (want[0] == TOKEN)
			want = TOKEN_TEXT "mount";
		if (i < nr && is_known(kind, i))
			check_text(what, name_at(tep, symbols[i].addr), want);
		else
			check(strcmp(name_at(tep, symbols[i].addr), want), what, want);
	}
	check(!*name_at(tep, CPU_VARIABLE) && !*name_at(tep, IMAGE + CPU_VARIABLE) &&
	      !*name_at(tep, IMAGE - 1 - CPU_VARIABLE), what, "a variable of CPUs");
}

/* Between the image and a module nothing has a name. */
static void check_end(const char *what, struct tep_handle *tep)
{
	const char *name = tep_find_function(tep, MODULE - 0x1000);

	check_text(what, name ? name : "none", "");
	check_text(what, name_at(tep, MODULE), "module");
}

static void test_kind(const char *what, enum kind kind)
{
	struct core *core = new_core(kind);
	struct tep_handle *tep = read_from(core, sizeof(uint64_t));

	check_names(what, tep, kind, ARRAY_SIZE(symbols));
	check_end(what, tep);
	tep_free(tep);
	free(core);
}

static void check_none(const char *what, struct core *core, size_t long_size)
{
	struct tep_handle *tep = read_from(core, long_size);

	check_names(what, tep, FROM_BASE, 0);
	check(!tep_find_function(tep, MODULE - 1), what, "something is known");
	check(core->most <= MEMORY, what, "asked for more than there can be");
	tep_free(tep);
	free(core);
}

static void test_unknown(void)
{
	const uint32_t many = UINT32_MAX;
	const uint64_t none = 0;
	struct core *core = new_core(FROM_PLACE);

	check_none("kallsyms of 32 bits without a base", core, sizeof(uint32_t));
	core = new_core(FROM_BASE);
	core->missing = "kallsyms_names";
	check_none("kallsyms without names", core, sizeof(uint64_t));
	core = new_core(FROM_BASE);
	put(core, NUM_SYMS, &many, sizeof(many));
	check_none("kallsyms with too many symbols", core, sizeof(uint64_t));
	core = new_core(FROM_BASE);
	put(core, RELATIVE_BASE, &none, sizeof(none));
	check_none("kallsyms with a base of zero", core, sizeof(uint64_t));
	core = new_core(FROM_BASE);
	put(core, TOKEN_INDEX + 255 * sizeof(uint16_t), &many, sizeof(uint16_t));
	check_none("kallsyms with a last token far away", core, sizeof(uint64_t));
}

/* A token that lies outside has no text. */
static void test_lost_token(void)
{
	const uint16_t outside = UINT16_MAX;
	struct core *core = new_core(FROM_BASE);
	struct tep_handle *tep;

	put(core, TOKEN_INDEX + 'k' * sizeof(outside), &outside, sizeof(outside));
	tep = read_from(core, sizeof(uint64_t));
	check_text("kallsyms with a lost token", name_at(tep, IMAGE + 0x400), "wea");
	tep_free(tep);
	free(core);
}

/* A name that is too long ends it, and what was there before stays. */
static void test_damaged(void)
{
	const uint8_t length[2] = { 0x80 | (600 & 0x7f), 600 >> 7 };
	struct core *core = new_core(FROM_BASE);
	struct tep_handle *tep;

	/* Of the second one. */
	put(core, NAMES + strlen("Tfirst") + 1, length, sizeof(length));
	tep = read_from(core, sizeof(uint64_t));
	check_names("kallsyms with a damaged name", tep, FROM_BASE, 1);
	check_text("kallsyms with a damaged name", name_at(tep, IMAGE + 0x100), "");
	tep_free(tep);
	free(core);
}

void test_kallsyms(void)
{
	memset(long_name, 'x', sizeof(long_name) - 1);
	long_name[0] = 'T';
	test_kind("kallsyms with absolute symbols of CPUs", ABSOLUTE_PERCPU);
	test_kind("kallsyms from a base", FROM_BASE);
	test_kind("kallsyms from their places", FROM_PLACE);
	test_unknown();
	test_lost_token();
	test_damaged();
	printf("kallsyms: three kinds, and damaged ones\n");
}
