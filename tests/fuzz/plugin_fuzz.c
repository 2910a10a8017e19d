// SPDX-License-Identifier: LGPL-2.1
/*
 * Fuzzes the libtraceevent plugin as trace-cmd uses it: libtraceevent parses
 * the format file of an event and hands records to the plugin's handler.
 *
 * An input is
 *
 *   u8 layout		enum layout: what the tracing machine was like
 *   u8 fail		which allocation of the plugin fails, modulo 16; 0 for none
 *   text, NUL		a whole format file, or the entries of its catalogue
 *   bytes		the record, after its common fields
 *
 * The plugin is linked in with sanitizers, the library is the system's, without.
 * So what is found in memory is the plugin's, or was done on its behalf; the
 * plugin's leaks are counted here (plugin_alloc.h), the library's are not.
 *
 * Besides that, the handler must take each record of an event that has the
 * fields, print the same each time and no control character, say so if the record
 * is cut short, and tep_print_event() must print what the handler does.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event-parse.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define EVENT_ID	77
#define PID		7	/* whose name is known */
#define COMMON_SIZE	8	/* bytes of the common fields */
#define HEADER_SIZE	24	/* and of client, site and location of args */
#define KFUNC		0xffffffff81000000ULL

enum layout {
	BIG_ENDIAN_FILE	= 1 << 0,
	LONG_IS_4	= 1 << 1,
	WHOLE_FORMAT	= 1 << 2,	/* the text is the format file */
	ARGS32		= 1 << 3,	/* print fmt of a kernel with wide shorts */
	RELATIVE_LOC	= 1 << 4,
	HAS_SYMBOLS	= 1 << 5,
	OPTION_WIDE	= 1 << 6,
	OPTION_NARROW	= 1 << 7,
};

struct input {
	unsigned int	layout;
	const char	*text;
	const uint8_t	*record;
	size_t		size;		/* of @record */
};

int TEP_PLUGIN_LOADER(struct tep_handle *tep);
void TEP_PLUGIN_UNLOADER(struct tep_handle *tep);
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "plugin_fuzz: %s\n", what);
	abort();
}

/* ---------------------------- allocations ---------------------------- */

static long nr_allocated;
static unsigned int fail_at;
static bool failed;

static bool must_fail(void)
{
	if (!fail_at || --fail_at)
		return false;
	failed = true;
	return true;
}

static void *count(void *p)
{
	nr_allocated += !!p;
	return p;
}

void *plugin_malloc(size_t size)
{
	return must_fail() ? NULL : count(malloc(size));
}

void *plugin_calloc(size_t n, size_t size)
{
	return must_fail() ? NULL : count(calloc(n, size));
}

char *plugin_strndup(const char *s, size_t n)
{
	return must_fail() ? NULL : count(strndup(s, n));
}

void plugin_free(void *p)
{
	nr_allocated -= !!p;
	free(p);
}

/* ---------------------------- the event ---------------------------- */

static const char fields[] =
	"name: ceph\nID: 77\nformat:\n"
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"
	"\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n"
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"
	"\tfield:u64 client;\toffset:8;\tsize:8;\tsigned:0;\n"
	"\tfield:u64 late;\toffset:16;\tsize:8;\tsigned:0;\n"
	"\tfield:u16 site;\toffset:24;\tsize:2;\tsigned:0;\n"
	"\tfield:u16 cpu;\toffset:26;\tsize:2;\tsigned:0;\n"
	"\tfield:char comm[16];\toffset:28;\tsize:16;\tsigned:0;\n"
	"\tfield:%s u8[] args;\toffset:44;\tsize:4;\tsigned:0;\n\n"
	"print fmt: \"[%%llu] %%s %s: %%s\", REC->client, __print_symbolic(REC->site, "
	"%s), __print_array(__get_dynamic_array(args), "
	"(__get_dynamic_array_len(args) / 4), 4)\n";

static char *make_format(const struct input *in)
{
	char *format = NULL;
	int ret;

	if (in->layout & WHOLE_FORMAT)
		ret = asprintf(&format, "%s", in->text);
	else
		ret = asprintf(&format, fields,
			       in->layout & RELATIVE_LOC ? "__rel_loc" : "__data_loc",
			       in->layout & ARGS32 ? "args32" : "args", in->text);
	check(ret >= 0, "no memory");
	return format;
}

/*
 * Some formats make the library's parser divide by zero or follow NULL. While
 * it runs none of the plugin's code does, so such signals say nothing about the
 * plugin: the input is given up, and counted.
 */
static const int library_signals[] = { SIGFPE, SIGSEGV };
static sigjmp_buf library_crashed;
static unsigned long nr_library_crashes;

static void on_library_crash(int sig)
{
	siglongjmp(library_crashed, sig);
}

/* Return: false if the library crashed. */
static bool parse_event(struct tep_handle *tep, const struct input *in)
{
	struct sigaction guard = {
		.sa_handler = on_library_crash,
		.sa_flags = SA_ONSTACK,
	};
	struct sigaction old[ARRAY_SIZE(library_signals)];
	char *format = make_format(in);
	volatile bool crashed = true;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(library_signals); i++)
		sigaction(library_signals[i], &guard, &old[i]);
	if (!sigsetjmp(library_crashed, 1)) {
		tep_parse_event(tep, format, strlen(format), "blog");
		crashed = false;
	}
	for (i = 0; i < ARRAY_SIZE(library_signals); i++)
		sigaction(library_signals[i], &old[i], NULL);

	free(format);
	nr_library_crashes += crashed;
	return !crashed;
}

