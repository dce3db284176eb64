/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/tree.h"
#include "base/buf.h"
#include "base/mem.h"
#include "model/column.h"
#include "model/snapshot.h"
#include "model/tally.h"
#include "model/task.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define TICK_NS UINT64_C(10000000) /* a start that /proc tells is that far off at most */
#define LEVELS  24                 /* that are drawn */

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

/* What is known of a process without a row: the row that it is below. */
struct rowless {
	const struct proc *proc;
	uint32_t up;
};

/* Those that were passed on the way up, so that none is passed twice: a chain may be as long as
 * there are processes, and all may begin below it. */
struct passed {
	struct rowless *list;
	uint32_t *slots; /* places in list, by process; TREE_NONE: free */
	size_t nr, cap;  /* there are 2 * cap slots, a power of two */
};

static uint32_t *passed_slot(const struct passed *passed, const struct proc *proc)
{
	size_t mask = 2 * passed->cap - 1;
	size_t i = (uint32_t)(proc->pid * UINT32_C(0x9e3779b9)) >> 7 & mask;

	while (passed->slots[i] != TREE_NONE && passed->list[passed->slots[i]].proc != proc)
		i = (i + 1) & mask;
	return &passed->slots[i];
}

static void passed_grow(struct passed *passed)
{
	passed->cap = passed->cap ? 2 * passed->cap : 64;
	passed->list = mem_resize(passed->list, passed->cap, sizeof(*passed->list));
	free(passed->slots);
	passed->slots = mem_new(2 * passed->cap, sizeof(*passed->slots));
	memset(passed->slots, 0xff, 2 * passed->cap * sizeof(*passed->slots));
	for (size_t i = 0; i < passed->nr; i++)
		*passed_slot(passed, passed->list[i].proc) = (uint32_t)i;
}

/* False: it was passed before, and up is what it is below. */
static bool passed_add(struct passed *passed, const struct proc *proc, uint32_t *up)
{
	uint32_t *slot;

	if (passed->nr == passed->cap)
		passed_grow(passed);
	slot = passed_slot(passed, proc);
	if (*slot != TREE_NONE) {
		*up = passed->list[*slot].up;
		return false;
	}
	*slot = (uint32_t)passed->nr;
	/* stays so where the chain leads back to it */
	passed->list[passed->nr++] = (struct rowless){proc, TREE_NONE};
	return true;
}

/* The nearest row above, over those who have none. */
static uint32_t parent_of(
	const struct pids *pids, const struct task_map *map, struct passed *passed, uint32_t at)
{
	const struct kin *kin = &pids->kin[at];
	size_t first = passed->nr;
	uint32_t pid = kin->ppid, up = TREE_NONE;
	uint64_t start_ns = kin->start_ns;

	while (pid && pid != EVENT_NO_ID) {
		const struct task *task;

		up = pids_find(pids, pid, start_ns);
		if (up != TREE_NONE)
			break;
		task = task_find(map, pid);
		if (!task || task->proc->start_ns > start_ns + TICK_NS ||
			!passed_add(passed, task->proc, &up))
			break;
		pid = task->proc->ppid;
		start_ns = task->proc->start_ns;
	}
	for (size_t i = first; i < passed->nr; i++)
		passed->list[i].up = up;
	return up == at ? TREE_NONE : up;
}

static bool folds(const struct view *view, const struct row *row)
{
	for (int i = 0; i < view->nr_folded; i++)
		if (view->folded[i].pid == row->t.pid && view->folded[i].tid == row->t.tid &&
			view->folded[i].start_ns == row->t.start_ns)
			return true;
	return false;
}

/* Where a row is not looked at yet; an id of no row, as TREE_NONE is. */
#define TREE_UNSEEN (UINT32_MAX - 1)

/* Of a row whose parent's answer is known. */
static uint32_t folded_above(const struct row *rows, uint32_t at, const uint32_t *into)
{
	uint32_t up = rows[at].leaf.up;

	if (up == TREE_NONE)
		return TREE_NONE;
	if (into[up] == TREE_NONE && rows[up].t.flags & ROW_FOLDED)
		return up;
	return into[up];
}

