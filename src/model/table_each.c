/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who goes through the rows of a table, and what stays for them. */
#include "base/mem.h"
#include "model/table_state.h"

#include <assert.h>
#include <stdlib.h>

#define FREED_EACH 2 /* of those before, as one more is dropped */

static void tally_free(struct tally *tally)
{
	struct proc *proc = tally->proc;

	tally_done(tally);
	free(tally);
	proc_put(proc);
}

/* Up to so many: thousands at once would be felt. */
static void keep_free(struct keep *keep, size_t most)
{
	for (; keep->stale && most; most--) {
		struct tally *tally = keep->stale;

		keep->stale = tally->up;
		tally_free(tally);
	}
}

void table_lose(struct table *table, struct tally *tally)
{
	struct keep *keep = table->keep;

	keep_free(keep, FREED_EACH);
	if (tally->kept != keep->turn) {
		tally_free(tally);
		return;
	}
	if (!keep->dropped)
		keep->first = tally;
	tally->up = keep->dropped;
	keep->dropped = tally;
}

void table_let_go(const struct table *table)
{
	struct keep *keep = table->keep;

	keep->turn++;
	if (!keep->dropped)
		return;
	keep->first->up = keep->stale;
	keep->stale = keep->dropped;
	keep->dropped = NULL;
}

void table_tidy(const struct table *table, size_t most)
{
	keep_free(table->keep, most);
}

size_t table_nr(const struct table *table)
{
	return table->nr;
}

uint32_t table_seq(const struct table *table)
{
	return (uint32_t)table->seq;
}

/* What rows[i + 1 …] are made of lies apart; a line of them leads to the next. */
static void table_fetch(const struct table *table, size_t i)
{
	const struct tally *tally;

	if (i + TABLE_AHEAD < table->nr)
		mem_fetch(table->rows[i + TABLE_AHEAD], sizeof(*tally));
	if (i + TABLE_AHEAD / 2 >= table->nr)
		return;
	tally = table->rows[i + TABLE_AHEAD / 2];
	mem_fetch(tally->proc, sizeof(*tally->proc));
	mem_fetch(tally->sheet.cells, sheet_size(&tally->sheet));
	if (tally->outcome)
		mem_fetch(tally->outcome, sizeof(*tally->outcome));
	if (tally->history)
		mem_fetch(tally->history, tally->nr_history * sizeof(*tally->history));
}

void table_each(const struct table *table, bool threads,
	void (*visit)(const struct table_row *row, void *arg), void *arg)
{
	const struct tally *other = &table->other[threads];
	uint32_t seq = (uint32_t)table->seq;
	struct table_row row = {0};

	assert(!threads || table->threads);
	for (size_t i = 0; i < table->nr; i++) {
		struct tally *tally = table->rows[i];

		table_fetch(table, i);
		if (!tally->up == threads)
			continue;
		tally_row(tally, table_task(table, tally), seq, &row);
		visit(&row, arg);
	}
	tally_other(other, seq, &row);
	if (counts_any(&row.total) || tally_tried(other))
		visit(&row, arg);
}

void table_each_silent(const struct table *table, bool threads,
	void (*visit)(const struct table_row *row, void *arg), void *arg)
{
	tasks_each_silent(&table->who.map, threads, visit, arg);
}

/* Who it is of, and the counters. */
static void table_fetch_light(const struct table *table, size_t i)
{
	const struct tally *tally;

	if (i + TABLE_AHEAD < table->nr)
		mem_fetch(table->rows[i + TABLE_AHEAD], 4 * MEM_LINE);
	if (i + TABLE_AHEAD / 2 >= table->nr)
		return;
	tally = table->rows[i + TABLE_AHEAD / 2];
	mem_fetch(tally->proc, 3 * MEM_LINE);
	mem_fetch(tally->sheet.cells, sheet_size(&tally->sheet));
}

static void tally_times(const struct tally *tally, struct hist *sum)
{
	const struct outcome *outcome = tally_closed_outcome(tally);

	if (outcome)
		hist_merge(sum, &outcome->times);
}

/* Three that lie apart, each told by the one before. */
static void table_fetch_times(const struct table *table, size_t i)
{
	const struct tally *tally;

	if (i + 2 * TABLE_AHEAD < table->nr)
		mem_fetch(table->rows[i + 2 * TABLE_AHEAD], 2 * MEM_LINE);
	if (i + TABLE_AHEAD < table->nr) {
		tally = table->rows[i + TABLE_AHEAD];
		mem_fetch(tally->sheet.cells, sheet_size(&tally->sheet));
		if (tally->outcome)
			mem_fetch(&tally->outcome->times, sizeof(tally->outcome->times));
	}
	if (i + TABLE_AHEAD / 2 >= table->nr)
		return;
	tally = table->rows[i + TABLE_AHEAD / 2];
	if (tally->outcome && tally->outcome->times.body)
		mem_fetch(tally->outcome->times.body, 3 * MEM_LINE);
}

void table_times(const struct table *table, struct hist *sum)
{
	for (size_t i = 0; i < table->nr; i++) {
		table_fetch_times(table, i);
		if (!table->rows[i]->up)
			tally_times(table->rows[i], sum);
	}
	tally_times(&table->other[0], sum);
}

struct silent {
	void (*visit)(const struct table_row *row, struct tally *tally, void *arg);
	void *arg;
};

static void silent_visit(const struct table_row *row, void *arg)
{
	const struct silent *silent = arg;

	silent->visit(row, NULL, silent->arg);
}

void table_each_light(const struct table *table, bool threads, bool idle, bool keep,
	void (*visit)(const struct table_row *row, struct tally *tally, void *arg), void *arg)
{
	const struct tally *other = &table->other[threads];
	struct silent silent = {visit, arg};
	struct table_row row = {0};

	assert(!threads || table->threads);
	if (keep)
		table_let_go(table);
	for (size_t i = 0; i < table->nr; i++) {
		struct tally *tally = table->rows[i];

		table_fetch_light(table, i);
		if (!tally->up == threads)
			continue;
		if (keep)
			tally->kept = table->keep->turn;
		tally_who(tally, table_task(table, tally), &row);
		visit(&row, tally, arg);
	}
	tally_other(other, table_seq(table), &row);
	if (counts_any(&row.total) || tally_tried(other))
		visit(&row, NULL, arg);
	if (idle)
		tasks_each_silent(&table->who.map, threads, silent_visit, &silent);
}
