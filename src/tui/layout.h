/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Terminal size + columns → rectangles, and which columns show where. Pure: owns nothing, frees
 * nothing, cannot fail. Nothing of it lies outside the terminal, and nothing overlaps. What does
 * not fit goes by weight, the lightest first.
 */
#ifndef MPROTTOP_LAYOUT_H
#define MPROTTOP_LAYOUT_H

#include "model/column.h"
#include "tui/canvas.h"

/* Below this a terminal gets one line that says so. */
#define LAYOUT_MIN_WIDTH  20
#define LAYOUT_MIN_HEIGHT 5

#define LAYOUT_WIDE  140 /* from here on there is room for more */
#define LAYOUT_HEAD  5   /* lines below the title, where height allows */
#define LAYOUT_MARK  2   /* cells in front of the columns: a mark and a blank */
#define LAYOUT_MARKS 3   /* in front of a table of processes: two marks and a blank */

struct layout_column {
	const struct column *column;
	int x, w;
	int mark; /* cells behind the gap, where the gap has the mark of the order */
};

struct layout {
	bool small; /* too small: the rest is empty */
	struct rect title;
	struct rect head;   /* the lines below the title, may be none */
	struct rect graph;  /* right of the head, may be empty */
	struct rect note;   /* the line between head and table, may be none */
	struct rect header; /* names of columns */
	struct rect rows;
	struct rect panel; /* beside the table, may be empty */
	struct rect bar;   /* the bottom line */
	struct layout_column columns[COLUMN_MAX];
	int nr_columns;
};

/* What the columns are: they show in the order given. */
struct layout_table {
	const struct column *const *list;
	int nr;
	const struct column *sort; /* its name has a mark behind it; or NULL */
	int pid_digits;            /* cells that a pid takes */
};

/* head: lines of it, at most. */
void layout_make(
	struct layout *layout, int width, int height, const struct layout_table *table, int head);

/* Takes up to most lines from the table for a panel above or below it, a blank line between; the
 * table keeps half of the room, or less where it has few rows. */
void layout_panel(struct layout *layout, int most, bool below, size_t rows);

/* The column whose cells, or the gap behind them, hold x; NULL where there is none. */
const struct layout_column *layout_at(const struct layout *layout, int x);

/*
 * Which of nr items with these widths and a gap between them fit into room: the heaviest, and of
 * equals the first, up to the one that does not fit. Returns the cells used.
 */
int layout_fit(int nr, const int *widths, const int *weights, int gap, int room, bool *fits);

#endif
