// SPDX-License-Identifier: GPL-2.0
/*
 * kernelshark FILE - the column Info of KernelShark for all buffers of a trace.dat,
 * with the event's name before it.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <libkshark.h>
#include <libkshark-tepdata.h>

static void print_entry(const struct kshark_entry *entry)
{
	char *name = kshark_get_event_name(entry), *info = kshark_get_info(entry);

	printf("%lld: %s: %s\n", (long long)entry->ts, name ? name : "?", info ? info : "?");
	free(name);
	free(info);
}

static bool print_all(struct kshark_context *ctx)
{
	struct kshark_entry **entries;
	ssize_t n, i;

	n = kshark_load_all_entries(ctx, &entries);
	if (n < 0)
		return false;
	for (i = 0; i < n; i++) {
		print_entry(entries[i]);
		free(entries[i]);
	}
	free(entries);
	return true;
}

int main(int argc, char **argv)
{
	struct kshark_context *ctx = NULL;
	int stream;

	if (argc != 2) {
		fprintf(stderr, "usage: %s FILE\n", argv[0]);
		return 2;
	}
	if (!kshark_instance(&ctx))
		return 1;
	stream = kshark_open(ctx, argv[1]);
	if (stream < 0 || kshark_tep_init_all_buffers(ctx, stream) < 0 || !print_all(ctx)) {
		fprintf(stderr, "%s: cannot be read\n", argv[1]);
		return 1;
	}
	kshark_close_all(ctx);
	kshark_free(ctx);
	return 0;
}
