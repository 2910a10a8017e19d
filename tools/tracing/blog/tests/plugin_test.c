// SPDX-License-Identifier: LGPL-2.1
/*
 * The plugin as programs use it: libtraceevent loads it, parses an event's
 * format and prints records.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event-parse.h>

#include "test.h"

#define EVENT_ID	77
#define HEADER_SIZE	48	/* common fields, client, late, site, cpu, comm, args */
#define LATE		16
#define SITE		24
#define CPU		26
#define COMM		28
#define ARGS		44
#define RECORD_SIZE	256
#define MANY_SITES	1300
#define MAX_ID		8191	/* of the events that the plugin looks for */
#define KFUNC		0xffffffff81000000ULL

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
static const char * const entries[] = {
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
};

struct event_format {
	const char	*name;
	const char	*loc;		/* __data_loc or __rel_loc */
	const char	*label;		/* args or args32 */
	int		nr_sites;
	int		id;		/* EVENT_ID if 0 */
};

static const struct event_format ceph_format = {
	"ceph", "__data_loc", "args", ARRAY_SIZE(entries), 0,
};

struct record {
	uint8_t		data[RECORD_SIZE];
	size_t		size;
	bool		big_endian;
};

static int (*load)(struct tep_handle *tep);
static void (*unload)(struct tep_handle *tep);

/* ---------------------------- events and records ---------------------------- */

static int parse(struct tep_handle *tep, const struct event_format *f)
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
			entries[i < (int)ARRAY_SIZE(entries) ? i : 1]);
	fprintf(out, "), %s\n", words);
	fclose(out);

	ret = tep_parse_event(tep, text, size, "blog");
	free(text);
	return ret;
}

static void set(struct record *rec, size_t pos, uint64_t num, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		rec->data[pos + (rec->big_endian ? size - 1 - i : i)] =
			num >> (8 * i);
}

/* A record without arguments. */
static void start(struct record *rec, uint64_t client, uint32_t site)
{
	memset(rec->data, 0, sizeof(rec->data));
	rec->size = HEADER_SIZE;
	set(rec, 0, EVENT_ID, 2);
	set(rec, 8, client, 8);
	set(rec, SITE, site, 2);
	set(rec, ARGS, HEADER_SIZE, 4);
}

static void add(struct record *rec, const void *bytes, size_t len)
{
	memcpy(rec->data + rec->size, bytes, len);
	rec->size += len;
	set(rec, ARGS, (rec->size - HEADER_SIZE) << 16 | HEADER_SIZE, 4);
}

static void add_number(struct record *rec, uint64_t num, size_t size)
{
	size_t pos = rec->size;

	add(rec, &num, size);
	set(rec, pos, num, size);
}

