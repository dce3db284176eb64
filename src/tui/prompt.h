/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A question in the bottom line and the text being typed there. The text given at the start is
 * replaced by the first character typed, and edited where Backspace or an arrow comes first. What
 * the text means is the asker's: accept() takes it, or says why not and the question stays.
 */
#ifndef MPROTTOP_PROMPT_H
#define MPROTTOP_PROMPT_H

#include "tui/canvas.h"
#include "tui/key.h"

#include <stddef.h>

#define PROMPT_TEXT 160

/* A set of REACT_ bits, or 0 and a reason in error. */
typedef unsigned int (*prompt_accept)(struct ui *ui, const char *text, char *error, size_t size);

struct prompt {
	prompt_accept accept; /* NULL: nothing is asked */
	const char *label;
	char text[PROMPT_TEXT]; /* UTF-8 */
	int len;
	bool fresh;       /* nothing typed yet */
	bool once;        /* y is taken at once, anything else leaves */
	const char *hint; /* in place of what Enter and Esc do; or NULL */
	char more[200];   /* in the lines above, for an empty answer; or empty */
	char error[320];
	/* or NULL: told of each change of the text, and of the text at the start where Esc leaves
	 */
	unsigned int (*change)(struct ui *ui, const char *text);
	char before[PROMPT_TEXT];
	/* or NULL: F3 and the arrows */
	unsigned int (*step)(struct ui *ui, int step);
};

void prompt_ask(struct prompt *prompt, const char *label, const char *text, prompt_accept accept);

/* A set of REACT_ bits. */
unsigned int prompt_key(struct prompt *prompt, struct ui *ui, const struct key_press *press);

void prompt_draw(const struct prompt *prompt, struct canvas *canvas, struct rect bar);

#endif
