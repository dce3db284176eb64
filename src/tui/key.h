/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The key table: one row here gives a key its action, its line in the help screen, its place in the
 * bottom line and in the manual. An action changes the state of the ui, never paints, and returns
 * what has to follow as a set of REACT_ bits (ui.h). Const data only.
 */
#ifndef MPROTTOP_KEY_H
#define MPROTTOP_KEY_H

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct ui;

/* Codes up to here are Unicode characters; keys that make none follow. */
enum press {
	PRESS_NONE = 0x110000,
	PRESS_UP,
	PRESS_DOWN,
	PRESS_LEFT,
	PRESS_RIGHT,
	PRESS_PAGE_UP,
	PRESS_PAGE_DOWN,
	PRESS_HOME,
	PRESS_END,
	PRESS_BACKSPACE,
	PRESS_DELETE,
	PRESS_SHIFT_TAB,
	PRESS_CLICK, /* at x, y */
	PRESS_WHEEL_UP,
	PRESS_WHEEL_DOWN,
	PRESS_F0, /* F1 is one more */
	PRESS_F10 = PRESS_F0 + 10,
	PRESS_F12 = PRESS_F0 + 12,
};

#define PRESS_CTRL(letter) ((letter)&0x1f)
#define PRESS_ENTER        '\r'
#define PRESS_ESC          0x1b
#define PRESS_TAB          '\t'

struct key_press {
	uint32_t code;
	int x, y;
};

#define KEY_CODES 4

struct key {
	uint32_t codes[KEY_CODES]; /* ends with 0; the first is the one in the bottom line */
	const char *name;          /* a word or two, unique */
	const char *help;          /* one line */
	unsigned int (*act)(struct ui *ui, const struct key *key);
	const char *bar;    /* in the bottom line, NULL: not there */
	int weight;         /* the higher, the longer it stays there as width shrinks */
	bool anywhere;      /* in help too */
	bool rows;          /* only where there is a table of processes */
	bool lines;         /* and on a screen whose lines can be searched */
	bool calls;         /* and on one of calls */
	const char *over;   /* as bar, in the bottom line of help */
	const char *column; /* for act */
	int step;           /* for act */
};

extern const struct key keys[]; /* ends with a NULL name */

/* The row of a code, NULL where it has none. */
const struct key *key_find(uint32_t code);

/* "F10", "Ctrl-L", "P". */
void key_code_text(uint32_t code, struct buf *out);

/* All codes of a key, "q F10". */
void key_text(const struct key *key, struct buf *out);

#endif
