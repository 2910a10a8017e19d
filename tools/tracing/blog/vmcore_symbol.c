// SPDX-License-Identifier: LGPL-2.1
/*
 * The symbols of modules are ELF symbol tables, at their run-time addresses; those of the
 * kernel's image have a table of their own. They are read when the first name is asked for:
 * few messages have any.
 */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include <event-parse.h>

#include "core.h"
#include "layout.h"
#include "output.h"
#include "symbol.h"
#include "vmcore_kallsyms.h"
#include "vmcore_symbol.h"

/* So many of all modules are read; those of the kernel's image are besides. */
#define SYMBOLS_MAX	(1U << 18)
#define SYMBOL_NAME	512

/**
 * struct symbols - names of functions
 * @core: the memory; @layout: of what is in there
 * @modules: addresses of modules, so many of @nr; of @nr_read the symbols are read
 * @left: so many more symbols may be read
 * @has_image: the symbols of the kernel's image are known
 * @tep: knows the functions
 */
struct symbols {
	struct core		*core;
	const struct layout	*layout;
	uint64_t		*modules;
	size_t			nr;
	size_t			nr_read;
	uint32_t		left;
	bool			has_image;
	struct tep_handle	*tep;
};

/**
 * symbols_new - know none yet
 * @core: the memory
 * @layout: of what is in there
 *
 * Return: symbols, to be freed with symbols_free().
 */
struct symbols *symbols_new(struct core *core, const struct layout *layout)
{
	struct symbols *symbols = must(calloc(1, sizeof(*symbols)));

	symbols->core = core;
	symbols->layout = layout;
	symbols->left = SYMBOLS_MAX;
	symbols->tep = must(tep_alloc());

	return symbols;
}

/**
 * symbols_add_module - let a module's symbols be known, once
 * @symbols: the symbols
 * @module: its address
 */
void symbols_add_module(struct symbols *symbols, uint64_t module)
{
	size_t i;

	for (i = 0; i < symbols->nr; i++)
		if (symbols->modules[i] == module)
			return;
	symbols->modules = must(realloc(symbols->modules,
					(symbols->nr + 1) * sizeof(*symbols->modules)));
	symbols->modules[symbols->nr++] = module;
}

static bool read_pointer(const struct symbols *symbols, uint64_t addr, uint64_t *value)
{
	return core_read_long(symbols->core, symbols->layout->long_size, addr, value);
}

/* One of a table, of either size. */
static bool read_entry(const struct symbols *symbols, uint64_t table, uint32_t nr,
		       Elf64_Sym *entry)
{
	Elf32_Sym narrow;

	if (symbols->layout->long_size == 8)
		return core_read(symbols->core, table + nr * sizeof(*entry), entry,
				 sizeof(*entry));
	if (!core_read(symbols->core, table + nr * sizeof(narrow), &narrow, sizeof(narrow)))
		return false;
	*entry = (Elf64_Sym) {
		.st_name = narrow.st_name, .st_info = narrow.st_info,
		.st_value = narrow.st_value, .st_size = narrow.st_size,
	};

	return true;
}

/* Behind a module's last function nothing has a name: other modules are not known. */
static void read_module(struct symbols *symbols, uint64_t module)
{
	const struct layout *layout = symbols->layout;
	uint64_t kallsyms, table, names, end = 0;
	char name[SYMBOL_NAME], none[] = "";
	Elf64_Sym entry;
	uint32_t nr, i;

	if (!layout->kallsyms_strtab ||
	    !read_pointer(symbols, module + layout->module_kallsyms, &kallsyms) ||
	    !read_pointer(symbols, kallsyms + layout->kallsyms_symtab, &table) ||
	    !read_pointer(symbols, kallsyms + layout->kallsyms_strtab, &names) ||
	    !core_read_u32(symbols->core, kallsyms + layout->kallsyms_num_symtab, &nr) ||
	    nr > symbols->left)
		return;
	symbols->left -= nr;
	for (i = 1; i < nr && read_entry(symbols, table, i, &entry); i++) {
		if (ELF64_ST_TYPE(entry.st_info) != STT_FUNC || !entry.st_value ||
		    !core_read_string(symbols->core, names + entry.st_name, name, sizeof(name)))
			continue;
		tep_register_function(symbols->tep, name, entry.st_value, NULL);
		if (end < entry.st_value + entry.st_size)
			end = entry.st_value + entry.st_size;
	}
	if (end)
		tep_register_function(symbols->tep, none, end, NULL);
}

/**
 * symbols_print - write the name of a function, for struct bstr_env
 * @priv: the symbols
 * @addr: an address in it
 * @offset: as %pS, not %ps
 * @buf: for the name; of @size bytes
 *
 * Return: false if there is no such function.
 */
bool symbols_print(void *priv, uint64_t addr, bool offset, char *buf, size_t size)
{
	struct symbols *symbols = priv;

	if (!symbols->has_image)
		kallsyms_read(symbols->core, symbols->layout->long_size, symbols->tep);
	symbols->has_image = true;
	while (symbols->nr_read < symbols->nr)
		read_module(symbols, symbols->modules[symbols->nr_read++]);

	return symbol_print(symbols->tep, addr, offset, buf, size);
}

/**
 * symbols_free - free what symbols_new() returned
 * @symbols: the symbols
 */
void symbols_free(struct symbols *symbols)
{
	tep_free(symbols->tep);
	free(symbols->modules);
	free(symbols);
}
