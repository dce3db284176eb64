/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/snapshot.h"
#include "model/beside.h"
#include "model/column.h"
#include "model/filter.h"
#include "model/gone.h"
#include "model/group.h"
#include "model/cgroup.h"
#include "model/image.h"
#include "model/reason.h"
#include "base/errname.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CGROUP_MORE 64 /* than the text of a cgroup, for what is told by it */

/* What a comparison needs of a row, taken out once. */
struct key {
	uint64_t rank;
	uint64_t calls;
	uint32_t pid, index;
	bool known;
};

struct sort {
	const struct row *rows;
	const struct column *column;
	bool ascending;
};

static void key_fill(const struct sort *sort, uint32_t index, struct key *key)
{
	const struct row *row = &sort->rows[index];
	struct value value = {0};

	sort->column->get(row, &value);
	*key = (struct key){.calls = row->t.delta.calls,
		.pid = row->t.pid,
		.index = index,
		.known = value.known};
	if (value.known)
		key->rank = sort->column->type->rank(&value);
}

static int key_compare_text(const struct sort *sort, const struct key *a, const struct key *b)
{
	struct value u = {0}, v = {0};
	int order;

	sort->column->get(&sort->rows[a->index], &u);
	sort->column->get(&sort->rows[b->index], &v);
	order = type_compare(sort->column->type, &u, &v);
	return sort->ascending ? order : -order;
}

/* Who called most, then who it is. */
static int key_compare_rest(const struct sort *sort, const struct key *a, const struct key *b)
{
	const struct table_row *x = &sort->rows[a->index].t, *y = &sort->rows[b->index].t;

	if (a->calls != b->calls)
		return a->calls > b->calls ? -1 : 1;
	if (a->pid != b->pid)
		return a->pid < b->pid ? -1 : 1;
	if (x->tid != y->tid)
		return x->tid < y->tid ? -1 : 1;
	if (x->start_ns != y->start_ns)
		return x->start_ns < y->start_ns ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

static inline int key_compare(const struct sort *sort, const struct key *a, const struct key *b)
{
	int order = 0;

	if (a->known != b->known)
		return a->known ? -1 : 1;
	if (a->rank != b->rank)
		return (a->rank < b->rank) == sort->ascending ? -1 : 1;
	if (sort->column->type == &type_text)
		order = key_compare_text(sort, a, b);
	return order ? order : key_compare_rest(sort, a, b);
}

static void key_merge(
	const struct sort *sort, const struct key *from, struct key *to, size_t middle, size_t nr)
{
	size_t a = 0, b = middle;

	for (size_t i = 0; i < nr; i++) {
		bool left = a < middle && (b == nr || key_compare(sort, from + a, from + b) <= 0);

		to[i] = from[left ? a++ : b++];
	}
}

/* Merges runs of growing length; returns whichever array holds the result. */
static struct key *key_sort(const struct sort *sort, struct key *keys, struct key *spare, size_t nr)
{
	for (size_t run = 1; run < nr; run *= 2) {
		struct key *old = keys;

		for (size_t i = 0; i < nr; i += 2 * run) {
			size_t len = nr - i < 2 * run ? nr - i : 2 * run;

			key_merge(sort, keys + i, spare + i, len < run ? len : run, len);
		}
		keys = spare;
		spare = old;
	}
	return keys;
}

/* Moves each row once, round the rings of the permutation. */
static void rows_permute(struct row *rows, struct key *keys, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		struct row first;
		size_t at = i, from = keys[i].index;

		if (from == i)
			continue;
		first = rows[i];
		while (from != i) {
			mem_fetch(&rows[keys[from].index], sizeof(*rows));
			rows[at] = rows[from];
			keys[at].index = at;
			at = from;
			from = keys[at].index;
		}
		rows[at] = first;
		keys[at].index = at;
	}
}

/* The keys as the tree has them. */
static void keys_tree(struct row *rows, struct key *keys, size_t nr)
{
	uint32_t *order = mem_new(nr, sizeof(*order));

	for (size_t i = 0; i < nr; i++)
		order[i] = keys[i].index;
	tree_order(rows, order, nr);
	for (size_t i = 0; i < nr; i++)
		keys[i].index = order[i];
	free(order);
}

void snapshot_sort(struct snapshot *snap, const struct view *view)
{
	const struct sort sort = {snap->rows, view->sort, view->ascending};
	struct key *keys = mem_new(2 * snap->nr_rows, sizeof(*keys)), *sorted;

	for (size_t i = 0; i < snap->nr_rows; i++)
		key_fill(&sort, i, keys + i);
	sorted = key_sort(&sort, keys, keys + snap->nr_rows, snap->nr_rows);
	if (view->tree)
		keys_tree(snap->rows, sorted, snap->nr_rows);
	rows_permute(snap->rows, sorted, snap->nr_rows);
	free(keys);
}

