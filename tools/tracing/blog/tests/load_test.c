// SPDX-License-Identifier: LGPL-2.1
/*
 * Loading and unloading the plugin, with events of all kinds of loggers.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "test.h"

#define MAX_ID		8191	/* of the events that the plugin looks for */
#define NR_PRINTS	2000	/* by each thread */

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
		name, "__data_loc", "args", NR_ENTRIES, id,
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

#define MESSAGE_LEN	20000		/* of entry 14 */

struct printer {
	struct tep_handle	*tep;
	char			letter;
	pthread_barrier_t	*begin;
	int			wrong;
};

/* A long message of one letter, in which another's would show. */
static void *print_often(void *arg)
{
	struct printer *p = arg;
	struct record rec = { 0 };
	char text[2] = { p->letter };
	int i;

	start(&rec, 0, 14);
	add(&rec, text, sizeof(text));
	pthread_barrier_wait(p->begin);
	for (i = 0; i < NR_PRINTS; i++) {
		char *got = print(p->tep, &rec, rec.size);
		size_t len = strlen(got);

		p->wrong += len != strlen("long: ") + MESSAGE_LEN ||
			    got[len - 1] != p->letter;
		free(got);
	}
	return NULL;
}

/* Two threads print from one handle, as in KernelShark's search. */
static void test_threads(void)
{
	struct tep_handle *tep = open_event(&ceph_format);
	pthread_barrier_t begin;
	struct printer one = { tep, 'a', &begin, 0 }, two = { tep, 'b', &begin, 0 };
	pthread_t thread;

	pthread_barrier_init(&begin, NULL, 2);
	if (pthread_create(&thread, NULL, print_often, &one))
		abort();
	print_often(&two);
	pthread_join(thread, NULL);
	pthread_barrier_destroy(&begin);
	check(!one.wrong && !two.wrong, "threads", "messages mixed up");
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

void test_load(char *dir)
{
	test_load_after_parse();
	test_two_handles();
	test_any_logger();
	test_other_system();
	test_threads();
	test_library(dir);
}
