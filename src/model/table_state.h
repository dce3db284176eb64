/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state behind struct table, for the table_*.c files only.
 */
#ifndef MPROTTOP_TABLE_STATE_H
#define MPROTTOP_TABLE_STATE_H

#include "model/gone.h"
#include "model/locate.h"
#include "model/tally.h"
#include "model/who.h"

#define TABLE_SOON  16 /* who comes, a power of two */
#define TABLE_AHEAD 8  /* rows that are fetched before their turn */

/* Rows that were visited to be looked at later. */
struct keep {
	struct tally *dropped, *first; /* that are dropped since, by their up; the last in it */
	struct tally *stale;           /* likewise, from before: nobody looks at them */
	uint32_t turn;                 /* of the last such visit */
};

struct table {
	struct who who;
	bool threads, why;
	uint64_t newest_ns;
	uint64_t seq;
	uint64_t interval_before_ns;
	struct tally **rows, **active;
	size_t nr, cap, nr_active;
	size_t limit;
	size_t size, size_limit; /* of the rows, see tally_size(); of those and the tasks */
	uint64_t full_seq;       /* no row is idle until the interval behind that */
	struct link dead;        /* of struct tally.dead, in the order of dead_ns */
	struct tally other[2];   /* [1]: of threads */
	struct error_count errors[TABLE_ERRORS];
	struct table_totals totals;
	uint32_t soon[TABLE_SOON]; /* who comes, in a ring */
	unsigned int nr_soon;
	struct locator locator;
	struct gone gone;
	struct keep *keep;
};

/* Frees a row, whose counts must be elsewhere by now, its threads' rows too; or all, whose counts
 * go with them. */
void table_drop(struct table *table, struct tally *tally);
void table_drop_all(struct table *table);

/* Frees a row that is in no list any more, at once or once nobody looks at it. */
void table_lose(struct table *table, struct tally *tally);

/* The task of a thread's row, NULL where it is gone. */
struct task *table_task(const struct table *table, const struct tally *tally);

/* Makes room for the rows of a task, at the cost of the oldest; idle: of those that did not call
 * since the interval before this one. False: there are none. */
bool table_room(struct table *table, bool idle);

/* A row of its own for a task that its process's row counts. */
void table_attach_thread(struct table *table, struct task *task);

#endif
