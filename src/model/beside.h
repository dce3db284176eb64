/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a view wants beside the rows: the distribution of times, the callers, the detail of one
 * process. Always of processes, whatever the rows are. What it fills in is the snapshot's.
 */
#ifndef MPROTTOP_BESIDE_H
#define MPROTTOP_BESIDE_H

#include "model/snapshot.h"

/* fill makes a row of a table's. */
void beside_take(struct snapshot *snap, const struct table *table, const struct view *view,
	void (*fill)(const struct table_row *t, struct row *row, void *arg), void *arg);

#endif
