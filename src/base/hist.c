/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/hist.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

void hist_done(struct hist *hist)
{
	free(hist->low);
	free(hist->high);
	*hist = (struct hist){0};
}

static uint32_t *grow_half(uint32_t *half, unsigned int nr_chunks)
{
	half = mem_resize(half, (nr_chunks + 1) * HIST_CHUNK, sizeof(*half));
	memset(half + nr_chunks * HIST_CHUNK, 0, HIST_CHUNK * sizeof(*half));
	return half;
}

unsigned int hist_grow(struct hist *hist, unsigned int chunk)
{
	hist->low = grow_half(hist->low, hist->nr_chunks);
	if (hist->high)
		hist->high = grow_half(hist->high, hist->nr_chunks);
	hist->at[chunk] = ++hist->nr_chunks;
	return hist->at[chunk];
}

void hist_carry(struct hist *hist, unsigned int index)
{
	if (!hist->high)
		hist->high = mem_new(hist->nr_chunks * HIST_CHUNK, sizeof(*hist->high));
	hist->high[index]++;
}

static uint64_t hist_count(const struct hist *hist, unsigned int index)
{
	return hist->low[index] + (hist->high ? (uint64_t)hist->high[index] << 32 : 0);
}

static void merge_chunk(
	struct hist *to, unsigned int to_at, const struct hist *from, unsigned int from_at)
{
	for (unsigned int i = 0; i < HIST_CHUNK; i++) {
		unsigned int index = (to_at - 1) * HIST_CHUNK + i;
		uint64_t more = hist_count(from, (from_at - 1) * HIST_CHUNK + i);
		uint64_t sum = hist_count(to, index) + more;

		to->low[index] = (uint32_t)sum;
		if (!(sum >> 32))
			continue;
		if (!to->high)
			to->high = mem_new(to->nr_chunks * HIST_CHUNK, sizeof(*to->high));
		to->high[index] = sum >> 32;
	}
}

void hist_merge(struct hist *to, const struct hist *from)
{
	for (unsigned int c = 0; c < HIST_CHUNKS; c++)
		if (from->at[c])
			merge_chunk(
				to, to->at[c] ? to->at[c] : hist_grow(to, c), from, from->at[c]);
	to->nr += from->nr;
	if (__builtin_add_overflow(to->sum, from->sum, &to->sum))
		to->sum = UINT64_MAX;
	if (to->max < from->max)
		to->max = from->max;
}

/* The middle of a step. */
static uint64_t step_value(unsigned int step)
{
	unsigned int octave = step < 32 ? 0 : step / 32 - 1;
	uint64_t first = (uint64_t)(step - 32 * octave) << octave;

	return first + (UINT64_C(1) << octave) / 2;
}

static uint64_t hist_at(const struct hist *hist, uint64_t rank)
{
	uint64_t before = 0;

	for (unsigned int step = 0; step < HIST_CHUNKS * HIST_CHUNK; step++) {
		unsigned int at = hist->at[step / HIST_CHUNK];

		if (!at) {
			step += HIST_CHUNK - 1;
			continue;
		}
		before += hist_count(hist, (at - 1) * HIST_CHUNK + step % HIST_CHUNK);
		if (before >= rank)
			return step_value(step);
	}
	return hist->max;
}

uint64_t hist_below(const struct hist *hist, uint64_t ns)
{
	unsigned int end = hist_step(ns);
	uint64_t sum = 0;

	if (ns >> HIST_BITS)
		return hist->nr;
	for (unsigned int step = 0; step < end; step++) {
		unsigned int at = hist->at[step / HIST_CHUNK];

		if (at)
			sum += hist_count(hist, (at - 1) * HIST_CHUNK + step % HIST_CHUNK);
		else
			step += HIST_CHUNK - 1 - step % HIST_CHUNK;
	}
	return sum;
}

uint64_t hist_percentile(const struct hist *hist, unsigned int percent)
{
	uint64_t rank = (hist->nr * percent + 99) / 100, ns;

	if (!hist->nr)
		return 0;
	ns = hist_at(hist, rank ? rank : 1);
	return ns < hist->max ? ns : hist->max;
}
