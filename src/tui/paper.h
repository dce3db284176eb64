/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of text going by, longer than the screen: those that scroll into an area are drawn. A
 * plain value; draws on a canvas, owns nothing.
 */
#ifndef MPROTTOP_PAPER_H
#define MPROTTOP_PAPER_H

#include "tui/canvas.h"

#include <stdbool.h>

struct paper {
	struct canvas *canvas;
	struct rect area;
	int top;    /* the first line that shows */
	int line;   /* the next one */
	int x, y;   /* where the line goes on; y below 0: it does not show */
	int indent; /* of paper_pair(): where the right text begins */
};

/* The next line begins. Returns whether it shows. */
bool paper_next(struct paper *paper);

/* Cells left of the line, whether it shows or not: what is drawn is the same wherever it scrolls.
 */
int paper_room(const struct paper *paper);

/* Adds to the line, as far as there is room. */
void paper_put(struct paper *paper, enum style style, const char *text);
void paper_printf(struct paper *paper, enum style style, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The line goes on at that cell of the area, or where it is if that is further. */
void paper_tab(struct paper *paper, int x);

/* A bar of value against scale, in at most so many cells and what is left of the line; one that is
 * not 0 shows. */
void paper_bar(struct paper *paper, int cells, uint64_t value, uint64_t scale);

/* A whole line: two texts, or a title with a blank line above unless it is the first. */
void paper_pair(struct paper *paper, enum style style, const char *left, const char *right);
void paper_title(struct paper *paper, const char *text);

#endif
