// SPDX-License-Identifier: LGPL-2.1
/*
 * The kernel's own table of its symbols, in the order of their addresses. VMCOREINFO says
 * where its parts are: offsets that give the addresses, and names. A name is a number of
 * bytes, each of which stands for a token, a text of one character or more; the first
 * character of all is the type, as in nm.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <event-parse.h>

#include "core.h"
#include "output.h"
#include "vmcore_kallsyms.h"

/* More symbols than any kernel has. */
#define SYMBOLS_MAX	(1U << 20)
/* Characters of a name, with type and end: no name is longer. */
#define NAME_SIZE	(1 + 512)
#define TOKENS		256
/* Bytes of all tokens: most are much shorter than this allows. */
#define TOKEN_TABLE	(TOKENS * 32)
/* So much is read at once: it lies in a page. */
#define CHUNK		1024

/**
 * struct kallsyms - the table
 * @core: the memory
 * @nr: how many symbols
 * @long_size: bytes of a pointer
 * @base: what offsets are relative to; 0: each to where it is itself
 * @has_absolute: offsets that are not negative are addresses, see address_of()
 * @offsets: address of the offsets; @offset: these
 * @names: address of the next byte of the names
 * @chunk: the names around there, from address @chunk_start on; 0: none yet
 * @index: where in @tokens each one begins
 * @tokens: texts, each with its end
 */
struct kallsyms {
	struct core	*core;
	uint32_t	nr;
	size_t		long_size;
	uint64_t	base;
	bool		has_absolute;
	uint64_t	offsets;
	int32_t		*offset;
	uint64_t	names;
	uint64_t	chunk_start;
	uint8_t		chunk[CHUNK];
	uint16_t	index[TOKENS];
	char		tokens[TOKEN_TABLE];
};

/*
 * Newer kernels have no base: an offset is from its own place. Those of 32 bits may have
 * addresses then; they are not read.
 */
static bool find_base(struct kallsyms *table)
{
	uint64_t addr;

	if (core_symbol(table->core, "kallsyms_relative_base", &addr))
		return core_read_long(table->core, table->long_size, addr, &table->base) &&
		       table->base;

	return table->long_size == sizeof(uint64_t);
}

static bool read_offsets(struct kallsyms *table)
{
	uint64_t addr;
	uint32_t i;

	if (!core_symbol(table->core, "kallsyms_num_syms", &addr) ||
	    !core_read_u32(table->core, addr, &table->nr) || table->nr > SYMBOLS_MAX ||
	    !core_symbol(table->core, "kallsyms_offsets", &table->offsets))
		return false;
	table->offset = must(calloc(table->nr + 1, sizeof(*table->offset)));
	if (!core_read(table->core, table->offsets, table->offset,
		       table->nr * sizeof(*table->offset)))
		return false;
	for (i = 0; table->base && i < table->nr; i++)
		table->has_absolute |= table->offset[i] < 0;

	return true;
}

/* The last token ends the table, and what is behind may not be there. */
static bool read_tokens(struct kallsyms *table)
{
	uint64_t index, tokens;
	size_t last;

	if (!core_symbol(table->core, "kallsyms_token_index", &index) ||
	    !core_read(table->core, index, table->index, sizeof(table->index)) ||
	    !core_symbol(table->core, "kallsyms_token_table", &tokens))
		return false;
	last = table->index[TOKENS - 1];
	if (last + NAME_SIZE > TOKEN_TABLE ||
	    !core_read(table->core, tokens, table->tokens, last))
		return false;
	if (!core_read_string(table->core, tokens + last, table->tokens + last, NAME_SIZE))
		table->tokens[last] = '\0';

	return true;
}

static bool next_byte(struct kallsyms *table, uint8_t *byte)
{
	uint64_t start = table->names - table->names % CHUNK;

	if (start != table->chunk_start &&
	    !core_read(table->core, start, table->chunk, CHUNK))
		return false;
	table->chunk_start = start;
	*byte = table->chunk[table->names++ - start];

	return true;
}

/* How many tokens the next name has: more than 127 take two bytes. */
static bool next_length(struct kallsyms *table, unsigned int *len)
{
	uint8_t low, high = 0;

	if (!next_byte(table, &low) || (low & 0x80 && !next_byte(table, &high)))
		return false;
	*len = (low & 0x7f) | high << 7;

	return *len < NAME_SIZE;
}

/* Returns how many characters, of at most @size. */
static size_t add_token(const struct kallsyms *table, uint8_t token, char *to, size_t size)
{
	size_t start = table->index[token], len;

	if (start >= TOKEN_TABLE)
		return 0;
	len = strnlen(table->tokens + start, TOKEN_TABLE - start);
	if (len > size)
		len = size;
	memcpy(to, table->tokens + start, len);

	return len;
}

/* The next symbol's type and name, as one text. */
static bool next_name(struct kallsyms *table, char name[NAME_SIZE])
{
	unsigned int len;
	size_t used = 0;
	uint8_t token;

	if (!next_length(table, &len))
		return false;
	while (len--) {
		if (!next_byte(table, &token))
			return false;
		used += add_token(table, token, name + used, NAME_SIZE - 1 - used);
	}
	name[used] = '\0';

	return true;
}

/*
 * Where variables of CPUs have absolute addresses (x86, to 6.14), an offset that is not
 * negative is one, and others are stored as -1 - offset. No image is larger than 2 GiB.
 */
static uint64_t address_of(const struct kallsyms *table, uint32_t nr)
{
	int64_t offset = table->offset[nr];

	if (!table->base)
		return table->offsets + nr * sizeof(*table->offset) + offset;

	return table->base + (table->has_absolute ? -1 - offset : offset);
}

/* Whether it is a place in the image. */
static bool is_place(const struct kallsyms *table, uint32_t nr, const char *name)
{
	return (!table->has_absolute || table->offset[nr] < 0) && name[0] && name[1] &&
	       !strchr("aA", name[0]);
}

/*
 * Of symbols at one address the kernel takes the first. Behind the last one, which marks an
 * end, nothing has a name.
 */
static void register_symbols(struct kallsyms *table, struct tep_handle *tep)
{
	char name[NAME_SIZE], none[] = "";
	uint64_t addr, last = 0;
	uint32_t i;

	for (i = 0; i < table->nr && next_name(table, name); i++) {
		if (!is_place(table, i, name))
			continue;
		addr = address_of(table, i);
		if (addr != last)
			tep_register_function(tep, name + 1, addr, NULL);
		last = addr;
	}
	if (last)
		tep_register_function(tep, none, last + 1, NULL);
}

/**
 * kallsyms_read - let what is in the kernel's image be known by name
 * @core: the memory
 * @long_size: bytes of a pointer there
 * @tep: what shall know the symbols
 *
 * Of a kernel that has no such table, or one of a kind that is not known, it learns none.
 */
void kallsyms_read(struct core *core, size_t long_size, struct tep_handle *tep)
{
	struct kallsyms *table = must(calloc(1, sizeof(*table)));

	table->core = core;
	table->long_size = long_size;
	if (find_base(table) && read_offsets(table) && read_tokens(table) &&
	    core_symbol(core, "kallsyms_names", &table->names))
		register_symbols(table, tep);
	free(table->offset);
	free(table);
}
