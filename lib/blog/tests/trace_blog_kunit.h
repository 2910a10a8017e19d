/* SPDX-License-Identifier: GPL-2.0 */
/*
 * KUnit tests of binary logging: a trace event to compare with.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM blog_kunit_peer

#if !defined(_TRACE_BLOG_KUNIT_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_BLOG_KUNIT_H

#include <linux/tracepoint.h>

TRACE_EVENT(blog_kunit_peer,

	TP_PROTO(const void *inode, u64 ino, u64 snap, const void *cap,
		 const char *caps, int seq),

	TP_ARGS(inode, ino, snap, cap, caps, seq),

	TP_STRUCT__entry(
		__field(const void *, inode)
		__field(u64, ino)
		__field(u64, snap)
		__field(const void *, cap)
		__string(caps, caps)
		__field(int, seq)
	),

	TP_fast_assign(
		__entry->inode = inode;
		__entry->ino = ino;
		__entry->snap = snap;
		__entry->cap = cap;
		__assign_str(caps);
		__entry->seq = seq;
	),

	TP_printk("%p %llx.%llx cap %p %s seq %d", __entry->inode, __entry->ino,
		  __entry->snap, __entry->cap, __get_str(caps), __entry->seq)
);

#endif /* _TRACE_BLOG_KUNIT_H */

/* This part must be outside protection */
#undef TRACE_INCLUDE_PATH
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_PATH .
#define TRACE_INCLUDE_FILE trace_blog_kunit
#include <trace/define_trace.h>
