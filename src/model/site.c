/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/site.h"

#include <string.h>

/* The newcomer inherits the count of the rarest, so that a frequent one stays (space-saving). */
static bool sites_take(struct sites *sites, uint64_t addr, uint64_t ts_ns)
{
	unsigned int at = 0;

	if (sites->nr < SITES_MOST) {
		at = sites->nr++;
		sites->list[at] = (struct site){0};
	} else {
		for (unsigned int i = 1; i < sites->nr; i++)
			if (sites->list[i].nr < sites->list[at].nr)
				at = i;
	}
	name_put(sites->list[at].name);
	sites->list[at] = (struct site){.addr = addr,
		.nr = sites->list[at].nr + 1,
		.first_ns = ts_ns,
		.last_ns = ts_ns,
		.waits = true};
	sites->last = at;
	sites->waits = true;
	return true;
}

bool sites_add(struct sites *sites, uint64_t addr, uint64_t ts_ns)
{
	struct site *site = &sites->list[sites->last];

	for (unsigned int i = 0; site->addr != addr; i++) {
		if (i == sites->nr)
			return sites_take(sites, addr, ts_ns);
		site = &sites->list[i];
		sites->last = i;
	}
	site->nr++;
	site->last_ns = ts_ns;
	return site->waits;
}

bool sites_name(struct sites *sites, const struct image *image, uint64_t image_ns, bool any)
{
	sites->waits = false;
	for (unsigned int i = 0; i < sites->nr; i++) {
		struct site *site = &sites->list[i];
		struct name *name = NULL;

		if (!site->waits)
			continue;
		if (any || site->first_ns <= image_ns + SITE_FRESH_NS)
			name = image_site(image, site->addr, &site->offset);
		if (name)
			site->name = name_hold(name);
		site->waits = !name && site->first_ns > image_ns;
		sites->waits |= site->waits;
	}
	return sites->waits;
}

void sites_give_up(struct sites *sites, bool end)
{
	for (unsigned int i = 0; i < sites->nr; i++) {
		struct site *site = &sites->list[i];

		if (site->waits && image_site_can(site->addr))
			site->offset = site->addr;
		site->waits = false;
		if (end)
			site->addr = 0;
	}
	sites->waits = false;
}

/* The same caller has another address in each program that a process runs. */
static bool same_caller(const struct site *a, const struct site *b)
{
	return a->name == b->name && a->offset == b->offset;
}

static uint64_t calls_of(const struct sites *sites, const struct site *site)
{
	uint64_t nr = 0;

	for (unsigned int i = 0; i < sites->nr; i++)
		if (same_caller(&sites->list[i], site))
			nr += sites->list[i].nr;
	return nr;
}

/* Of two that are as frequent the first by name, so that the order of calls does not matter. */
static bool comes_first(const struct site *a, const struct site *b)
{
	int order;

	if (!a->name != !b->name)
		return a->name;
	if (!a->name)
		return a->offset && (!b->offset || a->offset < b->offset);
	order = strcmp(a->name->text, b->name->text);
	return order ? order < 0 : a->offset < b->offset;
}

const struct site *sites_top(const struct sites *sites)
{
	const struct site *top = NULL;
	uint64_t most = 0;

	for (unsigned int i = 0; i < sites->nr; i++) {
		const struct site *site = &sites->list[i];
		uint64_t nr = calls_of(sites, site);

		if (nr < most || (nr == most && top && !comes_first(site, top)))
			continue;
		top = site;
		most = nr;
	}
	return top && (top->name || top->offset) ? top : NULL;
}

void sites_done(struct sites *sites)
{
	for (unsigned int i = 0; i < sites->nr; i++)
		name_put(sites->list[i].name);
	*sites = (struct sites){0};
}
