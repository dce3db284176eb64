/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/snapshot.h"
#include "model/beside.h"
#include "model/column.h"
#include "model/filter.h"
#include "model/gone.h"
#include "model/fill.h"
#include "model/group.h"
#include "model/order.h"
#include "model/seat.h"
#include "model/tally.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define TIDY_EACH 500 /* rows, at a tick */

/* Moves each row once, round the rings of the permutation. */
static void rows_permute(struct row *rows, uint32_t *places, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		struct row first;
		size_t at = i, from = places[i];

		if (from == i)
			continue;
		first = rows[i];
		while (from != i) {
			mem_fetch(&rows[places[from]], sizeof(*rows));
			rows[at] = rows[from];
			places[at] = (uint32_t)at;
			at = from;
			from = places[at];
		}
		rows[at] = first;
		places[at] = (uint32_t)at;
	}
}

/* Places in the order of the tree. */
static void rows_climb(struct snapshot *snap, uint32_t *places)
{
	struct kin *kin = mem_new(snap->nr_rows, sizeof(*kin));

	for (size_t i = 0; i < snap->nr_rows; i++)
		kin[i].leaf = snap->rows[i].leaf;
	tree_order(kin, places, snap->nr_rows);
	for (size_t i = 0; i < snap->nr_rows; i++)
		snap->rows[i].leaf = kin[i].leaf;
	free(kin);
}

static void rows_sort(struct snapshot *snap, const struct view *view)
{
	struct order_key *keys = mem_new(snap->nr_rows, sizeof(*keys));
	uint32_t *places = mem_new(snap->nr_rows, sizeof(*places));
	struct order_room room = {0};

	for (size_t i = 0; i < snap->nr_rows; i++)
		order_key(view, &snap->rows[i], &keys[i]);
	order_make(keys, snap->nr_rows, view->ascending, &room, places);
	order_done(&room);
	if (view->tree)
		rows_climb(snap, places);
	rows_permute(snap->rows, places, snap->nr_rows);
	free(places);
	free(keys);
}

static bool snapshot_seated(const struct snapshot *snap)
{
	return snap->seats && snap->seats->table;
}

void snapshot_sort(struct snapshot *snap, const struct view *view)
{
	snap->turn += !!snap->turn;
	if (!snapshot_seated(snap)) {
		rows_sort(snap, view);
		return;
	}
	seats_rekey(snap->seats, view);
	seats_sort(snap->seats, view);
}

const struct row *snapshot_at(const struct snapshot *snap, size_t at)
{
	return snapshot_seated(snap) ? seats_row(snap->seats, at) : &snap->rows[at];
}

const struct row *snapshot_peek(const struct snapshot *snap, size_t at, unsigned int parts)
{
	return snapshot_seated(snap) ? seats_peek(snap->seats, at, parts) : &snap->rows[at];
}

struct row_id snapshot_id(const struct snapshot *snap, size_t at)
{
	return snapshot_seated(snap) ? seats_at(snap->seats, at)->id : row_id_of(&snap->rows[at]);
}

struct leaf snapshot_leaf(const struct snapshot *snap, size_t at)
{
	if (!snapshot_seated(snap))
		return snap->rows[at].leaf;
	return seats_leaf(snap->seats, at);
}