struct take {
	struct snapshot *snap;
	const struct view *view;
	snapshot_user user;
	const void *user_arg;
	uint64_t begin_ns;
	struct groups *groups; /* NULL: a row is a process */
};

static bool row_idle(const struct view *view, const struct table_row *t)
{
	if (counts_any(&t->delta))
		return false;
	for (unsigned int i = 0; view->live && i < TABLE_HISTORY; i++)
		if (t->history[i])
			return false;
	return true;
}

static double seconds(uint64_t from_ns, uint64_t to_ns)
{
	return to_ns > from_ns ? (to_ns - from_ns) / 1e9 : 0;
}

/* A process may live shorter than an interval; its mean must not pass its peak for that. */
static double row_seen(const struct take *take, const struct table_row *t)
{
	uint64_t begin = t->start_ns > take->begin_ns ? t->start_ns : take->begin_ns;
	uint64_t end = t->flags & ROW_EXITED ? t->exit_ns : take->snap->totals.closed_ns;
	double s = seconds(begin, end);

	return s < take->snap->interval_s ? take->snap->interval_s : s;
}

/* A text of a process, clean. */
static const char *row_text(struct pool *pool, const struct name *name)
{
	size_t len = name ? strlen(name->text) : 0;
	char *text;

	if (!name)
		return NULL;
	text = pool_room(pool, len + 1);
	text_clean(text, len + 1, name->text, len);
	return pool_text(pool, text);
}

static const char *row_cgroup(struct pool *pool, const struct name *name,
	void (*part)(const char *text, char *out, size_t size))
{
	size_t size;
	char *text;

	if (!name)
		return NULL;
	size = strlen(name->text) + CGROUP_MORE;
	text = pool_room(pool, size);
	part(name->text, text, size);
	return pool_text(pool, text);
}

static const char *row_bare(struct pool *pool, const char *comm)
{
	size_t size = strlen(comm) + 3;
	char *text;

	if (!comm[0])
		return NULL;
	text = pool_room(pool, size);
	snprintf(text, size, "[%s]", comm);
	return text;
}

static void row_texts(const struct take *take, struct row *row)
{
	const struct name *const *texts = row->t.texts;
	const struct name *cgroup = texts[TOLD_CGROUP];
	struct pool *pool = &take->snap->texts;

	row->exe = row_text(pool, texts[TOLD_EXE]);
	row->cmdline = row_text(pool, texts[TOLD_CMDLINE]);
	if (!row->cmdline && take->view->cmdline)
		row->cmdline = row_bare(pool, row->comm);
	row->cgroup = row_cgroup(pool, cgroup, cgroup_path);
	row->unit = row_cgroup(pool, cgroup, cgroup_unit);
	row->container = row_cgroup(pool, cgroup, cgroup_container);
}

/* What is told by the interval and the time. */
static void row_figures(const struct take *take, const struct table_row *t, struct row *row)
{
	const struct table_totals *totals = &take->snap->totals;

	row->facts = take->view->facts;
	row->interval_s = take->snap->interval_s;
	row->share = totals->delta.calls ? 100.0 * t->delta.calls / totals->delta.calls : 0;
	row->seen_s = row_seen(take, t);
	row->mean_per_s = row->seen_s > 0 ? t->total.calls / row->seen_s : 0;
	row->idle_s = seconds(t->last_ns, totals->closed_ns);
}

static void row_fill(const struct take *take, const struct table_row *t, struct row *row)
{
	row->t = *t;
	text_clean(row->comm, sizeof(row->comm), t->comm, sizeof(t->comm));
	row->user[0] = '\0';
	if (t->uid != EVENT_NO_ID && take->user)
		take->user(take->user_arg, t->uid, row->user, sizeof(row->user));
	row->errname[0] = '\0';
	if (t->total.errors)
		errname_text(row->errname, t->error);
	row->site[0] = '\0';
	if (t->site)
		image_site_text(row->site, sizeof(row->site), t->site, t->site_offset);
	row_texts(take, row);
	row->name = NULL;
	row->mode = NULL; /* what is compared with figures means the total */
	row->why = t->reasons ? reasons_top(t->reasons) : NULL;
	row->audit = NULL;
	row->listed = false;
	row_figures(take, t, row);
}

void snapshot_row(struct snapshot *out, const struct view *view, uint64_t begin_ns,
	snapshot_user user, const void *arg, const struct table_row *t, struct row *row)
{
	const struct take take = {
		.snap = out, .view = view, .user = user, .user_arg = arg, .begin_ns = begin_ns};

	row_fill(&take, t, row);
	row->interval_s = 0;
}

