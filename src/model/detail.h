/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that is known of one process, copied from the table, so that it stays as it was seen last
 * once the process and its row are gone. Embedded: a zeroed one is empty, detail_done() frees.
 * Names for its regions come from whoever can tell them. No I/O; nothing fails.
 */
#ifndef MPROTTOP_DETAIL_H
#define MPROTTOP_DETAIL_H

#include "base/hist.h"
#include "base/pool.h"
#include "model/journal.h"
#include "model/reason.h"
#include "model/site.h"
#include "model/study.h"
#include "model/task.h"

struct row;

#define DETAIL_NAME 96
#define DETAIL_ANY  UINT64_MAX /* a start that is not known */

struct detail_id {
	uint32_t pid, tid; /* tid: of a process that is not known */
	uint64_t start_ns;
};

struct detail_site {
	char text[DETAIL_NAME]; /* clean; empty: not known */
	uint64_t nr;
};

struct detail {
	struct detail_id id;
	bool found; /* it was, at least once */
	bool there; /* and is in the table now */
	struct row *row;
	struct pool texts; /* of the row */
	struct hist times; /* of all its calls, empty where none was timed */
	bool why, studied; /* reasons, and what is in study, are counted */
	uint64_t reasons[REASON_MOST];
	struct study study;
	char regions[STUDY_REGIONS][DETAIL_NAME]; /* names; clean, empty: not known */
	char threads[STUDY_THREADS][3 * EVENT_COMM_LEN + 4];
	struct detail_site sites[SITES_MOST];
	unsigned int nr_sites;
};

/* Begins anew with another process. */
void detail_want(struct detail *detail, const struct detail_id *id);

bool detail_is(const struct detail_id *id, const struct row *row);

/* Its row, filled in, whose pointers into the table still hold. */
void detail_take(struct detail *detail, const struct row *row, const struct task_map *map);

/* Names its regions, as far as names tell; what it knew it keeps. */
void detail_name(struct detail *detail, const struct call_names *names);

void detail_done(struct detail *detail);

#endif
