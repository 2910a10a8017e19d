// SPDX-License-Identifier: LGPL-2.1
#include <errno.h>
#include <iconv.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <json.h>

#include "json_text.h"
#include "output.h"

static bool is_ascii(const char *text)
{
	while (*text && !(*text & 0x80))
		text++;

	return !*text;
}

/* What iconv() stops at is no UTF-8. */
static char *make_utf8(const char *text)
{
	static iconv_t utf8 = (iconv_t)-1;
	size_t left = strlen(text), room = 4 * left;
	char *copy = must(malloc(room + 1)), *to = copy, *from = (char *)text;

	if (utf8 == (iconv_t)-1)
		utf8 = iconv_open("UTF-8", "UTF-8");
	if (utf8 == (iconv_t)-1)
		die("cannot check UTF-8: %s", strerror(errno));
	while (iconv(utf8, &from, &left, &to, &room) == (size_t)-1) {
		unsigned char byte = *from++;

		*to++ = '\\';
		*to++ = '0' + (byte >> 6);
		*to++ = '0' + (byte >> 3 & 7);
		*to++ = '0' + (byte & 7);
		room -= 4;
		left--;
	}
	*to = '\0';

	return copy;
}

/**
 * json_text - a string of JSON, which must be UTF-8
 * @text: in which bytes that are none become \ooo
 *
 * Return: the string, to be put.
 */
struct json_object *json_text(const char *text)
{
	struct json_object *json;
	char *copy;

	if (is_ascii(text))
		return must(json_object_new_string(text));
	copy = make_utf8(text);
	json = must(json_object_new_string(copy));
	free(copy);

	return json;
}
