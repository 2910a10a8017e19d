// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of binary logging: ring buffers in memory that outlives the kernel may be
 * damaged.
 */
#include <kunit/test.h>
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/preempt.h>
#include <linux/ring_buffer.h>

#include <asm/local.h>

#define PAGES_OF_CPU	8
#define RECORDS		10

/* The data of a record. */
struct walk_record {
	u64 mark;
	u64 nr;
};

#define MARK	0x6b7261776b6c6177ULL

/* Memory with a ring buffer, what was found there, and the shortest of that. */
struct walk_memory {
	void *start;
	size_t size;
	struct trace_buffer *buffer;
	unsigned int found;
	unsigned int shortest;
};

static bool note_record(void *data, unsigned int len, void *private)
{
	struct walk_memory *memory = private;

	memory->found++;
	memory->shortest = min(memory->shortest, len);

	return len >= sizeof(struct walk_record);
}

static bool walk(struct walk_memory *memory)
{
	bool well_formed = true;
	int cpu;

	memory->found = 0;
	memory->shortest = UINT_MAX;
	for_each_possible_cpu(cpu)
		well_formed &= ring_buffer_walk(memory->buffer, cpu, note_record, memory);

	return well_formed;
}

/* A record that was written, in the memory. */
static struct walk_record *find_record(struct kunit *test, struct walk_memory *memory, u64 nr)
{
	void *at, *end = memory->start + memory->size - sizeof(struct walk_record);
	struct walk_record *record;

	for (at = memory->start; at <= end; at += sizeof(u32)) {
		record = at;
		if (record->mark == MARK && record->nr == nr)
			return record;
	}
	KUNIT_FAIL_AND_ABORT(test, "record %llu is not in the memory", nr);

	return NULL;
}

/* The header of its event. Where data must be aligned the length lies between. */
static u32 *header_of(struct walk_record *record)
{
	return (u32 *)record - (IS_ENABLED(CONFIG_HAVE_64BIT_ALIGNED_ACCESS) ? 2 : 1);
}

static void set_length(struct walk_record *record, u32 length)
{
	u32 *header = header_of(record);

	header[0] &= ~0x1f;	/* type_len: the length follows */
	header[1] = length;
}

/* The end of what the page of a record has. */
static local_t *commit_of(struct walk_record *record)
{
	void *page = (void *)((unsigned long)record & PAGE_MASK);

	return page + sizeof(u64);
}

static void walk_whole(struct kunit *test)
{
	struct walk_memory *memory = test->priv;

	KUNIT_EXPECT_TRUE(test, walk(memory));
	KUNIT_EXPECT_EQ(test, memory->found, RECORDS);
	KUNIT_EXPECT_GE(test, memory->shortest, sizeof(struct walk_record));
}

/* The walk says so, and leaves off after some records */
static void expect_damage(struct kunit *test, unsigned int found)
{
	struct walk_memory *memory = test->priv;

	KUNIT_EXPECT_FALSE(test, walk(memory));
	KUNIT_EXPECT_EQ(test, memory->found, found);
}

static void walk_length(struct kunit *test)
{
	static const u32 lengths[] = { 0, 3, 6, PAGE_SIZE, 0x7ffffffc, 0xfffffff8, 0xfffffffc };
	struct walk_record *record = find_record(test, test->priv, 5);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		set_length(record, lengths[i]);
		expect_damage(test, 5);
	}
}

/* Readers look at it. */
static void walk_empty(struct kunit *test)
{
	struct walk_record *record = find_record(test, test->priv, 5);
	struct walk_memory *memory = test->priv;

	set_length(record, sizeof(u32));
	expect_damage(test, 6);
	KUNIT_EXPECT_EQ(test, memory->shortest, 0);
}

static void walk_end(struct kunit *test)
{
	struct walk_record *record = find_record(test, test->priv, 0);
	local_t *commit = commit_of(record);
	long end = local_read(commit);

	local_set(commit, end + sizeof(u32));
	expect_damage(test, RECORDS);
	local_set(commit, end - sizeof(u32));
	expect_damage(test, RECORDS - 1);
	local_set(commit, PAGE_SIZE);
	expect_damage(test, 0);
	local_set(commit, end);
	walk_whole(test);
}

static void write_records(struct kunit *test, struct trace_buffer *buffer)
{
	struct walk_record record = { .mark = MARK };
	int failed = 0;

	/* All by one CPU. */
	scoped_guard(preempt)
		for (; record.nr < RECORDS; record.nr++)
			failed |= ring_buffer_write(buffer, sizeof(record), &record);
	KUNIT_ASSERT_EQ(test, failed, 0);
}

static int walk_init(struct kunit *test)
{
	struct walk_memory *memory = kunit_kzalloc(test, sizeof(*memory), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, memory);
	test->priv = memory;
	memory->size = nr_cpu_ids * PAGES_OF_CPU * PAGE_SIZE;
	memory->start = alloc_pages_exact(memory->size, GFP_KERNEL | __GFP_ZERO);
	KUNIT_ASSERT_NOT_NULL(test, memory->start);
	memory->buffer = ring_buffer_alloc_range(0, RB_FL_OVERWRITE, 0,
						 (unsigned long)memory->start, memory->size);
	KUNIT_ASSERT_NOT_NULL(test, memory->buffer);
	write_records(test, memory->buffer);

	return 0;
}

static void walk_exit(struct kunit *test)
{
	struct walk_memory *memory = test->priv;

	if (!memory)
		return;
	if (memory->buffer)
		ring_buffer_free(memory->buffer);
	if (memory->start)
		free_pages_exact(memory->start, memory->size);
}

static struct kunit_case walk_cases[] = {
	KUNIT_CASE(walk_whole),
	KUNIT_CASE(walk_length),
	KUNIT_CASE(walk_empty),
	KUNIT_CASE(walk_end),
	{}
};

static struct kunit_suite walk_suite = {
	.name = "blog_walk",
	.init = walk_init,
	.exit = walk_exit,
	.test_cases = walk_cases,
};

kunit_test_suite(walk_suite);
