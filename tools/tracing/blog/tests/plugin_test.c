// SPDX-License-Identifier: LGPL-2.1
/*
 * The plugin as programs use it: libtraceevent loads it, parses an event's
 * format and prints records.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "test.h"

#define MANY_SITES	1300
#define KFUNC		0xffffffff81000000ULL

/* ---------------------------- messages ---------------------------- */

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

/* perf's line has the right name, whatever the handle says. */
static void test_who_in_perf(void)
{
	struct tep_handle *tep = open_event(&ceph_format);
	char *program = program_invocation_short_name;
	struct record rec = { 0 };

	cap_record(&rec, 0);
	set(&rec, 4, 7, 4);
	set(&rec, CPU, 3, 2);
	memcpy(rec.data + COMM, "bash", 4);
	check_print(tep, &rec, "comm=bash cpu=3 add_cap: cap 5 of pAsLs");
	program_invocation_short_name = "perf_6.12";
	check_print(tep, &rec, "cpu=3 add_cap: cap 5 of pAsLs");
	program_invocation_short_name = program;
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
		"ceph", "__data_loc", "args32", NR_ENTRIES, 0,
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
		"ceph", "__rel_loc", "args", NR_ENTRIES, 0,
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
	test_who_in_perf();
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
	test_load(path);
	free(path);
	dlclose(handle);
	printf("plugin: events parsed, loaded and printed\n");
}
