// SPDX-License-Identifier: LGPL-2.1
/*
 * plugin_test DIR - test the decoder, what the command reads out of memory,
 * and the plugin_blog.so that lies in DIR.
 */
#include <stdio.h>
#include <string.h>

#include "test.h"

static int passed, failed;

/* @what names the case, @detail says what is wrong with it. */
void check(bool ok, const char *what, const char *detail)
{
	if (ok) {
		passed++;
		return;
	}
	failed++;
	printf("FAIL %s: %s\n", what, detail);
}

void check_text(const char *what, const char *got, const char *want)
{
	bool ok = !strcmp(got, want);

	check(ok, what, "texts differ");
	if (!ok)
		printf("  got  |%s|\n  want |%s|\n", got, want);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: %s DIR\n", argv[0]);
		return 2;
	}
	test_bstr();
	test_escape();
	test_kallsyms();
	test_plugin(argv[1]);
	printf("%d passed, %d failed\n", passed, failed);
	return failed != 0;
}
