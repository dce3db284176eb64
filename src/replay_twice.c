/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "replay_twice.h"
#include "base/mem.h"
#include "base/num.h"

#include <stddef.h>
#include <stdlib.h>

#define LEAST 256

/* Of a thread and an event in a buffer; nr 0: a free place. */
struct seen {
	uint64_t key; /* tid, id, buffer */
	uint64_t nr;
};

struct twice {
	struct seen *slots; /* by key; once that is decided, the first nr in the order of keys */
	size_t nr, cap;
	uint64_t seed; /* another one in each run: a file cannot choose ids that share a place */
	bool differs;
};

struct twice *twice_new(void)
{
	struct twice *twice = mem_new(1, sizeof(*twice));

	twice->seed = (uint64_t)(uintptr_t)twice;
	return twice;
}

void twice_free(struct twice *twice)
{
	if (twice)
		free(twice->slots);
	free(twice);
}

static uint64_t key_of(uint32_t tid, uint16_t id, uint8_t buffer)
{
	return (uint64_t)tid << 24 | (uint64_t)id << 8 | buffer;
}

static struct seen *slot_of(const struct twice *twice, uint64_t key)
{
	size_t at = (size_t)num_mix(num_mix(key) ^ twice->seed) & (twice->cap - 1);

	while (twice->slots[at].nr && twice->slots[at].key != key)
		at = (at + 1) & (twice->cap - 1);
	return &twice->slots[at];
}

static void grow(struct twice *twice)
{
	struct twice more = {
		.cap = twice->cap ? 2 * twice->cap : LEAST, .nr = twice->nr, .seed = twice->seed};

	more.slots = mem_new(more.cap, sizeof(*more.slots));
	for (size_t i = 0; i < twice->cap; i++)
		if (twice->slots[i].nr)
			*slot_of(&more, twice->slots[i].key) = twice->slots[i];
	free(twice->slots);
	*twice = more;
}

void twice_see(struct twice *twice, uint32_t tid, uint16_t id, uint8_t buffer)
{
	struct seen *slot;

	if (2 * twice->nr >= twice->cap)
		grow(twice);
	slot = slot_of(twice, key_of(tid, id, buffer));
	twice->nr += !slot->nr++;
	slot->key = key_of(tid, id, buffer);
}

static int by_key(const void *a, const void *b)
{
	uint64_t x = ((const struct seen *)a)->key, y = ((const struct seen *)b)->key;

	return (x > y) - (x < y);
}

void twice_decide(struct twice *twice)
{
	size_t nr = 0, kept = 0;

	for (size_t i = 0; i < twice->cap; i++)
		if (twice->slots[i].nr)
			twice->slots[nr++] = twice->slots[i];
	if (nr)
		qsort(twice->slots, nr, sizeof(*twice->slots), by_key);
	for (size_t i = 0; i < nr; i++) {
		struct seen *best = kept ? &twice->slots[kept - 1] : NULL;
		const struct seen next = twice->slots[i];

		if (!best || best->key >> 8 != next.key >> 8) {
			twice->slots[kept++] = next;
			continue;
		}
		twice->differs |= best->nr != next.nr;
		if (next.nr > best->nr)
			*best = next;
	}
	twice->nr = kept;
}

bool twice_takes(const struct twice *twice, uint32_t tid, uint16_t id, uint8_t buffer)
{
	uint64_t key = key_of(tid, id, buffer);
	size_t low = 0, high = twice->nr;

	while (low < high) {
		size_t at = low + (high - low) / 2;

		if (twice->slots[at].key >> 8 == key >> 8)
			return twice->slots[at].key == key;
		if (twice->slots[at].key < key)
			low = at + 1;
		else
			high = at;
	}
	return true;
}

bool twice_differs(const struct twice *twice)
{
	return twice->differs;
}
