/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The calls that have not returned, by thread. Embedded: opens_init(), opens_done(), which frees
 * the changes of those that are left too. A slot is where its thread's call belongs, free or not;
 * it moves when another is taken or cleared. Nothing fails.
 */
#ifndef MPROTTOP_OPENS_H
#define MPROTTOP_OPENS_H

#include "model/call.h"

/* The kind of its last change counts once that did not fail. */
struct open {
	struct call call; /* tid 0: a free slot, as no thread has it */
	uint8_t last;
	bool entered;  /* else only what comes before an entry, or a whole call, was seen */
	bool few;      /* of EVENT_FEW */
	bool doubtful; /* events were lost meanwhile: what follows may be another's */
	struct change *list;
	uint32_t cap;
};

struct opens {
	struct open *slots;
	size_t mask, nr, nr_few;
};

void opens_init(struct opens *opens);
void opens_done(struct opens *opens);

static inline size_t opens_home(const struct opens *opens, uint32_t tid)
{
	return ((uint64_t)(tid * 2654435769u) * (opens->mask + 1)) >> 32;
}

/* Its slot, or the free one where it belongs. */
static inline struct open *opens_find(const struct opens *opens, uint32_t tid)
{
	size_t at = opens_home(opens, tid);

	while (opens->slots[at].call.tid && opens->slots[at].call.tid != tid)
		at = (at + 1) & opens->mask;
	return &opens->slots[at];
}

/* What an event begins. In place and not at once: that would be a call of memset for each. */
static inline void open_init(struct open *open, const struct event *e)
{
	open->call =
		(struct call){.ts_ns = e->ts_ns, .tid = e->tid, .cpu = e->cpu, .key = EVENT_NO_KEY};
	open->last = 0;
	open->entered = open->few = open->doubtful = false;
	open->list = NULL;
	open->cap = 0;
}

/* A free slot was filled in; where it is now. */
struct open *opens_taken(struct opens *opens, struct open *slot);

void opens_clear(struct opens *opens, struct open *slot);

#endif
