/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/view_times.h"
#include "base/fmt.h"

#include <inttypes.h>
#include <stdio.h>

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

void view_times_draw(struct paper *paper, const struct hist *hist, int most)
{
	int first = FIRST_OCTAVE - 1, last = HIST_BITS + 1;
	uint64_t scale = 0;

	while (first < HIST_BITS && !below(hist, first + 1))
		first++;
	while (last > first + 1 && below(hist, last - 1) == hist->nr)
		last--;
	for (int i = first; i < last; i++)
		if (below(hist, i + 1) - below(hist, i) > scale)
			scale = below(hist, i + 1) - below(hist, i);
	for (int i = first; i < last && most > 0; i++, most--) {
		int to = most == 1 ? last : i + 1;

		octave_draw(paper, hist, i, to, scale);
	}
}
