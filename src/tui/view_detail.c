/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/view_detail.h"
#include "tui/graph.h"
#include "tui/state.h"
#include "tui/view_head.h"
#include "tui/view_times.h"
#include "base/buf.h"
#include "base/fmt.h"
#include "base/prot.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define INDENT      11
#define GRAPH_LINES 4
#define GRAPH_AT    13 /* behind its scale */
#define BAR_CELLS   30
#define TIMES_LINES 14
#define COLUMN_MOST 100 /* cells of a column of two */

static const char *or_dash(const char *text)
{
	return text && text[0] ? text : "-";
}

static void name_line(struct paper *paper, const char *name, const char *text)
{
	if (!paper_next(paper))
		return;
	paper_printf(paper, STYLE_NORMAL, "  %s", name);
	paper_tab(paper, INDENT);
	paper_put(paper, STYLE_VALUE, or_dash(text));
}

static void id_put(struct paper *paper, const char *name, uint32_t id)
{
	paper_printf(paper, STYLE_NORMAL, "%s ", name);
	if (id == EVENT_NO_ID)
		paper_put(paper, STYLE_VALUE, "-");
	else
		paper_printf(paper, STYLE_VALUE, "%" PRIu32, id);
}

/* A process, or where it is not known its thread and a "?". */
static void pid_put(struct paper *paper, const char *name, uint32_t pid, uint32_t tid)
{
	bool thread = pid == EVENT_NO_ID && tid != EVENT_NO_ID;

	id_put(paper, name, thread ? tid : pid);
	if (thread)
		paper_put(paper, STYLE_VALUE, "?");
}

static void times_line(struct paper *paper, const struct snapshot *snap, const struct table_row *t)
{
	uint64_t end = t->flags & ROW_EXITED ? t->exit_ns : snap->totals.closed_ns;
	char text[FMT_SIZE];

	if (!paper_next(paper))
		return;
	paper_put(paper, STYLE_NORMAL, "  started");
	paper_tab(paper, INDENT);
	paper_put(paper, STYLE_VALUE, view_clock(snap, t->start_ns, text));
	if (t->start_ns && end > t->start_ns)
		paper_printf(paper, STYLE_NORMAL, ", %s %s",
			t->flags & ROW_EXITED ? "ran for" : "running for",
			fmt_duration(text, (end - t->start_ns) / 1000000000));
	if (t->flags & ROW_EXITED)
		paper_printf(paper, STYLE_WARN, "   exited %s", view_clock(snap, t->exit_ns, text));
}

static void who_draw(struct paper *paper, const struct snapshot *snap)
{
	const struct detail *d = &snap->detail;
	const struct row *row = d->row;
	const struct table_row *t = &row->t;

	paper_title(paper, "Who");
	paper_next(paper);
	paper_put(paper, STYLE_NORMAL, "  ");
	pid_put(paper, "PID", t->pid, t->tid);
	id_put(paper, "   parent", t->ppid);
	paper_printf(paper, STYLE_NORMAL, "   user ");
	paper_put(paper, STYLE_VALUE, or_dash(row->user));
	paper_printf(paper, STYLE_NORMAL, "   threads that called ");
	paper_printf(paper, STYLE_VALUE, "%" PRIu32, t->nr_threads);
	times_line(paper, snap, t);
	name_line(paper, "program", row->exe);
	name_line(paper, "command", row->cmdline);
	name_line(paper, "unit", row->unit);
	if (row->container && row->container[0])
		name_line(paper, "container", row->container);
	name_line(paper, "cgroup", row->cgroup);
	if (!d->there && paper_next(paper))
		paper_put(paper, STYLE_WARN, "  its row is gone: this is how it was seen last");
}

/* "812.0/s now", or a figure that is not known. */
static void rate(struct paper *paper, double per_s, const char *what)
{
	char text[FMT_SIZE];

	paper_printf(paper, STYLE_VALUE, "   %s/s", fmt_rate(text, per_s));
	paper_printf(paper, STYLE_NORMAL, " %s", what);
}

