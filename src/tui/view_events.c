/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/grid.h"
#include "tui/paper.h"
#include "tui/state.h"
#include "tui/view_head.h"
#include "base/buf.h"
#include "base/errname.h"
#include "base/fmt.h"
#include "base/prot.h"
#include "base/text.h"
#include "model/filter.h"
#include "model/verdict.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
	TIME,
	PID,
	TID,
	COMM,
	CALL,
	ADDR,
	SIZE,
	PROT,
	RESULT,
	TOOK,
	CHANGE,
	KIND,
	WHY,
	MEMORY,
	SITE,
	COLUMNS_NR,
};

static const struct grid_column grid_columns[] = {
	[TIME] = {"TIME", 12, 90, false},
	[PID] = {"PID", 7, 100, true},
	[TID] = {"TID", 7, 20, true},
	[COMM] = {"COMMAND", 12, 99, false},
	[CALL] = {"CALL", 8, 30, false},
	[ADDR] = {"ADDRESS", 12, 70, true},
	[SIZE] = {"SIZE", 6, 75, true},
	[PROT] = {"ASKS", 4, 95, false},
	[RESULT] = {"RESULT", 7, 80, false},
	[TOOK] = {"TOOK", 6, 60, true},
	[CHANGE] = {"OLD > NEW", 9, 50, false},
	[KIND] = {"KIND", 4, 48, false},
	[WHY] = {"WHY", 11, 46, false},
	[MEMORY] = {"MEMORY", 20, 45, false},
	[SITE] = {"CALLED FROM", 28, 40, false},
	{NULL, 0, 0, false},
};

/* Text of the cells of a line. */
struct cells {
	char text[COLUMNS_NR][96];
};

/* The process, or where it is not known its thread and a "?". */
static void pid_text(char *out, size_t size, const struct log_entry *entry)
{
	bool known = entry->pid != EVENT_NO_ID;

	snprintf(
		out, size, "%" PRIu32 "%s", known ? entry->pid : entry->call.tid, known ? "" : "?");
}

/* "14:03:27.123" */
static void time_text(char *out, size_t size, double time)
{
	char clock[FMT_SIZE];

	/* a recording may not tell */
	if (!isfinite(time)) {
		snprintf(out, size, "-");
		return;
	}
	snprintf(out, size, "%s.%03u", fmt_clock(clock, floor(time)),
		(unsigned int)((time - floor(time)) * 1000));
}

static void prot_cell(char *out, size_t size, uint64_t prot)
{
	struct buf text = {0};

	prot_text(prot, "", &text);
	snprintf(out, size, "%s", text.data);
	buf_done(&text);
}

static const char *call_word(const struct call *call)
{
	if (call->flags & EVENT_MMAP)
		return "mmap";
	if (call->flags & EVENT_MUNMAP)
		return "munmap";
	if (call->flags & EVENT_SHMAT)
		return "shmat";
	return call->flags & EVENT_PKEY ? "pkey" : "mprotect";
}

static void outcome_cells(struct cells *c, const struct log_entry *entry)
{
	const struct call *call = &entry->call;
	bool returned = call->known & CALL_RETURNED;
	char name[ERRNAME_SIZE], took[FMT_SIZE];

	if (call->known & CALL_REFUSED)
		snprintf(c->text[RESULT], sizeof(c->text[0]), "seccomp");
	else if (returned)
		snprintf(c->text[RESULT], sizeof(c->text[0]), "%s",
			call->ret < 0 ? errname_text(name, call_error(call)) : "ok");
	if (call->known & CALL_TIMED)
		snprintf(c->text[TOOK], sizeof(c->text[0]), "%s",
			fmt_nanoseconds(took, call->duration_ns));
}