/* The text of the first @size bytes, which lie at an odd address. */
static char *print(struct tep_handle *tep, const struct record *rec,
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

static void check_print(struct tep_handle *tep, const struct record *rec,
			const char *want)
{
	char *text = print(tep, rec, rec->size);

	check_text("event", text, want);
	free(text);
}

static struct tep_handle *new_handle(void)
{
	struct tep_handle *tep = tep_alloc();

	if (!tep)
		abort();
	tep_set_long_size(tep, 8);
	return tep;
}

/* A handle with plugin and event. */
static struct tep_handle *open_event(const struct event_format *f)
{
	struct tep_handle *tep = new_handle();

	check(!load(tep), "load", "failed");
	check(!parse(tep, f), "parse", f->name);
	return tep;
}

static void close_event(struct tep_handle *tep)
{
	unload(tep);
	tep_free(tep);
}

/* ---------------------------- messages ---------------------------- */

static void cap_record(struct record *rec, uint64_t client)
{
	start(rec, client, 1);
	add_number(rec, 5, 4);
	add(rec, "pAsLs\0\0", 8);
}

static void test_messages(void)
{
	struct tep_handle *tep = open_event(&ceph_format);
	struct record rec = { 0 };

	cap_record(&rec, 4242);
	check_print(tep, &rec, "[4242] add_cap: cap 5 of pAsLs");
	cap_record(&rec, 0);
	check_print(tep, &rec, "add_cap: cap 5 of pAsLs");

	start(&rec, 0, 2);
	add(&rec, "ab\0", 4);
	add_number(&rec, -1, 4);
	check_print(tep, &rec,
		    "quote: \"ab\" back\\slash \\ { -1 }, { 3, \"x\" }, (%)");

	start(&rec, 1, 4);
	check_print(tep, &rec, "[1] no_args: nothing");
	start(&rec, 0, 5);
	check_print(tep, &rec, "empty: ");
	start(&rec, 0, 6);
	check_print(tep, &rec, "bare: ");

	start(&rec, 0, 9);
	add_number(&rec, 7, 4);
	check_print(tep, &rec, "octal: caf\xc3\xa9\\0117x ends\\");
	start(&rec, 0, 10);
	check_print(tep, &rec, "lines: one\\012two\\012");
	close_event(tep);
}

/* Who has logged it is said where the line's header says otherwise. */
static void test_who(void)
{
	struct tep_handle *tep = open_event(&ceph_format);
	struct record rec = { 0 };

	tep_register_comm(tep, "bash", 7);
	cap_record(&rec, 0);
	set(&rec, 4, 7, 4);
	memcpy(rec.data + COMM, "bash", 4);
	check_print(tep, &rec, "add_cap: cap 5 of pAsLs");
	memcpy(rec.data + COMM, "a name of 16 byt", 16);
	check_print(tep, &rec, "comm=a name of 16 byt add_cap: cap 5 of pAsLs");
	set(&rec, CPU, 3, 2);
	set(&rec, LATE, 1234567890123, 8);
	check_print(tep, &rec, "comm=a name of 16 byt cpu=3 late=1234567890123 "
		    "add_cap: cap 5 of pAsLs");
	/* All idle tasks have one name in the header. */
	set(&rec, 4, 0, 4);
	set(&rec, LATE, 0, 8);
	check_print(tep, &rec, "cpu=3 add_cap: cap 5 of pAsLs");
	close_event(tep);
}

/* Nothing in a record can begin a line or command the terminal. */
static void test_control(void)
{
	struct tep_handle *tep = open_event(&ceph_format);
	struct record rec = { 0 };

	tep_register_comm(tep, "bash", 7);
	start(&rec, 0, 1);
	set(&rec, 4, 7, 4);
	memcpy(rec.data + COMM, "a\n\033[2Jb", 8);
	add_number(&rec, 5, 4);
	add(&rec, "a\n\x7f\xc2\x9b" "1m\n\0", 10);
	check_print(tep, &rec, "comm=a\\012\\033[2Jb add_cap: "
		    "cap 5 of a\\012\\177\\302\\2331m\\012");
	start(&rec, 0, 12);
	check_print(tep, &rec, "\\033[1mfn: text");
	start(&rec, 0, 13);
	check_print(tep, &rec, "no\\012entry <no format, site 13>");
	close_event(tep);
}

static void test_unknown(void)
{
	struct tep_handle *tep = open_event(&ceph_format);
	struct record rec = { 0 };

	start(&rec, 0, 77);
	add_number(&rec, 1, 4);
	add_number(&rec, 0xdeadbeef, 4);
	add(&rec, "ab", 2);
	check_print(tep, &rec, "<unknown site 77> 00000001 deadbeef 6261");
	start(&rec, 3, 77);
	check_print(tep, &rec, "[3] <unknown site 77>");
	start(&rec, 0, 7);
	add_number(&rec, 1, 4);
	check_print(tep, &rec, "not an entry <no format, site 7> 00000001");
	start(&rec, 0, 0);
	check_print(tep, &rec, " <no format, site 0>");
	close_event(tep);
}

static void test_symbols(void)
{
	struct tep_handle *tep = open_event(&ceph_format);
	struct record rec = { 0 };

	tep_register_function(tep, "first", KFUNC, NULL);
	tep_register_function(tep, "second", KFUNC + 0x1234, NULL);
	tep_register_function(tep, "third", KFUNC + 0x1235, NULL);
	tep_register_function(tep, "last", KFUNC + 0x2000, NULL);

	start(&rec, 0, 3);
	add_number(&rec, KFUNC + 0x20, 8);
	check_print(tep, &rec, "where: first+0x20/0x1234");
	start(&rec, 0, 3);
	add_number(&rec, KFUNC + 0x1233, 8);
	check_print(tep, &rec, "where: first+0x1233/0x1234");
	start(&rec, 0, 3);
	add_number(&rec, KFUNC + 0x1234, 8);
	check_print(tep, &rec, "where: second+0x0/0x1");
	start(&rec, 0, 3);
	add_number(&rec, 0x1000, 8);
	check_print(tep, &rec, "where: 0x1000");
	close_event(tep);
}

/* ---------------------------- layouts ---------------------------- */

static void test_big_endian(void)
{
	struct record rec = { .big_endian = true };
	struct tep_handle *tep = new_handle();

	tep_set_file_bigendian(tep, TEP_BIG_ENDIAN);
	tep_set_local_bigendian(tep, TEP_LITTLE_ENDIAN);
	load(tep);
	check(!parse(tep, &ceph_format), "parse", "big endian");
	cap_record(&rec, 4242);
	check_print(tep, &rec, "[4242] add_cap: cap 5 of pAsLs");
	start(&rec, 0, 8);
	add_number(&rec, 1, 2);
	add_number(&rec, 2, 2);
	check_print(tep, &rec, "shorts: 1 2");
	close_event(tep);
}

static void test_32_bit(void)
{
	struct tep_handle *tep = new_handle();
	struct record rec = { 0 };

	tep_set_long_size(tep, 4);
	load(tep);
	check(!parse(tep, &ceph_format), "parse", "32 bit");
	start(&rec, 0, 11);
	add_number(&rec, -1, 4);
	add_number(&rec, 0xc0001234, 4);
	check_print(tep, &rec, "longs: -1 c0001234");
	close_event(tep);
}

static void test_shorts(void)
{
	const struct event_format wide = {
		"ceph", "__data_loc", "args32", ARRAY_SIZE(entries), 0,
	};
	struct tep_handle *tep = open_event(&ceph_format);
	struct record rec = { 0 };

	start(&rec, 0, 8);
	add_number(&rec, -1, 2);
	add_number(&rec, 2, 2);
	check_print(tep, &rec, "shorts: -1 2");
	close_event(tep);

	tep = open_event(&wide);
	start(&rec, 0, 8);
	add_number(&rec, -1, 4);
	add_number(&rec, 2, 4);
	check_print(tep, &rec, "shorts: -1 2");
	close_event(tep);
}

static void test_relative_loc(void)
{
	const struct event_format relative = {
		"ceph", "__rel_loc", "args", ARRAY_SIZE(entries), 0,
	};
	struct tep_handle *tep = open_event(&relative);
	struct record rec = { 0 };

	cap_record(&rec, 0);
	set(&rec, ARGS, (rec.size - HEADER_SIZE) << 16, 4);
	check_print(tep, &rec, "add_cap: cap 5 of pAsLs");
	close_event(tep);
}

static void test_many_sites(void)
{
	const struct event_format many = {
		"ceph", "__data_loc", "args", MANY_SITES, 0,
	};
	struct tep_handle *tep = open_event(&many);
	struct record rec = { 0 };

	cap_record(&rec, 9);
	set(&rec, SITE, MANY_SITES - 1, 2);
	check_print(tep, &rec, "[9] add_cap: cap 5 of pAsLs");
	close_event(tep);
}

/* ---------------------------- broken records ---------------------------- */

static void test_cut_records(void)
{
	struct tep_handle *tep = open_event(&ceph_format);
	struct record rec = { 0 };
	size_t size;

	cap_record(&rec, 4242);
	/* below 8 bytes the library itself reads past the record's end */
	for (size = 8; size < rec.size; size++) {
		char *text = print(tep, &rec, size);

		check(strstr(text, "<truncated"), "cut record", text);
		free(text);
	}
	close_event(tep);
}

static void test_bad_loc(void)
{
	static const uint32_t locs[] = {
		0xffffffff, 0xffff0018, 0x0004ffff, 0x00400018, 0x00000075,
	};
	struct tep_handle *tep = open_event(&ceph_format);
	struct record rec = { 0 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(locs); i++) {
		char *text;

		cap_record(&rec, 0);
		set(&rec, ARGS, locs[i], 4);
		text = print(tep, &rec, rec.size);
		check(strstr(text, "<truncated"), "bad location", text);
		free(text);
	}
	close_event(tep);
}

static void test_missing_field(void)
{
	static const char format[] =
		"name: rbd\nID: 77\nformat:\n"
		"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n\n"
		"\tfield:u64 client;\toffset:8;\tsize:8;\tsigned:0;\n\n"
		"print fmt: \"client %llu\", REC->client\n";
	struct tep_handle *tep = new_handle();
	struct record rec = { 0 };

	load(tep);
	check(!tep_parse_event(tep, format, strlen(format), "blog"), "parse",
	      "missing field");
	start(&rec, 5, 1);
	check_print(tep, &rec, "client 5");
	close_event(tep);
}

/* ---------------------------- loading ---------------------------- */

/* Twice is as once; unloaded, the library prints the event its own way. */
static void test_load_after_parse(void)
{
	static const char plain[] =
		"[0] add_cap (fs/ceph/caps.c:670) cap %d of %s\\n args: ";
	struct tep_handle *tep = new_handle();
	struct record rec = { 0 };
	char *text;

	check(!parse(tep, &ceph_format), "parse", "before load");
	load(tep);
	load(tep);
	cap_record(&rec, 0);
	check_print(tep, &rec, "add_cap: cap 5 of pAsLs");
	unload(tep);
	text = print(tep, &rec, rec.size);
	check(!strncmp(text, plain, strlen(plain)), "unloaded", text);
	free(text);
	tep_free(tep);
}

static void test_two_handles(void)
{
	struct tep_handle *one = open_event(&ceph_format);
	struct tep_handle *two = open_event(&ceph_format);
	struct record rec = { 0 };

	cap_record(&rec, 1);
	check_print(one, &rec, "[1] add_cap: cap 5 of pAsLs");
	check_print(two, &rec, "[1] add_cap: cap 5 of pAsLs");
	close_event(one);
	check_print(two, &rec, "[1] add_cap: cap 5 of pAsLs");
	close_event(two);
}

/* @known: printed by the plugin, not by the library. */
static void check_logger(struct tep_handle *tep, const char *name, int id, bool known)
{
	struct record rec = { 0 };
	char *text;

	cap_record(&rec, 0);
	set(&rec, 0, id, 2);
	text = print(tep, &rec, rec.size);
	check(!strcmp(text, "add_cap: cap 5 of pAsLs") == known, name, text);
	free(text);
}

static void parse_logger(struct tep_handle *tep, const char *name, int id)
{
	const struct event_format f = {
		name, "__data_loc", "args", ARRAY_SIZE(entries), id,
	};

	check(!parse(tep, &f), "parse", name);
}

/* Whatever its name, and whether its event is parsed before the plugin is loaded. */
static void test_any_logger(void)
{
	struct tep_handle *tep = new_handle();

	parse_logger(tep, "before", 5000);
	load(tep);
	parse_logger(tep, "after", 300);
	parse_logger(tep, "lowest", 1);
	parse_logger(tep, "highest", MAX_ID);
	parse_logger(tep, "too_high", MAX_ID + 1);
	check_logger(tep, "before", 5000, true);
	check_logger(tep, "after", 300, true);
	check_logger(tep, "lowest", 1, true);
	check_logger(tep, "highest", MAX_ID, true);
	check_logger(tep, "too_high", MAX_ID + 1, false);
	check_logger(tep, "before", 5000, true);
	unload(tep);
	check_logger(tep, "before", 5000, false);
	check_logger(tep, "after", 300, false);
	tep_free(tep);
}

/* Nobody else's event, with the same fields and an id of the plugin's. */
static void test_other_system(void)
{
	static const char format[] =
		"name: other\nID: 77\nformat:\n"
		"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n\n"
		"\tfield:u64 client;\toffset:8;\tsize:8;\tsigned:0;\n"
		"\tfield:u16 site;\toffset:24;\tsize:2;\tsigned:0;\n"
		"\tfield:__data_loc u8[] args;\toffset:44;\tsize:4;\tsigned:0;\n\n"
		"print fmt: \"mine %llu\", REC->client\n";
	struct tep_handle *tep = new_handle();
	struct record rec = { 0 };

	load(tep);
	check(!tep_parse_event(tep, format, strlen(format), "other"), "parse",
	      "other system");
	start(&rec, 5, 1);
	check_print(tep, &rec, "mine 5");
	close_event(tep);
}

/*
 * The library's own way: from a directory, with options, and before all of the
 * plugins of the system, whose handlers have events in no file here.
 */
static void test_library(char *dir)
{
	struct tep_handle *tep = new_handle();
	struct tep_plugin_list *list;
	struct record rec = { 0 };

	setenv("HOME", "/nonexistent", 1);
	tep_add_plugin_path(tep, dir, TEP_PLUGIN_FIRST);
	tep_plugin_add_option("blog:shorts", "wide");
	list = tep_load_plugins(tep);
	check(list, "library", "plugin not loaded");
	check(!parse(tep, &ceph_format), "parse", "library");
	start(&rec, 0, 8);
	add_number(&rec, -1, 4);
	add_number(&rec, 2, 4);
	check_print(tep, &rec, "shorts: -1 2");
	tep_unload_plugins(list, tep);
	tep_free(tep);
}

static void *open_plugin(const char *dir)
{
	char path[4096];
	void *handle;

	snprintf(path, sizeof(path), "%s/plugin_blog.so", dir);
	handle = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
	if (!handle) {
		check(false, path, dlerror());
		return NULL;
	}
	load = dlsym(handle, TEP_PLUGIN_LOADER_NAME);
	unload = dlsym(handle, TEP_PLUGIN_UNLOADER_NAME);
	check(load && unload, path, "no loader or unloader");
	return handle;
}

void test_plugin(const char *dir)
{
	void *handle = open_plugin(dir);
	char *path = strdup(dir);

	if (!handle || !load || !unload || !path)
		return;
	test_messages();
	test_who();
	test_control();
	test_unknown();
	test_symbols();
	test_big_endian();
	test_32_bit();
	test_shorts();
	test_relative_loc();
	test_many_sites();
	test_cut_records();
	test_bad_loc();
	test_missing_field();
	test_load_after_parse();
	test_two_handles();
	test_any_logger();
	test_other_system();
	test_library(path);
	free(path);
	dlclose(handle);
	printf("plugin: events parsed, loaded and printed\n");
}
