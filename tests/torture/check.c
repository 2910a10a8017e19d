// SPDX-License-Identifier: GPL-2.0
/*
 * Checks what the readers of a torture got, see tests/torture/run:
 *
 *	check [--delete] [--spoil WHAT:NUMBER] DIRECTORY <LOG
 *
 * LOG is what tests/torture/guest prints; its files are in DIRECTORY. Lines
 * that begin with these words are for us, the others are passed on:
 *
 *	round DIRECTORY [NAME=VALUE]...		the module was loaded
 *	point [NAME=VALUE]...			nothing is published now: the counters
 *	session DIRECTORY [NAME=VALUE]...	what a reader has consumed
 *	peek FILE [NAME=VALUE]			what one has read, and left there
 *	live DIRECTORY				live events out of another instance
 *	end [NAME=VALUE]...			nothing is left: the counters
 *
 * --delete removes files in which nothing was wrong. --spoil shows that the check
 * can fail: it changes message NUMBER of all before it is looked at; WHAT is
 * removed, duplicated, swapped (with the next one of its writer), altered, pid,
 * cpu, time, flags or client.
 *
 * What is proved, for each message: it is one that its writer wrote, complete
 * and unaltered; it has the pid, CPU, interrupt level and client that its
 * writer had, and a time between that at which the call began and that at which
 * the writer's next began (its stamp less what it says to be late); in a session it
 * arrived once, unless the ring buffers were emptied meanwhile; and in each ring
 * buffer no stamp goes back, and the writer's messages are in their order, but for
 * late ones.
 *
 * For all together: in an exact session all messages arrived, now or before, that
 * BLOG has published in it. What is retained at the end has arrived in each of the
 * last sessions that were exact, if it was logged before. At the end the last reader
 * has got as many as are retained; captured = published + overwritten, and
 * these and the dropped ones are as many as were written.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <event-parse.h>
#include <kbuffer.h>

#include "chunk.h"
#include "records.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* Names and numbers of all errors, and of what was seen. */

static unsigned long errors;
static const char *where = "";	/* file that is being checked */

/* Of each kind of error a few are shown. */
#define KINDS_OF_ERRORS	64
#define ERRORS_SHOWN	5

static bool is_shown(const char *format)
{
	static struct {
		const char *format;
		unsigned int shown;
	} kinds[KINDS_OF_ERRORS];
	unsigned int i;

	for (i = 0; i < KINDS_OF_ERRORS - 1 && kinds[i].format; i++)
		if (kinds[i].format == format)
			break;
	kinds[i].format = format;

	return kinds[i].shown++ < ERRORS_SHOWN;
}