static void change_cells(struct cells *c, const struct log_entry *entry)
{
	const struct change *change = &entry->change;
	char before[32], after[32];
	uint8_t mask = kind_mask(change->before, change->after);

	if (entry->backing)
		text_clean(c->text[MEMORY], sizeof(c->text[0]), entry->backing->text,
			strlen(entry->backing->text));
	if (!entry->call.nr_changes)
		return;
	prot_cell(before, sizeof(before), change->before & 7);
	prot_cell(after, sizeof(after), change->after & 7);
	snprintf(c->text[CHANGE], sizeof(c->text[0]), "%s > %s", before, after);
	/* none, which is not the same as not known */
	snprintf(c->text[KIND], sizeof(c->text[0]), "%s",
		mask && !change->failed ? kinds[__builtin_ctz(mask)].name : " ");
}

static void cells_fill(struct cells *c, const struct log_entry *entry)
{
	const struct call *call = &entry->call;
	char bytes[FMT_SIZE];
	uint64_t addr;

	memset(c, 0, sizeof(*c));
	time_text(c->text[TIME], sizeof(c->text[0]), entry->time);
	pid_text(c->text[PID], sizeof(c->text[0]), entry);
	snprintf(c->text[TID], sizeof(c->text[0]), "%" PRIu32, call->tid);
	text_clean(c->text[COMM], sizeof(c->text[0]), entry->comm, sizeof(entry->comm));
	snprintf(c->text[CALL], sizeof(c->text[0]), "%s", call_word(call));
	if (call_place(call, &addr))
		snprintf(c->text[ADDR], sizeof(c->text[0]), "%" PRIx64, addr);
	if (call->known & CALL_ASKED) {
		snprintf(c->text[SIZE], sizeof(c->text[0]), "%s", fmt_bytes(bytes, call->len));
		prot_cell(c->text[PROT], sizeof(c->text[0]), call->prot);
	}
	if (entry->why)
		snprintf(c->text[WHY], sizeof(c->text[0]), "%s", entry->why);
	outcome_cells(c, entry);
	change_cells(c, entry);
	if (entry->site)
		text_clean(c->text[SITE], sizeof(c->text[0]), entry->site->text,
			strlen(entry->site->text));
}

static void note_text(const struct log_entry *entry, char *out, size_t size)
{
	char where[32] = "";

	if (entry->kind == LOG_LOST && !entry->nowhere)
		snprintf(where, sizeof(where), " on CPU %u", entry->call.cpu);
	if (entry->kind == LOG_LOST)
		snprintf(out, size, "%" PRIu64 " event%s lost%s", entry->count,
			entry->count == 1 ? "" : "s", where);
	else if (entry->kind == LOG_CUT)
		snprintf(out, size, "up to here some that a filter hid were not kept");
	else if (entry->count)
		snprintf(out, size, "%" PRIu64 " call%s came while the screen was paused",
			entry->count, entry->count == 1 ? "" : "s");
	else
		snprintf(out, size, "this screen did not show, calls were not kept");
}

/* What changed the meaning of memory stands out. */
static enum style line_style(const struct log_entry *entry)
{
	const struct call *call = &entry->call;

	if (call->known & CALL_REFUSED || (call->known & CALL_RETURNED && call->ret < 0))
		return STYLE_WARN;
	return call->kinds & (1u << VERDICT_WX) ? STYLE_BAD : STYLE_NORMAL;
}

/* As rows have it. */
static const char *line_mark(const struct call *call)
{
	const uint64_t wx = PROT_WRITE | PROT_EXEC;

	if (call->kinds & 1u << VERDICT_WX)
		return "!";
	if (call->kinds & VERDICT_GAINS_X)
		return "m";
	/* refused by it even where nothing changes */
	return call->known & CALL_ASKED && (call->prot & wx) == wx ? "m" : "";
}

