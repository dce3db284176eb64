/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/pool.h"
#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_SIZE 65536

struct pool_chunk {
	struct pool_chunk *next;
	size_t used, size;
	char bytes[];
};

static struct pool_chunk *chunk_new(size_t size)
{
	struct pool_chunk *chunk;

	size = size > CHUNK_SIZE ? size : CHUNK_SIZE;
	chunk = mem_new(1, sizeof(*chunk) + size);
	chunk->size = size;
	return chunk;
}

char *pool_room(struct pool *pool, size_t size)
{
	struct pool_chunk **next = pool->at ? &pool->at->next : &pool->first;

	assert(size);
	if (!pool->at || pool->at->size - pool->at->used < size) {
		/* what is kept of before may be too small for this one */
		while (*next && (*next)->size < size)
			next = &(*next)->next;
		if (!*next)
			*next = chunk_new(size);
		pool->at = *next;
		pool->at->used = 0;
	}
	pool->at->used += size;
	return memset(pool->at->bytes + pool->at->used - size, 0, size);
}

const char *pool_text(struct pool *pool, char *text)
{
	size_t start = (size_t)(text - pool->at->bytes);

	assert(start < pool->at->used);
	pool->at->used = start + strlen(text) + 1;
	return text;
}

void pool_reset(struct pool *pool)
{
	pool->at = NULL;
}

void pool_done(struct pool *pool)
{
	while (pool->first) {
		struct pool_chunk *chunk = pool->first;

		pool->first = chunk->next;
		free(chunk);
	}
	pool->at = NULL;
}
