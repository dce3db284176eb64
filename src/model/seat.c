/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/seat.h"
#include "base/mem.h"
#include "model/column.h"
#include "model/tally.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define AHEAD 6 /* rows that are fetched before they are read */

struct seats *seats_new(void)
{
	return mem_new(1, sizeof(struct seats));
}

void seats_free(struct seats *seats)
{
	if (!seats)
		return;
	free(seats->list);
	free(seats->places);
	order_done(&seats->room);
	free(seats->keys);
	free(seats->kin);
	free(seats->near);
	pool_done(&seats->texts);
	free(seats);
}

void seats_leave(struct seats *seats)
{
	if (seats->table && seats->keeps)
		table_let_go(seats->table);
	seats->table = NULL;
	seats->nr = 0;
}

static void seats_view(struct seats *seats, const struct view *view)
{
	seats->mode = view->mode;
	seats->parts = (view->sort->parts ? view->sort->parts : PART_ALL) | PART_CALLS;
	if (seats->parts & PART_MODE && view->mode)
		seats->parts |= PART_FIGURES;
}

void seats_begin(struct seats *seats, const struct table *table, const struct view *view)
{
	seats->table = table;
	seats->keeps = view->lazy;
	seats->nr = 0;
	free(seats->kin);
	seats->kin = NULL;
	pool_reset(&seats->texts);
	memset(seats->near_of, 0, sizeof(seats->near_of));
	seats_view(seats, view);
}

/* As much more again, and all of it there: first touched, memory takes time. */
static void seats_grow(struct seats *seats)
{
	size_t old = seats->cap, more;

	seats->cap = old ? 2 * old : 64;
	more = seats->cap - old;
	seats->list = mem_resize(seats->list, seats->cap, sizeof(*seats->list));
	memset(seats->list + old, 0, more * sizeof(*seats->list));
	seats->keys = mem_resize(seats->keys, seats->cap, sizeof(*seats->keys));
	memset(seats->keys + old, 0, more * sizeof(*seats->keys));
	seats->places = mem_resize(seats->places, seats->cap, sizeof(*seats->places));
	memset(seats->places + old, 0, more * sizeof(*seats->places));
	order_ready(&seats->room, seats->cap);
}

void seats_ready(struct seats *seats, size_t nr)
{
	while (seats->cap < nr)
		seats_grow(seats);
}

const struct seat *seats_put(struct seats *seats, const struct table_row *row, struct tally *tally)
{
	struct seat *seat;

	if (seats->nr == seats->cap)
		seats_grow(seats);
	seat = &seats->list[seats->nr];
	*seat = (struct seat){.id = {row->start_ns, row->pid, row->tid},
		.tally = tally,
		.last_ns = row->last_ns,
		.exit_ns = row->exit_ns,
		.ppid = row->ppid,
		.uid = row->uid,
		.flags = row->flags,
		.nr_threads = row->nr_threads};
	memcpy(seat->comm, row->comm, sizeof(seat->comm));
	if (seat->flags & ROW_OTHER)
		seats->other = *row;
	return seat;
}

/* Texts are those of now: where one that counts nothing has ended, nobody can tell them. */
static void seat_texts(const struct seats *seats, const struct seat *seat, struct table_row *t)
{
	const struct task *task;
	const struct proc *proc = NULL;

	if (seat->tally) {
		proc = seat->tally->proc;
	} else {
		task = task_find(table_map(seats->table), seat->id.tid);
		if (task && task->proc->pid == seat->id.pid &&
			task->proc->start_ns == seat->id.start_ns)
			proc = task->proc;
	}
	if (proc)
		memcpy(t->texts, proc->texts, sizeof(t->texts));
	else
		memset(t->texts, 0, sizeof(t->texts));
}

/* What the table has of it. */
static void seat_told(
	const struct seats *seats, const struct seat *seat, unsigned int parts, struct table_row *t)
{
	if (seat->flags & ROW_OTHER) {
		*t = seats->other;
		return;
	}
	if (!seat->tally)
		memset(t, 0, sizeof(*t));
	t->pid = seat->id.pid;
	t->tid = seat->id.tid;
	t->start_ns = seat->id.start_ns;
	t->last_ns = seat->last_ns;
	t->exit_ns = seat->exit_ns;
	t->ppid = seat->ppid;
	t->uid = seat->uid;
	t->flags = seat->flags;
	t->nr_threads = seat->nr_threads;
	memcpy(t->comm, seat->comm, sizeof(t->comm));
	if (parts & PART_TEXTS)
		seat_texts(seats, seat, t);
	parts = part_needs(parts);
	if (seat->tally && parts & PART_COUNTED)
		tally_parts(seat->tally, table_seq(seats->table), parts, t);
}

