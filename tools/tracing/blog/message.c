// SPDX-License-Identifier: LGPL-2.1
#include <stdio.h>
#include <string.h>

#include "escape.h"
#include "logger.h"
#include "message.h"

static const struct blog_site *find_site(const struct message *message)
{
	return blog_catalogue_find(&message->logger->catalogue, message->site);
}

/**
 * message_function - the function that logged
 * @message: the message
 *
 * Return: its name; "?" if the catalogue lacks the statement.
 */
const char *message_function(const struct message *message)
{
	const struct blog_site *site = find_site(message);

	return site ? site->func : "?";
}

/**
 * message_text - what a message says, without who said it
 * @message: the message
 * @buf: takes "function: text", with control characters as \ooo, in one line
 * @size: bytes in @buf
 *
 * Context: one thread of the program at a time.
 * Return: length of the text.
 */
size_t message_text(const struct message *message, char *buf, size_t size)
{
	static char raw[TEXT_SIZE];
	const size_t name_size = sizeof(raw) / 2;
	const struct blog_site *site = find_site(message);
	size_t len;

	if (!site || !site->fmt) {
		len = snprintf(raw, sizeof(raw), "<unknown statement %u, %zu bytes>",
			       message->site, message->len);
		return escape_control(buf, size, raw, sizeof(raw));
	}
	len = snprintf(raw, name_size, "%s: ", site->func);
	if (len >= name_size)
		len = name_size - 1;
	len += bstr_print(raw + len, sizeof(raw) - len, site->fmt, message->args,
			  message->len, &message->logger->env);
	if (raw[len - 1] == '\n')
		raw[len - 1] = '\0';

	return escape_control(buf, size, raw, sizeof(raw));
}