static void graph_lines(struct paper *paper, const struct table_row *t, double interval_s)
{
	uint32_t scale = graph_scale(t->history, TABLE_HISTORY);
	int cells = paper->area.w - GRAPH_AT;
	struct rect bar;
	char text[FMT_SIZE];

	cells = cells / TABLE_HISTORY >= 1 ? cells / TABLE_HISTORY * TABLE_HISTORY : cells;
	if (cells > 2 * TABLE_HISTORY)
		cells = 2 * TABLE_HISTORY;
	for (int i = 0; i < GRAPH_LINES; i++) {
		if (!paper_next(paper))
			continue;
		if (i == 0 && interval_s > 0)
			paper_printf(
				paper, STYLE_LABEL, "  %7s/s", fmt_rate(text, scale / interval_s));
		/* a line of it at a time, as each scrolls alone */
		bar = (struct rect){paper->area.x + GRAPH_AT, paper->y, cells, 1};
		graph_line(paper->canvas, bar, STYLE_GRAPH, t->history, TABLE_HISTORY, scale,
			GRAPH_LINES - 1 - i, GRAPH_LINES);
	}
}

/* Which error is most frequent is no less than how many: behind the rates where there is room for
 * both, else on a line of its own. */
static void errors_put(struct paper *paper, const struct row *row)
{
	uint64_t errors = row->t.total.errors;
	char text[64] = "-";

	if (row->facts & fact_mask("ret"))
		snprintf(text, sizeof(text), "%" PRIu64 "%s%s", errors,
			row->errname[0] ? ", most " : "", row->errname);
	if (paper_room(paper) < 10 + (int)strlen(text)) {
		paper_next(paper);
		paper_put(paper, STYLE_NORMAL, "  errors");
		paper_tab(paper, INDENT);
	} else {
		paper_put(paper, STYLE_NORMAL, "   errors ");
	}
	paper_put(paper, errors ? STYLE_WARN : STYLE_NORMAL, text);
}

static void calls_draw(struct paper *paper, const struct snapshot *snap)
{
	const struct row *row = snap->detail.row;
	const struct table_row *t = &row->t;

	paper_title(paper, "Calls");
	rate(paper, row->interval_s > 0 ? (double)t->delta.calls / row->interval_s : 0, "now");
	rate(paper, row->mean_per_s, "mean");
	rate(paper, t->peak_per_s, "peak");
	paper_printf(paper, STYLE_VALUE, "   %" PRIu64, t->total.calls);
	paper_put(paper, STYLE_NORMAL, " total");
	errors_put(paper, row);
	graph_lines(paper, t, row->interval_s);
}

/* A share of many, as a figure and a bar. */
static void share_line(struct paper *paper, const char *name, uint64_t nr, uint64_t all)
{
	char count[FMT_SIZE], pct[FMT_SIZE];

	if (!paper_next(paper))
		return;
	paper_printf(paper, STYLE_NORMAL, "  %-11s%8s%6s%%  ", name, fmt_count(count, nr),
		fmt_fixed(pct, all ? 100.0 * (double)nr / (double)all : 0, 1));
	paper_bar(paper, BAR_CELLS, nr, all);
}

static void asked_draw(struct paper *paper, const struct snapshot *snap)
{
	const struct counts *total = &snap->detail.row->t.total;
	struct buf name = {0};

	paper_title(paper, "Asked for");
	for (unsigned int class = 0; class < PROT_NR_CLASSES; class ++) {
		buf_reset(&name);
		if (class < PROT_NR_CLASSES - 1)
			prot_text(class, "", &name);
		else
			buf_puts(&name, prot_class_name(class));
		if (total->prot[class])
			share_line(paper, name.data, total->prot[class], total->calls);
	}
	if (total->unasked)
		share_line(paper, "not known", total->unasked, total->calls);
	buf_done(&name);
}

