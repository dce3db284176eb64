/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/state.h"
#include "base/buf.h"

#include <stdio.h>
#include <string.h>

#define TITLE_APART 10 /* height from which a blank line follows the title */
#define KEYS_CELLS  14 /* names of keys, of columns, marks */

/* Lines of help going by; those that scroll into area are drawn. */
struct paper {
	struct canvas *canvas;
	struct rect area;
	int top, line;
};

static void paper_line(struct paper *paper, enum style style, const char *left, const char *right)
{
	int y = paper->area.y + paper->line++ - paper->top;
	int x = paper->area.x;
	int end = paper->area.x + paper->area.w;

	if (y < paper->area.y || y >= paper->area.y + paper->area.h)
		return;
	x += canvas_put(paper->canvas, x, y, end - x, style, left) + 1;
	if (x < paper->area.x + KEYS_CELLS)
		x = paper->area.x + KEYS_CELLS;
	canvas_put(paper->canvas, x, y, end - x, STYLE_NORMAL, right);
}

static void paper_title(struct paper *paper, const char *text)
{
	if (paper->line)
		paper_line(paper, STYLE_NORMAL, "", "");
	paper_line(paper, STYLE_LABEL, text, "");
}

static void keys_draw(struct paper *paper)
{
	struct buf text = {0};

	paper_title(paper, "Keys");
	for (const struct key *key = keys; key->name; key++) {
		buf_reset(&text);
		key_text(key, &text);
		paper_line(paper, STYLE_VALUE, text.data, key->help);
	}
	buf_done(&text);
}

static void marks_draw(struct paper *paper)
{
	paper_title(paper, "Marks and cells");
	paper_line(paper, STYLE_VALUE, "x", "in front of a row: exited");
	paper_line(paper, STYLE_VALUE, "-", "not known, which is not 0");
	paper_line(paper, STYLE_VALUE, "+", "a name that goes on");
	paper_line(paper, STYLE_VALUE, "HISTORY",
		"each row on its own scale; a full bar is 8 calls or more");
	paper_line(paper, STYLE_VALUE, "###", "a number that needs more cells");
	paper_line(paper, STYLE_VALUE, "12.3k 4.0M", "calls in powers of 1000, bytes of 1024");
}

static void columns_draw(struct paper *paper, const struct ui *ui)
{
	int nr;
	const struct column *const *list = ui_columns(ui, ui->layout.title.w, &nr);

	paper_title(paper, "Columns");
	for (int i = 0; i < nr; i++)
		paper_line(paper, STYLE_VALUE, list[i]->header, list[i]->help);
}

static int help_end(const struct scroll *help)
{
	return help->top + help->page < help->nr ? help->top + help->page : help->nr;
}

void view_help_draw(struct ui *ui, const struct snapshot *snap, struct canvas *canvas)
{
	int above = canvas->height < TITLE_APART ? 1 : 2;
	struct paper paper = {
		.canvas = canvas, .area = {0, above, canvas->width, canvas->height - above - 1}};
	char title[96];

	ui->help.page = paper.area.h;
	ui_move(ui, 0); /* the terminal may have grown */
	paper.top = ui->help.top;
	keys_draw(&paper);
	marks_draw(&paper);
	columns_draw(&paper, ui);
	ui->help.nr = paper.line;
	snprintf(title, sizeof(title), "mprottop %s  lines %d to %d of %d", snap->info->version,
		paper.top + 1, help_end(&ui->help), paper.line);
	canvas_put(canvas, 0, 0, canvas->width, STYLE_TITLE, title);
}
