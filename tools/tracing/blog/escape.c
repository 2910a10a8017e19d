// SPDX-License-Identifier: LGPL-2.1
/*
 * Control characters as \ooo. A newline in the name of a file would begin a line
 * that nobody has logged, and an escape sequence would command the terminal.
 *
 * Backslashes stay as they are: the text is to be read, not to be read back.
 */
#include <string.h>

#include "escape.h"

#define ESCAPE_SIZE	4	/* bytes of \ooo */

/* The bytes of the control character at @src, which has @len bytes; 0 if none. */
static size_t control_size(const unsigned char *src, size_t len)
{
	if (src[0] < 0x20 || src[0] == 0x7f)
		return 1;
	/* U+0080 to U+009f, in UTF-8 */
	if (len > 1 && src[0] == 0xc2 && src[1] >= 0x80 && src[1] <= 0x9f)
		return 2;
	return 0;
}

static void escape_byte(char *dst, unsigned char byte)
{
	dst[0] = '\\';
	dst[1] = '0' + (byte >> 6);
	dst[2] = '0' + (byte >> 3 & 7);
	dst[3] = '0' + (byte & 7);
}

/**
 * escape_control - copy text with its control characters as \ooo
 * @dst: the copy, which ends with a NUL
 * @size: bytes of @dst, at least 1; what has no room there is left out, and
 *	ESCAPED_SIZE(@len) is always enough
 * @src: the text; it ends at its first NUL, or after @len bytes
 * @len: bytes of @src
 *
 * Control characters are the bytes below 0x20, 0x7f, and in UTF-8 U+0080 to U+009f,
 * both of whose bytes are written so. All other bytes are copied.
 *
 * Return: the bytes written, without the NUL.
 */
size_t escape_control(char *dst, size_t size, const char *src, size_t len)
{
	const unsigned char *byte = (const unsigned char *)src;
	size_t left = strnlen(src, len), used = 0, n, i;

	while (left) {
		n = control_size(byte, left);
		if (used + (n ? n * ESCAPE_SIZE : 1) >= size)
			break;
		for (i = 0; i < n; i++, used += ESCAPE_SIZE)
			escape_byte(dst + used, byte[i]);
		if (!n) {
			dst[used++] = *byte;
			n = 1;
		}
		byte += n;
		left -= n;
	}
	dst[used] = '\0';
	return used;
}
