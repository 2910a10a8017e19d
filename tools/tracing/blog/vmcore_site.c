// SPDX-License-Identifier: LGPL-2.1
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "catalogue.h"
#include "core.h"
#include "layout.h"
#include "output.h"
#include "vmcore_site.h"

#define FORMAT_MAX_SIZE	1025

/**
 * struct strings - what the statements of a logger say
 * @text: one string after another; @size: bytes of them; @room: for so many
 * @left: bytes that may still come
 */
struct strings {
	char	*text;
	size_t	size;
	size_t	room;
	size_t	*left;
};

/* Where the two strings of a statement begin. */
struct place {
	size_t	function;
	size_t	format;
};

static bool keep_string(struct strings *strings, const char *text, size_t *place)
{
	size_t len = strlen(text) + 1;

	if (len > *strings->left)
		return false;
	*strings->left -= len;
	if (strings->size + len > strings->room) {
		strings->room = 2 * strings->room + 4096;
		strings->text = must(realloc(strings->text, strings->room));
	}
	memcpy(strings->text + strings->size, text, len);
	*place = strings->size;
	strings->size += len;

	return true;
}

static bool read_string(struct core *core, const struct layout *layout, uint64_t addr,
			char *text)
{
	uint64_t string;

	return core_read_long(core, layout->long_size, addr, &string) &&
	       core_read_string(core, string, text, FORMAT_MAX_SIZE);
}

static bool read_site(struct core *core, const struct layout *layout, uint64_t addr,
		      struct strings *strings, struct place *place)
{
	char function[FORMAT_MAX_SIZE], format[FORMAT_MAX_SIZE];

	return read_string(core, layout, addr + layout->site_function, function) &&
	       read_string(core, layout, addr + layout->site_format, format) &&
	       keep_string(strings, function, &place->function) &&
	       keep_string(strings, format, &place->format);
}

/**
 * sites_read - read the statements of a logger
 * @core: the memory
 * @layout: of what is in there
 * @table: address of the array of their addresses, so many of @nr
 * @left: what may still come; what comes is taken from it
 * @catalogue: takes the statements; those whose strings are not there are left out: their
 *	numbers have to do
 */
void sites_read(struct core *core, const struct layout *layout, uint64_t table, uint32_t nr,
		struct sites_left *left, struct blog_catalogue *catalogue)
{
	struct strings strings = { .left = &left->bytes };
	struct place *places;
	uint64_t site;
	uint32_t id;
	size_t i;

	if (nr > left->sites)
		return;
	left->sites -= nr;
	places = must(calloc(nr + 1, sizeof(*places)));
	catalogue->sites = must(calloc(nr + 1, sizeof(*catalogue->sites)));
	for (id = 1; id <= nr; id++) {
		i = catalogue->nr_sites;
		if (!core_read_long(core, layout->long_size,
				    table + (uint64_t)(id - 1) * layout->long_size, &site) ||
		    !read_site(core, layout, site, &strings, &places[i]))
			continue;
		catalogue->sites[i].id = id;
		catalogue->nr_sites++;
	}
	catalogue->text = strings.text;
	for (i = 0; i < catalogue->nr_sites; i++) {
		catalogue->sites[i].func = strings.text + places[i].function;
		catalogue->sites[i].fmt = strings.text + places[i].format;
	}
	free(places);
}
