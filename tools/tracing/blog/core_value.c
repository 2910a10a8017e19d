// SPDX-License-Identifier: LGPL-2.1
/*
 * Numbers and strings in the memory of a kernel.
 */
#include <string.h>

#include "core.h"

/* A string does not end on a page that is not there if it ends before. */
#define STRING_STEP	256

/**
 * core_read_u32 - copy a number
 * @core: the memory
 * @addr: where
 * @value: takes it
 *
 * Return: false if it cannot be had.
 */
bool core_read_u32(struct core *core, uint64_t addr, uint32_t *value)
{
	return core_read(core, addr, value, sizeof(*value));
}

/**
 * core_read_long - copy a long, or a pointer
 * @core: the memory
 * @size: bytes that it has there: 4 or 8
 * @addr: where
 * @value: takes it
 *
 * Return: false if it cannot be had.
 */
bool core_read_long(struct core *core, size_t size, uint64_t addr, uint64_t *value)
{
	uint32_t narrow;

	if (size == sizeof(*value))
		return core_read(core, addr, value, sizeof(*value));
	if (!core_read_u32(core, addr, &narrow))
		return false;
	*value = narrow;

	return true;
}

/**
 * core_read_string - copy a string
 * @core: the memory
 * @addr: where
 * @text: takes it, with its end; of @size bytes
 *
 * Return: false if it is not there, empty, or longer.
 */
bool core_read_string(struct core *core, uint64_t addr, char *text, size_t size)
{
	size_t len, step;

	for (len = 0; len < size; len += step) {
		step = STRING_STEP - (addr + len) % STRING_STEP;
		if (step > size - len)
			step = size - len;
		if (!core_read(core, addr + len, text + len, step) || !*text)
			return false;
		if (memchr(text + len, '\0', step))
			return true;
	}

	return false;
}
