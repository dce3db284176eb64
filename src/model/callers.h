/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where calls come from, over all processes in the table. struct callers is embedded: a zeroed one
 * is empty, callers_done() frees. The names are kept by the table and hold until it is fed. Nothing
 * fails.
 */
#ifndef MPROTTOP_CALLERS_H
#define MPROTTOP_CALLERS_H

#include "model/site.h"

struct table_row;

struct caller {
	const struct name *name; /* NULL: not known */
	uint64_t offset;
	char text[96]; /* clean; empty: not known */
	uint64_t nr;   /* calls; an estimate where a process has more than SITES_MOST */
	uint64_t last_ns;
	uint64_t most; /* calls of the one that called most */
	uint32_t processes;
	uint32_t row;          /* the row counted last */
	char comm[3 * 16 + 4]; /* of that; clean */
};

struct callers {
	struct caller *list;
	size_t nr, cap;
	uint32_t rows;
	uint64_t calls;
	uint32_t *slots; /* places in list, plus 1 */
	size_t nr_slots;
};

void callers_reset(struct callers *callers);

/* The callers of a row. */
void callers_add(struct callers *callers, const struct table_row *t);

/* Names them; the most frequent first. */
void callers_sort(struct callers *callers);

void callers_done(struct callers *callers);

#endif
