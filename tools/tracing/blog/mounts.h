/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * Where CephFS is mounted, and by which client. Nobody is asked, and no path is looked
 * up: who asks the file system may wait as long as everybody else.
 */
#ifndef _BLOG_MOUNTS_H
#define _BLOG_MOUNTS_H

#include <stddef.h>
#include <stdint.h>

struct ceph;
struct client_list;

/**
 * struct mount - a mount of CephFS
 * @next: the next one
 * @device: number of its file system
 * @point: where it is
 * @source: what was mounted
 * @options: of the file system
 * @client: whose it is; 0 if not known
 */
struct mount {
	struct mount	*next;
	char		*device;
	char		*point;
	char		*source;
	char		*options;
	uint64_t	client;
};

struct mount *mounts_read(void);
void mounts_find_clients(struct mount *mounts, const struct client_list *clients,
			 struct ceph *ceph, const uint64_t *ids, size_t nr);
const struct mount *mounts_find(const struct mount *mounts, uint64_t client);
void mounts_free(struct mount *mounts);

#endif /* _BLOG_MOUNTS_H */
