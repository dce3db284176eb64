/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The screen for readers aloud and serial lines, for screen.c only: no cursor is moved and nothing
 * is sent but lines. A drawing is a block of the lines that were not in the one before, with a ">"
 * in front of the selected row, and a blank line. Keys are read from a terminal. There is one.
 */
#ifndef MPROTTOP_PLAIN_H
#define MPROTTOP_PLAIN_H

#include "tui/canvas.h"
#include "tui/key.h"

#include <stddef.h>

struct buf;

#define PLAIN_MARK 2 /* cells in front of each line */

/* The descriptors stay the caller's. */
void plain_open(int in_fd, int out_fd);
void plain_close(void);
void plain_again(void); /* after that, with the same descriptors */

void plain_show(const struct canvas *canvas, bool repaint);
bool plain_key(struct key_press *press);

/* What the lines of a canvas are here, of which before holds those of the last time: those that
 * are new. Pure. */
void plain_text(
	const struct canvas *canvas, const struct buf *before, struct buf *all, struct buf *out);

/* The key that begins the bytes, and how many it takes; 0: none is whole. */
size_t plain_decode(const char *bytes, size_t len, struct key_press *press);

#endif
