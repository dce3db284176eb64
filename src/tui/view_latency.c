/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/state.h"
#include "tui/view_head.h"
#include "tui/view_times.h"
#include "base/fmt.h"

static void figures_draw(struct paper *paper, const struct snapshot *snap)
{
	const struct counts *delta = &snap->totals.delta;
	char text[FMT_SIZE];
	double share = snap->interval_s > 0 ? (double)delta->time_ns / snap->interval_s / 1e7 : 0;

	paper_next(paper);
	paper_put(paper, STYLE_LABEL, "Time in calls");
	if (!snap->times.nr) {
		paper_put(paper, STYLE_DIM, "   none was timed yet");
		return;
	}
	view_times_figures(paper, &snap->times);
	paper_next(paper);
	paper_printf(paper, STYLE_NORMAL, "  now %s%% of a CPU", fmt_fixed(text, share, 1));
	paper_put(paper, STYLE_DIM, "   what the probes add to it is not known: -");
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
