/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows of processes as a tree: each below the nearest of its ancestors that has a row, with those
 * between them known from the task map, as far as they are. A process whose ancestors are all
 * without a row, or gone, stands at the top. An id that is a younger process's by now is no parent.
 * Owns nothing, nothing fails.
 */
#ifndef MPROTTOP_TREE_H
#define MPROTTOP_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct column;
struct row;
struct snapshot;
struct task_map;
struct view;

#define TREE_NONE UINT32_MAX

/* Where a row stands. */
struct leaf {
	uint32_t id, up; /* of the row, and of the one that it is below or TREE_NONE */
	uint16_t depth;
	bool last;     /* below its parent */
	uint32_t nr;   /* rows folded into it */
	uint64_t bars; /* bit n: of the n-th above, its parent the 0th, more follow */
};

/* What of a row says where it stands. */
struct kin {
	uint64_t start_ns;
	uint32_t pid, ppid;
	struct leaf leaf;
};

/* Says who is below whom; of those that seem each other's ancestors the first is at the top. */
void tree_kin(struct kin *kin, size_t nr, const struct task_map *map);

/* The same of a snapshot's rows, and folds what view folds: the row then holds the sums of all
 * below. */
void tree_link(struct snapshot *snap, const struct task_map *map, const struct view *view);

/* Puts nr sorted ones, of which order tells the places, into the order of the tree; one that is
 * below none of them is at the top. */
void tree_order(struct kin *kin, uint32_t *order, size_t nr);

/* The lines in front of a name. */
void tree_text(const struct row *row, bool ascii, struct buf *out);

/* Whether those lines stand in front of its cells. */
bool tree_names(const struct column *column);

#endif