/* The highest that is folded of those above each row, TREE_NONE: none. There are no circles. */
static void folded_into(const struct row *rows, size_t nr, uint32_t *into)
{
	uint32_t *path = mem_new(nr, sizeof(*path));

	for (size_t i = 0; i < nr; i++)
		into[i] = TREE_UNSEEN;
	for (size_t i = 0; i < nr; i++) {
		size_t len = 0;

		for (uint32_t at = (uint32_t)i; at != TREE_NONE && into[at] == TREE_UNSEEN;
			at = rows[at].leaf.up) {
			assert(len < nr);
			path[len++] = at;
		}
		while (len--)
			into[path[len]] = folded_above(rows, path[len], into);
	}
	free(path);
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
	folded_into(rows, snap->nr_rows, into);
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

/* Takes the first of a circle from the one above it. */
static void circle_cut(struct kin *kin, uint32_t of)
{
	uint32_t first = of;

	for (uint32_t at = kin[of].leaf.up; at != of; at = kin[at].leaf.up)
		if (at < first)
			first = at;
	kin[first].leaf.up = TREE_NONE;
}

/* Of those whose starts are not told apart, or not known, each may seem the other's parent. */
static void circles_cut(struct kin *kin, size_t nr)
{
	uint32_t *from = mem_new(nr, sizeof(*from)); /* whose way up it is on first */

	for (size_t i = 0; i < nr; i++)
		from[i] = TREE_NONE;
	for (size_t i = 0; i < nr; i++) {
		uint32_t at = (uint32_t)i;

		for (; at != TREE_NONE && from[at] == TREE_NONE; at = kin[at].leaf.up)
			from[at] = (uint32_t)i;
		if (at != TREE_NONE && from[at] == i)
			circle_cut(kin, at);
	}
	free(from);
}

void tree_kin(struct kin *kin, size_t nr, const struct task_map *map)
{
	struct pids pids = pids_new(kin, nr);
	struct passed passed = {.nr = 0};

	for (size_t i = 0; i < nr; i++)
		kin[i].leaf = (struct leaf){
			.id = (uint32_t)i, .up = parent_of(&pids, map, &passed, (uint32_t)i)};
	circles_cut(kin, nr);
	free(passed.list);
	free(passed.slots);
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
};

static struct links links_new(const struct kin *kin, const uint32_t *order, size_t nr)
{
	uint32_t most = 0;
	uint32_t *places;
	struct links links = {mem_new(nr, sizeof(uint32_t)), mem_new(nr, sizeof(uint32_t)),
		mem_new(nr, sizeof(uint32_t))};

	for (size_t i = 0; i < nr; i++)
		if (kin[i].leaf.id > most)
			most = kin[i].leaf.id;
	places = mem_new((size_t)most + 1, sizeof(*places));
	for (size_t i = 0; i <= most; i++)
		places[i] = TREE_NONE;
	for (size_t i = 0; i < nr; i++) {
		places[kin[order[i]].leaf.id] = i;
		links.first[i] = links.next[i] = TREE_NONE;
	}
	/* the first comes to stand in front */
	for (size_t i = nr; i--;) {
		uint32_t up = kin[order[i]].leaf.up;

		links.up[i] = up > most ? TREE_NONE : places[up];
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
}

static void leaf_place(struct leaf *leaf, const struct leaf *up, bool more)
{
	leaf->last = !more;
	leaf->depth = up ? up->depth + (up->depth < UINT16_MAX) : 0;
	leaf->bars = up ? up->bars << 1 | !up->last : 0;
}

/* A row and all below it, in the order of a walk; returns how many are out then. */
static size_t tree_walk(struct kin *kin, const uint32_t *order, const struct links *links,
	uint32_t top, uint32_t *out, size_t nr)
{
	uint32_t at = top;

	leaf_place(&kin[order[top]].leaf, NULL, false);
	out[nr++] = order[top];
	for (;;) {
		if (links->first[at] != TREE_NONE) {
			at = links->first[at];
		} else {
			while (at != top && links->next[at] == TREE_NONE)
				at = links->up[at];
			if (at == top)
				return nr;
			at = links->next[at];
		}
		leaf_place(&kin[order[at]].leaf, &kin[order[links->up[at]]].leaf,
			links->next[at] != TREE_NONE);
		out[nr++] = order[at];
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
	assert(done == nr); /* no circles: tree_kin() cuts them */
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
		buf_puts(out, !(leaf->bars >> (leaf->depth - 1 - i) & 1) ? "  "
			      : ascii                                    ? "| "
									 : "│ ");
	if (leaf->depth)
		buf_puts(out, ascii ? leaf->last ? "`" : "|" : leaf->last ? "└" : "├");
	if (leaf->depth || folded)
		buf_puts(out, folded ? "+ " : ascii ? "- " : "─ ");
}

bool tree_names(const struct column *column)
{
	return !column->width;
}
