// SPDX-License-Identifier: LGPL-2.1
#include <stdio.h>
#include <string.h>

#include "escape.h"
#include "test.h"

static void check_escape(const char *src, size_t len, const char *want)
{
	char buf[ESCAPED_SIZE(64)];

	check(escape_control(buf, sizeof(buf), src, len) == strlen(want),
	      "escape", want);
	check_text("escape", buf, want);
}

static void test_bytes(void)
{
	check_escape("", 0, "");
	check_escape("plain text", 64, "plain text");
	check_escape("a\nb\tc\033[2Jd\177e", 64, "a\\012b\\011c\\033[2Jd\\177e");
	check_escape("\001\037 ~", 64, "\\001\\037 ~");
	/* what looks like an escape, bytes that are no UTF-8 */
	check_escape("\\n \\012 \\\\ \"'", 64, "\\n \\012 \\\\ \"'");
	check_escape("\x9b\x80\xff\xfe\xc2", 64, "\x9b\x80\xff\xfe\xc2");
}

static void test_utf8(void)
{
	check_escape("\xc2\x80\xc2\x85\xc2\x9f\xc2\xa0", 64,
		     "\\302\\200\\302\\205\\302\\237\xc2\xa0");
	/* u umlaut, two characters with 0x80 and 0x9f in them, c2 twice */
	check_escape("\xc3\xbc\xe2\x80\xa6\xf0\x9f\x98\x80", 64,
		     "\xc3\xbc\xe2\x80\xa6\xf0\x9f\x98\x80");
	check_escape("\xc2\xc2\x9b", 64, "\xc2\\302\\233");
	check_escape("\xc2\n", 64, "\xc2\\012");
}

/* A name of 16 bytes has no NUL. */
static void test_length(void)
{
	check_escape("abc\ndef", 4, "abc\\012");
	check_escape("abc\xc2\x9b", 4, "abc\xc2");
	check_escape("ab\0cd", 5, "ab");
}

/* Nothing is written behind the room, and no escape is cut. */
static void test_room(void)
{
	static const char src[] = "a\nb\xc2\x9b" "c";
	static const char want[] = "a\\012b\\302\\233c";
	static const size_t ends[] = { 0, 1, 5, 6, 14, 15 };	/* whole characters */
	char buf[sizeof(want) + 1];
	size_t size, got, fits = 0;

	for (size = 1; size <= sizeof(want); size++) {
		while (fits + 1 < ARRAY_SIZE(ends) && ends[fits + 1] < size)
			fits++;
		memset(buf, 'x', sizeof(buf));
		got = escape_control(buf, size, src, sizeof(src));
		check(got == ends[fits], "escape", "length in little room");
		check(!memcmp(buf, want, got) && !buf[got], "escape", buf);
		check(buf[size] == 'x', "escape", "wrote behind its room");
	}
}

void test_escape(void)
{
	test_bytes();
	test_utf8();
	test_length();
	test_room();
	printf("escape: control characters and their room\n");
}
