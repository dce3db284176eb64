/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The column table: one row here gives a column its header, --columns and --sort name, help text,
 * sort and machine formats. A column names the facts it needs, never a probe. Const data only.
 */
#ifndef MPROTTOP_COLUMN_H
#define MPROTTOP_COLUMN_H

#include "base/fault.h"
#include "model/part.h"
#include "model/snapshot.h"
#include "model/type.h"

struct column {
	const char *id;
	const char *header; /* on screen, ASCII */
	const char *help;   /* one line */
	const struct type *type;
	int width;    /* cells on screen, 0: the rest of the line */
	int weight;   /* on screen by default: the higher, the longer it stays as width shrinks;
		       * below COLUMN_WIDE: on wide screens only; 0: only where asked for */
	bool machine; /* of the fixed set of csv and json */
	bool threads; /* only where a row is a thread */
	const char *facts; /* list of fact ids, may be empty */
	void (*get)(const struct row *row, struct value *value);
	unsigned int parts; /* of a row that get reads, see part.h; 0: any */
};

extern const struct column columns[]; /* ends with a NULL id */

/* By id or header, in any case; NULL where there is none. */
const struct column *column_find(const char *name);

/* A list "pid,comm,calls", or "+NAME" to add to base. Fills at most max pointers, returns how many,
 * or -EINVAL and a fault that names the word and the nearest column. */
int column_list(const char *list, const struct column *const *base, int nr_base,
	const struct column **out, int max, struct fault *fault);

#define COLUMN_WIDE 40

/* The fixed set of machine output, the set on screen by default, before the source is known; each
 * returns how many. wide: what a wide screen adds too. */
int column_machine(bool threads, const struct column **out, int max);
int column_screen(bool threads, bool wide, const struct column **out, int max);

/* Once the source is known, with the facts that it gives: what could show "-" alone is replaced by
 * ask_x, once, or dropped. Returns how many are left. */
int column_known(const struct column **list, int nr, uint32_t facts);

/* Leaves a column out; returns how many are left. */
int column_drop(const struct column **list, int nr, const char *id);

/* Shows command lines in place of names, or names again. */
void column_names(const struct column **list, int nr, bool cmdline);

#define COLUMN_MAX 64

/* The facts that any of nr columns needs, as a mask. */
uint32_t column_facts(const struct column *const *list, int nr);

#endif
