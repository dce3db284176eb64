/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A list over the left of the screen, of which one item is taken: arrows move, Enter or a click
 * takes, Esc leaves. What taking means is the asker's accept(). Embedded: a zeroed one is closed,
 * menu_done() frees. Nothing fails.
 */
#ifndef MPROTTOP_MENU_H
#define MPROTTOP_MENU_H

#include "tui/canvas.h"
#include "tui/key.h"

struct menu_item {
	char text[96];
	uint64_t id; /* the asker's */
};

/* A set of REACT_ bits. */
typedef unsigned int (*menu_accept)(struct ui *ui, const struct menu_item *item);

struct menu {
	menu_accept accept; /* NULL: closed */
	const char *title;
	bool stays; /* open, when an item is taken */
	/* or NULL: < and > on an item; a set of REACT_ bits */
	unsigned int (*turn)(struct ui *ui, const struct menu_item *item, int step);
	struct menu_item *items;
	int nr, cap;
	int at, top;
	struct rect area; /* of the items drawn last */
};

/* Opens it without items. */
void menu_open(struct menu *menu, const char *title, menu_accept accept);

/* Adds an item, at which the menu stands where chosen. Text must be clean. */
void menu_add(struct menu *menu, uint64_t id, const char *text, bool chosen);

void menu_close(struct menu *menu);

/* A set of REACT_ bits. */
unsigned int menu_key(struct menu *menu, struct ui *ui, const struct key_press *press);

/* Its title in the first line of area, its items below. */
void menu_draw(struct menu *menu, struct canvas *canvas, struct rect area);

void menu_done(struct menu *menu);

#endif
