/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rows of a snapshot before they are filled: who they are, in order. A row is filled when it is
 * looked at, from the table, which keeps what that needs until seats_leave(). seats_new() makes
 * one, seats_free() frees. Nothing fails.
 */
#ifndef MPROTTOP_SEAT_H
#define MPROTTOP_SEAT_H

#include "model/fill.h"
#include "model/order.h"

#define SEATS_NEAR 512 /* rows that stay filled: more than a terminal has lines */

struct tally;

/* Who it is, as it was then. */
struct seat {
	struct row_id id;
	struct tally *tally; /* NULL: it counts nothing, or is "other" */
	uint64_t last_ns, exit_ns;
	uint32_t ppid, uid, flags, nr_threads;
	char comm[EVENT_COMM_LEN + 1];
};

struct seats {
	const struct table *table; /* NULL: it is not asked any more */
	bool keeps;                /* the table keeps what is needed */
	struct fill fill;
	const struct count_mode *mode;
	unsigned int parts;     /* that the order needs */
	struct seat *list;      /* as they came */
	struct order_key *keys; /* of the same */
	struct kin *kin;        /* likewise, in a tree; else NULL */
	uint32_t *places;       /* in the list, in the order of rows */
	size_t nr, cap;
	struct order_room room;
	struct table_row other;
	struct pool texts; /* of keys, then of peek */
	struct row peek;
	struct row *near;           /* by place modulo SEATS_NEAR, NULL: none yet */
	size_t near_of[SEATS_NEAR]; /* plus 1 */
};

struct seats *seats_new(void);
void seats_free(struct seats *seats);

/* Begins anew with a table. */
void seats_begin(struct seats *seats, const struct table *table, const struct view *view);

/* Room for as many, ahead of when they come. */
void seats_ready(struct seats *seats, size_t nr);

/* One of a visit of table_each_light(); it stays once seats_add() is called, behind the others. */
const struct seat *seats_put(struct seats *seats, const struct table_row *row, struct tally *tally);
void seats_add(struct seats *seats, const struct view *view);

/* Parts of the row of one, see part.h; row holds nothing else. */
void seats_parts(struct seats *seats, const struct seat *seat, unsigned int parts, struct row *row);

/* In a tree: who is below whom, once all are there. */
void seats_link(struct seats *seats);

/* Keys again, after view->sort changed; and their order. */
void seats_rekey(struct seats *seats, const struct view *view);
void seats_sort(struct seats *seats, const struct view *view);

/* Who is in that place, and where in a tree. */
const struct seat *seats_at(const struct seats *seats, size_t at);
struct leaf seats_leaf(const struct seats *seats, size_t at);

/* The row in that place. It holds until SEATS_NEAR others were asked for. */
const struct row *seats_row(struct seats *seats, size_t at);

/* The same, but only parts of it, and until the next call of any of these. */
const struct row *seats_peek(struct seats *seats, size_t at, unsigned int parts);

/* All of them, to room for as many. */
void seats_fill(struct seats *seats, struct row *rows);

/* The table is not asked any more, and none of the rows is there. */
void seats_leave(struct seats *seats);

#endif
