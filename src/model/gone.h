/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What processes counted whose rows are no more, kept by who they were, so that a group of
 * processes loses nothing when one of them ends. Embedded: a zeroed one is empty, gone_done()
 * frees. Memory is bounded: beyond GONE_MOST kinds of processes the rest is kept as one of nobody.
 */
#ifndef MPROTTOP_GONE_H
#define MPROTTOP_GONE_H

#include "model/tally.h"

#define GONE_MOST 4096

struct gone_entry;

struct gone {
	struct gone_entry **slots;
	size_t cap, nr;
	struct gone_entry *nobody;
	uint64_t seq; /* of the interval closed last */
};

/* Takes what a process's row counted; row and rest are the caller's. */
void gone_add(struct gone *gone, const struct tally *tally);

/* Calls visit for each, as an exited row without pid; with nothing in its interval. */
void gone_each(
	const struct gone *gone, void (*visit)(const struct table_row *row, void *arg), void *arg);

void gone_done(struct gone *gone);

#endif
