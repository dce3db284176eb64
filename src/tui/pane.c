/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which screen shows, and what moves in it. */
#include "tui/state.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

static struct pane *pane_of(struct ui *ui, const struct ui_screen *screen)
{
	assert(screen >= screens && screen < screens + SCREENS_MOST);
	return &ui->panes[screen - screens];
}

static bool has_table(const struct ui_screen *screen)
{
	return !screen->columns || screen->columns[0];
}

static void pane_first(struct pane *pane, const struct ui_screen *screen)
{
	struct fault fault = {0};

	pane->nr_columns = column_list(screen->columns, NULL, 0, pane->columns, COLUMN_MAX, &fault);
	assert(pane->nr_columns > 0);
	pane->sort = column_find(screen->sort);
	assert(pane->sort);
}

/* The table that shows is in ui itself, those of other screens wait in their panes. */
static void table_swap(struct ui *ui, const struct ui_screen *screen)
{
	struct pane *old = pane_of(ui, ui->table), *new = pane_of(ui, screen);

	memcpy(old->columns, ui->columns, sizeof(old->columns));
	memcpy(old->wide, ui->wide, sizeof(old->wide));
	old->nr_columns = ui->nr_columns;
	old->nr_wide = ui->nr_wide;
	old->sort = ui->sort;
	old->ascending = ui->ascending;
	old->cursor = ui->cursor;
	if (!new->sort)
		pane_first(new, screen);
	memcpy(ui->columns, new->columns, sizeof(ui->columns));
	memcpy(ui->wide, new->wide, sizeof(ui->wide));
	ui->nr_columns = new->nr_columns;
	ui->nr_wide = new->nr_wide;
	ui->sort = new->sort;
	ui->ascending = new->ascending;
	ui->cursor = new->cursor;
	new->cursor = (struct cursor){0};
	ui->table = screen;
	ui_names(ui, ui->cmdline);
	ui_thread_columns(ui);
}

void ui_show(struct ui *ui, const struct ui_screen *screen)
{
	ui->over = ui->under = NULL;
	if (screen == ui->screen)
		return;
	pane_of(ui, ui->screen)->scroll = ui->scroll;
	ui->scroll = pane_of(ui, screen)->scroll;
	if (has_table(screen) && screen != ui->table)
		table_swap(ui, screen);
	ui->screen = screen;
}

void ui_back(struct ui *ui)
{
	ui->over = ui->under;
	ui->under = NULL;
	ui->over_scroll = (struct scroll){0};
}

bool ui_lists(const struct ui *ui)
{
	return !ui->over && has_table(ui->screen);
}

static void scroll_to(struct scroll *scroll, int top)
{
	if (top > scroll->nr - scroll->page)
		top = scroll->nr - scroll->page;
	scroll->top = top < 0 ? 0 : top;
}

static struct scroll *scroll_of(struct ui *ui)
{
	return ui->over ? &ui->over_scroll : &ui->scroll;
}

static bool picks(const struct ui *ui)
{
	return !ui->over && ui->screen->picks;
}

/* The selected line stays in view. */
static void scroll_pick(struct scroll *scroll, int at)
{
	int page = scroll->page < 1 ? 1 : scroll->page, top = scroll->top;

	if (at > scroll->nr - 1)
		at = scroll->nr - 1;
	scroll->at = at < 0 ? 0 : at;
	if (top < scroll->at - page + 1)
		top = scroll->at - page + 1;
	if (top > scroll->at)
		top = scroll->at;
	scroll_to(scroll, top);
}

int ui_scrolled(struct ui *ui, int nr, int page)
{
	struct scroll *scroll = scroll_of(ui);

	scroll->nr = nr;
	scroll->page = page;
	if (picks(ui))
		scroll_pick(scroll, scroll->at);
	else
		scroll_to(scroll, scroll->top);
	return scroll->top;
}

int ui_lines(const struct ui *ui)
{
	return ui_lists(ui) ? ui->cursor.nr : picks(ui) ? ui->scroll.nr : 0;
}

int ui_line(const struct ui *ui)
{
	return ui_lists(ui) ? ui->cursor.index : ui->scroll.at;
}

void ui_select(struct ui *ui, int line)
{
	if (ui_lists(ui))
		cursor_to(&ui->cursor, line);
	else
		scroll_pick(&ui->scroll, line);
}

void ui_move(struct ui *ui, int lines)
{
	if (ui_lists(ui))
		cursor_move(&ui->cursor, lines);
	else if (picks(ui))
		scroll_pick(&ui->scroll, ui->scroll.at + lines);
	else
		scroll_to(scroll_of(ui), scroll_of(ui)->top + lines);
}

void ui_page(struct ui *ui, int pages)
{
	ui_move(ui, pages * (ui_lists(ui) ? ui->cursor.page : scroll_of(ui)->page));
}

void ui_edge(struct ui *ui, bool end)
{
	if (picks(ui))
		scroll_pick(&ui->scroll, end ? ui->scroll.nr : 0);
	else if (!ui_lists(ui))
		scroll_to(scroll_of(ui), end ? scroll_of(ui)->nr : 0);
	else if (end)
		cursor_to(&ui->cursor, ui->cursor.nr - 1);
	else
		cursor_home(&ui->cursor);
}

struct rect ui_body(const struct ui *ui)
{
	const struct layout *layout = &ui->layout;
	int y = layout->header.y;

	return (struct rect){0, y, layout->header.w, layout->bar.y - y};
}
