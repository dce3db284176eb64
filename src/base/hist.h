/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A histogram of nanoseconds: 32 equal steps an octave, so that a value is told within 1.6 %, from
 * 0 to 2^40, about 18 minutes; what is longer counts as that, but in full in max. The first few
 * values are kept as they are; of more it has 64 bytes for each half octave that holds one, up to
 * 4.5 KiB. A zeroed one is empty; hist_done() frees what it owns. Nothing fails.
 */
#ifndef MPROTTOP_HIST_H
#define MPROTTOP_HIST_H

#include <stddef.h>
#include <stdint.h>

#define HIST_BITS   40
#define HIST_CHUNK  16 /* steps: half an octave */
#define HIST_CHUNKS 72 /* (HIST_BITS - 4) octaves, the first from 0 to 31 */

#define HIST_FEW      8
#define HIST_PERCENTS 4

struct hist_body {
	uint32_t *high; /* upper halves of low; NULL: all 0 */
	uint8_t nr_chunks;
	uint8_t at[HIST_CHUNKS]; /* a chunk's place in low, plus 1; 0: it holds nothing */
	uint32_t low[];          /* HIST_CHUNK counts a chunk */
};

struct hist {
	uint64_t nr, sum, max;  /* sum stays at its most where it would overflow */
	struct hist_body *body; /* NULL: no more than HIST_FEW */
	uint16_t few[HIST_FEW]; /* their steps, without body */
};

void hist_done(struct hist *hist);

/* Bytes that it owns. */
size_t hist_size(const struct hist *hist);

/* Counts nr of a step, where it has no chunk yet or that goes round. */
void hist_put(struct hist *hist, unsigned int step, uint64_t nr);

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
	struct hist_body *body = hist->body;
	unsigned int at = body ? body->at[step / HIST_CHUNK] : 0;
	uint32_t *low = at ? &body->low[(at - 1) * HIST_CHUNK + step % HIST_CHUNK] : NULL;

	if (__builtin_expect(low && *low != UINT32_MAX, 1))
		++*low;
	else
		hist_put(hist, step, 1);
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

/* The same of up to HIST_PERCENTS, the smallest first. */
void hist_percentiles(
	const struct hist *hist, const unsigned int *percents, unsigned int nr, uint64_t *ns);

#endif
