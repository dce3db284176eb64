/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/grid.h"
#include "tui/paper.h"
#include "tui/state.h"
#include "tui/view_head.h"
#include "base/fmt.h"
#include "base/num.h"
#include "model/filter.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	CALLS,
	SHARE,
	PROCS,
	LAST,
	COMM,
	SITE,
};

static const struct grid_column grid_columns[] = {
	[CALLS] = {"CALLS", 8, 90, true},
	[SHARE] = {"%CALL", 5, 70, true},
	[PROCS] = {"PROCS", 5, 60, true},
	[LAST] = {"LAST", 8, 50, true},
	[COMM] = {"MOST BY", 15, 55, false},
	[SITE] = {"CALLED FROM", 10, 100, false},
	{NULL, 0, 0, false},
};

bool view_sites_holds(const struct ui *ui, int line, const char *text)
{
	const struct callers *callers = &ui->snap->callers;
	const struct caller *caller;

	/* what was drawn may be gone by now */
	if ((size_t)line >= callers->nr)
		return false;
	caller = &callers->list[line];
	return filter_holds(caller->text, text) || filter_holds(caller->comm, text);
}

static void caller_draw(const struct grid *grid, const struct snapshot *snap,
	const struct caller *caller, bool selected, int y)
{
	enum style style = selected ? STYLE_SELECTED : STYLE_NORMAL;
	uint64_t now_ns = snap->totals.closed_ns;
	double ago = now_ns > caller->last_ns ? (double)(now_ns - caller->last_ns) / 1e9 : 0;
	char text[FMT_SIZE];

	if (selected)
		canvas_fill(grid->canvas, (struct rect){0, y, grid->canvas->width, 1}, style);
	grid_put(grid, CALLS, y, style, fmt_count(text, caller->nr));
	grid_put(grid, SHARE, y, style,
		fmt_fixed(text, 100.0 * (double)caller->nr / (double)snap->callers.calls, 1));
	grid_u64(grid, PROCS, y, style, caller->processes);
	grid_put(grid, LAST, y, style,
		ago < 100 ? fmt_fixed(text, ago, 1) : fmt_duration(text, num_u64_of_double(ago)));
	grid_put(grid, COMM, y, style, caller->comm);
	grid_put(grid, SITE, y, style, caller->text[0] ? caller->text : "- (not known)");
}

static void status_draw(const struct snapshot *snap, struct paper *paper)
{
	const struct callers *callers = &snap->callers;

	paper_next(paper);
	paper_put(paper, STYLE_TITLE, "Callers");
	if (!(snap->facts & fact_mask("site")))
		paper_printf(paper, STYLE_WARN, "   this %s does not tell where calls come from",
			snap->replay ? "recording" : "source");
	else
		paper_printf(paper, STYLE_NORMAL,
			"   %zu, of %" PRIu64 " calls by processes in the table", callers->nr,
			callers->calls);
}

static const char *nothing_text(const struct snapshot *snap)
{
	if (snap->facts & fact_mask("site"))
		return snap->ended ? "no calls" : "no calls yet";
	return snap->replay ? "record with --columns=+site -w FILE, where the kernel has kprobes"
			    : "see --check";
}

void view_sites_draw(struct ui *ui, const struct snapshot *snap, struct canvas *canvas)
{
	const struct callers *callers = &snap->callers;
	struct rect area = ui_body(ui);
	struct paper paper = {.canvas = canvas, .area = area};
	int page = area.h - LINES_ABOVE, top = ui_scrolled(ui, (int)callers->nr, page);
	struct grid grid;

	view_head_draw(ui, snap, canvas);
	status_draw(snap, &paper);
	grid_make(&grid, canvas, grid_columns, LAYOUT_MARK, area.w);
	grid_header(&grid, area.y + 1);
	if (!callers->nr)
		canvas_put(canvas, LAYOUT_MARK, area.y + LINES_ABOVE, area.w, STYLE_DIM,
			nothing_text(snap));
	for (int i = 0; i < page && top + i < (int)callers->nr; i++)
		caller_draw(&grid, snap, &callers->list[top + i], top + i == ui->scroll.at,
			area.y + LINES_ABOVE + i);
}
