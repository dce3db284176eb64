/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The counters of one row, and what can be done to them without the table that owns and links it.
 * A tally has an open interval (now) and what is closed (t). Nothing fails.
 */
#ifndef MPROTTOP_TALLY_H
#define MPROTTOP_TALLY_H

#include "model/table.h"
#include "model/task.h"

struct tally {
	struct table_row t;
	struct counts now;
	struct proc *proc; /* NULL: "other" */
	struct tally *up;  /* of a thread: its process's */
	struct link kids;  /* of struct tally.sibling, its threads' */
	struct link sibling;
	struct link dead;
	uint64_t dead_ns;
	uint64_t seq;     /* interval that delta and history are of */
	size_t at;        /* in the table's rows */
	size_t active_at; /* in the table's active rows, plus 1 */
};

/* Pushes an interval's calls as the newest. */
void history_push(uint32_t history[TABLE_HISTORY], uint64_t calls);

/* Brings delta and history up to the interval seq. */
void tally_freshen(struct tally *tally, uint64_t seq);

/* Ends the open interval, of ns; its rate may be a peak. */
void tally_close(struct tally *tally, uint64_t seq, uint64_t ns, bool peak);

/* Adds all of from, both fresh. */
void tally_absorb(struct tally *to, const struct tally *from);

/* Fills in who it is; task: the thread's, NULL where it is no thread's or gone. */
void tally_tell(struct tally *tally, const struct task *task);

/* Moves the k of nr with the oldest calls to the front. */
void tally_select(struct tally **tallies, size_t nr, size_t k);

#endif
