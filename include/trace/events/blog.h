/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The event class of every blog:<logger> event.
 *
 * Read by <linux/blog/define_logger.h> alone, once for each logger.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM blog

#if !defined(_TRACE_BLOG_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_BLOG_H

#include <linux/tracepoint.h>

/*
 * comm and cpu are of who has logged it, also where the event is written by others,
 * later, to another CPU's buffer; late is how much younger the event's stamp is then
 * than the message, in units of the buffer's clock, and mostly 0.
 *
 * args holds the arguments in the layout of vbin_printf(). The print format
 * below serves the kernel's own text output; what the file "format" shows to
 * tools is the catalogue of the logger's statements, which replaces it when
 * the logger registers: see kernel/trace/blog_event.c.
 */
DECLARE_EVENT_CLASS(blog_record,

	TP_PROTO(u64 client, u32 site, const void *data, unsigned int len),

	TP_ARGS(client, site, data, len),

	TP_STRUCT__entry(
		__field(u64, client)
		__field(u64, late)
		__field(u16, site)
		__field(u16, cpu)
		__array(char, comm, TASK_COMM_LEN)
		__dynamic_array(u8, args, len)
	),

	TP_fast_assign(
		blog_event_entry(&__entry->ent, data, &__entry->late,
				 &__entry->cpu, __entry->comm);
		__entry->client = client;
		__entry->site = site;
		memcpy(__get_dynamic_array(args), data, len);
	),

	TP_printk("%s", blog_event_text(iter, &BLOG_LOGGER_SYMBOL,
			&(struct blog_event_text) {
				.client = __entry->client,
				.late = __entry->late,
				.site = __entry->site,
				.cpu = __entry->cpu,
				.comm = __entry->comm,
				.args = __get_dynamic_array(args),
				.len = __get_dynamic_array_len(args),
			}))
);

#define BLOG_DEFINE_EVENT(name)						\
	DEFINE_EVENT_FN(blog_record, name,				\
		TP_PROTO(u64 client, u32 site, const void *data,	\
			 unsigned int len),				\
		TP_ARGS(client, site, data, len),			\
		blog_event_on, blog_event_off)

BLOG_DEFINE_EVENT(BLOG_LOGGER);

#undef BLOG_DEFINE_EVENT

#endif /* _TRACE_BLOG_H */

/* This part must be outside protection */
#include <trace/define_trace.h>
