/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the live screen keeps from run to run: a line "name = value" each, in any order, '#' begins
 * a comment. A row of settings[] is a name. What is not understood is counted and told, and nothing
 * else of it is taken. No I/O; nothing fails.
 */
#ifndef MPROTTOP_SETTINGS_H
#define MPROTTOP_SETTINGS_H

#include "tui/ui.h"

struct buf;

#define SETTINGS_MOST 65536 /* bytes of a file that are looked at */

struct keep;

/* NULL, 0 or -1: not told. */
struct settings {
	const struct column *columns[COLUMN_MAX];
	int nr_columns;
	const struct column *sort;
	bool ascending;
	double delay_s;
	const struct group_kind *group;
	const struct count_mode *mode;
	const struct keep *keep;
	int idle, threads, tree, cmdline, color, ascii;
};

struct setting {
	const char *name;
	const char *help;
	/* false: no value of it */
	bool (*take)(struct settings *settings, const char *value);
	/* nothing where it is not told */
	void (*put)(const struct settings *settings, struct buf *out);
};

extern const struct setting settings[]; /* ends with a NULL name */

/* Lines that were not understood, and which is the first. */
struct settings_doubt {
	unsigned int nr, line;
	char text[48]; /* clean */
};

void settings_parse(
	struct settings *to, const char *text, size_t len, struct settings_doubt *doubt);
void settings_write(const struct settings *from, struct buf *out);

/* As the ui has them now. */
void settings_of(const struct ui *ui, struct settings *to);

/* Into what the ui begins with; what is set there already, by options, stays. */
void settings_apply(const struct settings *from, struct ui_config *to);

#endif
