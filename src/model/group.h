/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows of processes folded into one a program, user, unit or container. Their counts add up, times
 * come from the merged distributions, and what differs among them, or cannot be told of many, is
 * not known. Processes of which the group is not known are one row without a name, so that no call
 * is left out. struct groups is embedded: a zeroed one is empty, groups_done() frees.
 */
#ifndef MPROTTOP_GROUP_H
#define MPROTTOP_GROUP_H

#include "model/snapshot.h"

struct group_kind {
	const char *name; /* as of --group */
	const char *facts;
	/* what a process belongs to; NULL or empty: not known. The first kind has none: each is
	 * its own */
	const char *(*key)(const struct row *row);
	/* the same, unless it is a guess: of a process without, the group is not known */
	const char *(*sure)(const struct row *row);
};

extern const struct group_kind group_kinds[]; /* ends with a NULL name */

struct group;

struct groups {
	struct group **slots, **list;
	size_t nr, cap;
};

/* Folds a row of a process, whose texts must stay; names are kept in the pool. */
void groups_add(struct groups *groups, const struct group_kind *kind, const struct row *row,
	struct pool *pool);

/* The row of a group, which keeps pointers into groups. Its start is an id of the group, not of a
 * process; begin_ns is when the first of its processes began. */
void groups_row(const struct groups *groups, size_t i, struct row *row, uint64_t *begin_ns);

/* The audit of the group of that name, folded; NULL: there is none. */
const struct audit *groups_audit(const struct groups *groups, const char *name);

/* True the first time it is asked of a group of that name. */
bool groups_once(const struct groups *groups, const char *name);

/* audit_doubt() of all that have a name for sure. */
void groups_doubt(struct groups *groups, const struct audit *missing);

void groups_done(struct groups *groups);

#endif
