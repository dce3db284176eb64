/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events for a table, a function a kind, at a time that grows by FEED_STEP_NS with each. Embedded:
 * table must be set; nothing is owned and nothing fails.
 */
#ifndef MPROTTOP_FEED_H
#define MPROTTOP_FEED_H

#include "model/table.h"

#define FEED_STEP_NS UINT64_C(1000)
#define FEED_SECOND  UINT64_C(1000000000)

struct feed {
	struct table *table;
	uint64_t now_ns;
	struct counts sent; /* by feed_call() */
};

void feed_call(struct feed *feed, uint32_t tid, uint64_t len, uint64_t prot);
void feed_calls(struct feed *feed, uint32_t tid, unsigned int nr);
void feed_new(struct feed *feed, uint32_t maker, uint32_t tid, bool thread, const char *comm);
void feed_name(struct feed *feed, uint32_t tid, const char *comm);
void feed_exec(struct feed *feed, uint32_t tid, uint32_t old_tid);
void feed_exit(struct feed *feed, uint32_t tid);
void feed_ident(struct feed *feed, uint32_t tid, uint32_t tgid, uint32_t uid, uint64_t start_ns,
	const char *comm);
void feed_lost(struct feed *feed, uint64_t count, bool side);

/* A second later. */
void feed_close(struct feed *feed, uint64_t keep_ns);

#endif
