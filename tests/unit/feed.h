/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events for a table, a function a kind, at a time that grows by FEED_STEP_NS with each, and checks
 * of its rows, which fail the test. Embedded: table must be set and is the caller's.
 */
#ifndef MPROTTOP_FEED_H
#define MPROTTOP_FEED_H

#include "model/table.h"

#define FEED_STEP_NS UINT64_C(1000)
#define FEED_SECOND  UINT64_C(1000000000)

#define FEED_BEGIN (100 * FEED_SECOND)

extern const struct table_limits feed_small; /* 64 rows */

struct feed {
	struct table *table;
	uint64_t now_ns;
	struct counts sent; /* what all calls must count as */
};

struct feed feed_of(const struct table_limits *limits, bool threads);

/* Takes all of call but its time. */
void feed_joined(struct feed *feed, const struct call *call);
/* One with a known outcome. */
void feed_result(struct feed *feed, uint32_t tid, uint64_t prot, int64_t ret, uint64_t duration_ns);
/* One of which its entry alone is known. */
void feed_call(struct feed *feed, uint32_t tid, uint64_t len, uint64_t prot);
void feed_calls(struct feed *feed, uint32_t tid, unsigned int nr);
void feed_new(struct feed *feed, uint32_t maker, uint32_t tid, bool thread, const char *comm);
void feed_name(struct feed *feed, uint32_t tid, const char *comm);
void feed_exec(struct feed *feed, uint32_t tid, uint32_t old_tid);
void feed_exit(struct feed *feed, uint32_t tid);
void feed_ident(struct feed *feed, uint32_t tid, uint32_t tgid, uint32_t uid, uint64_t start_ns,
	const char *comm);
/* Read now. */
void feed_told(struct feed *feed, uint32_t pid, enum told_what what, const char *text);
void feed_lost(struct feed *feed, uint64_t count, bool side);

/* A second later. */
void feed_close(struct feed *feed, uint64_t keep_ns);

/* What the rows add up to; a visitor of table_each(). */
struct feed_sum {
	struct counts total, delta;
	size_t nr, nr_other;
};

void feed_sum_visit(const struct table_row *row, void *arg);

void feed_counts_equal(const struct counts *a, const struct counts *b);

/* Rows and gone must be the totals, of processes and, where the table has them, of threads. */
void feed_check_sums(const struct table *table, bool threads);

/* The first row of this task, of which there must be nr; NULL where nr is 0. */
const struct table_row *feed_row(
	const struct table *table, uint32_t pid, uint32_t tid, bool threads, unsigned int nr);
const struct table_row *feed_pid(const struct table *table, uint32_t pid);

#endif