/* The place behind the last row. */
static struct row *row_room(struct snapshot *snap)
{
	if (snap->nr_rows == snap->cap_rows) {
		snap->cap_rows = snap->cap_rows ? 2 * snap->cap_rows : 64;
		snap->rows = mem_resize(snap->rows, snap->cap_rows, sizeof(*snap->rows));
	}
	return &snap->rows[snap->nr_rows];
}

/* Of one that passed the choice of processes; filled: row_room() holds it. */
static void snapshot_add(struct take *take, const struct table_row *t, bool filled)
{
	struct snapshot *snap = take->snap;
	const struct view *view = take->view;

	if (!filled && (view->text || view->where || view->fail)) {
		row_fill(take, t, row_room(snap));
		filled = true;
	}
	if (filled && !view_passes(view, row_room(snap)))
		return;
	if (view->fail)
		snap->failed |= filter_takes(view->fail, row_room(snap));
	counts_add(&snap->shown, &t->delta);
	counts_add(&snap->shown_total, &t->total);
	if (view->want & VIEW_WX ? !counts_exec(&t->total) : !view->idle && row_idle(view, t))
		return;
	if (!filled)
		row_fill(take, t, row_room(snap));
	row_room(snap)->mode = view->mode;
	snap->nr_rows++;
}

static void user_seen(const struct take *take, uint32_t uid)
{
	struct snapshot *snap = take->snap;
	struct seen_user *seen = snap->users;

	if (!take->view->live || uid == EVENT_NO_ID || !take->user)
		return;
	for (unsigned int i = 0; i < snap->nr_users; i++)
		if (seen[i].uid == uid)
			return;
	if (snap->nr_users == SNAPSHOT_USERS)
		return;
	seen += snap->nr_users++;
	seen->uid = uid;
	take->user(take->user_arg, uid, seen->name, sizeof(seen->name));
}

static void snapshot_visit(const struct table_row *t, void *arg)
{
	struct take *take = arg;
	struct row row;

	user_seen(take, t->uid);
	if (!view_takes(take->view, t))
		return;
	if (!take->groups) {
		snapshot_add(take, t, false);
		return;
	}
	row_fill(take, t, &row);
	groups_add(take->groups, take->view->group, &row, &take->snap->texts);
}

static void group_fill(struct take *take, size_t i, struct row *row)
{
	struct table_row t;
	uint64_t begin_ns;

	groups_row(take->groups, i, row, &begin_ns);
	t = row->t;
	t.start_ns = begin_ns;
	row_figures(take, &t, row);
	if (take->view->cmdline)
		row->cmdline = row->name;
}

/* Those who are gone count too. */
static void snapshot_groups(struct take *take, const struct table *table)
{
	gone_each(table_gone(table), snapshot_visit, take);
	for (size_t i = 0; i < take->groups->nr; i++) {
		struct row *row = row_room(take->snap);
		struct table_row t;

		group_fill(take, i, row);
		t = row->t;
		snapshot_add(take, &t, true);
	}
	groups_done(take->groups);
}

static void take_fill(const struct table_row *t, struct row *row, void *arg)
{
	row_fill(arg, t, row);
}

void snapshot_take(struct snapshot *out, const struct table *table, const struct view *view,
	uint64_t begin_ns, snapshot_user user, const void *user_arg)
{
	struct groups groups = {0};
	struct take take = {out, view, user, user_arg, begin_ns, view->group ? &groups : NULL};

	out->nr_rows = 0;
	out->nr_users = 0;
	out->failed = false;
	pool_reset(&out->texts);
	out->totals = *table_totals(table);
	out->interval_s = out->totals.interval_ns / 1e9;
	out->traced_s = seconds(begin_ns, out->totals.closed_ns);
	out->facts = view->facts;
	out->group = view->group;
	out->chosen = view->command || view->nr_pids || view->user || view->text || view->where;
	memset(&out->shown, 0, sizeof(out->shown));
	memset(&out->shown_total, 0, sizeof(out->shown_total));
	table_each(table, view->threads, snapshot_visit, &take);
	if (view->idle)
		table_each_silent(table, view->threads, snapshot_visit, &take);
	if (take.groups)
		snapshot_groups(&take, table);
	beside_take(out, table, view, take_fill, &take);
	if (view->tree)
		tree_link(out, table_map(table), view);
	snapshot_sort(out, view);
}

void snapshot_done(struct snapshot *snap)
{
	hist_done(&snap->times);
	callers_done(&snap->callers);
	detail_done(&snap->detail);
	free(snap->rows);
	pool_done(&snap->texts);
	*snap = (struct snapshot){0};
}
