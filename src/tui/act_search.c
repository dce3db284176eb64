/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/act.h"
#include "tui/state.h"

#include <stdio.h>
#include <string.h>

static const struct column *name_column(const struct ui *ui)
{
	return column_find(ui->cmdline ? "cmdline" : "comm");
}

/* What the row is called on screen holds the text, or its number is that. */
static bool row_matches(const struct ui *ui, const struct row *row)
{
	struct value value = {0};
	char pid[16];

	name_column(ui)->get(row, &value);
	snprintf(pid, sizeof(pid), "%u", row->t.pid);
	return (value.known && filter_holds(value.text, ui->search)) || !strcmp(pid, ui->search);
}

static bool matches(const struct ui *ui, int at)
{
	if (ui_lists(ui))
		return row_matches(ui, snapshot_peek(ui->snap, (size_t)at, name_column(ui)->parts));
	return ui->screen->holds && ui->screen->holds(ui, at, ui->search);
}

/* To the next match from a row on, round the end; whether there is one. */
static bool search_from(struct ui *ui, int from, int step)
{
	int nr = ui_lines(ui);

	for (int i = 0; i < nr; i++) {
		int at = ((from + i * step) % nr + nr) % nr;

		if (!matches(ui, at))
			continue;
		ui_select(ui, at);
		return true;
	}
	return false;
}

static unsigned int search_step(struct ui *ui, int step)
{
	if (!ui->search[0])
		return 0;
	if (search_from(ui, ui_line(ui) + step, step))
		ui_tell(ui, "n the next match, N the one before, Esc ends the search");
	else
		ui_tell(ui, "no row on this screen holds that; Esc ends the search");
	return REACT_REDRAW;
}

static unsigned int change_search(struct ui *ui, const char *text)
{
	snprintf(ui->search, sizeof(ui->search), "%s", text);
	if (text[0] && !search_from(ui, ui->search_from, 1))
		snprintf(ui->prompt.error, sizeof(ui->prompt.error), "no such row");
	return REACT_REDRAW;
}

static unsigned int accept_search(struct ui *ui, const char *text, char *error, size_t size)
{
	(void)text;
	(void)error;
	(void)size;
	return search_step(ui, 0) | REACT_REDRAW;
}

unsigned int act_search(struct ui *ui, const struct key *key)
{
	(void)key;
	ui->search_from = ui_line(ui);
	prompt_ask(&ui->prompt, "Search: ", ui->search, accept_search);
	ui->prompt.change = change_search;
	ui->prompt.step = search_step;
	ui->prompt.hint = "F3: next   Enter: keep, then n and N   Esc: end";
	ui->prompt.before[0] = '\0';
	return REACT_REDRAW;
}

unsigned int act_search_step(struct ui *ui, const struct key *key)
{
	if (ui->search[0])
		return search_step(ui, key->step);
	if (key->column)
		return act_sort(ui, key);
	ui_tell(ui, "nothing is searched for; / asks what");
	return REACT_REDRAW;
}