void seats_parts(struct seats *seats, const struct seat *seat, unsigned int parts, struct row *row)
{
	seat_told(seats, seat, parts, &row->t);
	fill_parts(&seats->fill, parts, row);
}

/* A text goes along where its rank does not hold all of it. */
static void seats_key(struct seats *seats, const struct view *view, const struct seat *seat,
	struct order_key *key)
{
	struct row *row = &seats->peek;
	size_t len;

	seats_parts(seats, seat, seats->parts, row);
	row->mode = view->mode;
	order_key(view, row, key);
	if (!key->text)
		return;
	len = strlen(key->text);
	key->text = len < sizeof(key->rank)
			    ? ""
			    : memcpy(pool_room(&seats->texts, len + 1), key->text, len + 1);
}

void seats_add(struct seats *seats, const struct view *view)
{
	seats_key(seats, view, &seats->list[seats->nr], &seats->keys[seats->nr]);
	seats->places[seats->nr] = (uint32_t)seats->nr;
	seats->nr++;
}

/* Those that come after the one at at; places: in that order, NULL: in that of the list. */
static void seat_fetch(const struct seats *seats, size_t at, const uint32_t *places)
{
	const struct tally *tally;
	size_t far = at + AHEAD, near = at + AHEAD / 2;

	if (far < seats->nr) {
		tally = seats->list[places ? places[far] : far].tally;
		if (tally)
			mem_fetch(tally, sizeof(*tally));
	}
	tally = near < seats->nr ? seats->list[places ? places[near] : near].tally : NULL;
	if (tally)
		mem_fetch(tally->sheet.cells, sheet_size(&tally->sheet));
}

void seats_rekey(struct seats *seats, const struct view *view)
{
	seats_view(seats, view);
	pool_reset(&seats->texts);
	for (size_t i = 0; i < seats->nr; i++) {
		seat_fetch(seats, i, NULL);
		seats_key(seats, view, &seats->list[i], &seats->keys[i]);
	}
}

void seats_link(struct seats *seats)
{
	seats->kin = mem_new(seats->nr, sizeof(*seats->kin));
	for (size_t i = 0; i < seats->nr; i++) {
		const struct seat *seat = &seats->list[i];

		seats->kin[i] = (struct kin){
			.start_ns = seat->id.start_ns, .pid = seat->id.pid, .ppid = seat->ppid};
	}
	tree_kin(seats->kin, seats->nr, table_map(seats->table));
}

void seats_sort(struct seats *seats, const struct view *view)
{
	order_make(seats->keys, seats->nr, view->ascending, &seats->room, seats->places);
	if (seats->kin && seats->nr)
		tree_order(seats->kin, seats->places, seats->nr);
	memset(seats->near_of, 0, sizeof(seats->near_of));
}

const struct seat *seats_at(const struct seats *seats, size_t at)
{
	assert(at < seats->nr && seats->table);
	return &seats->list[seats->places[at]];
}

struct leaf seats_leaf(const struct seats *seats, size_t at)
{
	return seats->kin ? seats->kin[seats->places[at]].leaf : (struct leaf){.up = TREE_NONE};
}

static void seats_make(struct seats *seats, size_t at, struct row *row)
{
	seat_told(seats, seats_at(seats, at), PART_ALL, &row->t);
	fill_rest(&seats->fill, row);
	row->mode = seats->mode;
	if (seats->kin)
		row->leaf = seats_leaf(seats, at);
}

const struct row *seats_row(struct seats *seats, size_t at)
{
	size_t near = at % SEATS_NEAR;

	if (!seats->near)
		seats->near = mem_new(SEATS_NEAR, sizeof(*seats->near));
	if (seats->near_of[near] != at + 1) {
		seats_make(seats, at, &seats->near[near]);
		seats->near_of[near] = at + 1;
	}
	return &seats->near[near];
}

const struct row *seats_peek(struct seats *seats, size_t at, unsigned int parts)
{
	struct pool *texts = seats->fill.texts;

	pool_reset(&seats->texts);
	seats->fill.texts = &seats->texts;
	seats_parts(seats, seats_at(seats, at), parts, &seats->peek);
	seats->fill.texts = texts;
	return &seats->peek;
}

void seats_fill(struct seats *seats, struct row *rows)
{
	for (size_t i = 0; i < seats->nr; i++) {
		seat_fetch(seats, i, seats->places);
		seats_make(seats, i, &rows[i]);
	}
}
