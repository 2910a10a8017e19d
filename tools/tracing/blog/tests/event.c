// SPDX-License-Identifier: LGPL-2.1
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "test.h"

static const char fields[] =
	"name: %s\nID: %d\nformat:\n"
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"
	"\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n"
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"
	"\tfield:u64 client;\toffset:8;\tsize:8;\tsigned:0;\n"
	"\tfield:u64 late;\toffset:16;\tsize:8;\tsigned:0;\n"
	"\tfield:u16 site;\toffset:24;\tsize:2;\tsigned:0;\n"
	"\tfield:u16 cpu;\toffset:26;\tsize:2;\tsigned:0;\n"
	"\tfield:char comm[16];\toffset:28;\tsize:16;\tsigned:0;\n"
	"\tfield:%s u8[] args;\toffset:44;\tsize:4;\tsigned:0;\n\n";

static const char words[] =
	"__print_array(__get_dynamic_array(args), (__get_dynamic_array_len(args) / 4), 4)";

/* The catalogue, as it stands in a print fmt. */
static const char * const entries[NR_ENTRIES] = {
	[0] = "",
	[1] = "add_cap (fs/ceph/caps.c:670) cap %d of %s\\n",
	[2] = "quote (a.c:2) \\\"%s\\\" back\\134slash \\\\ { %d }, { 3, \\\"x\\\" }, (%%)",
	[3] = "where (a.c:3) %pS",
	[4] = "no_args (a.c:4) nothing",
	[5] = "empty (a.c:5) ",
	[6] = "bare (a.c:6)",
	[7] = "not an entry",
	[8] = "shorts (a.c:8) %hd %hd",
	[9] = "octal (a.c:9) caf\\303\\251\\011%d\\x ends\\134",
	[10] = "lines (a.c:10) one\\ntwo\\n\\n",
	[11] = "longs (a.c:11) %ld %p",
	[12] = "\\033[1mfn (a.c:12) text",
	[13] = "no\\nentry",
	[14] = "long (a.c:14) %20000s",
};

const struct event_format ceph_format = {
	"ceph", "__data_loc", "args", NR_ENTRIES, 0,
};

int (*load)(struct tep_handle *tep);
void (*unload)(struct tep_handle *tep);

int parse(struct tep_handle *tep, const struct event_format *f)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int i, ret;

	if (!out)
		abort();
	fprintf(out, fields, f->name, f->id ?: EVENT_ID, f->loc);
	fprintf(out, "print fmt: \"[%%llu] %%s %s: %%s\", REC->client, __print_symbolic(REC->site",
		f->label);
	for (i = 0; i < f->nr_sites; i++)
		fprintf(out, ", { %d, \"%s\" }", i,
			entries[i < NR_ENTRIES ? i : 1]);
	fprintf(out, "), %s\n", words);
	fclose(out);

	ret = tep_parse_event(tep, text, size, "blog");
	free(text);
	return ret;
}

void set(struct record *rec, size_t pos, uint64_t num, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		rec->data[pos + (rec->big_endian ? size - 1 - i : i)] =
			num >> (8 * i);
}

/* A record without arguments. */
void start(struct record *rec, uint64_t client, uint32_t site)
{
	memset(rec->data, 0, sizeof(rec->data));
	rec->size = HEADER_SIZE;
	set(rec, 0, EVENT_ID, 2);
	set(rec, 8, client, 8);
	set(rec, SITE, site, 2);
	set(rec, ARGS, HEADER_SIZE, 4);
}

void add(struct record *rec, const void *bytes, size_t len)
{
	memcpy(rec->data + rec->size, bytes, len);
	rec->size += len;
	set(rec, ARGS, (rec->size - HEADER_SIZE) << 16 | HEADER_SIZE, 4);
}

void add_number(struct record *rec, uint64_t num, size_t size)
{
	size_t pos = rec->size;

	add(rec, &num, size);
	set(rec, pos, num, size);
}

/* The text of the first @size bytes, which lie at an odd address. */
char *print(struct tep_handle *tep, const struct record *rec,
		   size_t size)
{
	struct tep_record record = { .size = size };
	uint8_t *copy = malloc(size + 4);
	struct trace_seq s;
	char *text;

	if (!copy)
		abort();
	memcpy(copy + 4, rec->data, size);
	record.data = copy + 4;
	trace_seq_init(&s);
	tep_print_event(tep, &s, &record, "%s", TEP_PRINT_INFO);
	trace_seq_terminate(&s);
	text = strdup(s.buffer);
	trace_seq_destroy(&s);
	free(copy);
	return text;
}

void check_print(struct tep_handle *tep, const struct record *rec,
			const char *want)
{
	char *text = print(tep, rec, rec->size);

	check_text("event", text, want);
	free(text);
}

struct tep_handle *new_handle(void)
{
	struct tep_handle *tep = tep_alloc();

	if (!tep)
		abort();
	tep_set_long_size(tep, 8);
	return tep;
}

/* A handle with plugin and event. */
struct tep_handle *open_event(const struct event_format *f)
{
	struct tep_handle *tep = new_handle();

	check(!load(tep), "load", "failed");
	check(!parse(tep, f), "parse", f->name);
	return tep;
}

void close_event(struct tep_handle *tep)
{
	unload(tep);
	tep_free(tep);
}

void cap_record(struct record *rec, uint64_t client)
{
	start(rec, client, 1);
	add_number(rec, 5, 4);
	add(rec, "pAsLs\0\0", 8);
}
