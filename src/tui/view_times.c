/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/view_times.h"
#include "base/fmt.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FIRST_OCTAVE 5 /* what is less than 32 ns is one */
#define BAR_CELLS    40

static void figure(struct paper *paper, const char *name, uint64_t ns)
{
	char text[FMT_SIZE];

	paper_printf(paper, STYLE_NORMAL, "   %s ", name);
	paper_put(paper, STYLE_VALUE, fmt_nanoseconds(text, ns));
}

void view_times_figures(struct paper *paper, const struct hist *hist)
{
	char text[FMT_SIZE];

	paper_printf(paper, STYLE_NORMAL, "   %s timed", fmt_count(text, hist->nr));
	figure(paper, "p50", hist_percentile(hist, 50));
	figure(paper, "p90", hist_percentile(hist, 90));
	figure(paper, "p99", hist_percentile(hist, 99));
	figure(paper, "max", hist->max);
}

/* Calls of less than 2^octave. */
static uint64_t below(const struct hist *hist, int octave)
{
	return octave < FIRST_OCTAVE ? 0 : hist_below(hist, UINT64_C(1) << octave);
}

static void octave_draw(
	struct paper *paper, const struct hist *hist, int from, int to, uint64_t scale)
{
	uint64_t before = below(hist, from), nr = below(hist, to) - before;
	char low[FMT_SIZE], high[FMT_SIZE], count[FMT_SIZE], pct[FMT_SIZE];

	if (!paper_next(paper))
		return;
	paper_printf(paper, STYLE_NORMAL, "  %6s - %-6s",
		from < FIRST_OCTAVE ? "0ns" : fmt_nanoseconds(low, UINT64_C(1) << from),
		to > HIST_BITS ? "" : fmt_nanoseconds(high, UINT64_C(1) << to));
	paper_printf(paper, nr ? STYLE_VALUE : STYLE_DIM, "%7s", fmt_count(count, nr));
	paper_printf(paper, STYLE_NORMAL, "%7s%% ",
		fmt_fixed(pct, 100.0 * (double)nr / (double)hist->nr, 1));
	paper_bar(paper, BAR_CELLS, nr, scale);
}

/* Octaves by lines: line i is from at[i] to at[i + 1]. */
struct parts {
	int nr;
	int at[HIST_BITS + 3];
};

/* Where the octave of p99 ends: what takes longer stays apart. */
static int tail_from(const struct hist *hist)
{
	uint64_t ns = hist_percentile(hist, 99);
	int octave = FIRST_OCTAVE;

	while (octave <= HIST_BITS && ns >> octave)
		octave++;
	return octave;
}

/* The neighbours with the fewest calls become one, until there are no more than that. */
static void parts_merge(struct parts *p, const struct hist *hist, int most)
{
	int tail = most > 2 ? tail_from(hist) : 0;

	while (p->nr > most && p->nr > 1) {
		uint64_t fewest = UINT64_MAX;
		int best = 1;

		for (int i = 1; i < p->nr; i++) {
			uint64_t nr = below(hist, p->at[i + 1]) - below(hist, p->at[i - 1]);

			if (nr >= fewest || p->at[i] == tail)
				continue;
			fewest = nr;
			best = i;
		}
		memmove(&p->at[best], &p->at[best + 1], (size_t)(p->nr - best) * sizeof(p->at[0]));
		p->nr--;
	}
}

void view_times_draw(struct paper *paper, const struct hist *hist, int most)
{
	int first = FIRST_OCTAVE - 1, last = HIST_BITS + 1;
	struct parts p = {0};
	uint64_t scale = 0;

	while (first < HIST_BITS && !below(hist, first + 1))
		first++;
	while (last > first + 1 && below(hist, last - 1) == hist->nr)
		last--;
	p.nr = last - first;
	for (int i = 0; i <= p.nr; i++)
		p.at[i] = first + i;
	parts_merge(&p, hist, most);
	for (int i = 0; i < p.nr; i++)
		if (below(hist, p.at[i + 1]) - below(hist, p.at[i]) > scale)
			scale = below(hist, p.at[i + 1]) - below(hist, p.at[i]);
	for (int i = 0; i < p.nr && i < most; i++)
		octave_draw(paper, hist, p.at[i], p.at[i + 1], scale);
}
