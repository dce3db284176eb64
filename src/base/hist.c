/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/hist.h"
#include "base/mem.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define HIST_STEPS (HIST_CHUNKS * HIST_CHUNK)

void hist_done(struct hist *hist)
{
	if (hist->body)
		free(hist->body->high);
	free(hist->body);
	*hist = (struct hist){0};
}

static size_t body_size(unsigned int nr_chunks)
{
	return sizeof(struct hist_body) + nr_chunks * HIST_CHUNK * sizeof(uint32_t);
}

size_t hist_size(const struct hist *hist)
{
	const struct hist_body *body = hist->body;

	if (!body)
		return 0;
	return body_size(body->nr_chunks) +
	       (body->high ? body->nr_chunks * HIST_CHUNK * sizeof(*body->high) : 0);
}

/* Makes place for a chunk; returns its place plus 1. */
static unsigned int hist_grow(struct hist *hist, unsigned int chunk)
{
	unsigned int nr = hist->body->nr_chunks;
	struct hist_body *body = mem_resize(hist->body, 1, body_size(nr + 1));

	memset(body->low + nr * HIST_CHUNK, 0, HIST_CHUNK * sizeof(*body->low));
	if (body->high) {
		body->high = mem_resize(body->high, (nr + 1) * HIST_CHUNK, sizeof(*body->high));
		memset(body->high + nr * HIST_CHUNK, 0, HIST_CHUNK * sizeof(*body->high));
	}
	hist->body = body;
	body->at[chunk] = ++body->nr_chunks;
	return body->nr_chunks;
}

static uint64_t body_count(const struct hist_body *body, unsigned int step)
{
	unsigned int at = body->at[step / HIST_CHUNK], index;

	if (!at)
		return 0;
	index = (at - 1) * HIST_CHUNK + step % HIST_CHUNK;
	return body->low[index] + (body->high ? (uint64_t)body->high[index] << 32 : 0);
}

static void body_put(struct hist *hist, unsigned int step, uint64_t nr)
{
	unsigned int at = hist->body->at[step / HIST_CHUNK], index;
	uint64_t sum = body_count(hist->body, step) + nr;
	struct hist_body *body;

	if (!at)
		at = hist_grow(hist, step / HIST_CHUNK);
	body = hist->body;
	index = (at - 1) * HIST_CHUNK + step % HIST_CHUNK;
	body->low[index] = (uint32_t)sum;
	if (sum >> 32 && !body->high)
		body->high = mem_new(body->nr_chunks * HIST_CHUNK, sizeof(*body->high));
	if (body->high)
		body->high[index] = sum >> 32;
}

/* hist->nr is what was there before. */
void hist_put(struct hist *hist, unsigned int step, uint64_t nr)
{
	if (!hist->body && hist->nr + nr <= HIST_FEW) {
		for (uint64_t i = 0; i < nr; i++)
			hist->few[hist->nr + i] = (uint16_t)step;
		return;
	}
	if (!hist->body) {
		hist->body = mem_new(1, body_size(0));
		for (uint64_t i = 0; i < hist->nr; i++)
			body_put(hist, hist->few[i], 1);
	}
	body_put(hist, step, nr);
}

/* The next chunk from there on that holds something; HIST_CHUNKS: there is none. */
static unsigned int body_next(const struct hist_body *body, unsigned int chunk)
{
	uint64_t eight;

	for (; chunk < HIST_CHUNKS && !body->at[chunk]; chunk++) {
		if (chunk % sizeof(eight))
			continue;
		memcpy(&eight, body->at + chunk, sizeof(eight));
		if (!eight)
			chunk += sizeof(eight) - 1;
	}
	return chunk;
}

static void hist_merge_step(struct hist *to, unsigned int step, uint64_t nr)
{
	if (!nr)
		return;
	hist_put(to, step, nr);
	to->nr += nr;
}

