// SPDX-License-Identifier: LGPL-2.1
/*
 * Names of files and tasks may have anything in them: a newline forges a line, an
 * escape sequence does things to the terminal.
 */
#include <stdbool.h>

#include "escape.h"

/* Bytes of the control character at @text; 0 if it is none. C1 takes two in UTF-8. */
static int control_length(const unsigned char *text)
{
	if (*text < ' ' || *text == 0x7f)
		return 1;

	return text[0] == 0xc2 && text[1] >= 0x80 && text[1] <= 0x9f ? 2 : 0;
}

/**
 * escape_control - copy text with control characters as \ooo
 * @dst: takes the copy, and a NUL
 * @size: bytes in @dst, at least 1; what does not fit is cut
 * @src: the text
 *
 * Return: length of the copy.
 */
size_t escape_control(char *dst, size_t size, const char *src)
{
	const unsigned char *pos = (const unsigned char *)src;
	size_t len = 0;

	while (*pos) {
		int i, nr = control_length(pos);

		if (len + (nr ? 4 * nr : 1) >= size)
			break;
		for (i = 0; i < nr; i++, pos++) {
			dst[len++] = '\\';
			dst[len++] = '0' + (*pos >> 6);
			dst[len++] = '0' + (*pos >> 3 & 7);
			dst[len++] = '0' + (*pos & 7);
		}
		if (!nr)
			dst[len++] = *pos++;
	}
	dst[len] = '\0';

	return len;
}