static struct tep_handle *new_handle(unsigned int layout)
{
	struct tep_handle *tep = tep_alloc();

	check(tep, "no memory");
	tep_set_long_size(tep, layout & LONG_IS_4 ? 4 : 8);
	tep_set_file_bigendian(tep, layout & BIG_ENDIAN_FILE ?
			       TEP_BIG_ENDIAN : TEP_LITTLE_ENDIAN);
	tep_set_local_bigendian(tep, TEP_LITTLE_ENDIAN);
	tep_register_comm(tep, "bash", PID);
	if (layout & HAS_SYMBOLS) {
		tep_register_function(tep, "first", KFUNC, NULL);
		tep_register_function(tep, "second", KFUNC + 0x1234, NULL);
		tep_register_function(tep, "last", KFUNC + 0x1235, NULL);
	}
	return tep;
}

static void set_options(unsigned int layout)
{
	static const char *const shorts[] = { "", "wide", "narrow", "x" };

	tep_plugin_add_option("blog:shorts", shorts[layout >> 6 & 3]);
}

/* ---------------------------- the record ---------------------------- */

static bool has_control(const char *text)
{
	const unsigned char *c;

	for (c = (const unsigned char *)text; *c; c++)
		if (*c < 0x20 || *c == 0x7f || (*c == 0xc2 && (c[1] & 0xe0) == 0x80))
			return true;
	return false;
}

/* The text of the record's first @size bytes; NULL if the handler declines. */
static char *handle(struct tep_event *event, const struct input *in, size_t size)
{
	struct tep_record record = { .size = size };
	struct trace_seq s;
	char *text = NULL;

	record.data = malloc(size ?: 1);
	check(record.data, "no memory");
	memcpy(record.data, in->record, size);

	trace_seq_init(&s);
	if (!event->handler(&s, &record, event, event->context)) {
		check(s.state == TRACE_SEQ__GOOD, "broken trace_seq");
		trace_seq_terminate(&s);
		check(!has_control(s.buffer), "a control character");
		text = strdup(s.buffer);
	}
	trace_seq_destroy(&s);
	free(record.data);
	return text;
}

static void check_print_event(struct tep_handle *tep, const struct input *in,
			      const char *want)
{
	struct tep_record record = {
		.size = in->size,
		.data = (void *)in->record,
	};
	struct trace_seq s;

	trace_seq_init(&s);
	tep_print_event(tep, &s, &record, "%s", TEP_PRINT_INFO);
	trace_seq_terminate(&s);
	check(!strcmp(s.buffer, want), "tep_print_event() prints something else");
	trace_seq_destroy(&s);
}

static bool has_fields(struct tep_event *event)
{
	struct tep_format_field *args = tep_find_field(event, "args");

	return tep_find_field(event, "client") && tep_find_field(event, "site") &&
	       args && args->flags & TEP_FIELD_IS_DYNAMIC;
}

static void check_record(struct tep_handle *tep, struct tep_event *event,
			 const struct input *in)
{
	char *text = handle(event, in, in->size), *again;
	size_t size;

	if (!text) {
		check(failed || !has_fields(event), "record declined");
		return;
	}
	again = handle(event, in, in->size);
	check(again && !strcmp(text, again), "text changes");
	free(again);

	if (!(in->layout & WHOLE_FORMAT)) {
		check_print_event(tep, in, text);
		for (size = 0; size < HEADER_SIZE && size < in->size; size++) {
			char *cut = handle(event, in, size);

			check(cut && strstr(cut, "<truncated"), "cut unnoticed");
			free(cut);
		}
	}
	free(text);
}

/* ---------------------------- the fuzzer ---------------------------- */

static void report(void)
{
	fprintf(stderr, "library crashes: %lu\n", nr_library_crashes);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	tep_set_loglevel(TEP_LOG_NONE);
	atexit(report);
	return 0;
}

/* Split the input; the record gets common fields that name event and task. */
static bool split(struct input *in, uint8_t **record, const uint8_t *data,
		  size_t size)
{
	const uint8_t *end;

	if (size < 3)
		return false;
	in->layout = data[0];
	fail_at = data[1] & 15;
	in->text = (const char *)data + 2;
	end = memchr(in->text, 0, size - 2);
	if (!end)
		return false;
	size -= ++end - data;

	*record = calloc(1, COMMON_SIZE + size);
	check(*record, "no memory");
	(*record)[in->layout & BIG_ENDIAN_FILE ? 1 : 0] = EVENT_ID;
	(*record)[in->layout & BIG_ENDIAN_FILE ? 7 : 4] = PID;
	memcpy(*record + COMMON_SIZE, end, size);
	in->record = *record;
	in->size = COMMON_SIZE + size;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tep_event *event;
	struct tep_handle *tep;
	struct input in;
	uint8_t *record;

	failed = false;
	if (!split(&in, &record, data, size))
		return 0;

	tep = new_handle(in.layout);
	check(!TEP_PLUGIN_LOADER(tep) || failed, "not loaded");
	/* what is registered stays as it is */
	check(!TEP_PLUGIN_LOADER(tep) || failed, "not loaded again");
	set_options(in.layout);
	event = parse_event(tep, &in) ? tep_get_first_event(tep) : NULL;
	if (event && event->handler)
		check_record(tep, event, &in);

	TEP_PLUGIN_UNLOADER(tep);
	tep_free(tep);
	free(record);
	check(!nr_allocated, "the plugin leaks");
	return 0;
}