/* Where no sum can be too large for low. */
static void chunk_merge(struct hist *to, const struct hist_body *from, unsigned int chunk)
{
	const uint32_t *more = from->low + (from->at[chunk] - 1) * HIST_CHUNK;
	unsigned int at = to->body->at[chunk];
	uint32_t *low;

	if (!at)
		at = hist_grow(to, chunk);
	low = to->body->low + (at - 1) * HIST_CHUNK;
	for (unsigned int i = 0; i < HIST_CHUNK; i++) {
		low[i] += more[i];
		to->nr += more[i];
	}
}

static void body_merge(struct hist *to, const struct hist *from)
{
	const struct hist_body *body = from->body;
	bool plain = to->body && !to->body->high && !body->high &&
		     from->nr < UINT32_MAX - (to->nr < UINT32_MAX ? to->nr : UINT32_MAX);

	for (unsigned int chunk = 0; (chunk = body_next(body, chunk)) < HIST_CHUNKS; chunk++) {
		unsigned int step = chunk * HIST_CHUNK;

		if (plain)
			chunk_merge(to, body, chunk);
		for (unsigned int i = 0; !plain && i < HIST_CHUNK; i++)
			hist_merge_step(to, step + i, body_count(body, step + i));
	}
}

void hist_merge(struct hist *to, const struct hist *from)
{
	if (from->body)
		body_merge(to, from);
	for (uint64_t i = 0; !from->body && i < from->nr; i++)
		hist_merge_step(to, from->few[i], 1);
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

/* The steps of few, in order. */
static void few_sort(const struct hist *hist, uint16_t few[HIST_FEW])
{
	for (uint64_t i = 0; i < hist->nr; i++) {
		uint64_t at = i;

		for (; at && few[at - 1] > hist->few[i]; at--)
			few[at] = few[at - 1];
		few[at] = hist->few[i];
	}
}

/* Fills ns with the values of those ranks, in their order, smallest first. */
static void body_find(const struct hist *hist, const uint64_t *ranks, unsigned int nr, uint64_t *ns)
{
	const struct hist_body *body = hist->body;
	unsigned int found = 0;
	uint64_t before = 0;

	for (unsigned int chunk = 0; (chunk = body_next(body, chunk)) < HIST_CHUNKS; chunk++) {
		unsigned int step = chunk * HIST_CHUNK;

		for (unsigned int i = 0; i < HIST_CHUNK; i++) {
			before += body_count(body, step + i);
			while (found < nr && before >= ranks[found])
				ns[found++] = step_value(step + i);
		}
	}
	for (; found < nr; found++)
		ns[found] = hist->max;
}

uint64_t hist_below(const struct hist *hist, uint64_t ns)
{
	unsigned int end = hist_step(ns);
	uint64_t sum = 0;

	if (ns >> HIST_BITS)
		return hist->nr;
	for (uint64_t i = 0; !hist->body && i < hist->nr; i++)
		sum += hist->few[i] < end;
	for (unsigned int step = 0; hist->body && step < end; step++) {
		if (hist->body->at[step / HIST_CHUNK])
			sum += body_count(hist->body, step);
		else
			step += HIST_CHUNK - 1 - step % HIST_CHUNK;
	}
	return sum;
}

void hist_percentiles(
	const struct hist *hist, const unsigned int *percents, unsigned int nr, uint64_t *ns)
{
	uint64_t ranks[HIST_PERCENTS];
	uint16_t few[HIST_FEW];

	assert(nr <= HIST_PERCENTS);
	memset(ns, 0, nr * sizeof(*ns));
	if (!hist->nr)
		return;
	for (unsigned int i = 0; i < nr; i++) {
		ranks[i] = (hist->nr * percents[i] + 99) / 100;
		ranks[i] += !ranks[i];
	}
	if (hist->body)
		body_find(hist, ranks, nr, ns);
	else
		few_sort(hist, few);
	for (unsigned int i = 0; i < nr; i++) {
		if (!hist->body)
			ns[i] = step_value(few[ranks[i] - 1]);
		if (ns[i] > hist->max)
			ns[i] = hist->max;
	}
}

uint64_t hist_percentile(const struct hist *hist, unsigned int percent)
{
	uint64_t ns;

	hist_percentiles(hist, &percent, 1, &ns);
	return ns;
}
