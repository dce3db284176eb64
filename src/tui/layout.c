/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/layout.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

#define GRAPH_SCALE 10 /* cells of its scale */
#define HEAD_WIDTH  98 /* that the head wants beside the graph */
#define PANEL_LEAST 3  /* lines that are of any use */
#define FLEX_MIN    8  /* of a column that takes the rest */
#define FLEX_PLENTY 24 /* beyond it the history grows first */

/* From which height on the head has one more line; the last is blank. */
static const int steps[LAYOUT_HEAD + 1] = {8, 10, 12, 14, 16, 20};

int layout_fit(int nr, const int *widths, const int *weights, int gap, int room, bool *fits)
{
	int used = 0;

	memset(fits, 0, nr * sizeof(*fits));
	for (;;) {
		int best = -1;
		int need;

		for (int i = 0; i < nr; i++)
			if (!fits[i] && (best < 0 || weights[i] > weights[best]))
				best = i;
		if (best < 0)
			return used;
		need = widths[best] + (used ? gap : 0);
		if (used + need > room)
			return used;
		fits[best] = true;
		used += need;
	}
}

static int column_cells(const struct layout_table *table, const struct column *column)
{
	int header = (int)strlen(column->header);
	int width = column->type == &type_id ? table->pid_digits : column->width;

	if (!column->width)
		width = FLEX_MIN;
	return width > header ? width : header;
}

static void columns_place(struct layout *layout)
{
	int x = LAYOUT_MARKS;

	for (int i = 0; i < layout->nr_columns; i++) {
		layout->columns[i].x = x;
		x += layout->columns[i].w + layout->columns[i].mark + 1;
	}
}

/* Hands spare cells to each that passes test, at most up to max cells each. */
static int columns_grow(
	struct layout *layout, int spare, int max, bool (*test)(const struct column *column))
{
	int takers = 0;

	for (int i = 0; i < layout->nr_columns; i++)
		takers += test(layout->columns[i].column);
	for (int i = 0; i < layout->nr_columns && spare > 0; i++) {
		struct layout_column *place = &layout->columns[i];
		int more;

		if (!test(place->column))
			continue;
		more = spare / takers--;
		if (more > max - place->w)
			more = max > place->w ? max - place->w : 0;
		place->w += more;
		spare -= more;
	}
	return spare;
}

static bool takes_rest(const struct column *column)
{
	return !column->width;
}

static bool is_graph(const struct column *column)
{
	return column->type == &type_graph;
}

static void columns_spread(struct layout *layout, int spare)
{
	int flex = FLEX_PLENTY - FLEX_MIN;

	if (spare > flex)
		spare = flex + columns_grow(layout, spare - flex, TABLE_HISTORY, is_graph);
	columns_grow(layout, spare, INT_MAX, takes_rest);
}

/* Whether a name leaves its column's first cell, or its last one, free. */
static bool name_short(const struct layout_column *place, bool left)
{
	return place->column->type->left == left && (int)strlen(place->column->header) < place->w;
}

/* One cell of all, or of what takes the rest. */
static bool cell_take(struct layout *layout, int room)
{
	int used = layout->nr_columns - 1;

	for (int i = 0; i < layout->nr_columns; i++)
		used += layout->columns[i].w;
	for (int i = 0; used >= room && i < layout->nr_columns; i++) {
		struct layout_column *place = &layout->columns[i];

		if (takes_rest(place->column) && place->w > (int)strlen(place->column->header)) {
			place->w--;
			used--;
		}
	}
	return used < room;
}

/* The mark of the order stands in the gap behind a name: it wants a blank behind it. */
static void columns_mark(struct layout *layout, const struct column *sort, int room)
{
	for (int i = 0; i + 1 < layout->nr_columns; i++) {
		struct layout_column *place = &layout->columns[i];

		if (place->column == sort && !name_short(place, true) &&
			!name_short(place + 1, false))
			place->mark = cell_take(layout, room);
	}
}

static void columns_make(struct layout *layout, int width, const struct layout_table *table)
{
	const struct column *const *list = table->list;
	int widths[COLUMN_MAX], weights[COLUMN_MAX], nr = table->nr;
	bool fits[COLUMN_MAX];
	int room = width - LAYOUT_MARKS;
	int used;

	assert(nr > 0 && nr <= COLUMN_MAX);
	for (int i = 0; i < nr; i++) {
		widths[i] = column_cells(table, list[i]);
		weights[i] = list[i]->weight;
		if (widths[i] > room)
			widths[i] = room;
	}
	used = layout_fit(nr, widths, weights, 1, room, fits);
	for (int i = 0; i < nr; i++)
		if (fits[i])
			layout->columns[layout->nr_columns++] =
				(struct layout_column){list[i], 0, widths[i], 0};
	columns_spread(layout, room - used);
	columns_mark(layout, table->sort, room);
	columns_place(layout);
}

static void graph_make(struct layout *layout, int width)
{
	int bar = (width - HEAD_WIDTH - GRAPH_SCALE) / TABLE_HISTORY;
	int w = GRAPH_SCALE + bar * TABLE_HISTORY;

	if (width < LAYOUT_WIDE || layout->head.h < LAYOUT_HEAD)
		return;
	layout->graph = (struct rect){width - w, layout->head.y, w, layout->head.h};
	layout->head.w = layout->graph.x - 1;
}

void layout_make(
	struct layout *layout, int width, int height, const struct layout_table *table, int head)
{
	int lines = 0;

	*layout = (struct layout){0};
	layout->small = width < LAYOUT_MIN_WIDTH || height < LAYOUT_MIN_HEIGHT;
	if (layout->small)
		return;
	while (lines <= LAYOUT_HEAD && height >= steps[lines])
		lines++;
	if (lines > head)
		lines = height >= steps[head] ? head + 1 : head;
	layout->title = (struct rect){0, 0, width, 1};
	layout->head = (struct rect){0, 1, width, lines < head ? lines : head};
	graph_make(layout, width);
	layout->note = (struct rect){0, lines, width, lines > head};
	layout->header = (struct rect){0, 1 + lines, width, 1};
	layout->rows = (struct rect){0, 2 + lines, width, height - lines - 3};
	layout->bar = (struct rect){0, height - 1, width, 1};
	columns_make(layout, width, table);
}

void layout_panel(struct layout *layout, int most, bool below, size_t nr_rows)
{
	struct rect *rows = &layout->rows, *panel = &layout->panel;
	int keep = rows->h / 2, h;

	if (nr_rows < (size_t)keep)
		keep = nr_rows > PANEL_LEAST ? (int)nr_rows : PANEL_LEAST;
	h = rows->h - keep - 1;

	if (h > most)
		h = most;
	if (layout->small || h < PANEL_LEAST)
		return;
	*panel = (struct rect){0, layout->header.y, rows->w, h};
	rows->h -= h + 1;
	if (below) {
		panel->y = rows->y + rows->h + 1;
	} else {
		layout->header.y += h + 1;
		rows->y += h + 1;
	}
}

const struct layout_column *layout_at(const struct layout *layout, int x)
{
	for (int i = 0; i < layout->nr_columns; i++) {
		const struct layout_column *place = &layout->columns[i];

		if (x >= place->x && x <= place->x + place->w + place->mark)
			return place;
	}
	return NULL;
}
