/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * The log statements of one event, by site id.
 */
#ifndef _BLOG_CATALOGUE_H
#define _BLOG_CATALOGUE_H

#include <stddef.h>
#include <stdint.h>

struct tep_event;

/**
 * struct blog_site - one log statement
 * @id: the record's site field
 * @func: function that logged
 * @fmt: format of the message; NULL if the entry has none, @func is then the
 *	whole entry
 */
struct blog_site {
	uint32_t	id;
	const char	*func;
	const char	*fmt;
};

/**
 * struct blog_catalogue - all statements that an event's print fmt lists
 * @sites: sorted by id
 * @nr_sites: number of @sites
 * @text: storage of their strings
 */
struct blog_catalogue {
	struct blog_site	*sites;
	size_t			nr_sites;
	char			*text;
};

int blog_catalogue_read(struct blog_catalogue *cat, struct tep_event *event);
void blog_catalogue_free(struct blog_catalogue *cat);
const struct blog_site *blog_catalogue_find(const struct blog_catalogue *cat,
					    uint32_t id);

#endif /* _BLOG_CATALOGUE_H */