struct take {
	struct snapshot *snap;
	const struct view *view;
	struct fill fill;
	struct groups *groups; /* NULL: a row is a process */
	unsigned int parts;    /* of a row, that are asked for */
	bool sums;             /* what shows is summed up */
	struct row row;        /* being looked at */
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

static struct fill fill_of(struct snapshot *snap, const struct view *view, uint64_t begin_ns,
	snapshot_user user, const void *user_arg)
{
	return (struct fill){.texts = &snap->texts,
		.totals = &snap->totals,
		.interval_s = snap->interval_s,
		.begin_ns = begin_ns,
		.facts = view->facts,
		.cmdline = view->cmdline,
		.user = user,
		.user_arg = user_arg};
}

void snapshot_row(struct snapshot *out, const struct view *view, uint64_t begin_ns,
	snapshot_user user, const void *arg, const struct table_row *t, struct row *row)
{
	struct fill fill = fill_of(out, view, begin_ns, user, arg);

	fill_row(&fill, t, row);
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

/* Of a group, whose row is in its place already. */
static void group_add(struct take *take)
{
	struct snapshot *snap = take->snap;
	const struct view *view = take->view;
	struct row *row = &snap->rows[snap->nr_rows];

	if (!view_passes(view, row))
		return;
	if (view->fail)
		snap->failed |= filter_takes(view->fail, row);
	counts_add(&snap->shown, &row->t.delta);
	if (view->want & VIEW_WX ? !counts_exec(&row->t.total)
				 : !view->idle && row_idle(view, &row->t))
		return;
	row->mode = view->mode;
	snap->nr_rows++;
}

static bool seat_idle(const struct take *take, const struct seat *seat)
{
	const struct seats *seats = take->snap->seats;

	if (seat->tally)
		return tally_quiet(seat->tally, table_seq(seats->table), take->view->live);
	return !(seat->flags & ROW_OTHER) || row_idle(take->view, &seats->other);
}

/* Whether it gets a row, by all but its ids. */
static bool seat_passes(struct take *take, const struct seat *seat)
{
	const struct view *view = take->view;
	struct row *row = &take->row;

	seats_parts(take->snap->seats, seat, take->parts, row);
	if (!view_passes(view, row))
		return false;
	if (view->fail)
		take->snap->failed |= filter_takes(view->fail, row);
	if (take->sums)
		counts_add(&take->snap->shown, &row->t.delta);
	return view->want & VIEW_WX ? counts_exec(&row->t.total)
				    : view->idle || !seat_idle(take, seat);
}

static void user_seen(const struct take *take, uint32_t uid)
{
	struct snapshot *snap = take->snap;
	struct seen_user *seen = snap->users;

	if (!take->view->live || uid == EVENT_NO_ID || !take->fill.user)
		return;
	for (unsigned int i = 0; i < snap->nr_users; i++)
		if (seen[i].uid == uid)
			return;
	if (snap->nr_users == SNAPSHOT_USERS)
		return;
	seen += snap->nr_users++;
	seen->uid = uid;
	take->fill.user(take->fill.user_arg, uid, seen->name, sizeof(seen->name));
}

static void seat_visit(const struct table_row *t, struct tally *tally, void *arg)
{
	struct take *take = arg;
	struct seats *seats = take->snap->seats;

	user_seen(take, t->uid);
	if (view_takes(take->view, t) && seat_passes(take, seats_put(seats, t, tally)))
		seats_add(seats, take->view);
}

static void group_visit(const struct table_row *t, void *arg)
{
	struct take *take = arg;

	user_seen(take, t->uid);
	if (!view_takes(take->view, t))
		return;
	fill_row(&take->fill, t, &take->row);
	groups_add(take->groups, take->view->group, &take->row, &take->snap->texts);
}

static void group_fill(struct take *take, size_t i, struct row *row)
{
	uint64_t begin_ns, id;

	groups_row(take->groups, i, row, &begin_ns);
	id = row->t.start_ns;
	row->t.start_ns = begin_ns;
	fill_figures(&take->fill, row);
	row->t.start_ns = id;
	if (take->view->cmdline)
		row->cmdline = row->name;
}

/* Those who are gone count too. */
static void take_groups(struct take *take, const struct table *table)
{
	const struct view *view = take->view;
	struct groups groups = {0};

	take->groups = &groups;
	table_each(table, view->threads, group_visit, take);
	if (view->idle)
		table_each_silent(table, view->threads, group_visit, take);
	gone_each(table_gone(table), group_visit, take);
	for (size_t i = 0; i < groups.nr; i++) {
		group_fill(take, i, row_room(take->snap));
		group_add(take);
	}
	groups_done(&groups);
}

static void take_fill(const struct table_row *t, struct row *row, void *arg)
{
	struct take *take = arg;

	fill_row(&take->fill, t, row);
}

/* What of a row is asked for, to say whether it shows. */
static unsigned int parts_asked(const struct view *view)
{
	unsigned int parts = PART_WHO;

	if (view->text)
		parts |= PART_COMM | (view->cmdline ? PART_TEXTS : 0);
	if (view->where)
		parts |= filter_parts(view->where);
	if (view->fail)
		parts |= filter_parts(view->fail);
	if (view->want & VIEW_WX)
		parts |= PART_TOTAL;
	return parts;
}

static void take_seats(struct take *take, const struct table *table)
{
	struct snapshot *snap = take->snap;
	const struct view *view = take->view;

	if (!snap->seats)
		snap->seats = seats_new();
	snap->seats->fill = take->fill;
	if (view->threads && snap->totals.threads_ns > take->fill.begin_ns)
		snap->seats->fill.begin_ns = snap->totals.threads_ns;
	seats_begin(snap->seats, table, view);
	/* without a choice it is all that there is */
	take->sums = snap->chosen || view->threads;
	if (!take->sums)
		snap->shown = snap->totals.delta;
	take->parts = parts_asked(view) | (take->sums ? PART_DELTA : 0);
	table_each_light(table, view->threads, view->idle, view->lazy, seat_visit, take);
	snap->nr_rows = snap->seats->nr;
}

/* All rows in their order. Where some are folded into others, what those count is in no seat. */
static void take_rows(struct snapshot *snap, const struct table *table, const struct view *view)
{
	bool folds = view->tree && view->nr_folded;

	if (view->tree && !folds)
		seats_link(snap->seats);
	if (!folds)
		seats_sort(snap->seats, view);
	if (view->lazy && !folds)
		return;
	if (snap->cap_rows < snap->nr_rows) {
		snap->cap_rows = snap->nr_rows + snap->nr_rows / 2;
		free(snap->rows);
		snap->rows = mem_new(snap->cap_rows, sizeof(*snap->rows));
	}
	seats_fill(snap->seats, snap->rows);
	seats_leave(snap->seats);
	if (!folds)
		return;
	tree_link(snap, table_map(table), view);
	rows_sort(snap, view);
}

void snapshot_ready(struct snapshot *snap, const struct table *table)
{
	if (!snap->seats)
		snap->seats = seats_new();
	seats_ready(snap->seats, table_nr(table));
	table_tidy(table, TIDY_EACH);
}

static void take_begin(
	struct snapshot *out, const struct table *table, const struct view *view, uint64_t begin_ns)
{
	if (out->seats)
		seats_leave(out->seats);
	out->turn++;
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
}

void snapshot_take(struct snapshot *out, const struct table *table, const struct view *view,
	uint64_t begin_ns, snapshot_user user, const void *user_arg)
{
	struct take take = {.snap = out, .view = view};

	take_begin(out, table, view, begin_ns);
	take.fill = fill_of(out, view, begin_ns, user, user_arg);
	if (view->group)
		take_groups(&take, table);
	else
		take_seats(&take, table);
	beside_take(out, table, view, take_fill, &take);
	if (view->group)
		rows_sort(out, view);
	else
		take_rows(out, table, view);
}

void snapshot_leave(struct snapshot *snap)
{
	if (!snapshot_seated(snap))
		return;
	seats_leave(snap->seats);
	snap->nr_rows = 0;
	snap->turn++;
}

void snapshot_done(struct snapshot *snap)
{
	if (snap->seats)
		seats_leave(snap->seats);
	seats_free(snap->seats);
	hist_done(&snap->times);
	callers_done(&snap->callers);
	detail_done(&snap->detail);
	free(snap->rows);
	pool_done(&snap->texts);
	*snap = (struct snapshot){0};
}
