/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/callers.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/table.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS_LEAST 256

void callers_reset(struct callers *c)
{
	c->nr = 0;
	c->rows = 0;
	c->calls = 0;
	if (c->nr_slots)
		memset(c->slots, 0, c->nr_slots * sizeof(*c->slots));
}

static size_t slot_of(const struct callers *c, const struct name *name, uint64_t offset)
{
	uint64_t hash = ((uint64_t)(uintptr_t)name ^ offset * 31) * UINT64_C(0x9e3779b97f4a7c15);
	size_t at = hash >> 32 & (c->nr_slots - 1);

	while (c->slots[at]) {
		const struct caller *caller = &c->list[c->slots[at] - 1];

		if (caller->name == name && caller->offset == offset)
			break;
		at = (at + 1) & (c->nr_slots - 1);
	}
	return at;
}

static void grow(struct callers *c)
{
	c->nr_slots = c->nr_slots ? 2 * c->nr_slots : SLOTS_LEAST;
	free(c->slots);
	c->slots = mem_new(c->nr_slots, sizeof(*c->slots));
	c->cap = c->nr_slots / 2;
	c->list = mem_resize(c->list, c->cap, sizeof(*c->list));
	for (size_t i = 0; i < c->nr; i++)
		c->slots[slot_of(c, c->list[i].name, c->list[i].offset)] = (uint32_t)i + 1;
}

static struct caller *caller_of(struct callers *c, const struct name *name, uint64_t offset)
{
	size_t at;

	if (c->nr == c->cap)
		grow(c);
	at = slot_of(c, name, offset);
	if (!c->slots[at]) {
		c->list[c->nr] = (struct caller){.name = name, .offset = offset};
		c->slots[at] = (uint32_t)++c->nr;
	}
	return &c->list[c->slots[at] - 1];
}

void callers_add(struct callers *c, const struct table_row *t)
{
	c->rows++;
	for (unsigned int i = 0; t->sites && i < t->sites->nr; i++) {
		const struct site *site = &t->sites->list[i];
		struct caller *caller = caller_of(c, site->name, site->offset);

		caller->nr += site->nr;
		c->calls += site->nr;
		if (caller->last_ns < site->last_ns)
			caller->last_ns = site->last_ns;
		caller->processes += caller->row != c->rows;
		caller->row = c->rows;
		if (caller->most >= site->nr)
			continue;
		caller->most = site->nr;
		text_clean(caller->comm, sizeof(caller->comm), t->comm, sizeof(t->comm));
	}
}

/* What is not known comes last. */
static int compare(const void *a, const void *b)
{
	const struct caller *x = a, *y = b;

	if (!x->name != !y->name)
		return x->name ? -1 : 1;
	if (x->nr != y->nr)
		return x->nr > y->nr ? -1 : 1;
	return strcmp(x->text, y->text);
}

void callers_sort(struct callers *c)
{
	for (size_t i = 0; i < c->nr; i++)
		if (c->list[i].name || c->list[i].offset)
			image_site_text(c->list[i].text, sizeof(c->list[i].text), c->list[i].name,
				c->list[i].offset);
	if (c->nr)
		qsort(c->list, c->nr, sizeof(*c->list), compare);
}

void callers_done(struct callers *c)
{
	free(c->list);
	free(c->slots);
	*c = (struct callers){0};
}
