/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How rows are chosen, sorted and folded: what the options ask for, and then the keys. A plain
 * value; what it points to is the caller's. Nothing here fails.
 */
#ifndef MPROTTOP_VIEW_H
#define MPROTTOP_VIEW_H

#include "model/detail.h"
#include "model/table.h"

struct call_row;
struct column;
struct count_mode;
struct filter;
struct group_kind;
struct row;
struct row_id;

/* What is wanted beside the rows. */
#define VIEW_SELF    0x1
#define VIEW_TIMES   0x8 /* the distribution of times of all calls */
#define VIEW_CALLERS 0x10
#define VIEW_DETAIL  0x20 /* of one process */
#define VIEW_EVENTS  0x4
#define VIEW_WX      0x2 /* only rows of processes that made memory executable or asked for it */

/* How the rows are chosen and sorted. */
struct view {
	const struct column *sort;
	bool ascending; /* else the largest first */
	bool threads;
	const struct group_kind *group; /* NULL: a row is a process, or a thread */
	bool idle;            /* rows without a call in the interval too, or without any */
	bool live;            /* idle means: no call in the whole history; exited rows stay 10 s */
	bool lazy;            /* few of the rows will be looked at, before the table changes */
	bool cmdline;         /* where it is not known, its name in brackets */
	bool command;         /* only COMMAND and its descendants */
	const uint32_t *pids; /* only these, where nr_pids is not 0 */
	unsigned int nr_pids;
	bool user, user_not; /* only this user's; all but */
	uint32_t uid;
	const char *text;              /* only whose command holds it; or NULL */
	const struct filter *where;    /* only these; or NULL */
	const struct filter *calls;    /* of calls only these; or NULL */
	unsigned int choice;           /* another one wherever the user chose anew */
	const struct filter *fail;     /* tested on each of them; or NULL */
	const struct count_mode *mode; /* of columns that count; NULL: since the start */
	bool tree;                     /* children below their parents; rows are processes */
	const struct row_id *folded;   /* of which one row stands for all below it too */
	int nr_folded;
	uint32_t facts;    /* that the source gives: columns of others are unknown */
	unsigned int want; /* VIEW_ bits */
	struct detail_id detail;
};

/* Whether what was chosen for the whole run takes a row; and the choice, by its pid, user and
 * flags; and by what it is called. */
bool view_runs(const struct view *view, const struct table_row *t);
bool view_takes(const struct view *view, const struct table_row *t);
bool view_names(const struct view *view, const char *command);

/* Whether the choice takes a whole row, by what it is called and its columns. */
bool view_passes(const struct view *view, const struct row *row);

/* Whether the choice of the user, which changes, takes any call; and whether it takes one. */
bool view_all_calls(const struct view *view);
bool view_takes_call(const struct view *view, uint32_t uid, const struct call_row *call);

#endif
