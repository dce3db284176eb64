/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/opens.h"
#include "base/mem.h"

#include <stdlib.h>

#define LEAST_SLOTS 64

void opens_init(struct opens *opens)
{
	*opens = (struct opens){.mask = LEAST_SLOTS - 1};
	opens->slots = mem_new(LEAST_SLOTS, sizeof(*opens->slots));
}

void opens_done(struct opens *opens)
{
	for (size_t i = 0; i <= opens->mask; i++)
		if (opens->slots[i].call.tid)
			free(opens->slots[i].list);
	free(opens->slots);
}

static void grow(struct opens *opens)
{
	struct open *old = opens->slots;
	size_t nr = opens->mask + 1;

	opens->mask = 2 * nr - 1;
	opens->slots = mem_new(2 * nr, sizeof(*opens->slots));
	for (size_t i = 0; i < nr; i++)
		if (old[i].call.tid)
			*opens_find(opens, old[i].call.tid) = old[i];
	free(old);
}

struct open *opens_taken(struct opens *opens, struct open *slot)
{
	uint32_t tid = slot->call.tid;

	opens->nr_few += slot->few;
	if (++opens->nr <= opens->mask / 2)
		return slot;
	grow(opens);
	return opens_find(opens, tid);
}

/* Moves what comes behind forward, so that no search stops short. */
void opens_clear(struct opens *opens, struct open *slot)
{
	size_t gap = (size_t)(slot - opens->slots), mask = opens->mask, at = gap;

	free(slot->list);
	opens->nr_few -= slot->few;
	while (opens->slots[at = (at + 1) & mask].call.tid) {
		uint32_t tid = opens->slots[at].call.tid;

		if (((at - opens_home(opens, tid)) & mask) < ((at - gap) & mask))
			continue;
		opens->slots[gap] = opens->slots[at];
		gap = at;
	}
	opens->slots[gap].call.tid = 0;
	opens->nr--;
}
