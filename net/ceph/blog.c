// SPDX-License-Identifier: GPL-2.0
/*
 * The logger of the Ceph library: all dout() of net/ceph, event blog:libceph.
 */
#include <linux/ceph/ceph_debug.h>

#define BLOG_LOGGER	libceph
#include <linux/blog/define_logger.h>
