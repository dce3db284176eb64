/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The counters of one row in three sets: of the open interval, of the one that was closed last, of
 * all that are closed. Only counters that were ever used take room, as most rows use few. Embedded:
 * a zeroed sheet is empty, sheet_done() frees what it owns. Nothing fails.
 */
#ifndef MPROTTOP_SHEET_H
#define MPROTTOP_SHEET_H

#include "model/counts.h"

#include <stddef.h>

/* struct counts is made of uint64_t alone; a counter is told by its place there. */
#define SHEET_NR        (sizeof(struct counts) / sizeof(uint64_t))
#define SHEET_AT(field) (offsetof(struct counts, field) / sizeof(uint64_t))

enum sheet_set {
	SHEET_NOW,
	SHEET_LAST,
	SHEET_ALL,
	SHEET_SETS
};

struct sheet {
	uint64_t *cells; /* a set behind another, each with room for as many; then their counters */
	uint8_t nr, room;
	uint8_t at[SHEET_NR]; /* a counter's place in each set, plus 1; 0: it was never used */
};

void sheet_done(struct sheet *sheet);

/* Makes place for a counter; returns its place plus 1. */
unsigned int sheet_grow(struct sheet *sheet, unsigned int counter);

/* A counter of the open interval. */
static inline uint64_t *sheet_now(struct sheet *sheet, unsigned int counter)
{
	unsigned int at = sheet->at[counter];

	if (__builtin_expect(!at, 0))
		at = sheet_grow(sheet, counter);
	return &sheet->cells[at - 1];
}

static inline void sheet_count(struct sheet *sheet, unsigned int counter, uint64_t nr)
{
	if (nr)
		*sheet_now(sheet, counter) += nr;
}

/* Ends the open interval; it is the last then. */
void sheet_close(struct sheet *sheet);

/* The last interval had nothing. */
void sheet_clear_last(struct sheet *sheet);

/* Adds all that from holds; its last interval only where it is that of to. */
void sheet_add(struct sheet *to, const struct sheet *from, bool last);

/* A set in full; or added to what is there. */
void sheet_tell(const struct sheet *sheet, enum sheet_set set, struct counts *out);
void sheet_tell_more(const struct sheet *sheet, enum sheet_set set, struct counts *out);

static inline uint64_t sheet_get(
	const struct sheet *sheet, enum sheet_set set, unsigned int counter)
{
	unsigned int at = sheet->at[counter];

	return at ? sheet->cells[set * sheet->room + at - 1] : 0;
}

/* Bytes that it owns. */
size_t sheet_size(const struct sheet *sheet);

#endif
