/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "replay_names.h"
#include "base/mem.h"
#include "base/num.h"

#include <stdlib.h>
#include <string.h>

#define LEAST 64

static struct replay_name *slot_of(const struct replay_names *names, uint32_t id)
{
	/* the address is not the same in two runs: a file cannot choose ids that share a place */
	size_t at = num_mix(id ^ (uint64_t)(uintptr_t)names->slots) & (names->cap - 1);

	while (names->slots[at].text[0] && names->slots[at].id != id)
		at = (at + 1) & (names->cap - 1);
	return &names->slots[at];
}

static void grow(struct replay_names *names)
{
	struct replay_names more = {.cap = names->cap ? 2 * names->cap : LEAST, .nr = names->nr};

	more.slots = mem_new(more.cap, sizeof(*more.slots));
	for (size_t i = 0; i < names->cap; i++)
		if (names->slots[i].text[0])
			*slot_of(&more, names->slots[i].id) = names->slots[i];
	free(names->slots);
	*names = more;
}

void replay_names_set(struct replay_names *names, uint32_t id, const char *text, size_t len)
{
	struct replay_name *slot;

	if (names->nr >= names->cap / 2 && names->nr < REPLAY_NAMES_MOST)
		grow(names);
	slot = slot_of(names, id);
	len = strnlen(text, len);
	if (!len || (!slot->text[0] && names->nr >= REPLAY_NAMES_MOST))
		return;
	names->nr += !slot->text[0];
	if (len >= sizeof(slot->text))
		len = sizeof(slot->text) - 1;
	slot->id = id;
	memcpy(slot->text, text, len);
	slot->text[len] = '\0';
}

const char *replay_names_find(const struct replay_names *names, uint32_t id)
{
	const struct replay_name *slot = names->cap ? slot_of(names, id) : NULL;

	return slot && slot->text[0] ? slot->text : NULL;
}

uint32_t replay_names_id(const struct replay_names *names, const char *text, uint32_t none)
{
	for (size_t i = 0; i < names->cap; i++)
		if (names->slots[i].text[0] && !strcmp(names->slots[i].text, text))
			return names->slots[i].id;
	return none;
}

void replay_names_done(struct replay_names *names)
{
	free(names->slots);
	*names = (struct replay_names){0};
}
