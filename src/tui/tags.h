/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows that were marked, by who they are, so that a mark stays on its process. Embedded: a zeroed
 * one has none, tags_done() frees. Beyond TAGS_MOST no more are taken; nothing else fails.
 */
#ifndef MPROTTOP_TAGS_H
#define MPROTTOP_TAGS_H

#include "tui/cursor.h"

#define TAGS_MOST 4096

struct tags {
	struct row_id *list;
	int nr, cap;
};

bool tags_has(const struct tags *tags, const struct row_id *id);

/* Adds it or takes it away; false: there are too many. */
bool tags_turn(struct tags *tags, const struct row_id *id);

void tags_done(struct tags *tags);

#endif
