/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bars of counts over time, newest at the right. An eighth of a cell is the smallest bar, so that
 * one call shows beside a thousand. Draws on a canvas, in ASCII where the canvas is; owns nothing.
 */
#ifndef MPROTTOP_GRAPH_H
#define MPROTTOP_GRAPH_H

#include "tui/canvas.h"

/* The value of a full bar: the largest, and 8 at least, so that a few calls look few. */
uint32_t graph_scale(const uint32_t *list, unsigned int nr);

/* The newest of list that area holds, against scale; a bar is as many cells wide as fit. */
void graph_put(struct canvas *canvas, struct rect area, enum style style, const uint32_t *list,
	unsigned int nr, uint32_t scale);

/* One line of a graph that is so many lines high; 0: the lowest. */
void graph_line(struct canvas *canvas, struct rect area, enum style style, const uint32_t *list,
	unsigned int nr, uint32_t scale, int line, int lines);

#endif
