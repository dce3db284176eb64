/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A row of the table → a row of a snapshot: clean text, names, and what is told by the time. Text
 * goes to a pool of the caller's. A struct fill is a plain value that points to what is the
 * caller's; nothing fails.
 */
#ifndef MPROTTOP_FILL_H
#define MPROTTOP_FILL_H

#include "model/snapshot.h"

#define FILL_USERS 64

struct fill {
	struct pool *texts;
	const struct table_totals *totals;
	double interval_s;
	uint64_t begin_ns;
	uint32_t facts;
	bool cmdline; /* a name in brackets where it is not known */
	snapshot_user user;
	const void *user_arg;
	/* names that were asked for; a zeroed list is empty */
	struct fill_user {
		bool asked;
		uint32_t uid;
		char name[SNAPSHOT_USER];
	} users[FILL_USERS];
};

/* Fills all of row. */
void fill_row(struct fill *fill, const struct table_row *t, struct row *row);

/* The same where row->t is filled already. */
void fill_rest(struct fill *fill, struct row *row);

/* Only those parts, see part.h, of a row whose t holds what they need. */
void fill_parts(struct fill *fill, unsigned int parts, struct row *row);

/* What is told by the interval and the time; row->t tells of whom. */
void fill_figures(const struct fill *fill, struct row *row);

#endif
