/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state behind struct source, for the source_*.c files of a live one only.
 */
#ifndef MPROTTOP_SOURCE_STATE_H
#define MPROTTOP_SOURCE_STATE_H

#include "base/bits.h"
#include "reader/queue.h"
#include "reader/source_live.h"
#include "reader/stat.h"

#include <stddef.h>

struct tracefs_cpu;

/* One CPU's buffer of one instance. */
struct stream {
	unsigned int which, cpu;
	int raw, stats;
	struct tracefs_cpu *reader;
	bool away;            /* nothing can wait for it */
	bool empty;           /* read to its end in this drain */
	uint64_t complete_ns; /* everything up to here was read */
	uint64_t drained;     /* bytes in this drain */
	double fill;          /* most of the buffer since source_cpus() */
	uint64_t records;     /* data records that came */
	uint64_t told;        /* losses that were handed on */
	bool ahead;           /* perhaps of a later page */
	struct stat_look look;
	struct queue queue; /* what waits to be merged */
};

struct source {
	const struct decoder *decoder;
	const struct tap *tap;
	uint64_t buffer_bytes;
	struct page_layout layouts[2];
	struct stream *streams;
	size_t nr_streams;
	struct queue_head *heads; /* one more than those */
	struct bits waits;        /* streams whose records are handed over, where some wait */
	uint8_t *page;
	bool looked; /* at the stats, since the last drain */
	struct queue_fed fed;
	uint64_t fold_ns; /* calls before are not folded, nor those of a tid */
	uint32_t fold_not;
	struct source_counts counts;
};

#endif
