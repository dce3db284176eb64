/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trail of a recording as datgen.h makes it, with a side buffer: what a live run of a second a
 * row would have told. The parent, 99, is alice's. TRAILGEN_LOST events are lost in the second
 * interval. The caller frees the text.
 */
#ifndef MPROTTOP_TRAILGEN_H
#define MPROTTOP_TRAILGEN_H

#include "datgen.h"

#define TRAILGEN_LOST   5
#define TRAILGEN_OFFSET 1600000000.0 /* of the clock to the time of day */

void trailgen_make(const struct datgen *gen, struct buf *out);

/* The parts of such a trail, for any number of CPUs, of which each has a stream in the first buffer
 * and then in the side one. */
struct trailgen {
	bool big_endian;
	uint32_t cpus;
	uint64_t begin_ns;
	bool no_enter, no_exit; /* these events were not on */
	struct buf *out;
};

/* From the first record to the one since when calls count. */
void trailgen_begin(const struct trailgen *trail);

/* Up to ts so many records more of each stream; flags: TRAIL_FINAL of the last. */
void trailgen_pull(
	const struct trailgen *trail, uint64_t ts, uint16_t flags, const uint32_t *counts);

/* A row at ts; lost: up to then. */
void trailgen_update(const struct trailgen *trail, uint64_t ts, uint16_t flags, uint64_t lost);
void trailgen_end(const struct trailgen *trail, uint64_t ts, uint64_t lost);

#endif
