/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/paper.h"
#include "tui/state.h"
#include "tui/view_head.h"
#include "base/buf.h"
#include "base/errname.h"
#include "base/fmt.h"
#include "base/prot.h"

#include <inttypes.h>
#include <stdio.h>

/* Cells at which columns begin. */
enum {
	AT_TIME = LAYOUT_MARK,
	AT_PID = AT_TIME + 9,
	AT_COMM = AT_PID + 8,
	AT_RANGE = AT_COMM + 13,
	AT_SIZE = AT_RANGE + 13,
	AT_CHANGE = AT_SIZE + 7,
	AT_RESULT = AT_CHANGE + 10,
	AT_BACKING = AT_RESULT + 8,
	AT_SITE = AT_BACKING + 24,
};

/* A name that does not fit is marked, as in the table. */
static void name_put(struct paper *paper, int from, int to, enum style style, const char *text)
{
	int end = to < paper->area.w ? to - 1 : paper->area.w, room = end - from;

	paper_tab(paper, from);
	if (room <= 0 || paper->y < 0)
		return;
	canvas_put(paper->canvas, from, paper->y, room, style, text);
	if (canvas_text_width(paper->canvas, text) > room)
		canvas_put(paper->canvas, end - 1, paper->y, 1, style, "+");
	paper->x = paper->area.x + end;
}

static void header_draw(struct paper *paper)
{
	paper_next(paper);
	canvas_fill(paper->canvas, (struct rect){0, paper->y, paper->area.w, 1}, STYLE_HEADER);
	name_put(paper, AT_TIME, AT_PID, STYLE_HEADER, "TIME");
	paper_tab(paper, AT_PID + 4);
	paper_put(paper, STYLE_HEADER, "PID");
	name_put(paper, AT_COMM, AT_RANGE, STYLE_HEADER, "COMMAND");
	name_put(paper, AT_RANGE, AT_SIZE, STYLE_HEADER, "ADDRESS");
	name_put(paper, AT_SIZE, AT_CHANGE, STYLE_HEADER, "  SIZE");
	name_put(paper, AT_CHANGE, AT_RESULT, STYLE_HEADER, "OLD > NEW");
	name_put(paper, AT_RESULT, AT_BACKING, STYLE_HEADER, "RESULT");
	name_put(paper, AT_BACKING, AT_SITE, STYLE_HEADER, "MEMORY");
	name_put(paper, AT_SITE, paper->area.w + 1, STYLE_HEADER, "CALLED FROM");
}

/* What was asked where nobody knows what it was before, and as "-" of what nobody knows. */
static void change_put(struct paper *paper, const struct breach *breach)
{
	const struct call *call = &breach->call;
	struct buf text = {0};

	if (call->nr_changes)
		prot_text(breach->change.before & 7, "", &text);
	else
		buf_puts(&text, "-  ");
	buf_puts(&text, " > ");
	if (call->nr_changes)
		prot_text(breach->change.after & 7, "", &text);
	else if (call->known & CALL_ASKED)
		prot_text(call->prot & 7, "", &text);
	else
		buf_puts(&text, "-");
	name_put(paper, AT_CHANGE, AT_RESULT, STYLE_NORMAL, text.data);
	buf_done(&text);
}

static void result_put(struct paper *paper, const struct breach *breach)
{
	char name[ERRNAME_SIZE];

	if (breach->result == BREACH_MADE)
		name_put(paper, AT_RESULT, AT_BACKING, STYLE_BAD, "made");
	else if (breach->result == BREACH_PERHAPS)
		name_put(paper, AT_RESULT, AT_BACKING, STYLE_WARN, "perhaps");
	else if (breach->call.known & CALL_REFUSED)
		name_put(paper, AT_RESULT, AT_BACKING, STYLE_GOOD, "seccomp");
	else
		name_put(paper, AT_RESULT, AT_BACKING, STYLE_GOOD,
			errname_text(name, (unsigned int)-breach->call.ret));
}

static void breach_draw(struct paper *paper, const struct breach_line *line)
{
	const struct breach *breach = &line->breach;
	const struct call *call = &breach->call;
	bool known = call->nr_changes || call->known & CALL_ASKED;
	uint64_t start = call->nr_changes ? breach->change.start : call->addr;
	uint64_t size = call->nr_changes ? breach->change.end - start : call->len;
	char text[FMT_SIZE];

	if (!paper_next(paper))
		return;
	name_put(paper, AT_TIME, AT_PID, STYLE_NORMAL, fmt_clock(text, line->time));
	snprintf(text, sizeof(text), breach->pid == EVENT_NO_ID ? "-" : "%" PRIu32, breach->pid);
	canvas_put_right(paper->canvas, AT_PID, paper->y, AT_COMM - AT_PID - 1, STYLE_VALUE, text);
	name_put(paper, AT_COMM, AT_RANGE, STYLE_VALUE, line->comm[0] ? line->comm : "-");
	snprintf(text, sizeof(text), "%" PRIx64, start);
	name_put(paper, AT_RANGE, AT_SIZE, STYLE_NORMAL, known ? text : "-");
	canvas_put_right(paper->canvas, AT_SIZE, paper->y, 6, STYLE_NORMAL,
		known ? fmt_bytes(text, size) : "-");
	change_put(paper, breach);
	result_put(paper, breach);
	name_put(paper, AT_BACKING, AT_SITE, STYLE_NORMAL,
		breach->backing[0] ? breach->backing : "-");
	name_put(paper, AT_SITE, paper->area.w + 1, STYLE_NORMAL,
		breach->site[0] ? breach->site : "-");
}

static void breaches_draw(const struct snapshot *snap, struct canvas *canvas, struct rect area)
{
	struct paper paper = {.canvas = canvas, .area = area};

	if (area.h <= 0)
		return;
	paper_next(&paper);
	paper_put(&paper, STYLE_LABEL, "Last breaches");
	paper_printf(&paper, STYLE_NORMAL, "   %" PRIu64 " seen", snap->breaches_seen);
	if (!(snap->facts & fact_mask("old")))
		paper_put(
			&paper, STYLE_WARN, "   this source does not tell what memory was before");
	header_draw(&paper);
	for (size_t i = 0; i < snap->nr_breaches && paper.line < area.h; i++)
		breach_draw(&paper, &snap->breaches[i]);
}

void view_wx_draw(struct ui *ui, const struct snapshot *snap, struct canvas *canvas)
{
	view_head_draw(ui, snap, canvas);
	view_rows_draw(ui, snap, canvas);
	breaches_draw(snap, canvas, ui->layout.panel);
}
