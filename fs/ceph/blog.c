// SPDX-License-Identifier: GPL-2.0
/*
 * The logger of the CephFS client: all dout() and doutc() of fs/ceph, event
 * blog:ceph.
 */
#include <linux/ceph/ceph_debug.h>

#define BLOG_LOGGER	ceph
#include <linux/blog/define_logger.h>
