/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/tree.h"
#include "base/buf.h"
#include "base/mem.h"
#include "model/column.h"
#include "model/snapshot.h"
#include "model/tally.h"
#include "model/task.h"

#include <stdlib.h>
#include <string.h>

#define TICK_NS UINT64_C(10000000) /* a start that /proc tells is that far off at most */
#define HOPS    64
#define LEVELS  24 /* that are drawn */

/* Rows by pid, chained. */
struct pids {
	struct kin *kin;
	uint32_t *slots, *next;
	size_t mask;
};

static uint32_t *slot_of(const struct pids *pids, uint32_t pid)
{
	return &pids->slots[pid * UINT32_C(0x9e3779b9) >> 7 & pids->mask];
}

static struct pids pids_new(struct kin *kin, size_t nr)
{
	struct pids pids = {.kin = kin, .mask = 63};

	while (pids.mask < nr)
		pids.mask = 2 * pids.mask + 1;
	pids.slots = mem_new(pids.mask + 1, sizeof(*pids.slots));
	pids.next = mem_new(nr, sizeof(*pids.next));
	memset(pids.slots, 0xff, (pids.mask + 1) * sizeof(*pids.slots));
	for (size_t i = 0; i < nr; i++) {
		uint32_t *slot = slot_of(&pids, kin[i].pid);

		pids.next[i] = *slot;
		*slot = i;
	}
	return pids;
}

/* The row of what had this pid when a child began: the youngest that is not younger. */
static uint32_t pids_find(const struct pids *pids, uint32_t pid, uint64_t before_ns)
{
	uint32_t found = TREE_NONE;

	for (uint32_t i = *slot_of(pids, pid); i != TREE_NONE; i = pids->next[i]) {
		const struct kin *kin = &pids->kin[i];

		if (kin->pid == pid && kin->start_ns <= before_ns + TICK_NS &&
			(found == TREE_NONE || kin->start_ns > pids->kin[found].start_ns))
			found = i;
	}
	return found;
}

/* Over those who have no row. */
static uint32_t parent_of(
	const struct pids *pids, const struct task_map *map, const struct kin *kin)
{
	uint32_t pid = kin->ppid;
	uint64_t start_ns = kin->start_ns;

	for (int hop = 0; hop < HOPS && pid && pid != EVENT_NO_ID && pid != kin->pid; hop++) {
		uint32_t found = pids_find(pids, pid, start_ns);
		const struct task *task = found == TREE_NONE ? task_find(map, pid) : NULL;

		if (!task || task->proc->start_ns > start_ns + TICK_NS)
			return found;
		pid = task->proc->ppid;
		start_ns = task->proc->start_ns;
	}
	return TREE_NONE;
}

static bool folds(const struct view *view, const struct row *row)
{
	for (int i = 0; i < view->nr_folded; i++)
		if (view->folded[i].pid == row->t.pid && view->folded[i].tid == row->t.tid &&
			view->folded[i].start_ns == row->t.start_ns)
			return true;
	return false;
}

/* The highest that is folded of those above a row, TREE_NONE: none. */
static uint32_t folded_into(const struct row *rows, uint32_t at)
{
	uint32_t top = TREE_NONE;
	int hop = 0;

	for (uint32_t i = rows[at].leaf.up; i != TREE_NONE && hop < HOPS;
		i = rows[i].leaf.up, hop++)
		if (rows[i].t.flags & ROW_FOLDED && i != at)
			top = i;
	return top;
}

static void row_absorb(struct row *to, const struct row *from)
{
	counts_add(&to->t.total, &from->t.total);
	counts_add(&to->t.delta, &from->t.delta);
	for (unsigned int i = 0; i < TABLE_HISTORY; i++)
		if (__builtin_add_overflow(to->t.history[i], from->t.history[i], &to->t.history[i]))
			to->t.history[i] = UINT32_MAX;
	to->t.nr_threads += from->t.nr_threads;
	if (to->t.last_ns < from->t.last_ns) {
		to->t.last_ns = from->t.last_ns;
		to->idle_s = from->idle_s;
	}
	to->share += from->share;
	to->mean_per_s += from->mean_per_s;
	to->leaf.nr++;
}

/* Times and errors of all that is folded into a row. */
static void row_outcome(struct snapshot *snap, uint32_t at, const uint32_t *into)
{
	struct row *row = &snap->rows[at];
	struct outcome sum = {0};

	for (size_t i = 0; i < snap->nr_rows; i++)
		if ((i == at || into[i] == at) && snap->rows[i].t.outcome)
			outcome_absorb(&sum, snap->rows[i].t.outcome);
	outcome_close(&sum);
	outcome_tell(&sum, &row->t);
	outcome_done(&sum);
	row->site[0] = '\0';
	row->why = NULL;
}

static void tree_fold(struct snapshot *snap, const struct view *view)
{
	uint32_t *into = mem_new(snap->nr_rows, sizeof(*into));
	struct row *rows = snap->rows;
	size_t kept = 0;

	for (size_t i = 0; i < snap->nr_rows; i++)
		if (folds(view, &rows[i]))
			rows[i].t.flags |= ROW_FOLDED;
	for (size_t i = 0; i < snap->nr_rows; i++)
		into[i] = folded_into(rows, i);
	for (size_t i = 0; i < snap->nr_rows; i++)
		if (into[i] != TREE_NONE)
			row_absorb(&rows[into[i]], &rows[i]);
	for (size_t i = 0; i < snap->nr_rows; i++) {
		if (rows[i].leaf.nr)
			row_outcome(snap, i, into);
		else
			rows[i].t.flags &= ~ROW_FOLDED;
	}
	for (size_t i = 0; i < snap->nr_rows; i++)
		if (into[i] == TREE_NONE)
			rows[kept++] = rows[i];
	snap->nr_rows = kept;
	free(into);
}

