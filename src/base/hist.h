/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A histogram of nanoseconds: 32 equal steps an octave, so that a value is told within 1.6 %, from
 * 0 to 2^40, about 18 minutes; what is longer counts as that, but in full in max. It grows by 64
 * bytes for each half octave that holds a value, up to 4.5 KiB. A zeroed one is empty; hist_done()
 * frees what it owns. Nothing fails.
 */
#ifndef MPROTTOP_HIST_H
#define MPROTTOP_HIST_H

#include <stdint.h>

#define HIST_BITS   40
#define HIST_CHUNK  16 /* steps: half an octave */
#define HIST_CHUNKS 72 /* (HIST_BITS - 4) octaves, the first from 0 to 31 */

struct hist {
	uint64_t nr, sum, max; /* sum stays at its most where it would overflow */
	uint32_t *low;         /* HIST_CHUNK counts a chunk */
	uint32_t *high;        /* their upper halves; NULL: all 0 */
	uint8_t nr_chunks;
	uint8_t at[HIST_CHUNKS]; /* a chunk's place in low, plus 1; 0: it holds nothing */
};

void hist_done(struct hist *hist);

/* Makes place for a chunk; returns its place plus 1. */
unsigned int hist_grow(struct hist *hist, unsigned int chunk);

/* A lower half has gone round. */
void hist_carry(struct hist *hist, unsigned int index);

static inline unsigned int hist_step(uint64_t ns)
{
	unsigned int octave;

	if (ns >> HIST_BITS)
		ns = (UINT64_C(1) << HIST_BITS) - 1;
	if (ns < 32)
		return ns;
	octave = 63 - 5 - __builtin_clzll(ns);
	return 32 * octave + (ns >> octave);
}

static inline void hist_add(struct hist *hist, uint64_t ns)
{
	unsigned int step = hist_step(ns);
	unsigned int at = hist->at[step / HIST_CHUNK], index;

	if (__builtin_expect(!at, 0))
		at = hist_grow(hist, step / HIST_CHUNK);
	index = (at - 1) * HIST_CHUNK + step % HIST_CHUNK;
	if (__builtin_expect(!++hist->low[index], 0))
		hist_carry(hist, index);
	hist->nr++;
	if (__builtin_add_overflow(hist->sum, ns, &hist->sum))
		hist->sum = UINT64_MAX;
	if (hist->max < ns)
		hist->max = ns;
}

/* Adds all of from. */
void hist_merge(struct hist *to, const struct hist *from);

/* How many are less than ns, a power of two and 32 at least; others are told to a step. */
uint64_t hist_below(const struct hist *hist, uint64_t ns);

/* The value that percent of all do not pass, 0 where there is none. */
uint64_t hist_percentile(const struct hist *hist, unsigned int percent);

#endif
