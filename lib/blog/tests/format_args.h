/* SPDX-License-Identifier: GPL-2.0 */
/*
 * KUnit tests of binary logging: what the pointers in formats.h point to.
 */
#ifndef _LIB_BLOG_TESTS_FORMAT_ARGS_H
#define _LIB_BLOG_TESTS_FORMAT_ARGS_H

#include <linux/bitmap.h>
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/gfp_types.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ioport.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/netdev_features.h>
#include <linux/rtc.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/uuid.h>

static const char text16[] = "sixteen letters.";
static const char text7[] = "seven 7";
static const char text80[] =
	"A text of about eighty letters, as long as the names that people give to files";
static int an_int = -42;

static const u8 bytes[16] = {
	0x00, 0x01, 0x7f, 0x80, 0xff, 0x10, 0x20, 0x30,
	0xde, 0xad, 0xbe, 0xef, 0x0a, 0x22, 0x5c, 0x41,
};

static const u8 odd_text[] = "tab\tquote\"back\\new\nbell\a\x80 end";

static unsigned long bits[2] = { 0xf0f0f001UL, 0x13UL };

static const u8 ip4[4] = { 127, 0, 0, 1 };
static const u8 ip6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 0x17 };

static const struct sockaddr_in addr4 = {
	.sin_family = AF_INET,
	.sin_port = cpu_to_be16(6789),
	.sin_addr.s_addr = cpu_to_be32(0xc0a80102),
};

static const struct sockaddr_in6 addr6 = {
	.sin6_family = AF_INET6,
	.sin6_port = cpu_to_be16(3300),
	.sin6_addr.s6_addr = { 0xfe, 0x80, [15] = 0x42 },
	.sin6_scope_id = 3,
};

static struct resource memory = {
	.name = "memory",
	.start = 0x1000,
	.end = 0x1fff,
	.flags = IORESOURCE_MEM | IORESOURCE_PREFETCH,
};

static phys_addr_t phys = 0x12345000;
static dma_addr_t dma = 0xfffff000;
static time64_t time64 = 1700000000;
static const struct rtc_time rtc = {
	.tm_year = 126, .tm_mon = 1, .tm_mday = 28,
	.tm_hour = 23, .tm_min = 59, .tm_sec = 58,
};

static u32 fourcc = 0x3231564e;
static netdev_features_t features = 0x123456789abcULL;
static unsigned long page_flags = 1UL << PG_dirty | 1UL << PG_locked;
static unsigned long vma_flags = VM_READ | VM_WRITE | VM_DONTCOPY;
static gfp_t gfp_flags = GFP_NOFS | __GFP_NOWARN;

static struct dentry dentries[3] = {
	{ .d_parent = &dentries[0], .d_name = QSTR_INIT("mnt", 3) },
	{ .d_parent = &dentries[0], .d_name = QSTR_INIT("dir", 3) },
	{ .d_parent = &dentries[1], .d_name = QSTR_INIT("file name", 9) },
};

static struct file file = { .f_path.dentry = &dentries[2] };

/* A va_list that nothing is taken from. */
static va_list no_args;
static struct va_format no_format = { .fmt = "a format of 100%%", .va = &no_args };

#endif /* _LIB_BLOG_TESTS_FORMAT_ARGS_H */
