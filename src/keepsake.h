/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The settings between their file and the ui. Nothing fails: what is wrong is told on the screen,
 * and the rest goes on.
 */
#ifndef MPROTTOP_KEEPSAKE_H
#define MPROTTOP_KEEPSAKE_H

#include "monitor.h"

/* Reads what is saved into what the ui begins with, but for what options say. */
void keepsake_read(struct monitor *m, struct ui_config *ui);

/* Once there is a ui: tells what was wrong, and asks for what settings need. */
void keepsake_begin(struct monitor *m);

/* Asks the tracer to save; and its answer. */
void keepsake_save(struct monitor *m);
void keepsake_saved(struct monitor *m, const struct msg_done *done);

#endif
