/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/grid.h"
#include "tui/paper.h"
#include "tui/state.h"
#include "tui/view_head.h"
#include "base/buf.h"
#include "base/errname.h"
#include "base/fmt.h"
#include "base/prot.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	TIME,
	TIMES,
	PID,
	COMM,
	ADDR,
	SIZE,
	CHANGE,
	RESULT,
	MEMORY,
	SITE,
};

static const struct grid_column grid_columns[] = {
	[TIME] = {"TIME", 8, 60, false},
	[TIMES] = {"TIMES", 6, 47, true},
	[PID] = {"PID", 7, 100, true},
	[COMM] = {"COMMAND", 12, 95, false},
	[ADDR] = {"ADDRESS", 12, 46, false},
	[SIZE] = {"SIZE", 6, 55, true},
	[CHANGE] = {"OLD > NEW", 9, 90, false},
	[RESULT] = {"RESULT", 9, 85, false},
	[MEMORY] = {"MEMORY", 10, 70, false},
	[SITE] = {"CALLED FROM", 28, 40, false},
	{NULL, 0, 0, false},
};

/* What was asked where nobody knows what it was before, and "-" of what nobody knows. */
static void change_put(const struct grid *grid, int y, const struct breach *breach)
{
	const struct call *call = &breach->call;
	struct buf text = {0};

	if (call->nr_changes)
		prot_text(breach->change.before & 7, "", &text);
	else
		buf_puts(&text, call->flags & EVENT_MMAP ? "new" : "-  ");
	buf_puts(&text, " > ");
	if (call->nr_changes)
		prot_text(breach->change.after & 7, "", &text);
	else if (call->known & CALL_ASKED)
		prot_text(call->prot & 7, "", &text);
	else
		buf_puts(&text, "-");
	grid_put(grid, CHANGE, y, STYLE_NORMAL, text.data);
	buf_done(&text);
}

static void result_put(const struct grid *grid, int y, const struct breach *breach)
{
	char name[ERRNAME_SIZE];

	if (breach->result == BREACH_MADE)
		grid_put(grid, RESULT, y, STYLE_BAD, "made");
	else if (breach->result == BREACH_PERHAPS)
		grid_put(grid, RESULT, y, STYLE_WARN, "perhaps");
	else if (breach->result == BREACH_SAME)
		grid_put(grid, RESULT, y, STYLE_WARN, "no change");
	else if (breach->call.known & CALL_REFUSED)
		grid_put(grid, RESULT, y, STYLE_GOOD, "seccomp");
	else
		grid_put(grid, RESULT, y, STYLE_GOOD,
			errname_text(name, (unsigned int)-breach->call.ret));
}

static void breach_draw(const struct grid *grid, int y, const struct breach_line *line)
{
	const struct breach *breach = &line->breach;
	const struct call *call = &breach->call;
	bool changed = call->nr_changes, known = changed || call->known & CALL_ASKED;
	uint64_t start, size = changed ? breach->change.end - breach->change.start : call->len;
	bool placed = call_place(call, &start) || changed;
	char text[FMT_SIZE];

	grid_put(grid, TIME, y, STYLE_NORMAL, fmt_clock(text, line->time));
	grid_put(grid, TIMES, y, STYLE_NORMAL, fmt_count(text, breach->nr));
	snprintf(text, sizeof(text), "%" PRIu32 "%s",
		breach->pid == EVENT_NO_ID ? call->tid : breach->pid,
		breach->pid == EVENT_NO_ID ? "?" : "");
	grid_put(grid, PID, y, STYLE_VALUE, text);
	grid_put(grid, COMM, y, STYLE_VALUE, line->comm);
	snprintf(text, sizeof(text), "%" PRIx64, changed ? breach->change.start : start);
	grid_put(grid, ADDR, y, STYLE_NORMAL, placed ? text : NULL);
	grid_put(grid, SIZE, y, STYLE_NORMAL, known ? fmt_bytes(text, size) : NULL);
	change_put(grid, y, breach);
	result_put(grid, y, breach);
	grid_put(grid, MEMORY, y, STYLE_NORMAL, breach->backing);
	grid_put(grid, SITE, y, STYLE_NORMAL, breach->site);
}

static void breaches_draw(
	const struct ui *ui, const struct snapshot *snap, struct canvas *canvas, struct rect area)
{
	struct paper paper = {.canvas = canvas, .area = area};
	struct grid grid;

	if (area.h <= 0)
		return;
	grid_make(&grid, canvas, grid_columns, area.x + LAYOUT_MARK, area.x + area.w);
	paper_next(&paper);
	paper_put(&paper, STYLE_TITLE, "Last breaches");
	paper_printf(&paper, STYLE_NORMAL, "   %" PRIu64 " seen", snap->breaches_seen);
	if ((ui->choice.user || ui->choice.where) && !ui->group)
		paper_printf(
			&paper, STYLE_VALUE, ", %zu kept of the rows above", snap->nr_breaches);
	else if (!(snap->facts & fact_mask("old")))
		paper_put(
			&paper, STYLE_WARN, "   this source does not tell what memory was before");
	else if (!grid.w[TIMES] && snap->breaches_seen > snap->nr_breaches)
		paper_put(&paper, STYLE_NORMAL, ", alike ones on one line");
	grid_header(&grid, area.y + 1);
	for (int i = 0; i < (int)snap->nr_breaches && i < area.h - 2; i++)
		breach_draw(&grid, area.y + 2 + i, &snap->breaches[i]);
}

void view_wx_draw(struct ui *ui, const struct snapshot *snap, struct canvas *canvas)
{
	view_head_draw(ui, snap, canvas);
	view_rows_draw(ui, snap, canvas);
	breaches_draw(ui, snap, canvas, ui->layout.panel);
}
