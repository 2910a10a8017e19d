// SPDX-License-Identifier: LGPL-2.1
#include <stdlib.h>

#include "output.h"
#include "stamps.h"

/* Where a key is, or would be. There is always room. */
static struct stamp *find_slot(const struct stamps *stamps, uint64_t key)
{
	size_t i = (key * 0x9e3779b97f4a7c15ULL >> 32) % stamps->room;

	while (stamps->slots[i].time && stamps->slots[i].key != key)
		i = (i + 1) % stamps->room;

	return &stamps->slots[i];
}

static void grow(struct stamps *stamps)
{
	struct stamps larger = { .room = 2 * stamps->room + 64 };
	size_t i;

	larger.slots = must(calloc(larger.room, sizeof(*larger.slots)));
	for (i = 0; i < stamps->room; i++)
		if (stamps->slots[i].time)
			stamps_note(&larger, stamps->slots[i].key, stamps->slots[i].time);
	stamps_free(stamps);
	*stamps = larger;
}

/**
 * stamps_note - note that something has a stamp
 * @stamps: all of them
 * @key: the thing
 * @time: its stamp, not 0
 */
void stamps_note(struct stamps *stamps, uint64_t key, uint64_t time)
{
	struct stamp *slot;

	if (!time)
		return;
	if (stamps->nr >= stamps->room / 2)
		grow(stamps);
	slot = find_slot(stamps, key);
	if (!slot->time)
		stamps->nr++;
	slot->key = key;
	if (slot->time < time)
		slot->time = time;
}

/**
 * stamps_find - find the youngest stamp of something
 * @stamps: all of them
 * @key: the thing
 *
 * Return: the stamp; 0 if it has none.
 */
uint64_t stamps_find(const struct stamps *stamps, uint64_t key)
{
	return stamps->room ? find_slot(stamps, key)->time : 0;
}

/**
 * stamps_free - free them
 * @stamps: all of them, zeroed afterwards
 */
void stamps_free(struct stamps *stamps)
{
	free(stamps->slots);
	*stamps = (struct stamps) { 0 };
}
