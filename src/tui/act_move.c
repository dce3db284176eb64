/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/act.h"
#include "tui/state.h"

unsigned int act_quit(struct ui *ui, const struct key *key)
{
	(void)key;
	if (!ui->over)
		return REACT_QUIT;
	ui_back(ui);
	return REACT_REDRAW;
}

/* At the top the rows come and go under the selection again. */
unsigned int act_back(struct ui *ui, const struct key *key)
{
	(void)key;
	if (ui->over)
		ui_back(ui);
	else if (ui->search[0])
		ui->search[0] = '\0';
	else
		ui_edge(ui, false);
	return REACT_REDRAW;
}

unsigned int act_help(struct ui *ui, const struct key *key)
{
	(void)key;
	if (ui->over == &screen_help) {
		ui_back(ui);
		return REACT_REDRAW;
	}
	ui->under = ui->over;
	ui->over = &screen_help;
	ui->over_scroll = (struct scroll){0};
	return REACT_REDRAW;
}

unsigned int act_redraw(struct ui *ui, const struct key *key)
{
	(void)ui;
	(void)key;
	return REACT_REPAINT;
}

unsigned int act_color(struct ui *ui, const struct key *key)
{
	(void)key;
	ui->color = !ui->color;
	ui_tell(ui, ui->color ? "colours: the terminal's own" : "no colours: bold and reverse");
	return REACT_COLOR | REACT_REPAINT;
}

unsigned int act_line(struct ui *ui, const struct key *key)
{
	ui_move(ui, key->step);
	return REACT_REDRAW;
}

unsigned int act_page(struct ui *ui, const struct key *key)
{
	ui_page(ui, key->step);
	return REACT_REDRAW;
}

unsigned int act_edge(struct ui *ui, const struct key *key)
{
	ui_edge(ui, key->step > 0);
	return REACT_REDRAW;
}

static bool rect_holds(struct rect rect, int y)
{
	return y >= rect.y && y < rect.y + rect.h;
}

static unsigned int click_header(struct ui *ui, int x)
{
	const struct layout_column *place = layout_at(&ui->layout, x);

	if (!place)
		return 0;
	if (place->column == ui->sort)
		ui->ascending = !ui->ascending;
	else
		ui_sort(ui, place->column);
	return REACT_RESORT;
}

/* As if the key itself was pressed, so that there is one way to each action. */
static unsigned int click_bar(struct ui *ui, int x)
{
	for (int i = 0; i < ui->nr_bar; i++)
		if (x >= ui->bar[i].x && x < ui->bar[i].x + ui->bar[i].w)
			return ui_key(ui, &(struct key_press){.code = ui->bar[i].code});
	return 0;
}

/* Of a screen that has no table. */
static unsigned int click_line(struct ui *ui, int y)
{
	int line = y - ui_body(ui).y - LINES_ABOVE;

	if (ui->over || !ui->screen->picks || line < 0 || line >= ui->scroll.page ||
		ui->scroll.top + line >= ui->scroll.nr)
		return 0;
	ui_select(ui, ui->scroll.top + line);
	return REACT_REDRAW;
}

unsigned int act_click(struct ui *ui, const struct key *key)
{
	int row = ui->cursor.top + ui->press.y - ui->layout.rows.y;

	(void)key;
	if (rect_holds(ui->layout.bar, ui->press.y))
		return click_bar(ui, ui->press.x);
	if (rect_holds(ui->layout.title, ui->press.y) && !ui->over)
		return act_screen_click(ui, ui->press.x);
	if (!ui_lists(ui))
		return click_line(ui, ui->press.y);
	if (rect_holds(ui->layout.header, ui->press.y))
		return click_header(ui, ui->press.x);
	if (!rect_holds(ui->layout.rows, ui->press.y) || row >= ui->cursor.nr)
		return 0;
	cursor_to(&ui->cursor, row);
	return REACT_REDRAW;
}
