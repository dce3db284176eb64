/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/beside.h"
#include "model/gone.h"
#include "model/tally.h"

struct look {
	struct detail *detail;
	const struct detail_id *id;
	const struct task_map *tasks;
	void (*fill)(const struct table_row *t, struct row *row, void *arg);
	void *arg;
};

static void gone_times_visit(const struct table_row *t, void *arg)
{
	if (t->outcome)
		hist_merge(arg, &t->outcome->times);
}

static void times_take(struct hist *sum, const struct table *table)
{
	table_times(table, sum);
	gone_each(table_gone(table), gone_times_visit, sum);
}

static void callers_visit(const struct table_row *t, void *arg)
{
	callers_add(arg, t);
}

/* Filters do not matter: it may have been chosen before they were. */
static void detail_visit(const struct table_row *t, void *arg)
{
	const struct look *look = arg;
	struct row row;

	if (t->pid != look->id->pid)
		return;
	row.t = *t;
	if (!detail_is(look->id, &row))
		return;
	look->fill(t, &row, look->arg);
	detail_take(look->detail, &row, look->tasks);
}

static void detail_find(struct look *look, const struct table *table)
{
	detail_want(look->detail, look->id);
	look->detail->there = false;
	table_each(table, false, detail_visit, look);
	if (!look->detail->there)
		table_each_silent(table, false, detail_visit, look);
}

void beside_take(struct snapshot *snap, const struct table *table, const struct view *view,
	void (*fill)(const struct table_row *t, struct row *row, void *arg), void *arg)
{
	struct look look = {&snap->detail, &view->detail, table_map(table), fill, arg};

	hist_done(&snap->times);
	if (view->want & VIEW_TIMES)
		times_take(&snap->times, table);
	callers_reset(&snap->callers);
	if (view->want & VIEW_CALLERS) {
		table_each(table, false, callers_visit, &snap->callers);
		callers_sort(&snap->callers);
	}
	if (view->want & VIEW_DETAIL)
		detail_find(&look, table);
}