/* Of those whose starts are not told apart, or not known, each may seem the other's parent. */
static bool leaf_circles(const struct kin *kin, uint32_t at)
{
	uint32_t up = kin[at].leaf.up;

	for (int hop = 0; up != TREE_NONE && hop < HOPS; hop++, up = kin[up].leaf.up)
		if (up == at)
			return true;
	return false;
}

void tree_kin(struct kin *kin, size_t nr, const struct task_map *map)
{
	struct pids pids = pids_new(kin, nr);

	for (size_t i = 0; i < nr; i++)
		kin[i].leaf =
			(struct leaf){.id = (uint32_t)i, .up = parent_of(&pids, map, &kin[i])};
	for (size_t i = 0; i < nr; i++)
		if (leaf_circles(kin, (uint32_t)i))
			kin[i].leaf.up = TREE_NONE;
	free(pids.slots);
	free(pids.next);
}

void tree_link(struct snapshot *snap, const struct task_map *map, const struct view *view)
{
	struct kin *kin = mem_new(snap->nr_rows, sizeof(*kin));

	for (size_t i = 0; i < snap->nr_rows; i++) {
		const struct table_row *t = &snap->rows[i].t;

		kin[i] = (struct kin){.start_ns = t->start_ns, .pid = t->pid, .ppid = t->ppid};
	}
	tree_kin(kin, snap->nr_rows, map);
	for (size_t i = 0; i < snap->nr_rows; i++)
		snap->rows[i].leaf = kin[i].leaf;
	free(kin);
	if (view->nr_folded)
		tree_fold(snap, view);
}

/* By place in the sorted order; TREE_NONE: none. */
struct links {
	uint32_t *up, *first, *next;
	bool *done;
};

static struct links links_new(const struct kin *kin, const uint32_t *order, size_t nr)
{
	uint32_t most = 0;
	uint32_t *places;
	struct links links = {mem_new(nr, sizeof(uint32_t)), mem_new(nr, sizeof(uint32_t)),
		mem_new(nr, sizeof(uint32_t)), mem_new(nr, sizeof(bool))};

	for (size_t i = 0; i < nr; i++)
		if (kin[i].leaf.id > most)
			most = kin[i].leaf.id;
	places = mem_new((size_t)most + 1, sizeof(*places));
	for (size_t i = 0; i < nr; i++) {
		places[kin[order[i]].leaf.id] = i;
		links.first[i] = links.next[i] = TREE_NONE;
	}
	/* the first comes to stand in front */
	for (size_t i = nr; i--;) {
		uint32_t up = kin[order[i]].leaf.up;

		links.up[i] = up == TREE_NONE ? TREE_NONE : places[up];
		if (links.up[i] == TREE_NONE)
			continue;
		links.next[i] = links.first[links.up[i]];
		links.first[links.up[i]] = i;
	}
	free(places);
	return links;
}

static void links_done(struct links *links)
{
	free(links->up);
	free(links->first);
	free(links->next);
	free(links->done);
}

/* A row and all below it, in the order of a walk; returns how many are out then. */
static size_t tree_walk(struct kin *kin, const uint32_t *order, struct links *links, uint32_t top,
	uint32_t *out, size_t nr)
{
	uint32_t at = top;
	uint16_t depth = 0;
	uint64_t bars = 0;

	for (;;) {
		struct leaf *leaf = &kin[order[at]].leaf;
		bool more = at != top && links->next[at] != TREE_NONE;

		leaf->depth = depth;
		leaf->last = !more;
		leaf->bars = bars;
		links->done[at] = true;
		out[nr++] = order[at];
		if (links->first[at] != TREE_NONE && !links->done[links->first[at]]) {
			if (depth && depth < 64)
				bars = (bars & ~(UINT64_C(1) << depth)) | (uint64_t)more << depth;
			depth += depth < UINT16_MAX;
			at = links->first[at];
			continue;
		}
		while (at != top && links->next[at] == TREE_NONE) {
			at = links->up[at];
			depth--;
		}
		if (at == top)
			return nr;
		at = links->next[at];
	}
}

void tree_order(struct kin *kin, uint32_t *order, size_t nr)
{
	struct links links = links_new(kin, order, nr);
	uint32_t *out = mem_new(nr, sizeof(*out));
	size_t done = 0;

	for (size_t i = 0; i < nr; i++)
		if (links.up[i] == TREE_NONE)
			done = tree_walk(kin, order, &links, i, out, done);
	/* a circle of many */
	for (size_t i = 0; i < nr; i++)
		if (!links.done[i]) {
			kin[order[i]].leaf.depth = 0;
			kin[order[i]].leaf.last = true;
			out[done++] = order[i];
		}
	memcpy(order, out, nr * sizeof(*order));
	links_done(&links);
	free(out);
}

void tree_text(const struct row *row, bool ascii, struct buf *out)
{
	const struct leaf *leaf = &row->leaf;
	bool folded = row->t.flags & ROW_FOLDED;
	unsigned int from = leaf->depth > LEVELS ? leaf->depth - LEVELS : 1;

	for (unsigned int i = from; i < leaf->depth; i++)
		buf_puts(out, !(leaf->bars >> (i & 63) & 1) ? "  " : ascii ? "| " : "│ ");
	if (leaf->depth)
		buf_puts(out, ascii ? leaf->last ? "`" : "|" : leaf->last ? "└" : "├");
	if (leaf->depth || folded)
		buf_puts(out, folded ? "+ " : ascii ? "- " : "─ ");
}

bool tree_names(const struct column *column)
{
	return !column->width;
}
