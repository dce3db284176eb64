/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/hist.h"
#include "base/mem.h"

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

static void hist_merge_step(struct hist *to, unsigned int step, uint64_t nr)
{
	hist_put(to, step, nr);
	to->nr += nr;
}

void hist_merge(struct hist *to, const struct hist *from)
{
	for (unsigned int step = 0; from->body && step < HIST_STEPS; step++) {
		uint64_t nr = body_count(from->body, step);

		if (!from->body->at[step / HIST_CHUNK])
			step += HIST_CHUNK - 1;
		else if (nr)
			hist_merge_step(to, step, nr);
	}
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

static uint64_t hist_at(const struct hist *hist, uint64_t rank)
{
	uint16_t few[HIST_FEW];
	uint64_t before = 0;

	if (!hist->body) {
		few_sort(hist, few);
		return step_value(few[rank - 1]);
	}
	for (unsigned int step = 0; step < HIST_STEPS; step++) {
		if (!hist->body->at[step / HIST_CHUNK]) {
			step += HIST_CHUNK - 1;
			continue;
		}
		before += body_count(hist->body, step);
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

uint64_t hist_percentile(const struct hist *hist, unsigned int percent)
{
	uint64_t rank = (hist->nr * percent + 99) / 100, ns;

	if (!hist->nr)
		return 0;
	ns = hist_at(hist, rank ? rank : 1);
	return ns < hist->max ? ns : hist->max;
}
