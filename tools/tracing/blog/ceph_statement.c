// SPDX-License-Identifier: LGPL-2.1
#include <stdlib.h>
#include <string.h>

#include "logger.h"
#include "output.h"
#include "ceph_statement.h"

/* By the function and a part of the format; the first that fits. */
static const struct {
	const char	*logger;
	const char	*function;
	const char	*format;
	enum ceph_statement	statement;
} table[] = {
	{ "ceph", "__register_request", "%p tid %lld", MDS_BEGINS },
	{ "ceph", "kick_requests", " kicking tid %llu", MDS_IS_KICKED },
	{ "ceph", "__wake_requests", " wake request %p tid %llu", MDS_IS_WOKEN },
	{ "ceph", "__do_request", "mds%d session %p state %s", MDS_IS_CHOSEN },
	{ "ceph", "__prepare_send_request", "%p tid %lld %s (attempt %d)", MDS_IS_SENT },
	{ "ceph", "handle_forward", "forward tid %llu to mds%d (we resend)",
	  MDS_IS_FORWARDED },
	{ "ceph", "set_request_path_attr", " dentry %p %llx/", MDS_HAS_DENTRY },
	{ "ceph", "set_request_path_attr", " inode %p %llx.%llx", MDS_HAS_INODE },
	{ "ceph", "handle_reply", "tid %lld result %d", MDS_IS_ANSWERED },
	{ "ceph", "__unregister_request", "%p tid %lld", MDS_ENDS },
	{ "ceph", "ceph_mdsc_wait_request", "do_request waiting", MDS_WAIT_BEGINS },
	{ "ceph", "ceph_mdsc_wait_request", "do_request waited", MDS_WAIT_ENDS },
	{ "ceph", "flush_mdlog_and_wait_mdsc_unsafe_requests", "wait on %llu",
	  MDS_WAIT_SAFE },
	{ "ceph", "wait_caps_flush", "want %llu", CAPS_FLUSH },
	{ "ceph", "check_caps_flush", "still flushing tid %llu", CAPS_FLUSH_GOES_ON },
	{ "ceph", "try_get_cap_refs", "%p %llx.%llx need %s want %s", CAPS_NEEDED },
	{ "libceph", "link_request", "osd%d req %p tid %llu", OSD_BEGINS },
	{ "libceph", "send_request", "req %p tid %llu to pgid", OSD_IS_SENT },
	{ "libceph", "encode_request_partial", "req %p msg %p oid %s", OSD_HAS_OBJECT },
	{ "libceph", "finish_request", "req %p tid %llu", OSD_ENDS },
	{ "libceph", "wait_request_timeout", "req %p tid %llu", OSD_WAIT_BEGINS },
	{ "libceph", "ceph_osdc_sync", "waiting on req %p tid %llu", OSD_WAIT_ALL },
	{ "libceph", "send_generic_request", "greq %p tid %llu", MON_IS_SENT },
	{ "libceph", "wait_generic_request", "greq %p tid %llu", MON_WAIT_BEGINS },
	{ "libceph", "__finish_generic_request", "greq %p tid %llu", MON_ENDS },
	{ "libceph", "ceph_con_send", "----- %p to %s%lld", MESSAGE_IS_SENT },
	{ "libceph", "queue_con_delay", "%p %lu", MESSAGE_IS_QUEUED },
	{ "libceph", "ceph_con_process_message", "===== %p %llu from %s%lld",
	  MESSAGE_IS_HERE },
	{ "libceph", "ceph_sock_data_ready", "%p state = ", DATA_IS_HERE },
	{ "ceph", "ceph_parse_source", "'%s'", MOUNT_SOURCE },
	{ "ceph", "ceph_real_mount", "mount opening path", MOUNT_OPENS },
	{ "ceph", "ceph_mdsc_wait_request", "aborted request %lld with %d",
	  MDS_IS_ABORTED },
	{ "libceph", "handle_reply", "req %p tid %llu result %d", OSD_IS_ANSWERED },
	{ "libceph", "complete_request", "req %p tid %llu err %d", OSD_FAILS },
	{ "libceph", "handle_reply", "req %p tid %llu redirect pool", OSD_IS_REDIRECTED },
	{ "libceph", "handle_reply", "req %p tid %llu EAGAIN", OSD_IS_RETRIED },
};

/* Of a logger: what each of its statements is. */
struct known {
	const struct logger	*logger;
	size_t			nr;
	uint8_t			*statements;
};

/**
 * struct ceph_statements - of all loggers
 * @known: of each
 * @nr: so many loggers
 * @last: where the last message was from
 */
struct ceph_statements {
	struct known	*known;
	size_t		nr;
	struct known	*last;
};

static enum ceph_statement find_statement(const char *logger, const struct blog_site *site)
{
	size_t i;

	for (i = 0; site->fmt && i < sizeof(table) / sizeof(*table); i++)
		if (!strcmp(table[i].function, site->func) &&
		    strstr(site->fmt, table[i].format) && !strcmp(table[i].logger, logger))
			return table[i].statement;

	return STATEMENT_OTHER;
}

static void find_in(struct known *known, const struct logger *logger)
{
	const struct blog_catalogue *catalogue = &logger->catalogue;
	size_t i;

	known->logger = logger;
	if (catalogue->nr_sites)
		known->nr = catalogue->sites[catalogue->nr_sites - 1].id + 1;
	known->statements = must(calloc(known->nr + 1, 1));
	for (i = 0; i < catalogue->nr_sites; i++)
		known->statements[catalogue->sites[i].id] =
			find_statement(logger->name, &catalogue->sites[i]);
}

/**
 * ceph_statements_find - find the statements in the catalogues
 * @loggers: which have them
 *
 * Return: what was found, to be freed with ceph_statements_free().
 */
struct ceph_statements *ceph_statements_find(const struct logger *loggers)
{
	struct ceph_statements *statements = must(calloc(1, sizeof(*statements)));
	const struct logger *logger;

	for (logger = loggers; logger; logger = logger->next) {
		statements->known = must(realloc(statements->known, (statements->nr + 1) *
						 sizeof(*statements->known)));
		statements->known[statements->nr] = (struct known) { 0 };
		find_in(&statements->known[statements->nr++], logger);
	}
	statements->last = statements->known;

	return statements;
}

/**
 * ceph_statement_of - what a message tells
 * @statements: what was found
 * @message: the message
 *
 * Return: the statement.
 */
enum ceph_statement ceph_statement_of(struct ceph_statements *statements, const struct message *message)
{
	size_t i;

	for (i = 0; i < statements->nr && statements->last->logger != message->logger; i++)
		statements->last = &statements->known[i];
	if (!statements->nr || statements->last->logger != message->logger ||
	    message->site >= statements->last->nr)
		return STATEMENT_OTHER;

	return statements->last->statements[message->site];
}

/**
 * ceph_statements_free - free what ceph_statements_find() returned
 * @statements: it
 */
void ceph_statements_free(struct ceph_statements *statements)
{
	size_t i;

	for (i = 0; i < statements->nr; i++)
		free(statements->known[i].statements);
	free(statements->known);
	free(statements);
}
