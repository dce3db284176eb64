/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a column that counts shows: since the start, in the last interval, or a second on average. A
 * row of count_modes[] a way; the first is that of all output but the screen's. Const data only.
 */
#ifndef MPROTTOP_COUNT_MODE_H
#define MPROTTOP_COUNT_MODE_H

#include <stdint.h>

struct row;
struct value;

struct count_mode {
	const char *id;    /* a word */
	const char *name;  /* behind "counts " */
	const char *calls; /* the header of the calls themselves */
	/* from what was counted since the start, and in the last interval */
	void (*pick)(const struct row *row, uint64_t total, uint64_t delta, struct value *value);
};

extern const struct count_mode count_modes[]; /* ends with a NULL id */

const struct count_mode *count_mode_find(const char *id);

#endif
