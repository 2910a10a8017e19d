/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the torture logs: the module logs it, the checker expects it.
 *
 * A message begins with its writer, that writer's sequence number, the pid of
 * the current task, the CPU (-1 if the task may migrate before the message is
 * stamped), the time, and a sum over all that. What follows depends on the
 * writer and the number alone, so that nothing else needs to be remembered to
 * know what must arrive.
 */
#ifndef TORTURE_RECORDS_H
#define TORTURE_RECORDS_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdint.h>
typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;
#endif

/* A writer's number is its index and, in these bits, its interrupt level. */
#define TORTURE_LEVEL_BITS	2
#define TORTURE_LEVEL(writer)	((writer) & 3)

/* Kinds of messages, each a statement: kinds.h. */
#define TORTURE_KINDS		20

/* Behind the number of its kind a message begins with this. */
#define TORTURE_HEAD		"%u %u %d %d %llx %llx"

struct torture_head {
	u32 writer;
	u32 seq;
	u32 pid;
	u32 cpu;
	u64 time;
};

/* Bytes of all texts: none is the end of it that is longer. */
#define TORTURE_TEXT		1200

static inline u64 torture_mix(u64 x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

/* What the arguments of a message come of. */
static inline u64 torture_base(u32 writer, u32 seq)
{
	return torture_mix((u64)writer << 32 | seq);
}

/* Argument number @n: any value, often a small or an extreme one. */
static inline u64 torture_arg(u64 base, unsigned int n)
{
	u64 v = torture_mix(base + n);

	switch (v % 16) {
	case 0:
		return 0;
	case 1:
		return ~(u64)0;
	case 2:
		return (u64)1 << (v >> 58);
	case 3:
		return v >> 56;
	default:
		return v;
	}
}

/* Length of text number @n: mostly short, now and then more than is stored. */
static inline u32 torture_length(u64 base, unsigned int n)
{
	u64 v = torture_mix(base - 1 - n);

	return v % 64 ? (v >> 8) % 48 : (v >> 8) % (TORTURE_TEXT + 1);
}

/* The end of @text that is text number @n, or of that at most @max characters. */
static inline const char *torture_text(const char *text, u64 base,
				       unsigned int n, u32 max)
{
	u32 len = torture_length(base, n);

	return text + TORTURE_TEXT - (len < max ? len : max);
}

/* A place in @text which at least @len characters follow. */
static inline const char *torture_part(const char *text, u64 base,
				       unsigned int n, u32 len)
{
	return text + torture_arg(base, n) % (TORTURE_TEXT - len);
}

static inline char torture_char(u64 base, unsigned int n)
{
	return '!' + torture_arg(base, n) % 94;
}

static inline int torture_width(u64 base, unsigned int n)
{
	return (int)(torture_arg(base, n) % 40) - 20;
}

#define TORTURE_PREC_MAX	60

static inline int torture_prec(u64 base, unsigned int n)
{
	return torture_arg(base, n) % TORTURE_PREC_MAX;
}

/* Most characters of the strings that are to be short. */
#define TORTURE_SHORT		47

/* A new client every few messages, as a mount that comes and goes. */
static inline u64 torture_client(u32 writer, u32 seq)
{
	return torture_mix((u64)writer << 32 | seq >> 3) >> (seq & 8 ? 60 : 4);
}

static inline u64 torture_sum(const struct torture_head *head, u32 kind,
			      u64 base)
{
	u64 sum = torture_mix(base ^ kind);

	sum = torture_mix(sum ^ ((u64)head->pid << 32 | head->cpu));
	return torture_mix(sum ^ head->time);
}

/* Printable characters, blanks and all; any end of it is a text. */
static inline void torture_fill_text(char *text)
{
	unsigned int i;

	for (i = 0; i < TORTURE_TEXT; i++)
		text[i] = ' ' + torture_mix(i) % ('~' - ' ' + 1);
	text[TORTURE_TEXT] = '\0';
}

#endif /* TORTURE_RECORDS_H */
