/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/act.h"
#include "tui/state.h"

#include <assert.h>
#include <stdio.h>

/* Else nobody saw by what the rows are sorted now. */
static void sort_by(struct ui *ui, const struct column *column)
{
	const struct layout *layout = &ui->layout;
	char text[80];

	ui_sort(ui, column);
	if (!layout->nr_columns)
		return;
	for (int i = 0; i < layout->nr_columns; i++)
		if (layout->columns[i].column == column)
			return;
	snprintf(text, sizeof(text), "sorted by %s, a column that does not show here",
		column->header);
	ui_tell(ui, text);
}

unsigned int act_sort(struct ui *ui, const struct key *key)
{
	const struct column *column = column_find(key->column);

	assert(column);
	sort_by(ui, column);
	return REACT_FACTS | REACT_RESORT;
}

/* To the next column on screen; one that is not there counts as left of the first. */
unsigned int act_sort_step(struct ui *ui, const struct key *key)
{
	const struct layout *layout = &ui->layout;
	int at = 0;

	if (!layout->nr_columns)
		return 0;
	while (at < layout->nr_columns && layout->columns[at].column != ui->sort)
		at++;
	if (at == layout->nr_columns)
		at = -1;
	at += key->step;
	if (at < 0 || at >= layout->nr_columns)
		return 0;
	ui_sort(ui, layout->columns[at].column);
	return REACT_RESORT;
}

unsigned int act_reverse(struct ui *ui, const struct key *key)
{
	(void)key;
	ui->ascending = !ui->ascending;
	return REACT_RESORT;
}

/* Made executable after it was written; again: both at once. */
unsigned int act_sort_wx(struct ui *ui, const struct key *key)
{
	const struct column *column = column_find(key->column);

	sort_by(ui, ui->sort == column ? column_find("wx") : column);
	if (ui->snap && !(ui->snap->facts & fact_mask("old")))
		ui_tell(ui, "this source does not tell W>X: see screen 2, or sort by ASK X");
	return REACT_FACTS | REACT_RESORT;
}

static unsigned int accept_sort(struct ui *ui, const struct menu_item *item)
{
	sort_by(ui, &columns[item->id]);
	return REACT_FACTS | REACT_RESORT;
}

unsigned int act_sort_menu(struct ui *ui, const struct key *key)
{
	char text[sizeof(((struct menu_item *)0)->text)];

	(void)key;
	menu_open(&ui->menu, "Sort by", accept_sort);
	for (const struct column *c = columns; c->id; c++) {
		snprintf(text, sizeof(text), "%-10s %s", c->header, c->help);
		if (ui->threads || !c->threads)
			menu_add(&ui->menu, (uint64_t)(c - columns), text, c == ui->sort);
	}
	return REACT_REDRAW;
}
