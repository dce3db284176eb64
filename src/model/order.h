/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order of rows: by what they are sorted by, the unknown last in either direction; where that
 * is the same, who called most comes first, then the smaller pid, tid and start. By digits, not by
 * comparing, so that many rows that are alike cost no more. order_done() frees what a room holds;
 * nothing fails.
 */
#ifndef MPROTTOP_ORDER_H
#define MPROTTOP_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct order_item;
struct row;
struct view;

/* What counts of a row, taken out once. */
struct order_key {
	uint64_t rank; /* as its type has it */
	uint64_t calls, start_ns;
	uint32_t pid, tid;
	const char *text; /* of a column of text, and the caller's: decides where ranks are equal */
	bool known;
};

/* Of a filled row, as view sorts; its text stays the row's. */
void order_key(const struct view *view, const struct row *row, struct order_key *key);

/* Room that is used again; a zeroed one is empty. */
struct order_room {
	struct order_item *items;
	size_t cap;
};

/* Has room for nr keys, ahead of when it is needed. */
void order_ready(struct order_room *room, size_t nr);
void order_done(struct order_room *room);

/* Fills places with those of nr keys, the first to show first. */
void order_make(const struct order_key *keys, size_t nr, bool ascending, struct order_room *room,
	uint32_t *places);

#endif
