// SPDX-License-Identifier: LGPL-2.1
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bounded.h"
#include "ceph.h"
#include "ceph_files.h"
#include "mounts.h"
#include "output.h"

/* \040 and the like stand for blanks. */
static char *unescape(const char *text)
{
	char *copy = must(strdup(text)), *dst = copy;

	while (*text) {
		if (text[0] == '\\' && strspn(text + 1, "01234567") >= 3) {
			*dst++ = (text[1] - '0') << 6 | (text[2] - '0') << 3 | (text[3] - '0');
			text += 4;
		} else {
			*dst++ = *text++;
		}
	}
	*dst = '\0';

	return copy;
}

/* "id parent device root point options... - type source options" */
static struct mount *parse_mount(char *line)
{
	char *rest = line, *word[5], *tail = strstr(line, " - ceph ");
	struct mount *mount;
	int i;

	if (!tail)
		return NULL;
	*tail = '\0';
	tail += strlen(" - ceph ");
	for (i = 0; i < 5; i++)
		word[i] = strsep(&rest, " ");
	if (!word[4])
		return NULL;
	mount = must(calloc(1, sizeof(*mount)));
	mount->device = must(strdup(word[2]));
	mount->point = unescape(word[4]);
	mount->source = unescape(strsep(&tail, " "));
	mount->options = must(strdup(tail ? tail : ""));

	return mount;
}

/**
 * mounts_read - read where CephFS is mounted
 *
 * Return: a list, to be freed with mounts_free(), or NULL.
 */
struct mount *mounts_read(void)
{
	struct mount *first = NULL, **end = &first;
	struct bounded_list files = { 0 };
	char *rest, *line;

	bounded_add(&files, "/proc/self/mountinfo");
	bounded_read(&files);
	rest = files.files[0].text;
	while (rest && (line = strsep(&rest, "\n"))) {
		*end = parse_mount(line);
		if (*end)
			end = &(*end)->next;
	}
	bounded_free(&files);

	return first;
}

/**
 * mounts_free - free a list of mounts
 * @mounts: the list
 */
void mounts_free(struct mount *mounts)
{
	while (mounts) {
		struct mount *next = mounts->next;

		free(mounts->device);
		free(mounts->point);
		free(mounts->source);
		free(mounts->options);
		free(mounts);
		mounts = next;
	}
}

/**
 * mounts_find - find where a client's file system is mounted
 * @mounts: all mounts
 * @client: the client
 *
 * Return: the first place, or NULL if it is not known.
 */
const struct mount *mounts_find(const struct mount *mounts, uint64_t client)
{
	while (mounts && (mounts->client != client || !client))
		mounts = mounts->next;

	return mounts;
}

/* ---------------------------- whose is which ---------------------------- */

static bool is_same(const struct mount *a, const struct mount *b)
{
	return !strcmp(a->device, b->device);
}

/* All places where a file system is mounted have one client. */
static void set_client(struct mount *mounts, const struct mount *of, uint64_t client)
{
	struct mount *mount;

	for (mount = mounts; mount; mount = mount->next)
		if (is_same(mount, of))
			mount->client = client;
}

/* The first mount of each file system, one after another. */
static struct mount *next_device(struct mount *mounts, struct mount *mount)
{
	struct mount *earlier;

	mount = mount ? mount->next : mounts;
	for (; mount; mount = mount->next) {
		for (earlier = mounts; earlier != mount; earlier = earlier->next)
			if (is_same(earlier, mount))
				break;
		if (earlier == mount)
			break;
	}

	return mount;
}

/* What the client is known to have mounted, if nobody else has mounted the same. */
static void match_source(struct mount *mounts, struct ceph *ceph, uint64_t client)
{
	const char *source = ceph_source(ceph, client);
	struct mount *mount = NULL, *found = NULL;
	int nr = 0;

	while (source && (mount = next_device(mounts, mount)))
		if (!mount->client && !strcmp(mount->source, source)) {
			found = mount;
			nr++;
		}
	if (nr == 1)
		set_client(mounts, found, client);
}

/* debugfs shows one option that is always set, and that a mount does not show. */
static char *visible_options(const char *options)
{
	static const char hidden[] = ",abort_on_full";
	char *copy = must(strdup(options)), *pos = strstr(copy, hidden);

	if (pos)
		memmove(pos, pos + strlen(hidden), strlen(pos + strlen(hidden)) + 1);

	return copy;
}

/* How many characters the options of a client and a mount share, if all are the client's. */
static size_t match_length(const struct mount *mount, const struct client *client)
{
	const char *own = mount->options;
	char *options = visible_options(client->options);
	size_t len = strlen(options);

	own += strcspn(own, ",");	/* rw or ro */
	own += *own == ',';
	if (strncmp(own, options, len) || !strchr(",", own[len]))
		len = 0;
	free(options);

	return len;
}

/* Those of the client come first among a mount's; the longest that fits, if it is one. */
static void match_options(struct mount *mounts, struct mount *mount,
			  const struct client_list *clients)
{
	const struct client *client, *found = NULL;
	size_t len, longest = 0;

	for (client = clients->first; client; client = client->next) {
		if (!client->has_mount || !client->options ||
		    mounts_find(mounts, client->id))
			continue;
		len = match_length(mount, client);
		if (len > longest) {
			longest = len;
			found = client;
		} else if (len == longest) {
			found = NULL;
		}
	}
	if (found)
		set_client(mounts, mount, found->id);
}

/* The only one that is left of each. */
static void match_rest(struct mount *mounts, const uint64_t *ids, size_t nr)
{
	struct mount *mount = NULL, *free_mount = NULL;
	int nr_clients = 0, nr_mounts = 0;
	uint64_t id = 0;
	size_t i;

	while ((mount = next_device(mounts, mount)))
		if (!mount->client) {
			free_mount = mount;
			nr_mounts++;
		}
	for (i = 0; i < nr; i++)
		if (!mounts_find(mounts, ids[i])) {
			id = ids[i];
			nr_clients++;
		}
	if (nr_mounts == 1 && nr_clients == 1)
		set_client(mounts, free_mount, id);
}

/**
 * mounts_find_clients - find out which client's file system is mounted where
 * @mounts: all mounts; those where it is certain are told
 * @clients: what debugfs says of clients
 * @ceph: what messages say
 * @ids: the clients that have mounts, each once
 * @nr: how many
 */
void mounts_find_clients(struct mount *mounts, const struct client_list *clients,
			 struct ceph *ceph, const uint64_t *ids, size_t nr)
{
	struct mount *mount = NULL;
	size_t i;

	for (i = 0; i < nr; i++)
		match_source(mounts, ceph, ids[i]);
	while ((mount = next_device(mounts, mount)))
		if (!mount->client)
			match_options(mounts, mount, clients);
	match_rest(mounts, ids, nr);
}