static __attribute__((format(printf, 1, 2))) void wrong(const char *format, ...)
{
	va_list args;

	errors++;
	if (!is_shown(format))
		return;
	printf("wrong: %s: ", where);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

static __attribute__((noreturn)) void fail(const char *what)
{
	fprintf(stderr, "check: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void *need(void *memory)
{
	if (!memory)
		fail("memory");
	return memory;
}

static char *path_of(const char *dir, const char *name)
{
	char *path;

	if (asprintf(&path, "%s/%s", dir, name) < 0)
		fail("memory");
	return path;
}

/* What a message must be */

static char text[TORTURE_TEXT + 1];
/* As the kernel shows it, and as those do who know no modules. */
static char symbol[256], symbol_only[256];
static char symbol_alone[256], symbol_only_alone[256];
static u64 symbol_address;

/* The limits of BLOG. */
#define STR_MAX		1000
#define CUT_MARK	"..."
#define ARGS_MAX	2200

struct args {
	u32 len;
	bool cut;
	u8 data[ARGS_MAX];
};

static void align(struct args *args, u32 to)
{
	while (args->len % to)
		args->data[args->len++] = 0;
}

static void put(struct args *args, const void *value, u32 size, u32 alignment)
{
	align(args, alignment);
	memcpy(args->data + args->len, value, size);
	args->len += size;
}

static void put8(struct args *args, uint8_t v)
{
	put(args, &v, sizeof(v), 1);
}

static void put16(struct args *args, uint16_t v)
{
	put(args, &v, sizeof(v), 2);
}

static void put32(struct args *args, uint32_t v)
{
	put(args, &v, sizeof(v), 4);
}

static void put64(struct args *args, uint64_t v)
{
	put(args, &v, sizeof(v), 4);
}

static void put_text(struct args *args, const char *s, u32 len)
{
	u32 cut = len > STR_MAX ? STR_MAX - strlen(CUT_MARK) : len;

	put(args, s, cut, 1);
	if (cut < len) {
		put(args, CUT_MARK, strlen(CUT_MARK), 1);
		args->cut = true;
	}
	put8(args, 0);
}

/* As TEXT() comes out, cut or not. */
static const char *cut_text(u64 base, unsigned int n, char *buffer)
{
	const char *s = torture_text(text, base, n, TORTURE_TEXT);

	if (strlen(s) <= STR_MAX)
		return s;
	memcpy(buffer, s, STR_MAX - strlen(CUT_MARK));
	strcpy(buffer + STR_MAX - strlen(CUT_MARK), CUT_MARK);

	return buffer;
}

static const char *hex_text(char *out, const u8 *bytes, unsigned int n,
			    const char *seps)
{
	char *p = out;
	unsigned int i;

	for (i = 0; i < n; i++) {
		p += sprintf(p, "%02x", bytes[i]);
		if (seps && seps[i] != ' ' && i + 1 < n)
			*p++ = seps[i];
	}
	*p = '\0';

	return out;
}

/* What the extensions of pointers make of bytes. */
struct renderings {
	char ip4[16];
	char mac[18];
	char uuid[37];
	char hex[17];
};

static void render(struct renderings *r, u64 base)
{
	u64 words[2] = { torture_arg(base, 0), torture_arg(base, 1) };
	u8 b[16];

	memcpy(b, words, sizeof(b));
	sprintf(r->ip4, "%u.%u.%u.%u", b[0], b[1], b[2], b[3]);
	hex_text(r->mac, b, 6, ":::::");
	hex_text(r->uuid, b, 16, "   - - - -      ");
	hex_text(r->hex, b, 8, NULL);
}

#define A(n)	torture_arg(base, n)
#define EINVAL_PTR	((u64)-22)

/* Store the arguments of a message as vbin_printf() would. */
static void expect_args(struct args *args, const struct torture_head *head,
			u32 kind)
{
	u64 base = torture_base(head->writer, head->seq);
	struct renderings r;
	u32 prec = 0;

	args->len = 0;
	args->cut = false;
	put32(args, head->writer);
	put32(args, head->seq);
	put32(args, head->pid);
	put32(args, head->cpu);
	put64(args, head->time);
	put64(args, torture_sum(head, kind, base));
	if (kind == 11 || kind == 12)
		render(&r, base);

#define S8(n)		put8(args, A(n))
#define U8(n)		put8(args, A(n))
#define S16(n)		put16(args, A(n))
#define U16(n)		put16(args, A(n))
#define S32(n)		put32(args, A(n))
#define U32(n)		put32(args, A(n))
#define S64(n)		put64(args, A(n))
#define U64(n)		put64(args, A(n))
#define LONG(n)		put64(args, A(n))
#define ULONG(n)		put64(args, A(n))
#define CHAR(n)		put8(args, torture_char(base, n))
#define WIDTH(n)	put32(args, torture_width(base, n))
#define PREC(n)		put32(args, prec = torture_prec(base, n))
#define TEXT(n)		put_text(args, torture_text(text, base, n, TORTURE_TEXT),	\
				 torture_length(base, n))
#define SHORT(n)	put_text(args, torture_text(text, base, n, TORTURE_SHORT),		\
				 strlen(torture_text(text, base, n, TORTURE_SHORT)))
#define PART(n)		put_text(args, torture_part(text, base, n, TORTURE_PREC_MAX), prec)
#define PART3(n)	put_text(args, torture_part(text, base, n, 3), 3)
#define PART7(n)	put_text(args, torture_part(text, base, n, 7), 7)
#define PTR(n)		put64(args, A(n))
#define SYMBOL	put64(args, symbol_address)
#define SYMBOL_ONLY	put64(args, symbol_address)
#define IP4		put_text(args, r.ip4, strlen(r.ip4))
#define MAC		put_text(args, r.mac, strlen(r.mac))
#define UUID		put_text(args, r.uuid, strlen(r.uuid))
#define HEX		put_text(args, r.hex, strlen(r.hex))
#define ERROR		put64(args, EINVAL_PTR)
#define NONE		put_text(args, "(null)", 6)
#define BAD		put_text(args, "(efault)", 8)
#define KIND(nr, ignored, format, ...)					\
	case nr:							\
		(void)0, ##__VA_ARGS__;					\
		break;

	switch (kind) {
#include "kinds.h"
	}
	/* Records are padded. */
	align(args, 4);
}

/* Write a message as text; room for all there can be. */
#define MESSAGE_MAX	8192

static void expect_text(char *out, const struct torture_head *head, u32 kind,
			bool no_modules)
{
	const char *name = no_modules ? symbol_alone : symbol;
	const char *name_only = no_modules ? symbol_only_alone : symbol_only;
	u64 base = torture_base(head->writer, head->seq);
	u64 sum = torture_sum(head, kind, base);
	char buffer[STR_MAX + 1];
	struct renderings r;

	render(&r, base);

#define S8(n)		(int8_t)A(n)
#define U8(n)		(uint8_t)A(n)
#define S16(n)		(int16_t)A(n)
#define U16(n)		(uint16_t)A(n)
#define S32(n)		(int)A(n)
#define U32(n)		(u32)A(n)
#define S64(n)		(long long)A(n)
#define U64(n)		(unsigned long long)A(n)
#define LONG(n)		(long)A(n)
#define ULONG(n)		(unsigned long)A(n)
#define CHAR(n)		torture_char(base, n)
#define WIDTH(n)	torture_width(base, n)
#define PREC(n)		torture_prec(base, n)
#define TEXT(n)		cut_text(base, n, buffer)
#define SHORT(n)	torture_text(text, base, n, TORTURE_SHORT)
#define PART(n)		torture_part(text, base, n, TORTURE_PREC_MAX)
#define PART3(n)	torture_part(text, base, n, 3)
#define PART7(n)	torture_part(text, base, n, 7)
#define PTR(n)		(unsigned long long)A(n)
#define SYMBOL	name
#define SYMBOL_ONLY	name_only
#define IP4		r.ip4
#define MAC		r.mac
#define UUID		r.uuid
#define HEX		r.hex
#define ERROR		"-EINVAL"
#define NONE		"(null)"
#define BAD		"(efault)"
#define KIND(nr, ignored, format, ...)					\
	case nr:							\
		snprintf(out, MESSAGE_MAX, #nr " " TORTURE_HEAD format,	\
			 head->writer, head->seq, (int)head->pid,	\
			 (int)head->cpu, (unsigned long long)head->time, \
			 (unsigned long long)sum, ##__VA_ARGS__);	\
		break;

	switch (kind) {
#include "kinds.h"
	}
}

/* Writers */

#define CPUS_MAX	16

struct writer {
	u64 *seen;		/* bits of numbers that have arrived */
	u32 size;		/* words of it */
	unsigned int file;	/* that is being checked */
	u32 next[CPUS_MAX];	/* what may come next out of each of its CPUs */
};

static struct writer *writers;
static u32 nr_writers;

/* No writer lives that long. */
#define WRITERS_MAX	(1 << 26)
#define SEQ_MAX		(1u << 31)

static struct writer *find_writer(u32 id)
{
	u32 nr;

	if (id >= nr_writers) {
		for (nr = nr_writers ?: 1024; nr <= id; nr *= 2)
			;
		writers = need(realloc(writers, nr * sizeof(*writers)));
		memset(writers + nr_writers, 0, (nr - nr_writers) * sizeof(*writers));
		nr_writers = nr;
	}

	return &writers[id];
}

static void forget_writers(void)
{
	u32 i;

	for (i = 0; i < nr_writers; i++)
		free(writers[i].seen);
	free(writers);
	writers = NULL;
	nr_writers = 0;
}

/* Note that a message has arrived. False if it had before. */
static bool note_seen(struct writer *w, u32 seq)
{
	u32 word = seq / 64, size;
	u64 bit = (u64)1 << seq % 64;

	if (word >= w->size) {
		for (size = w->size ?: 1; size <= word; size *= 2)
			;
		w->seen = need(realloc(w->seen, size * sizeof(u64)));
		memset(w->seen + w->size, 0, (size - w->size) * sizeof(u64));
		w->size = size;
	}
	if (w->seen[word] & bit)
		return false;
	w->seen[word] |= bit;

	return true;
}

/* What a file is, and what may be expected of it */

enum source {
	CONSUMED,	/* each message once in all files of a session */
	LOOKED_AT,	/* not consumed, as by reading trace */
	LIVE,		/* live events */
};

struct view {
	enum source source;
	bool local;		/* stamps are of the clock "local" */
	bool killed;		/* its reader was, and may have written half of something */
	bool merged;		/* text with the messages of all CPUs in order */
	bool again;		/* the ring buffers were emptied meanwhile */
	bool unordered;		/* read while others consume: some come twice, or seem early */
	bool no_modules;	/* functions are shown without their module */
	u64 client_mask;	/* what the filter lets pass: has one of these bits, */
	u64 client_min;		/* is at least this, */
	u64 pid_mask;		/* has one of these bits */
	const char *comm;	/* is of such a task */
	u64 precision;		/* of stamps */
};

/* Number of the file being checked. */
static unsigned int file_nr;

struct message {
	struct torture_head head;
	u32 kind;
	u64 stamp;
	u64 late;	/* so much less is the true time */
	u32 pid;
	u32 cpu;
	u32 ring;	/* CPU of the ring buffer */
	u32 flags;
	char comm[17];
	u64 client;
	const u8 *args;
	u32 len;
};

/* What the session's messages have been, to be sorted by writer and number. */
struct order {
	u64 key;
	u64 stamp;
	u64 time;
};

static struct order *orders;
static size_t nr_orders, max_orders;

static u64 total, total_by_level[4], total_by_kind[TORTURE_KINDS], total_cut;
static u64 delivered;	/* messages of the session */
static u64 nr_again;	/* arrived in an earlier session already */
static u64 nr_late;

/* Kind of the message that site N logs; the catalogue says it. */
static u32 kind_of_site[1024];

static void note_order(const struct message *m)
{
	if (nr_orders == max_orders) {
		max_orders = max_orders ? 2 * max_orders : 1 << 16;
		orders = need(realloc(orders, max_orders * sizeof(*orders)));
	}
	orders[nr_orders++] = (struct order) {
		.key = (u64)m->head.writer << 32 | m->head.seq,
		.stamp = m->stamp - m->late,
		.time = m->head.time,
	};
}

static int compare_orders(const void *a, const void *b)
{
	const struct order *left = a, *right = b;

	return left->key < right->key ? -1 : left->key > right->key;
}

/*
 * A writer's next call begins when the stamp of this one is taken: in that
 * order all stamps and times of a writer must be, over all CPUs.
 */
static void check_order(const struct view *view)
{
	const struct order *o, *next;
	size_t i;

	qsort(orders, nr_orders, sizeof(*orders), compare_orders);
	for (i = 0; i + 1 < nr_orders; i++) {
		o = &orders[i];
		next = o + 1;
		if (o->key == next->key && !view->again)
			wrong("writer %" PRIu64 ": message %u arrives once more",
			      o->key >> 32, (u32)o->key);
		if (o->key >> 32 != next->key >> 32 || o->key == next->key)
			continue;
		if (o->time > next->time)
			wrong("writer %" PRIu64 ": call %u began after call %u",
			      o->key >> 32, (u32)o->key, (u32)next->key);
		if (view->local && o->stamp > next->time + view->precision)
			wrong("writer %" PRIu64 ": message %u has stamp %" PRIu64
			      ", and the next call began at %" PRIu64, o->key >> 32,
			      (u32)o->key, o->stamp, next->time);
	}
}

#define FLAG_HARDIRQ	0x08
#define FLAG_SOFTIRQ	0x10
#define FLAG_NMI	0x40
#define FLAGS_LEVEL	(FLAG_HARDIRQ | FLAG_SOFTIRQ | FLAG_NMI)
#define FLAGS_UNKNOWN	UINT32_MAX

static const u32 flag_of_level[] = { 0, FLAG_SOFTIRQ, FLAG_HARDIRQ, FLAG_NMI };

static void check_flags(const struct message *m, const struct view *view)
{
	u32 wanted = flag_of_level[TORTURE_LEVEL(m->head.writer)];
	u32 got = m->flags & FLAGS_LEVEL;

	if (m->flags == FLAGS_UNKNOWN)
		return;
	/* Live events tell of all the levels that are interrupted. */
	if (view->source == LIVE)
		got &= wanted;
	if (got != wanted)
		wrong("writer %u, message %u has flags %#x", m->head.writer,
		      m->head.seq, m->flags);
}

static void check_place(const struct message *m, const struct view *view)
{
	const struct torture_head *head = &m->head;

	if (head->pid != m->pid)
		wrong("writer %u, message %u is of pid %u, not %u",
		      head->writer, head->seq, head->pid, m->pid);
	if (head->cpu != (u32)-1 && head->cpu != m->cpu)
		wrong("writer %u, message %u is of CPU %u, not %u",
		      head->writer, head->seq, head->cpu, m->cpu);
	/*
	 * Who reads trace while it is written, and catches up with the writer, is
	 * shown the rest of a sub-buffer too early (see rb_advance_iter()).
	 */
	if (view->local && !view->unordered &&
	    m->stamp - m->late + view->precision < head->time)
		wrong("writer %u, message %u of %" PRIu64 " has stamp %" PRIu64
		      ", late by %" PRIu64, head->writer, head->seq, head->time,
		      m->stamp, m->late);
	if (m->client != torture_client(head->writer, head->seq))
		wrong("writer %u, message %u has client %" PRIx64,
		      head->writer, head->seq, m->client);
}

/* Messages of the session that its filter should have rejected. */
static u64 unfit;

static bool passes(const struct message *m, const struct view *view)
{
	return (!view->client_mask || m->client & view->client_mask) &&
	       m->client >= view->client_min &&
	       (!view->pid_mask || m->pid & view->pid_mask) &&
	       (!view->comm || !strcmp(m->comm, view->comm));
}

/* A message that is not captured for certain may be live twice. */
static void check_sequence(struct writer *w, const struct message *m,
			   const struct view *view)
{
	u32 *next = &w->next[view->merged ? 0 : m->ring % CPUS_MAX];

	if (w->file != file_nr) {
		memset(w->next, 0, sizeof(w->next));
		w->file = file_nr;
	}
	if (m->late)
		return;
	if (m->head.seq + (view->source == LIVE) < *next && !view->unordered && !view->again)
		wrong("writer %u, message %u of %" PRIu64 " comes after %u",
		      m->head.writer, m->head.seq, m->stamp, *next - 1);
	*next = m->head.seq + 1;
}

/* A message whose text or arguments are right: check the rest. */
static void check_message(const struct message *m, const struct view *view,
			  bool cut)
{
	const struct torture_head *head = &m->head;
	struct writer *w;

	check_place(m, view);
	check_flags(m, view);

	w = find_writer(head->writer);
	check_sequence(w, m, view);
	if (view->source != CONSUMED)
		return;
	unfit += !passes(m, view);
	nr_late += !!m->late;
	note_order(m);
	if (!note_seen(w, head->seq)) {
		nr_again++;
		return;
	}
	total_by_level[TORTURE_LEVEL(head->writer)]++;
	total_by_kind[m->kind]++;
	total_cut += cut;
	total++;
}

static bool writer_is_possible(const struct torture_head *head)
{
	return head->writer < WRITERS_MAX && head->seq < SEQ_MAX;
}

/* A message as it is in a ring buffer. */
static void check_record(const struct message *m, const struct view *view)
{
	static struct args wanted;

	if (!writer_is_possible(&m->head)) {
		wrong("there is no writer %u with message %u", m->head.writer,
		      m->head.seq);
		return;
	}
	expect_args(&wanted, &m->head, m->kind);
	if (wanted.len != m->len || memcmp(wanted.data, m->args, m->len)) {
		wrong("writer %u, message %u of kind %u is altered",
		      m->head.writer, m->head.seq, m->kind);
		return;
	}
	check_message(m, view, wanted.cut);
}

/* Spoiling */

enum spoiling {
	NOTHING, REMOVED, DUPLICATED, SWAPPED, ALTERED, PID, CPU, TIME, FLAGS, CLIENT,
};

static const char * const spoilings[] = {
	"nothing", "removed", "duplicated", "swapped", "altered", "pid", "cpu",
	"time", "flags", "client",
};

static enum spoiling spoiling;
static u64 spoiled_nr;	/* counts down to the message */

/* Whether a spoiled copy of the message must be noticed. */
static bool can_spoil(const struct message *m, const struct view *view)
{
	if (view->source != CONSUMED)
		return false;
	if (spoiling == SWAPPED)
		return !m->late;

	/* Half of all writers do not know their CPU. */
	return spoiling != CPU || m->head.cpu != (u32)-1;
}

static void check_spoiled(struct message *m, const struct view *view)
{
	static u8 altered[ARGS_MAX];
	static u8 held_args[ARGS_MAX];
	static struct message held;
	static unsigned int held_file;

	if (held.args && held_file != file_nr) {
		/* There was no next one to swap it with: try another. */
		check_record(&held, view);
		held.args = NULL;
		spoiled_nr = 1;
	}
	if (held.args && m->head.writer == held.head.writer) {
		check_record(m, view);
		check_record(&held, view);
		held.args = NULL;
		return;
	}
	if (!spoiled_nr || !can_spoil(m, view) || --spoiled_nr) {
		check_record(m, view);
		return;
	}
	switch (spoiling) {
	case NOTHING:
		break;
	case REMOVED:
		return;
	case DUPLICATED:
		check_record(m, view);
		break;
	case SWAPPED:
		held = *m;
		held.args = memcpy(held_args, m->args, m->len);
		held_file = file_nr;
		return;
	case ALTERED:
		memcpy(altered, m->args, m->len);
		altered[m->len / 2] ^= 4;
		m->args = altered;
		break;
	case PID:
		m->pid++;
		break;
	case CPU:
		m->cpu++;
		break;
	case TIME:
		m->stamp -= 1000000000;
		break;
	case FLAGS:
		m->flags ^= FLAG_HARDIRQ;
		break;
	case CLIENT:
		m->client++;
		break;
	}
	check_record(m, view);
}

/* Ring buffers */

static struct {
	int id;		/* of the event */
	int client, late, site, cpu, comm, args;	/* offsets in it */
} event;

static u32 get16(const void *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static u32 get32(const void *p)
{
	u32 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static u64 get64(const void *p)
{
	u64 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* The common fields of an entry. */
#define TYPE_OFFSET	0
#define FLAGS_OFFSET	2
#define PID_OFFSET	4

static bool read_event(struct message *m, const u8 *data, u32 size)
{
	u32 site, location;

	m->flags = data[FLAGS_OFFSET];
	m->pid = get32(data + PID_OFFSET);
	m->client = get64(data + event.client);
	m->late = get64(data + event.late);
	m->cpu = get16(data + event.cpu);
	memcpy(m->comm, data + event.comm, 16);
	site = get16(data + event.site);
	location = get32(data + event.args);
	m->args = data + (location & 0xffff);
	m->len = location >> 16;
	if ((location & 0xffff) + m->len > size || m->len < 32 ||
	    site >= ARRAY_SIZE(kind_of_site) ||
	    kind_of_site[site] >= TORTURE_KINDS) {
		wrong("garbage: site %u, %u bytes", site, m->len);
		return false;
	}
	m->kind = kind_of_site[site];
	m->head.writer = get32(m->args);
	m->head.seq = get32(m->args + 4);
	m->head.pid = get32(m->args + 8);
	m->head.cpu = get32(m->args + 12);
	m->head.time = get64(m->args + 16);

	return true;
}

/* What one ring buffer gave. */
struct ring {
	struct kbuffer *kbuf;
	u64 latest;
	u32 cpu;
};

static void check_event(struct ring *ring, void *data, u64 stamp,
			const struct view *view)
{
	struct message m = { .stamp = stamp, .ring = ring->cpu };
	u32 type = *(uint16_t *)((u8 *)data + TYPE_OFFSET);

	if (stamp < ring->latest && !view->again)
		wrong("time goes back from %" PRIu64 " to %" PRIu64,
		      ring->latest, stamp);
	ring->latest = stamp;
	if (type != (u32)event.id) {
		wrong("an event of type %u", type);
		return;
	}
	delivered++;
	if (read_event(&m, data, kbuffer_event_size(ring->kbuf)))
		check_spoiled(&m, view);
}

static void check_subbuffer(struct ring *ring, void *page, u32 skip,
			    const struct view *view)
{
	unsigned long long stamp;
	void *data;

	if (kbuffer_load_subbuffer(ring->kbuf, page)) {
		wrong("a sub-buffer is garbage");
		return;
	}
	for (data = kbuffer_read_event(ring->kbuf, &stamp); data;
	     data = kbuffer_next_event(ring->kbuf, &stamp))
		if ((u32)((u8 *)data - (u8 *)page) >= skip)
			check_event(ring, data, stamp, view);
}

static void check_raw(const char *path, u32 cpu, const struct view *view)
{
	struct ring ring = { .cpu = cpu };
	struct stat st;
	u8 *file, *p;
	int fd;

	fd = open(path, O_RDONLY);
	if (fd < 0 || fstat(fd, &st))
		fail(path);
	where = path;
	file_nr++;
	if (!st.st_size)
		goto out;
	/* libtraceevent wants to write. */
	file = mmap(NULL, st.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (file == MAP_FAILED)
		fail(path);
	ring.kbuf = need(kbuffer_alloc(KBUFFER_LSIZE_8, KBUFFER_ENDIAN_LITTLE));
	for (p = file; p < file + st.st_size;) {
		struct chunk *chunk = (struct chunk *)p;

		p += sizeof(*chunk);
		if (p > file + st.st_size || p + chunk->size > file + st.st_size) {
			if (!view->killed)
				wrong("the file ends within a chunk");
			break;
		}
		check_subbuffer(&ring, p, chunk->skip, view);
		p += chunk->size;
	}
	kbuffer_free(ring.kbuf);
	munmap(file, st.st_size);
out:
	close(fd);
}

/* Text */

static u64 lines_ignored;

/* Seconds and a fraction, as nanoseconds. */
static u64 parse_stamp(const char *s)
{
	u64 seconds = 0, ns = 0;
	unsigned int digits = 0;

	while (isdigit(*s))
		seconds = 10 * seconds + *s++ - '0';
	if (*s != '.')
		return seconds;
	for (s++; isdigit(*s) && digits < 9; digits++)
		ns = 10 * ns + *s++ - '0';
	for (; digits < 9; digits++)
		ns *= 10;

	return seconds * 1000000000 + ns;
}

/* "NAME=VALUE " that may stand at *p; its end. */
static char *skip_value(char **p, const char *name)
{
	size_t len = strlen(name);
	char *value = *p + len, *end;

	if (strncmp(*p, name, len))
		return NULL;
	end = strchr(value, ' ');
	if (!end)
		return NULL;
	*end = '\0';
	*p = end + 1;

	return value;
}

/*
 * "  comm-pid   [cpu] flags   time: torture: comm=C cpu=N late=N [client] function:
 * message"; of what follows the name each only if need be; the flags not always.
 */
static bool parse_line(char *line, struct message *m, char **comm, char **message)
{
	char *name = strstr(line, ": torture:"), *p, *time, *value;

	if (!name)
		return false;
	*name = '\0';
	time = strrchr(line, ' ');
	p = strstr(line, " [");
	if (!time || !p || p > time)
		return false;
	m->stamp = parse_stamp(time + 1);
	m->ring = m->cpu = strtoul(p + 2, NULL, 10);
	m->flags = FLAGS_UNKNOWN;
	while (p > line && *p == ' ')
		*p-- = '\0';
	p = strrchr(line, '-');
	if (!p)
		return false;
	*p = '\0';
	m->pid = strtoul(p + 1, NULL, 10);
	/* trace-cmd names the instance. */
	if (!strncmp(line, "blog: ", 6))
		line += 6;
	line += strspn(line, " ");
	*comm = line;

	p = name + strlen(": torture:");
	while (*p == ' ')
		p++;
	value = skip_value(&p, "comm=");
	if (value)
		*comm = value;
	snprintf(m->comm, sizeof(m->comm), "%s", *comm);
	value = skip_value(&p, "cpu=");
	if (value)
		m->cpu = strtoul(value, NULL, 10);
	value = skip_value(&p, "late=");
	if (value)
		m->late = strtoull(value, NULL, 10);
	m->client = 0;
	if (*p == '[') {
		m->client = strtoull(p + 1, &p, 10);
		p += strspn(p, "] ");
	}
	if (strncmp(p, "log_message: ", strlen("log_message: ")))
		return false;
	*message = p + strlen("log_message: ");

	return true;
}

/* Tasks have one of these names, and interrupts any. */
static void check_comm(const char *comm, const struct message *m)
{
	if (TORTURE_LEVEL(m->head.writer) || !strcmp(comm, "<...>") ||
	    !strcmp(comm, "torture_writer") || !strcmp(comm, "torture_sleeper") ||
	    !strncmp(comm, "short-", 6))
		return;
	wrong("writer %u, message %u is of task '%s'", m->head.writer,
	      m->head.seq, comm);
}

static void check_line(char *line, const struct view *view)
{
	static char wanted[MESSAGE_MAX];
	static struct args args;
	struct message m = {};
	char *comm, *message;
	unsigned long long time;

	if (!parse_line(line, &m, &comm, &message)) {
		lines_ignored++;
		return;
	}
	delivered++;
	if (sscanf(message, "%u %u %u %d %d %llx", &m.kind, &m.head.writer,
		   &m.head.seq, (int *)&m.head.pid, (int *)&m.head.cpu, &time) != 6 ||
	    m.kind >= TORTURE_KINDS || !writer_is_possible(&m.head)) {
		wrong("garbage: '%s'", message);
		return;
	}
	m.head.time = time;
	expect_text(wanted, &m.head, m.kind, view->no_modules);
	if (strcmp(wanted, message)) {
		wrong("writer %u, message %u is shown as\n\t'%s', not\n\t'%s'",
		      m.head.writer, m.head.seq, message, wanted);
		return;
	}
	check_comm(comm, &m);
	expect_args(&args, &m.head, m.kind);
	check_message(&m, view, args.cut);
}

static void check_text(FILE *f, const struct view *view)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	file_nr++;
	while ((len = getline(&line, &size, f)) > 0) {
		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		else if (view->killed)
			break;
		check_line(line, view);
	}
	free(line);
}

/* What the log says */

/* Value of "name=VALUE" in a line, or 0. */
static u64 value_of(const char *line, const char *name)
{
	size_t len = strlen(name);
	const char *p = line;

	while ((p = strstr(p, name))) {
		if (p > line && p[-1] == ' ' && p[len] == '=')
			return strtoull(p + len + 1, NULL, 10);
		p += len;
	}

	return 0;
}

static u64 published;	/* at the last point */
static bool hotplug;
static u64 all_overwritten, all_dropped, all_lost, all_rounds, all_live, all_peeked;
static u64 all_recalled, all_shrunk;
static u64 round_total;

/* The last session. */
static struct {
	bool any, exact;
	char name[64];
	u64 delivered;
	u64 since;	/* it began after what has this stamp; 0 if unknown */
	u64 latest;	/* stamp, of the clock "local" */
	u64 *keys;	/* of its messages, sorted */
	size_t nr;
} session;

/* Exact sessions of a round, to be compared with the last one. */
#define KEPT	4

static struct {
	u64 *keys;
	size_t nr;
	u64 since;
} kept[KEPT];
static unsigned int nr_kept;

static void forget_sessions(void)
{
	unsigned int i;

	for (i = 0; i < KEPT; i++)
		free(kept[i].keys);
	memset(kept, 0, sizeof(kept));
	nr_kept = 0;
	free(session.keys);
	memset(&session, 0, sizeof(session));
}

/* The last session is not the last one any more. */
static void retire_session(void)
{
	if (session.exact) {
		free(kept[nr_kept % KEPT].keys);
		kept[nr_kept % KEPT].keys = session.keys;
		kept[nr_kept % KEPT].nr = session.nr;
		kept[nr_kept % KEPT].since = session.since;
		nr_kept++;
	} else {
		free(session.keys);
	}
	session.keys = NULL;
}

/* Another one has ended. */
static void note_session(bool exact, bool local)
{
	size_t i;

	session.any = true;
	session.exact = exact;
	session.delivered = delivered;
	session.since = session.latest;
	session.latest = 0;
	session.nr = nr_orders;
	session.keys = need(malloc((nr_orders + 1) * sizeof(u64)));
	for (i = 0; i < nr_orders; i++) {
		session.keys[i] = orders[i].key;
		if (local && orders[i].stamp > session.latest)
			session.latest = orders[i].stamp;
	}
	nr_orders = 0;
}

static int compare_keys(const void *a, const void *b)
{
	const u64 *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

static u64 compared;

/*
 * The session that has just been read got all that is retained. Each of it that was
 * there before an earlier session began must be in that one, too.
 */
static void compare_sessions(void)
{
	unsigned int n;
	size_t i;

	for (n = 0; n < KEPT; n++) {
		if (!kept[n].keys || !kept[n].since)
			continue;
		for (i = 0; i < nr_orders; i++) {
			if (orders[i].stamp >= kept[n].since)
				continue;
			compared++;
			if (!bsearch(&orders[i].key, kept[n].keys, kept[n].nr,
				     sizeof(u64), compare_keys))
				wrong("writer %" PRIu64 ", message %u is retained, and "
				      "did not arrive %u sessions ago", orders[i].key >> 32,
				      (u32)orders[i].key, (nr_kept - n - 1) % KEPT + 1);
		}
	}
}

static void check_point(const char *line)
{
	u64 now = value_of(line, "published"), lost = value_of(line, "lost");
	/* Of those before the last session: they may have arrived by now. */
	static u64 missing;
	u64 still = now - (total - round_total);

	where = "point";
	if (lost)
		wrong("the ring buffers lost %" PRIu64 " messages", lost);
	if (now < total - round_total)
		wrong("%" PRIu64 " published, %" PRIu64 " arrived", now, total - round_total);
	if (!published)
		missing = 0;
	if (session.any && session.exact && still > missing)
		wrong("%" PRIu64 " were published, and did not arrive in session %s",
		      still - missing, session.name);
	missing = still;
	published = now;
	delivered = 0;
	session.any = false;
}

static void check_end(const char *line)
{
	u64 captured = value_of(line, "captured");
	u64 overwritten = value_of(line, "overwritten");
	u64 retained = value_of(line, "retained");
	u64 dropped = value_of(line, "dropped");
	u64 truncated = value_of(line, "truncated");
	u64 certain = value_of(line, "certain");
	u64 perhaps = value_of(line, "perhaps");
	u64 arrived = total - round_total;
	u64 lost = published - arrived;

	where = "end";
	published = value_of(line, "published");
	if (value_of(line, "pending") || captured != published + overwritten)
		wrong("%" PRIu64 " captured, %" PRIu64 " published, %" PRIu64
		      " overwritten, %" PRIu64 " pending", captured, published,
		      overwritten, value_of(line, "pending"));
	if (captured + dropped < certain ||
	    captured + dropped > certain + perhaps)
		wrong("%" PRIu64 " written and %" PRIu64 " perhaps, %" PRIu64
		      " captured and %" PRIu64 " dropped", certain, perhaps,
		      captured, dropped);
	if (retained != session.delivered)
		wrong("%" PRIu64 " retained, %" PRIu64 " arrived in the last session",
		      retained, session.delivered);
	if (total_cut > truncated ||
	    (total_cut < truncated && !lost && !overwritten))
		wrong("%" PRIu64 " messages had a cut string, the counter says %"
		      PRIu64, total_cut, truncated);
	printf("round: %" PRIu64 " written, %" PRIu64 " arrived; overwritten %"
	       PRIu64 ", dropped %" PRIu64 ", published for who was killed, filtered or "
	       "looked %" PRIu64 "; perhaps captured %" PRIu64 "\n",
	       certain, arrived, overwritten, dropped, lost, perhaps);
	fflush(stdout);
	all_recalled += value_of(line, "contexts_recalled");
	all_shrunk += value_of(line, "shrunk_bytes");
	all_overwritten += overwritten;
	all_dropped += dropped;
	all_lost += lost;
}

/* The whole of a file, with NUL behind it. */
static char *read_file(const char *dir, const char *name, size_t *size)
{
	char *path = path_of(dir, name), *content = NULL;
	FILE *f = fopen(path, "r");
	size_t used = 0, n;

	if (!f)
		fail(path);
	do {
		content = need(realloc(content, used + 65536 + 1));
		n = fread(content + used, 1, 65536, f);
		used += n;
	} while (n);
	content[used] = '\0';
	*size = used;
	fclose(f);
	free(path);

	return content;
}

static int offset_of(struct tep_event *e, const char *name)
{
	struct tep_format_field *field = tep_find_field(e, name);

	if (!field) {
		fprintf(stderr, "check: the event has no field %s\n", name);
		exit(2);
	}
	return field->offset;
}

static void read_format(const char *dir)
{
	struct tep_handle *tep = need(tep_alloc());
	struct tep_event *e = NULL;
	size_t size;
	char *format = read_file(dir, "format", &size);

	tep_parse_format(tep, &e, format, size, "blog");
	if (!e) {
		fprintf(stderr, "check: %s/format cannot be parsed\n", dir);
		exit(2);
	}
	event.id = e->id;
	event.client = offset_of(e, "client");
	event.late = offset_of(e, "late");
	event.site = offset_of(e, "site");
	event.cpu = offset_of(e, "cpu");
	event.comm = offset_of(e, "comm");
	event.args = offset_of(e, "args");
	free(format);
	tep_free(tep);
}

/* Lines of file sites: number, state, place, function, "KIND ..." */
static void read_sites(const char *dir)
{
	unsigned int id, kind, found = 0;
	char *line, *rest, *quote;
	size_t size;
	char *sites = read_file(dir, "sites", &size);

	memset(kind_of_site, 0xff, sizeof(kind_of_site));
	for (line = strtok_r(sites, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		quote = strchr(line, '"');
		if (!quote || sscanf(line, "%u", &id) != 1 ||
		    sscanf(quote, "\"%u ", &kind) != 1 ||
		    id >= ARRAY_SIZE(kind_of_site))
			continue;
		kind_of_site[id] = kind;
		found++;
	}
	if (found != TORTURE_KINDS) {
		fprintf(stderr, "check: %u statements in %s/sites\n", found, dir);
		exit(2);
	}
	free(sites);
}

static void read_symbol(const char *dir)
{
	size_t size;
	char *line = read_file(dir, "symbol", &size);

	if (sscanf(line, "%" SCNx64 "\n%255[^\n]\n%255[^\n]", &symbol_address,
		   symbol, symbol_only) != 3) {
		fprintf(stderr, "check: %s/symbol says '%s'\n", dir, line);
		exit(2);
	}
	free(line);
	sscanf(symbol, "%255s", symbol_alone);
	sscanf(symbol_only, "%255s", symbol_only_alone);
}

static void begin_round(const char *dir, const char *line)
{
	forget_writers();
	read_format(dir);
	read_sites(dir);
	read_symbol(dir);
	hotplug = value_of(line, "hotplug");
	forget_sessions();
	published = 0;
	delivered = 0;
	round_total = total;
	total_cut = 0;
	all_rounds++;
}

static bool delete;

/* Files that were looked at since the last settle(). */
static char *files[CPUS_MAX + 2];
static unsigned int nr_files;

static void done_with(const char *path)
{
	files[nr_files++] = need(strdup(path));
}

/* Delete them, if nothing was wrong: there are @before errors still. */
static void settle(unsigned long before)
{
	while (nr_files--) {
		if (delete && errors == before && unlink(files[nr_files]))
			fail(files[nr_files]);
		free(files[nr_files]);
	}
	nr_files = 0;
}

static void check_raw_files(const char *dir, const struct view *view)
{
	u32 cpu;

	for (cpu = 0; cpu < CPUS_MAX; cpu++) {
		char name[16], *path;

		snprintf(name, sizeof(name), "cpu%u.raw", cpu);
		path = path_of(dir, name);
		if (!access(path, F_OK)) {
			check_raw(path, cpu, view);
			done_with(path);
		}
		free(path);
	}
}

static void check_text_file(const char *path, const struct view *view)
{
	FILE *f = fopen(path, "r");

	if (!f)
		fail(path);
	where = path;
	check_text(f, view);
	fclose(f);
	done_with(path);
}

/* A recording, as trace-cmd report shows it with the plugin. */
static void check_recording(const char *path, const struct view *view)
{
	char *command;
	FILE *f;

	if (asprintf(&command, "trace-cmd report -t -i '%s'", path) < 0)
		fail("memory");
	f = popen(command, "r");
	if (!f)
		fail("popen");
	where = path;
	check_text(f, view);
	if (pclose(f))
		wrong("trace-cmd report failed");
	free(command);
	done_with(path);
}

static void check_session(const char *dir, const char *line)
{
	char comm[32] = "";
	struct view view = {
		.source = CONSUMED,
		.local = value_of(line, "local"),
		.killed = value_of(line, "killed"),
		.again = value_of(line, "again"),
		.client_mask = value_of(line, "client_mask"),
		.client_min = value_of(line, "client_min"),
		.pid_mask = value_of(line, "pid_mask"),
	};
	char *pipe = path_of(dir, "pipe.txt");
	char *recording = path_of(dir, "trace.dat");
	unsigned long errors_before = errors;
	bool exact = value_of(line, "exact");

	if (strstr(line, " comm=") && sscanf(strstr(line, " comm="), " comm=%31s", comm) == 1)
		view.comm = comm;
	unfit = 0;
	check_raw_files(dir, &view);
	if (!access(recording, F_OK)) {
		view.merged = view.local && !hotplug;
		view.no_modules = true;
		check_recording(recording, &view);
		view.no_modules = false;
	}
	if (!access(pipe, F_OK)) {
		/* Text has microseconds. */
		view.precision = 1000;
		view.merged = false;
		check_text_file(pipe, &view);
	}
	where = dir;
	check_order(&view);
	if (unfit)
		wrong("%" PRIu64 " messages that the filter rejects", unfit);
	retire_session();
	if (exact && view.local)
		compare_sessions();
	note_session(exact && !view.again, view.local);
	snprintf(session.name, sizeof(session.name), "%s", dir);
	if (errors != errors_before)
		printf("wrong: in session %s", line + strlen("session "));
	settle(errors_before);
	free(pipe);
	free(recording);
}

static void check_elsewhere(const char *path, enum source source, bool ordered)
{
	struct view view = {
		.source = source,
		.local = true,
		.precision = source == LIVE ? 0 : 1000,
		.merged = source == LOOKED_AT && !hotplug,
		.unordered = !ordered,
	};
	unsigned long errors_before = errors;
	u64 before = delivered;

	if (source == LIVE)
		check_raw_files(path, &view);
	else
		check_text_file(path, &view);
	*(source == LIVE ? &all_live : &all_peeked) += delivered - before;
	delivered = before;
	settle(errors_before);
}

static void obey(char *line)
{
	char word[32] = "", argument[4096] = "";

	sscanf(line, "%31s %4095s", word, argument);
	if (!strcmp(word, "round"))
		begin_round(argument, line);
	else if (!strcmp(word, "point"))
		check_point(line);
	else if (!strcmp(word, "session"))
		check_session(argument, line);
	else if (!strcmp(word, "peek"))
		check_elsewhere(argument, LOOKED_AT, value_of(line, "ordered"));
	else if (!strcmp(word, "live"))
		check_elsewhere(argument, LIVE, true);
	else if (!strcmp(word, "end"))
		check_end(line);
	else
		fputs(line, stdout);
	fflush(stdout);
}

static void parse_spoiling(const char *arg)
{
	size_t len = strcspn(arg, ":"), i;

	for (i = 1; i < ARRAY_SIZE(spoilings); i++)
		if (!strncmp(arg, spoilings[i], len) && !spoilings[i][len])
			spoiling = i;
	if (spoiling == NOTHING || arg[len] != ':') {
		fprintf(stderr, "check: cannot spoil '%s'\n", arg);
		exit(2);
	}
	spoiled_nr = strtoull(arg + len + 1, NULL, 10);
}

int main(int argc, char **argv)
{
	const char *dir = NULL;
	char *line = NULL;
	size_t size = 0;
	u64 lost;
	int i;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--delete")) {
			delete = true;
		} else if (!strcmp(argv[i], "--spoil") && i + 1 < argc) {
			parse_spoiling(argv[++i]);
		} else if (!dir && argv[i][0] != '-') {
			dir = argv[i];
		} else {
			dir = NULL;
			break;
		}
	}
	if (!dir) {
		fprintf(stderr, "usage: check [--delete] [--spoil WHAT:NUMBER] DIRECTORY <LOG\n");
		return 2;
	}
	if (chdir(dir))
		fail(dir);
	torture_fill_text(text);
	while (getline(&line, &size, stdin) > 0)
		obey(line);
	free(line);

	lost = all_overwritten + all_dropped + all_lost;
	printf("%" PRIu64 " messages in %" PRIu64 " rounds: %" PRIu64 " of tasks, %"
	       PRIu64 " of soft interrupts, %" PRIu64 " of hard interrupts, %"
	       PRIu64 " of NMIs; %" PRIu64 " more are in counters; %" PRIu64
	       " live, %" PRIu64 " looked at, %" PRIu64 " once more, %" PRIu64
	       " late, %" PRIu64 " compared; %" PRIu64 " contexts taken back, %" PRIu64
	       " MiB shrunk; %lu errors\n", total, all_rounds,
	       total_by_level[0], total_by_level[1], total_by_level[2],
	       total_by_level[3], lost, all_live, all_peeked, nr_again, nr_late,
	       compared, all_recalled, all_shrunk >> 20, errors);
	for (i = 0; i < TORTURE_KINDS; i++)
		if (total && !total_by_kind[i]) {
			where = "all";
			wrong("no message of kind %d arrived", i);
		}
	if (!total) {
		printf("wrong: nothing arrived\n");
		errors++;
	}

	return !!errors;
}
