/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Benchmarks of binary logging: trace events to compare with. They have the
 * fields that the messages of blog_bench.c have as arguments.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM blog_bench_peer

#if !defined(_TRACE_BLOG_BENCH_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_BLOG_BENCH_H

#include <linux/tracepoint.h>

TRACE_EVENT(blog_bench_string,

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

TRACE_EVENT(blog_bench_scalars,

	TP_PROTO(u64 ino, u64 snap, u64 number, int seq),

	TP_ARGS(ino, snap, number, seq),

	TP_STRUCT__entry(
		__field(u64, ino)
		__field(u64, snap)
		__field(u64, number)
		__field(int, seq)
	),

	TP_fast_assign(
		__entry->ino = ino;
		__entry->snap = snap;
		__entry->number = number;
		__entry->seq = seq;
	),

	TP_printk("%llx %llx %llu %d", __entry->ino, __entry->snap,
		  __entry->number, __entry->seq)
);

#endif /* _TRACE_BLOG_BENCH_H */

/* This part must be outside protection */
#undef TRACE_INCLUDE_PATH
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_PATH .
#define TRACE_INCLUDE_FILE trace_blog_bench
#include <trace/define_trace.h>