static void entry_draw(const struct grid *grid, const struct log_entry *entry, bool selected, int y)
{
	struct canvas *canvas = grid->canvas;
	enum style style = selected ? STYLE_SELECTED : line_style(entry);
	struct cells cells;
	char note[96], time[24];

	if (selected)
		canvas_fill(canvas, (struct rect){0, y, canvas->width, 1}, style);
	if (entry->kind != LOG_CALL) {
		if (!selected)
			style = entry->kind == LOG_LOST ? STYLE_BAD : STYLE_DIM;
		time_text(time, sizeof(time), entry->time);
		note_text(entry, note, sizeof(note));
		grid_put(grid, TIME, y, style, time);
		canvas_put(
			canvas, grid->x[TIME] + grid->w[TIME] + 1, y, canvas->width, style, "--");
		canvas_put(
			canvas, grid->x[TIME] + grid->w[TIME] + 4, y, canvas->width, style, note);
		return;
	}
	canvas_put(canvas, 0, y, 1, style, line_mark(&entry->call));
	cells_fill(&cells, entry);
	for (int i = 0; i < COLUMNS_NR; i++)
		grid_put(grid, i, y, style, cells.text[i]);
}

bool view_events_holds(const struct ui *ui, int line, const char *text)
{
	const struct log_entry *entry = sieve_at(&ui->sieve, (size_t)line);
	struct cells cells;

	if (!entry || entry->kind != LOG_CALL)
		return false;
	cells_fill(&cells, entry);
	for (int i = 0; i < COLUMNS_NR; i++)
		if (filter_holds(cells.text[i], text))
			return true;
	return false;
}

/* Lines go at the front as others come at the end, and filters take some away: the selected one
 * stays selected, where it was. */
static int events_scroll(struct ui *ui, const struct snapshot *snap, int page)
{
	struct scroll *scroll = &ui->scroll;
	bool follow = scroll->at >= scroll->nr - 1;
	uint64_t number = sieve_number(&ui->sieve, (size_t)scroll->at);
	struct view view = {0};
	int nr, at;

	ui_view(ui, &view);
	sieve_update(&ui->sieve, snap->log, &view, snap->info->machine);
	nr = (int)sieve_nr(&ui->sieve);
	at = follow ? nr - 1 : (int)sieve_find(&ui->sieve, number);
	scroll->top += at - scroll->at;
	scroll->at = at;
	return ui_scrolled(ui, nr, page);
}

static void status_draw(const struct ui *ui, const struct snapshot *snap, struct paper *paper)
{
	const struct scroll *scroll = &ui->scroll;
	uint64_t seen = snap->log ? log_seen(snap->log) : 0;

	paper_next(paper);
	paper_put(paper, STYLE_TITLE, "Calls");
	if (ui->paused)
		paper_put(paper, STYLE_WARN, "   paused: Z goes on");
	else if (scroll->at >= scroll->nr - 1)
		paper_put(paper, STYLE_GOOD, "   following the newest");
	else
		paper_put(paper, STYLE_WARN, "   not following: End does again");
	if (ui->sieve.all)
		paper_printf(
			paper, STYLE_NORMAL, "   %d of %" PRIu64 " lines kept", scroll->nr, seen);
	else
		paper_printf(paper, STYLE_VALUE, "   %d of %zu lines kept pass the filter",
			scroll->nr, log_nr(snap->log));
}

void view_events_draw(struct ui *ui, const struct snapshot *snap, struct canvas *canvas)
{
	struct rect area = ui_body(ui);
	struct paper paper = {.canvas = canvas, .area = area};
	int page = area.h - LINES_ABOVE, top;
	struct grid grid;

	view_head_draw(ui, snap, canvas);
	top = events_scroll(ui, snap, page);
	status_draw(ui, snap, &paper);
	grid_make(&grid, canvas, grid_columns, LAYOUT_MARK, area.w);
	grid_header(&grid, area.y + 1);
	if (!ui->scroll.nr)
		canvas_put(canvas, LAYOUT_MARK, area.y + LINES_ABOVE, area.w, STYLE_DIM,
			snap->log && log_nr(snap->log)
				? "no call passes the filters; = takes them away"
				: "no calls yet");
	for (int i = 0; i < page && top + i < ui->scroll.nr; i++)
		entry_draw(&grid, sieve_at(&ui->sieve, (size_t)(top + i)), top + i == ui->scroll.at,
			area.y + LINES_ABOVE + i);
}
