/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/state.h"
#include "tui/view_head.h"
#include "tui/view_times.h"
#include "base/fmt.h"

#include <math.h>

/* Of all the time that is told, by what a call has of it. */
static void own_draw(struct paper *paper, const struct snapshot *snap)
{
	double ns = snap->cost.inside_ns, pct;
	char text[FMT_SIZE];

	if (isnan(ns)) {
		paper_put(paper, STYLE_DIM, "   what the probes add to it is not known: -");
		return;
	}
	pct = snap->times.sum ? 100.0 * ns * (double)snap->times.nr / (double)snap->times.sum : 0;
	paper_printf(paper, STYLE_NORMAL, "   own probes %s a call", fmt_about(text, ns));
	paper_printf(paper, STYLE_NORMAL, ", ~%s%% of the times",
		fmt_fixed(text, pct > 100 ? 100 : pct, 0));
}

static void figures_draw(struct paper *paper, const struct snapshot *snap)
{
	const struct counts *delta = &snap->totals.delta;
	char text[FMT_SIZE];
	double share = snap->interval_s > 0 ? (double)delta->time_ns / snap->interval_s / 1e7 : 0;

	paper_next(paper);
	paper_put(paper, STYLE_LABEL, "Time in calls");
	if (!snap->times.nr) {
		paper_put(paper, STYLE_DIM,
			snap->ended ? "   none was timed" : "   none was timed yet");
		if (snap->replay && !(snap->facts & fact_mask("duration")))
			paper_put(paper, STYLE_DIM, ": record with --columns=+p99_ns -w FILE");
		return;
	}
	view_times_figures(paper, &snap->times);
	paper_next(paper);
	paper_printf(paper, STYLE_NORMAL, "  now %s%% of a CPU", fmt_fixed(text, share, 1));
	own_draw(paper, snap);
}

void view_latency_draw(struct ui *ui, const struct snapshot *snap, struct canvas *canvas)
{
	struct rect area = ui->layout.panel;
	struct paper paper = {.canvas = canvas, .area = area};

	view_head_draw(ui, snap, canvas);
	view_rows_draw(ui, snap, canvas);
	if (area.h <= 0)
		return;
	figures_draw(&paper, snap);
	if (snap->times.nr)
		view_times_draw(&paper, &snap->times, area.h - paper.line);
}
