/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/sheet.h"
#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* What a call with outcome and time uses; a struct of mappings and more protections grow it. */
#define ROOM_FIRST 6
#define ROOM_MORE  3

void sheet_done(struct sheet *sheet)
{
	free(sheet->cells);
	*sheet = (struct sheet){0};
}

/* Which counters the places of a set are of, a byte each. */
static uint8_t *sheet_counters(const struct sheet *sheet)
{
	return (uint8_t *)(sheet->cells + SHEET_SETS * sheet->room);
}

static void sheet_widen(struct sheet *sheet)
{
	unsigned int room = sheet->room ? sheet->room + ROOM_MORE : ROOM_FIRST;
	uint64_t *cells = mem_new(1, SHEET_SETS * room * sizeof(*cells) + room);

	if (sheet->nr)
		memcpy(cells + SHEET_SETS * room, sheet_counters(sheet), sheet->nr);
	for (unsigned int set = 0; set < SHEET_SETS && sheet->nr; set++)
		memcpy(cells + set * room, sheet->cells + set * sheet->room,
			sheet->nr * sizeof(*cells));
	free(sheet->cells);
	sheet->cells = cells;
	sheet->room = (uint8_t)room;
}

unsigned int sheet_grow(struct sheet *sheet, unsigned int counter)
{
	assert(counter < SHEET_NR && !sheet->at[counter]);
	if (sheet->nr == sheet->room)
		sheet_widen(sheet);
	sheet_counters(sheet)[sheet->nr] = (uint8_t)counter;
	sheet->at[counter] = ++sheet->nr;
	return sheet->nr;
}

static inline uint64_t sum_of(unsigned int counter, uint64_t a, uint64_t b)
{
	return counter == SHEET_AT(range) ? counts_sum(a, b) : a + b;
}

void sheet_close(struct sheet *sheet)
{
	unsigned int range = sheet->at[SHEET_AT(range)];
	uint64_t *now, *last, *all;

	if (!sheet->nr)
		return;
	now = sheet->cells;
	last = now + sheet->room;
	all = last + sheet->room;
	for (unsigned int i = 0; i < sheet->nr; i++) {
		all[i] = i + 1 == range ? counts_sum(all[i], now[i]) : all[i] + now[i];
		last[i] = now[i];
		now[i] = 0;
	}
}

void sheet_clear_last(struct sheet *sheet)
{
	if (sheet->nr)
		memset(sheet->cells + sheet->room, 0, sheet->nr * sizeof(*sheet->cells));
}

void sheet_add(struct sheet *to, const struct sheet *from, bool last)
{
	for (unsigned int c = 0; c < SHEET_NR; c++) {
		if (!from->at[c])
			continue;
		sheet_now(to, c);
		for (unsigned int set = 0; set < SHEET_SETS; set++) {
			uint64_t *cell = &to->cells[set * to->room + to->at[c] - 1];

			if (set != SHEET_LAST || last)
				*cell = sum_of(c, *cell, sheet_get(from, set, c));
		}
	}
}

void sheet_tell_more(const struct sheet *sheet, enum sheet_set set, struct counts *out)
{
	uint64_t *to = (uint64_t *)out;

	for (unsigned int i = 0; i < sheet->nr; i++) {
		unsigned int counter = sheet_counters(sheet)[i];

		to[counter] = sum_of(counter, to[counter], sheet->cells[set * sheet->room + i]);
	}
}

void sheet_tell(const struct sheet *sheet, enum sheet_set set, struct counts *out)
{
	memset(out, 0, sizeof(*out));
	sheet_tell_more(sheet, set, out);
}

size_t sheet_size(const struct sheet *sheet)
{
	return SHEET_SETS * sheet->room * sizeof(*sheet->cells) + sheet->room;
}
