/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/detail.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/snapshot.h"
#include "model/tally.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void detail_want(struct detail *d, const struct detail_id *id)
{
	if (d->id.pid == id->pid && d->id.tid == id->tid && d->id.start_ns == id->start_ns)
		return;
	detail_done(d);
	d->id = *id;
}

bool detail_is(const struct detail_id *id, const struct row *row)
{
	bool start = id->start_ns == DETAIL_ANY || row->t.start_ns == id->start_ns;

	return row->t.pid == id->pid && start && (id->pid != EVENT_NO_ID || row->t.tid == id->tid);
}

static const char *text_copy(struct pool *pool, const char *text)
{
	size_t size = text ? strlen(text) + 1 : 0;
	char *copy;

	if (!text)
		return NULL;
	copy = pool_room(pool, size);
	memcpy(copy, text, size);
	return pool_text(pool, copy);
}

/* The row alone, without what it points to in the table. */
static void row_copy(struct detail *d, const struct row *from)
{
	struct row *row = d->row;

	*row = *from;
	pool_reset(&d->texts);
	row->exe = text_copy(&d->texts, from->exe);
	row->cmdline = text_copy(&d->texts, from->cmdline);
	row->cgroup = text_copy(&d->texts, from->cgroup);
	row->unit = text_copy(&d->texts, from->unit);
	row->container = text_copy(&d->texts, from->container);
	row->name = NULL;
	memset(row->t.texts, 0, sizeof(row->t.texts));
	row->t.site = NULL;
	row->t.outcome = NULL;
	row->t.reasons = NULL;
	row->t.sites = NULL;
	row->t.study = NULL;
}

/* The most frequent first. Those of two programs that are the same caller are one. */
static void sites_take(struct detail *d, const struct sites *sites)
{
	d->nr_sites = 0;
	for (unsigned int i = 0; sites && i < sites->nr; i++) {
		const struct site *site = &sites->list[i];
		struct detail_site new = {.nr = site->nr}, *to;
		unsigned int at = 0;

		if (site->name || site->offset)
			image_site_text(new.text, sizeof(new.text), site->name, site->offset);
		while (at < d->nr_sites && strcmp(d->sites[at].text, new.text) != 0)
			at++;
		to = &d->sites[at];
		if (at == d->nr_sites)
			d->sites[d->nr_sites++] = new;
		else
			to->nr += new.nr;
		for (; at && d->sites[at - 1].nr < d->sites[at].nr; at--) {
			struct detail_site one = d->sites[at];

			d->sites[at] = d->sites[at - 1];
			d->sites[at - 1] = one;
		}
	}
}

/* A name stays with the region that it was told of. */
static void study_take(struct detail *d, const struct study *study)
{
	struct study old = d->study;
	char names[STUDY_REGIONS][DETAIL_NAME];

	memcpy(names, d->regions, sizeof(names));
	memset(d->regions, 0, sizeof(d->regions));
	d->study = *study;
	for (unsigned int i = 0; i < STUDY_REGIONS && old.exec_ns == study->exec_ns; i++)
		for (unsigned int k = 0; k < STUDY_REGIONS; k++)
			if (old.regions[k].nr && study->regions[i].nr &&
				old.regions[k].start >> 20 == study->regions[i].start >> 20)
				memcpy(d->regions[i], names[k], DETAIL_NAME);
}

static void threads_take(struct detail *d, const struct task_map *map)
{
	for (unsigned int i = 0; i < STUDY_THREADS; i++) {
		const struct study_thread *thread = &d->study.threads[i];
		const struct task *task = thread->nr ? task_find(map, thread->tid) : NULL;

		if (task && task->proc->pid == d->id.pid)
			text_clean(d->threads[i], sizeof(d->threads[i]), task->comm,
				sizeof(task->comm));
	}
}

void detail_take(struct detail *d, const struct row *row, const struct task_map *map)
{
	const struct table_row *t = &row->t;

	if (!d->row)
		d->row = mem_new(1, sizeof(*d->row));
	row_copy(d, row);
	d->found = d->there = true;
	hist_done(&d->times);
	if (t->outcome)
		hist_merge(&d->times, &t->outcome->times);
	d->why = t->reasons;
	for (unsigned int i = 0; t->reasons && i < REASON_MOST; i++)
		d->reasons[i] = t->reasons->nr[i];
	sites_take(d, t->sites);
	d->studied = t->study;
	if (t->study)
		study_take(d, t->study);
	if (t->study)
		threads_take(d, map);
}

void detail_name(struct detail *d, const struct call_names *names)
{
	const char *(*tell)(const struct call *, const struct change *, void *) =
		names->place ? names->place : names->backing;

	for (unsigned int i = 0; d->there && i < STUDY_REGIONS; i++) {
		const struct study_region *region = &d->study.regions[i];
		const struct change change = {.start = region->start, .end = region->end};
		const struct call call = {.ts_ns = region->last_ns,
			.tid = region->tid,
			.nr_changes = 1,
			.changes = &change};
		const char *text;

		if (!region->nr)
			continue;
		if (names->ready)
			names->ready(&call, names->arg);
		text = tell ? tell(&call, &change, names->arg) : NULL;
		if (text)
			snprintf(d->regions[i], DETAIL_NAME, "%s", text);
	}
}

void detail_done(struct detail *d)
{
	hist_done(&d->times);
	pool_done(&d->texts);
	free(d->row);
	*d = (struct detail){0};
}
