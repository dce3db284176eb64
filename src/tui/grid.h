/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Columns of text that are no table of processes: which of them fit into a width, the lightest
 * left out first, and cells in them. A plain value; draws on a canvas, owns nothing.
 */
#ifndef MPROTTOP_GRID_H
#define MPROTTOP_GRID_H

#include "tui/canvas.h"

#include <stdbool.h>
#include <stdint.h>

#define GRID_MOST 16

struct grid_column {
	const char *header;
	int width;  /* cells; the last one shown takes the rest as well */
	int weight; /* the higher, the longer it stays as width shrinks */
	bool right; /* a number */
};

struct grid {
	struct canvas *canvas;
	const struct grid_column *columns; /* ends with a NULL header */
	int x[GRID_MOST], w[GRID_MOST];    /* w 0: it does not fit */
};

/* For lines that begin at x and end before end. */
void grid_make(
	struct grid *grid, struct canvas *canvas, const struct grid_column *list, int x, int end);

/* The names of the columns, on a line of their colour, or alone. */
void grid_header(const struct grid *grid, int y);
void grid_names(const struct grid *grid, int y);

/* NULL or empty is "-". A name that is cut is marked, a number that does not fit is not shown. */
void grid_put(const struct grid *grid, int column, int y, enum style style, const char *text);
void grid_u64(const struct grid *grid, int column, int y, enum style style, uint64_t n);

#endif
