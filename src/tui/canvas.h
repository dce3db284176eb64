/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A grid of styled cells: what a screen looks like, before any terminal. Everything outside the
 * grid is clipped, so callers never check edges. Text may hold any bytes: what is not a printable
 * character shows as '?', in an ascii canvas all that is not ASCII does. Embedded: a zeroed struct
 * is 0x0 cells, canvas_resize() gives it a size, canvas_done() frees. Nothing fails.
 */
#ifndef MPROTTOP_CANVAS_H
#define MPROTTOP_CANVAS_H

#include <stdbool.h>
#include <stdint.h>

struct buf;

/* What a cell means; what that looks like is screen.c's. */
enum style {
	STYLE_NORMAL,
	STYLE_TITLE,    /* the program's name */
	STYLE_LABEL,    /* first word of a head line */
	STYLE_VALUE,    /* a figure in the head */
	STYLE_HEADER,   /* names of columns */
	STYLE_SORTED,   /* the name of the one sorted by */
	STYLE_SELECTED, /* the row under the cursor */
	STYLE_DIM,
	STYLE_GOOD,
	STYLE_WARN,
	STYLE_BAD,
	STYLE_GRAPH,
	STYLE_KEY,    /* a key in the bottom line */
	STYLE_BAR,    /* what it does */
	STYLE_PROMPT, /* a question in the bottom line */
	STYLE_CURSOR, /* where typing goes */
	STYLE_NR,
};

struct cell {
	char text[5];  /* one character, UTF-8 */
	uint8_t width; /* 1 or 2; 0: right half of the one before */
	uint8_t style;
};

struct rect {
	int x, y, w, h;
};

struct canvas {
	int width, height;
	bool ascii;
	struct cell *cells; /* row by row */
};

/* Makes it width x height cells, all blank. */
void canvas_resize(struct canvas *canvas, int width, int height);
void canvas_done(struct canvas *canvas);

const struct cell *canvas_cell(const struct canvas *canvas, int x, int y);

/* Blanks of this style. */
void canvas_fill(struct canvas *canvas, struct rect area, enum style style);

/* Text from x on, in at most room cells; a wide character that does not fit is left out. Returns
 * how many cells were taken. */
int canvas_put(struct canvas *canvas, int x, int y, int room, enum style style, const char *text);

/* The same, against the right end of the room. */
int canvas_put_right(
	struct canvas *canvas, int x, int y, int room, enum style style, const char *text);

/* How many cells text would take here. */
int canvas_text_width(const struct canvas *canvas, const char *text);

/* As lines without trailing blanks. */
void canvas_text(const struct canvas *canvas, struct buf *out);

#endif
