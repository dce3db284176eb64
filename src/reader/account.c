/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reader/account.h"
#include "base/fd.h"
#include "base/mem.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROFILE_MAX (1024 * 1024)

void account_init(struct account *a)
{
	*a = (struct account){.profile = -1};
}

void account_done(struct account *a)
{
	if (a->profile >= 0)
		close(a->profile);
	a->profile = -1;
}

static void stat_init(struct probe_stat *p, const char *event, const char *place)
{
	*p = (struct probe_stat){.cost_ns = NAN};
	snprintf(p->name, sizeof(p->name), "%s", event);
	snprintf(p->place, sizeof(p->place), "%s", place);
}

struct probe_stat *account_find(struct account *a, const char *event)
{
	for (unsigned int i = 0; i < a->nr; i++)
		if (!strcmp(a->probes[i].name, event))
			return &a->probes[i];
	for (unsigned int i = 0; i < a->nr_beside; i++)
		if (!strcmp(a->beside[i].name, event))
			return &a->beside[i];
	return NULL;
}

void account_add(struct account *a, const char *event, const char *place)
{
	if (account_find(a, event))
		return;
	assert(a->nr < ACCOUNT_MAX);
	stat_init(&a->probes[a->nr++], event, place);
}

void account_beside(struct account *a, const char *event, const char *place)
{
	if (a->nr_beside < ACCOUNT_BESIDE && !account_find(a, event))
		stat_init(&a->beside[a->nr_beside++], event, place);
}

/* The whole file: other tools' probes may stand before ours. */
static char *read_profile(int fd)
{
	size_t size = 4096;
	char *text = mem_new(size, 1);

	for (;;) {
		ssize_t len = fd_text(fd, text, size);

		if (len < 0)
			text[0] = '\0';
		if (len < (ssize_t)size - 1 || size >= PROFILE_MAX)
			return text;
		size *= 2;
		text = mem_resize(text, size, 1);
	}
}

void account_profile(struct account *a, char *text)
{
	char *line, *save;

	a->hits = 0;
	a->missed = 0;
	a->gone = false;
	for (unsigned int i = 0; i < a->nr; i++)
		a->probes[i].listed = false;
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		unsigned long long hits, missed;
		char name[128];

		if (sscanf(line, "%127s %llu %llu", name, &hits, &missed) != 3)
			continue;
		for (unsigned int i = 0; i < a->nr; i++) {
			if (strcmp(a->probes[i].name, name))
				continue;
			a->probes[i].hits = hits;
			a->probes[i].missed = missed;
			a->probes[i].hits_known = true;
			a->probes[i].listed = true;
		}
	}
	/* a probe that was removed meanwhile keeps what it had */
	for (unsigned int i = 0; i < a->nr; i++) {
		a->hits += a->probes[i].hits;
		a->missed += a->probes[i].missed;
		a->gone |= a->probes[i].hits_known && !a->probes[i].listed;
	}
}

void account_before(struct account *a)
{
	char *text;

	a->hits = 0;
	a->missed = 0;
	if (a->profile < 0)
		return;
	text = read_profile(a->profile);
	account_profile(a, text);
	free(text);
}

void account_after(struct account *a, struct source *source, bool final)
{
	const struct source_counts *counts = source_counts(source);
	struct source_stats stats, side;
	uint64_t have, open = 0;

	source_stats(source, SOURCE_COUNTED, &stats);
	source_stats(source, SOURCE_SIDE, &side);
	a->lost = stats.lost > counts->marked[SOURCE_COUNTED] ? stats.lost
							      : counts->marked[SOURCE_COUNTED];
	a->lost_side =
		side.lost > counts->marked[SOURCE_SIDE] ? side.lost : counts->marked[SOURCE_SIDE];
	have = counts->records[SOURCE_COUNTED] + a->lost;
	if (!final)
		have += stats.waiting;
	if (a->profile >= 0 && a->hits > have)
		open = a->hits - have;
	if (final)
		a->unaccounted = open;
	else if (open && a->last_open)
		a->unaccounted = open < a->last_open ? open : a->last_open;
	else
		a->unaccounted = 0;
	/* these are known without hits, and at once */
	if (a->unaccounted < stats.stolen)
		a->unaccounted = stats.stolen;
	a->last_open = open;
}

void account_health(const struct account *a, struct health *health)
{
	health->lost = a->lost;
	health->lost_side = a->lost_side;
	health->missed = a->missed;
	health->unaccounted = a->unaccounted;
	health->partial = a->profile < 0 || a->gone || a->filtered;
}
