/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What each style of canvas.h looks like: colours of the terminal's own eight and attributes, with
 * colours and without. A const table, no curses; screen.c shows it.
 */
#ifndef MPROTTOP_LOOK_H
#define MPROTTOP_LOOK_H

#include "tui/canvas.h"

/* As ANSI numbers them. */
enum look_color {
	LOOK_OWN = -1, /* whatever the terminal has: dark, or light */
	LOOK_BLACK,
	LOOK_RED,
	LOOK_GREEN,
	LOOK_YELLOW,
	LOOK_BLUE,
	LOOK_MAGENTA,
	LOOK_CYAN,
	LOOK_WHITE,
};

#define LOOK_BOLD    0x1
#define LOOK_DIM     0x2
#define LOOK_REVERSE 0x4

struct look {
	signed char fg, bg;        /* LOOK_ colours */
	unsigned char color, mono; /* attributes with colours, and without */
};

extern const struct look looks[STYLE_NR];

#endif
