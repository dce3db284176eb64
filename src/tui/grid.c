/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/grid.h"
#include "tui/layout.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

void grid_make(
	struct grid *grid, struct canvas *canvas, const struct grid_column *list, int x, int end)
{
	int widths[GRID_MOST] = {0}, weights[GRID_MOST] = {0}, nr = 0, last = -1;
	bool fits[GRID_MOST];

	*grid = (struct grid){.canvas = canvas, .columns = list};
	for (; list[nr].header; nr++) {
		assert(nr < GRID_MOST);
		widths[nr] = list[nr].width;
		weights[nr] = list[nr].weight;
	}
	layout_fit(nr, widths, weights, 1, end - x, fits);
	for (int i = 0; i < nr; i++) {
		if (!fits[i])
			continue;
		grid->x[i] = x;
		grid->w[i] = widths[i];
		x += widths[i] + 1;
		last = i;
	}
	if (last >= 0 && !list[last].right)
		grid->w[last] = end - grid->x[last];
}

void grid_header(const struct grid *grid, int y)
{
	canvas_fill(grid->canvas, (struct rect){0, y, grid->canvas->width, 1}, STYLE_HEADER);
	grid_names(grid, y);
}

void grid_names(const struct grid *grid, int y)
{
	for (int i = 0; grid->columns[i].header; i++)
		if (grid->w[i])
			grid_put(grid, i, y, STYLE_HEADER, grid->columns[i].header);
}

void grid_put(const struct grid *grid, int i, int y, enum style style, const char *text)
{
	int x = grid->x[i], w = grid->w[i], width;

	if (!w)
		return;
	if (!text || !text[0])
		text = "-";
	width = canvas_text_width(grid->canvas, text);
	if (!grid->columns[i].right) {
		canvas_put(grid->canvas, x, y, w, style, text);
		if (width > w)
			canvas_put(grid->canvas, x + w - 1, y, 1, style, "+");
		return;
	}
	if (width <= w)
		canvas_put_right(grid->canvas, x, y, w, style, text);
	for (int c = 0; width > w && c < w; c++)
		canvas_put(grid->canvas, x + c, y, 1, style, "#");
}

void grid_u64(const struct grid *grid, int column, int y, enum style style, uint64_t n)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, n);
	grid_put(grid, column, y, style, text);
}
