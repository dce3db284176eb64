/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/name.h"
#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_SLOTS 64

/* FNV-1a */
static uint32_t hash_of(const char *text, size_t len)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)text[i]) * 16777619u;
	return hash;
}

static void names_grow(struct names *names)
{
	struct names old = *names;

	names->cap = old.cap ? 2 * old.cap : LEAST_SLOTS;
	names->slots = mem_new(names->cap, sizeof(*names->slots));
	for (size_t i = 0; i < old.cap; i++)
		while (old.slots[i]) {
			struct name *name = old.slots[i];
			struct name **slot = &names->slots[name->hash & (names->cap - 1)];

			old.slots[i] = name->next;
			name->next = *slot;
			*slot = name;
		}
	free(old.slots);
}

void names_done(struct names *names)
{
	assert(!names->nr);
	free(names->slots);
	*names = (struct names){0};
}

struct name *name_get(struct names *names, const char *text, size_t len)
{
	uint32_t hash;
	struct name *name, **slot;

	len = strnlen(text, len);
	hash = hash_of(text, len);
	if (names->nr >= names->cap)
		names_grow(names);
	slot = &names->slots[hash & (names->cap - 1)];
	for (name = *slot; name; name = name->next)
		if (name->hash == hash && strlen(name->text) == len &&
			!memcmp(name->text, text, len))
			return name_hold(name);
	name = mem_new(1, sizeof(*name) + len + 1);
	*name = (struct name){*slot, names, hash, 1};
	memcpy(name->text, text, len);
	*slot = name;
	names->nr++;
	return name;
}

struct name *name_hold(struct name *name)
{
	name->nr_held++;
	return name;
}

void name_put(struct name *name)
{
	struct name **slot;

	if (!name || --name->nr_held)
		return;
	slot = &name->home->slots[name->hash & (name->home->cap - 1)];
	while (*slot != name)
		slot = &(*slot)->next;
	*slot = name->next;
	name->home->nr--;
	free(name);
}