static void why_draw(struct paper *paper, const struct snapshot *snap)
{
	const struct detail *d = &snap->detail;
	uint64_t all = 0;

	for (unsigned int i = 0; i < REASON_MOST; i++)
		all += d->reasons[i];
	paper_title(paper, "Why");
	if (!d->why || !all) {
		paper_put(paper, STYLE_DIM, "   no call since reasons are counted");
		return;
	}
	if (d->studied) {
		char text[FMT_SIZE];

		paper_printf(
			paper, STYLE_DIM, "   since %s", view_clock(snap, d->study.since_ns, text));
	}
	for (unsigned int i = 0; reasons[i].name; i++) {
		if (!d->reasons[i])
			continue;
		share_line(paper, reasons[i].name, d->reasons[i], all);
		paper_put(paper, STYLE_DIM, " ");
		paper_put(paper, STYLE_DIM, reasons[i].help);
	}
}

static void took_draw(struct paper *paper, const struct snapshot *snap)
{
	const struct hist *times = &snap->detail.times;

	paper_title(paper, "Time in calls");
	if (!times->nr) {
		paper_put(paper, STYLE_DIM, "   -   none was timed");
		return;
	}
	view_times_figures(paper, times);
	view_times_draw(paper, times, TIMES_LINES);
}

static void left_lines(struct paper *paper, const struct snapshot *snap)
{
	who_draw(paper, snap);
	calls_draw(paper, snap);
	asked_draw(paper, snap);
	why_draw(paper, snap);
	took_draw(paper, snap);
}

static void title_draw(const struct ui *ui, const struct snapshot *snap, struct canvas *canvas)
{
	const struct detail *d = &snap->detail;
	const struct scroll *scroll = &ui->over_scroll;
	int end = scroll->top + scroll->page;
	struct paper line = {.canvas = canvas, .area = {0, 0, canvas->width, 1}};

	paper_next(&line);
	paper_put(&line, STYLE_TITLE, "mprottop");
	if (ui->paused)
		paper_put(&line, STYLE_WARN, " PAUSED");
	if (d->found)
		paper_printf(&line, STYLE_VALUE, "  %s", or_dash(d->row->comm));
	else
		paper_put(&line, STYLE_VALUE, "  -");
	pid_put(&line, "  process", d->id.pid, d->id.tid);
	if (d->found && d->row->t.flags & ROW_EXITED)
		paper_put(&line, STYLE_WARN, "  exited");
	paper_printf(&line, STYLE_NORMAL, "  lines %d to %d of %d", scroll->top + 1,
		end < scroll->nr ? end : scroll->nr, scroll->nr);
}

/* Where there is room, two columns side by side; they scroll together. */
static void lines_draw(struct ui *ui, const struct snapshot *snap, struct canvas *canvas,
	struct rect area, bool count)
{
	bool wide = area.w >= LAYOUT_WIDE;
	struct paper left = {.canvas = canvas, .area = area}, right;

	if (wide)
		left.area.w = area.w / 2 - 1 < COLUMN_MOST ? area.w / 2 - 1 : COLUMN_MOST;
	left.top = ui->over_scroll.top;
	if (count)
		left.area.h = 0;
	left_lines(&left, snap);
	right = left;
	if (wide) {
		right.area.x = left.area.w + 2;
		right.area.w = area.w - right.area.x;
		right.line = 0;
	}
	view_detail_memory(&right, snap);
	if (count)
		ui_scrolled(ui, right.line > left.line ? right.line : left.line, area.h);
}

void view_detail_draw(struct ui *ui, const struct snapshot *snap, struct canvas *canvas)
{
	struct rect area = {0, 1, canvas->width, canvas->height - 2};

	if (!snap->detail.found) {
		title_draw(ui, snap, canvas);
		canvas_put(canvas, LAYOUT_MARK, 2, canvas->width, STYLE_DIM,
			"nothing is known of it any more");
		return;
	}
	lines_draw(ui, snap, canvas, area, true);
	lines_draw(ui, snap, canvas, area, false);
	title_draw(ui, snap, canvas);
}
