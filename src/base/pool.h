/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text that is made bit by bit and goes at once. What pool_text() returns stays where it is until
 * pool_reset(), which keeps the memory, or pool_done(). Embedded: a zeroed struct is empty.
 */
#ifndef MPROTTOP_POOL_H
#define MPROTTOP_POOL_H

#include <stddef.h>

struct pool_chunk;

struct pool {
	struct pool_chunk *first, *at; /* filled up to at */
};

/* Room for a text of up to size bytes with its end, all zero. */
char *pool_room(struct pool *pool, size_t size);

/* Gives back what text, the last one, did not need of its room. */
const char *pool_text(struct pool *pool, char *text);

void pool_reset(struct pool *pool);
void pool_done(struct pool *pool);

#endif
