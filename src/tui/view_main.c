/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/graph.h"
#include "tui/state.h"
#include "tui/view_head.h"
#include "base/buf.h"

#include <string.h>

static void header_draw(const struct ui *ui, struct canvas *canvas)
{
	const struct rect *area = &ui->layout.header;
	const char *mark = ui->ascending ? "▲" : "▼";

	if (ui->ascii)
		mark = ui->ascending ? "^" : "v";
	canvas_fill(canvas, *area, STYLE_HEADER);
	for (int i = 0; i < ui->layout.nr_columns; i++) {
		const struct layout_column *place = &ui->layout.columns[i];
		const char *text = ui_header(ui, place->column);
		bool sorted = place->column == ui->sort;
		enum style style = sorted ? STYLE_SORTED : STYLE_HEADER;
		int end = place->x + place->w;

		if (place->column->type->left)
			end = place->x +
			      canvas_put(canvas, place->x, area->y, place->w, style, text);
		else
			canvas_put_right(canvas, place->x, area->y, place->w, style, text);
		/* the gap behind a name is the mark's; the last one may have none */
		if (sorted)
			canvas_put(
				canvas, end < area->w ? end : area->w - 1, area->y, 1, style, mark);
	}
}

/* What tells programs apart stands at the end of a path: as many parts of it as there is room for,
 * or its last. The text itself where it is none, or a command line. */
static const char *path_end(const struct canvas *canvas, const char *text, int room)
{
	const char *next = text;

	if (text[0] != '/' || strchr(text, ' '))
		return text;
	while (next && canvas_text_width(canvas, text) > room) {
		next = strchr(text + 1, '/');
		text = next ? next : text;
	}
	return text;
}

/* As in top, but a path is cut in front. */
static void text_cut(struct canvas *canvas, const struct layout_column *place, int y,
	enum style style, const char *text)
{
	const char *end = path_end(canvas, text, place->w - 1);
	int x = place->x, room = place->w;

	if (end > text) {
		canvas_put(canvas, x++, y, 1, style, canvas->ascii ? "+" : "…");
		room--;
	}
	canvas_put(canvas, x, y, room, style, end);
	if (canvas_text_width(canvas, end) > room)
		canvas_put(canvas, x + room - 1, y, 1, style, "+");
}

/* A number that is cut would be another number; a cut name is marked as in top. */
static void text_draw(struct canvas *canvas, const struct layout_column *place, int y,
	enum style style, const char *text)
{
	bool cut = canvas_text_width(canvas, text) > place->w;

	if (cut && place->column->type->left) {
		text_cut(canvas, place, y, style, text);
		return;
	}
	if (place->column->type->left) {
		canvas_put(canvas, place->x, y, place->w, style, text);
		return;
	}
	if (!cut)
		canvas_put_right(canvas, place->x, y, place->w, style, text);
	for (int x = 0; cut && x < place->w; x++)
		canvas_put(canvas, place->x + x, y, 1, style, "#");
}

static void cell_draw(const struct ui *ui, struct canvas *canvas, const struct layout_column *place,
	int y, enum style style, const struct row *row)
{
	const struct type *type = place->column->type;
	struct rect area = {place->x, y, place->w, 1};
	struct value value = {0};
	struct buf text = {0};

	place->column->get(row, &value);
	if (type == &type_graph && value.known) {
		if (area.w > (int)value.nr)
			area.w = value.nr;
		graph_put(canvas, area, style == STYLE_NORMAL ? STYLE_GRAPH : style, value.list,
			value.nr, graph_scale(value.list, value.nr));
		return;
	}
	if (ui->tree && tree_names(place->column))
		tree_text(row, ui->ascii, &text);
	type_cell(type, &value, false, &text);
	if (text.data)
		text_draw(canvas, place, y, style, text.data);
	buf_done(&text);
}

/* What matters most to know of a row; that it exited shows beside it. There is room for two; an
 * exited row is dim too. */
static void marks_draw(
	const struct row *row, bool tagged, struct canvas *canvas, int y, enum style style)
{
	bool wx = counts_wx(&row->t.total);
	const char *mark = wx ? "!" : counts_mdwe(&row->t.total) ? "m" : "";
	int x = 0;

	if (tagged)
		x += canvas_put(canvas, x, y, 1, style, "*");
	if (row->t.flags & ROW_EXITED && !(tagged && mark[0]))
		x += canvas_put(canvas, x, y, 1, style, "x");
	if (style != STYLE_SELECTED && mark[0])
		style = wx ? STYLE_BAD : STYLE_WARN;
	canvas_put(canvas, x, y, 1, style, mark);
}

static void row_draw(
	const struct ui *ui, const struct row *row, bool selected, struct canvas *canvas, int y)
{
	enum style style = row->t.flags & ROW_EXITED ? STYLE_DIM : STYLE_NORMAL;
	const struct row_id id = {row->t.start_ns, row->t.pid, row->t.tid};

	if (selected) {
		style = STYLE_SELECTED;
		canvas_fill(canvas, (struct rect){0, y, canvas->width, 1}, style);
	}
	marks_draw(row, tags_has(&ui->tags, &id), canvas, y, style);
	for (int i = 0; i < ui->layout.nr_columns; i++)
		cell_draw(ui, canvas, &ui->layout.columns[i], y, style, row);
}

static void empty_draw(
	const struct ui *ui, const struct snapshot *snap, struct canvas *canvas, struct rect area)
{
	const char *text = "no calls to mprotect in this interval";

	if (ui->screen->empty)
		text = ui->screen->empty;
	else if (snap->interval_s <= 0)
		text = "no update yet";
	else if (choice_any(&ui->choice))
		text = "no row passes the filters; = takes them away";
	else if (snap->chosen && snap->totals.delta.calls)
		text = "no calls by the chosen processes in this interval";
	if (canvas_text_width(canvas, text) > area.w - LAYOUT_MARKS)
		text = "no calls";
	canvas_put(canvas, area.x + LAYOUT_MARKS, area.y, area.w - LAYOUT_MARKS, STYLE_DIM, text);
}

void view_rows_draw(struct ui *ui, const struct snapshot *snap, struct canvas *canvas)
{
	const struct rect *rows = &ui->layout.rows;
	const struct cursor *cursor = &ui->cursor;

	header_draw(ui, canvas);
	if (!cursor->nr)
		empty_draw(ui, snap, canvas, *rows);
	for (int i = 0; i < rows->h && cursor->top + i < cursor->nr; i++) {
		int at = cursor->top + i;

		row_draw(ui, snapshot_at(snap, (size_t)at), at == cursor->index, canvas,
			rows->y + i);
	}
}

void view_main_draw(struct ui *ui, const struct snapshot *snap, struct canvas *canvas)
{
	view_head_draw(ui, snap, canvas);
	view_rows_draw(ui, snap, canvas);
}
