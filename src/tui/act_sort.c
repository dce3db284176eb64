/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/act.h"
#include "tui/state.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* What it was before a call is not to be had here, whatever is asked for: a probe that is only off
 * comes with the order. */
static bool never_told(const struct ui *ui, const struct column *column)
{
	uint32_t old = fact_mask("old");
	bool asked = ui_facts(ui) & old && !(fact_masks(ui->sort->facts) & old);

	if (!ui->snap || !(fact_masks(column->facts) & old) || ui->snap->facts & old)
		return false;
	return asked || strcmp(ui->snap->info->source, "kprobe") != 0;
}

/* By what rows are sorted is to be seen: a column that shows, or a sentence. */
static unsigned int sort_by(struct ui *ui, const struct column *column)
{
	const struct layout *layout = &ui->layout;
	char text[80];

	if (never_told(ui, column)) {
		snprintf(text, sizeof(text),
			"this source does not tell %s: see screen 2, or sort by ASK X",
			column->header);
		ui_tell(ui, text);
		return REACT_REDRAW;
	}
	ui_sort(ui, column);
	for (int i = 0; i < layout->nr_columns; i++)
		if (layout->columns[i].column == column)
			return REACT_FACTS | REACT_RESORT;
	snprintf(text, sizeof(text), "sorted by %s, a column that does not show here",
		ui_header(ui, column));
	if (layout->nr_columns)
		ui_tell(ui, text);
	return REACT_FACTS | REACT_RESORT;
}

unsigned int act_sort(struct ui *ui, const struct key *key)
{
	const struct column *column = column_find(key->column);

	assert(column);
	return sort_by(ui, column);
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

	return sort_by(ui, ui->sort == column ? column_find("wx") : column);
}

static unsigned int accept_sort(struct ui *ui, const struct menu_item *item)
{
	return sort_by(ui, &columns[item->id]);
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
