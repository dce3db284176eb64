/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of a per_cpu/cpuN/stats file, and what it tells over time. Pure; nothing fails: what a
 * text does not tell stays as it was.
 *
 * Kernel source: kernel/trace/trace.c (tracing_stats_read).
 */
#ifndef MPROTTOP_STAT_H
#define MPROTTOP_STAT_H

#include <stdbool.h>
#include <stdint.h>

/* "overrun: 12" where the line starts with that name; false where there is none. */
bool stat_line(const char *text, const char *name, uint64_t *out);

/* overrun + commit overrun + dropped */
uint64_t stat_lost(const char *text);

/* What it told so far. */
struct stat_look {
	uint64_t lost, waiting; /* as it said last */
	uint64_t lost_before;   /* when it was cleared */
	int64_t ahead;          /* records read less those that came to us */
	uint64_t stolen, clears;
	bool damaged; /* records since then cannot be counted */
};

/* records: data records that came to us by then. */
void stat_take(struct stat_look *look, const char *text, uint64_t records);

#endif
