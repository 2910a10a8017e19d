/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * Render a kernel format and the binary arguments that vbin_printf() stored.
 */
#ifndef _BLOG_BSTR_H
#define _BLOG_BSTR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room that bstr_print() needs at the very least: its markers. */
#define BSTR_MIN_SIZE	64

/**
 * struct bstr_env - how the kernel that stored the arguments lays them out
 * @long_size: bytes in a long and in a pointer, 4 or 8
 * @big_endian: the arguments are stored most significant byte first
 * @wide_shorts: %hd and %hhd take 4 bytes, not 2 and 1
 * @symbol: writes the name of @addr to @buf as %ps does, or with @offset as
 *	%pS does, and returns true; false if the address has no name
 * @priv: first argument of @symbol
 */
struct bstr_env {
	int	long_size;
	bool	big_endian;
	bool	wide_shorts;
	bool	(*symbol)(void *priv, uint64_t addr, bool offset,
			  char *buf, size_t size);
	void	*priv;
};

/**
 * bstr_read - read an unaligned number
 * @data: first byte
 * @size: number of bytes, at most 8
 * @big_endian: most significant byte first
 *
 * Return: the number, zero-extended.
 */
static inline uint64_t bstr_read(const void *data, size_t size, bool big_endian)
{
	const uint8_t *byte = data;
	uint64_t val = 0;
	size_t i;

	for (i = 0; i < size; i++)
		val = val << 8 | byte[big_endian ? i : size - 1 - i];
	return val;
}

size_t bstr_print(char *buf, size_t size, const char *fmt, const void *args,
		  size_t len, const struct bstr_env *env);

#endif /* _BLOG_BSTR_H */
