/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The terminal: canvas → curses, curses keys → struct key_press. There is one, as curses is global.
 * It reads no clock, blocks nowhere and leaves every signal as it was: the caller learns of
 * SIGWINCH, SIGTSTP and SIGCONT and calls screen_resize(), _suspend() and _resume(). Only
 * screen_open() can fail; screen_close() puts the terminal back and frees.
 */
#ifndef MPROTTOP_SCREEN_H
#define MPROTTOP_SCREEN_H

#include "base/fault.h"
#include "tui/canvas.h"
#include "tui/key.h"

struct screen_config {
	int in_fd, out_fd; /* a terminal; both stay the caller's */
	const char *term;  /* NULL: TERM of the environment */
	bool color;        /* false: mono, complete (the caller looks at NO_COLOR) */
	bool mouse;
	bool plain; /* lines alone, see plain.h; of any type of terminal */
};

/* Call setlocale() before. note gets a sentence to show once, or "". */
int screen_open(const struct screen_config *config, char *note, size_t size, struct fault *fault);
void screen_close(void);

/* Whether this locale and terminal take more than ASCII; good before screen_open(). */
bool screen_utf8(void);

/* Whether the user's settings allow colour: NO_COLOR is empty or not set. */
bool screen_color_wanted(void);

/* Turns colours on or off; whether they are on now. */
bool screen_color(bool on);

/* Sends what changed since the last time; everything where repaint. */
void screen_show(const struct canvas *canvas, bool repaint);

/* The next key, false where none waits. Call until false whenever in_fd can be read. */
bool screen_key(struct key_press *press);

/* LINES and COLUMNS of the environment go before what the terminal says, as in curses. */
void screen_size(int *width, int *height);

/* Takes the terminal's new size; draw a canvas of screen_size() after it. */
void screen_resize(void);

/* Around stopping oneself: gives the terminal back, takes it again. Draw with repaint after. */
void screen_suspend(void);
void screen_resume(void);

/* The bytes that mend the terminal should this process die without screen_close(), for another
 * process to write; good after screen_open(). Returns their number, at most size - 1. */
size_t screen_restore_text(char *text, size_t size);

#endif
