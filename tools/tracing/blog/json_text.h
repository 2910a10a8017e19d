/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * Text of other origin in JSON.
 */
#ifndef _BLOG_JSON_TEXT_H
#define _BLOG_JSON_TEXT_H

struct json_object;

struct json_object *json_text(const char *text);

#endif /* _BLOG_JSON_TEXT_H */
