/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * Events as the kernel describes them, and records of them.
 */
#ifndef _BLOG_EVENT_H
#define _BLOG_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <event-parse.h>

#define EVENT_ID	77
#define HEADER_SIZE	48	/* common fields, client, late, site, cpu, comm, args */
#define LATE		16
#define SITE		24
#define CPU		26
#define COMM		28
#define ARGS		44
#define RECORD_SIZE	256
#define NR_ENTRIES	15	/* of the catalogue */

struct event_format {
	const char	*name;
	const char	*loc;		/* __data_loc or __rel_loc */
	const char	*label;		/* args or args32 */
	int		nr_sites;
	int		id;		/* EVENT_ID if 0 */
};

struct record {
	uint8_t		data[RECORD_SIZE];
	size_t		size;
	bool		big_endian;
};

extern const struct event_format ceph_format;

/* The plugin's. */
extern int (*load)(struct tep_handle *tep);
extern void (*unload)(struct tep_handle *tep);

struct tep_handle *new_handle(void);
int parse(struct tep_handle *tep, const struct event_format *f);
struct tep_handle *open_event(const struct event_format *f);
void close_event(struct tep_handle *tep);

void start(struct record *rec, uint64_t client, uint32_t site);
void set(struct record *rec, size_t pos, uint64_t num, size_t size);
void add(struct record *rec, const void *bytes, size_t len);
void add_number(struct record *rec, uint64_t num, size_t size);
void cap_record(struct record *rec, uint64_t client);

char *print(struct tep_handle *tep, const struct record *rec, size_t size);
void check_print(struct tep_handle *tep, const struct record *rec, const char *want);

#endif /* _BLOG_EVENT_H */
