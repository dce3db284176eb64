/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which row is selected and which one is the first on screen. At the start, and after
 * cursor_home(), the selection is whatever comes first; once moved it stays on its process, which
 * the list keeps in view. Embedded: zeroed is empty, cursor_done() frees. Nothing fails.
 */
#ifndef MPROTTOP_CURSOR_H
#define MPROTTOP_CURSOR_H

#include "model/snapshot.h"

struct cursor {
	struct row_id *ids; /* of the rows drawn last, what keys refer to */
	int nr, cap;
	const struct snapshot *snap; /* that they are of, and its turn */
	uint64_t turn;
	int index, top, page;
	bool pinned;
	bool follow;      /* where it was pinned, also while that is no row */
	struct row_id at; /* where pinned */
};

bool cursor_same(const struct row_id *a, const struct row_id *b);

/* Finds the selection in new rows, of which page show at once. */
void cursor_update(struct cursor *cursor, const struct snapshot *snap, int page);

void cursor_move(struct cursor *cursor, int lines);
void cursor_to(struct cursor *cursor, int index);
/* Stays on the process selected now, also while it has no row, until the next move. */
void cursor_follow(struct cursor *cursor);

void cursor_home(struct cursor *cursor);
void cursor_done(struct cursor *cursor);

#endif
