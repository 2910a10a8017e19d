/* SPDX-License-Identifier: GPL-2.0 */
/* What reader writes before each sub-buffer, for check. */
#ifndef TORTURE_CHUNK_H
#define TORTURE_CHUNK_H

#include <stdint.h>

/*
 * @size:	bytes that follow
 * @skip:	bytes of them that were given before, if not 0: events in them
 *		serve only to tell the time
 */
struct chunk {
	uint32_t size;
	uint32_t skip;
};

#endif /* TORTURE_CHUNK_H */
