/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/key.h"
#include "base/buf.h"
#include "base/fmt.h"
#include "base/mem.h"
#include "base/num.h"
#include "model/group.h"
#include "tui/state.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define DELAY_MIN_NS 100000000ULL
#define DELAY_MAX_NS 3600000000000ULL
#define WHEEL_LINES  3

static unsigned int act_quit(struct ui *ui, const struct key *key)
{
	(void)key;
	if (!ui->over)
		return REACT_QUIT;
	ui->over = NULL;
	return REACT_REDRAW;
}

/* At the top the rows come and go under the selection again. */
static unsigned int act_back(struct ui *ui, const struct key *key)
{
	(void)key;
	if (ui->over)
		ui->over = NULL;
	else
		cursor_home(&ui->cursor);
	return REACT_REDRAW;
}

static unsigned int act_help(struct ui *ui, const struct key *key)
{
	(void)key;
	ui->over = ui->over == &screen_help ? NULL : &screen_help;
	ui->help.top = 0;
	return REACT_REDRAW;
}

static unsigned int act_redraw(struct ui *ui, const struct key *key)
{
	(void)ui;
	(void)key;
	return REACT_REPAINT;
}

static unsigned int act_line(struct ui *ui, const struct key *key)
{
	ui_move(ui, key->step);
	return REACT_REDRAW;
}

static unsigned int act_page(struct ui *ui, const struct key *key)
{
	ui_page(ui, key->step);
	return REACT_REDRAW;
}

static unsigned int act_edge(struct ui *ui, const struct key *key)
{
	ui_edge(ui, key->step > 0);
	return REACT_REDRAW;
}

static bool rect_holds(struct rect rect, int y)
{
	return y >= rect.y && y < rect.y + rect.h;
}

static unsigned int click_header(struct ui *ui, int x)
{
	const struct layout_column *place = layout_at(&ui->layout, x);

	if (!place)
		return 0;
	if (place->column == ui->sort)
		ui->ascending = !ui->ascending;
	else
		ui_sort(ui, place->column);
	return REACT_RESORT;
}

/* As if the key itself was pressed, so that there is one way to each action. */
static unsigned int click_bar(struct ui *ui, int x)
{
	for (int i = 0; i < ui->nr_bar; i++)
		if (x >= ui->bar[i].x && x < ui->bar[i].x + ui->bar[i].w)
			return ui_key(ui, &(struct key_press){.code = ui->bar[i].code});
	return 0;
}

static unsigned int act_click(struct ui *ui, const struct key *key)
{
	int row = ui->cursor.top + ui->press.y - ui->layout.rows.y;

	(void)key;
	if (rect_holds(ui->layout.bar, ui->press.y))
		return click_bar(ui, ui->press.x);
	if (ui->over)
		return 0;
	if (rect_holds(ui->layout.header, ui->press.y))
		return click_header(ui, ui->press.x);
	if (!rect_holds(ui->layout.rows, ui->press.y) || row >= ui->cursor.nr)
		return 0;
	cursor_to(&ui->cursor, row);
	return REACT_REDRAW;
}

static unsigned int act_sort(struct ui *ui, const struct key *key)
{
	const struct column *column = column_find(key->column);

	assert(column);
	ui_sort(ui, column);
	return REACT_RESORT;
}

/* To the next column on screen; one that is not there counts as left of the first. */
static unsigned int act_sort_step(struct ui *ui, const struct key *key)
{
	const struct layout *layout = &ui->layout;
	int at = 0;

	if (!layout->nr_columns)
		return 0;
	while (at < layout->nr_columns && layout->columns[at].column != ui->sort)
		at++;
	if (at == layout->nr_columns)
		at = -1;
	at += key->step;
	if (at < 0 || at >= layout->nr_columns)
		return 0;
	ui_sort(ui, layout->columns[at].column);
	return REACT_RESORT;
}

static unsigned int act_reverse(struct ui *ui, const struct key *key)
{
	(void)key;
	ui->ascending = !ui->ascending;
	return REACT_RESORT;
}

static unsigned int act_pause(struct ui *ui, const struct key *key)
{
	(void)key;
	ui->paused = !ui->paused;
	ui_tell(ui, ui->paused ? "paused: counting goes on, the screen stands still" : "");
	return REACT_PAUSE | REACT_REDRAW;
}

static unsigned int act_idle(struct ui *ui, const struct key *key)
{
	(void)key;
	ui->idle = !ui->idle;
	ui_tell(ui, ui->idle ? "rows without calls too" : "only rows with calls in their history");
	return REACT_RETAKE;
}

static unsigned int act_cmdline(struct ui *ui, const struct key *key)
{
	(void)key;
	if (ui->threads) {
		ui_tell(ui, "only a process has a command line");
		return REACT_REDRAW;
	}
	ui_names(ui, !ui->cmdline);
	return REACT_FACTS | REACT_RETAKE;
}

/* What was selected is in another row now, or is none. */
static unsigned int act_group(struct ui *ui, const struct key *key)
{
	char text[64];

	(void)key;
	if (ui->threads) {
		ui_tell(ui, "only processes have groups");
		return REACT_REDRAW;
	}
	ui->group = ui->group ? ui->group + 1 : group_kinds + 1;
	if (!ui->group->name)
		ui->group = NULL;
	snprintf(text, sizeof(text), "a row a %s", (ui->group ? ui->group : group_kinds)->name);
	ui_tell(ui, text);
	cursor_home(&ui->cursor);
	return REACT_FACTS | REACT_RETAKE;
}

static unsigned int act_exited(struct ui *ui, const struct key *key)
{
	(void)key;
	ui->keep++;
	if (!ui->keep->text)
		ui->keep = keeps;
	ui_tell(ui, ui->keep->text);
	return REACT_KEEP | REACT_RETAKE;
}

static unsigned int accept_delay(struct ui *ui, const char *text, char *error, size_t size)
{
	uint64_t ns;

	if (num_time(text, DELAY_MIN_NS, DELAY_MAX_NS, &ns) < 0) {
		snprintf(error, size, "not a time of 0.1 to 3600 s, such as 0.5, 500ms or 2s");
		return 0;
	}
	ui->delay_s = ns / 1e9;
	return REACT_DELAY;
}

static unsigned int act_delay(struct ui *ui, const struct key *key)
{
	char now[FMT_SIZE];

	(void)key;
	ui_delay_text(ui, now);
	prompt_ask(&ui->prompt, "Delay: ", now, accept_delay);
	return REACT_REDRAW;
}

/* "-a,b": all but these. */
static int columns_without(
	struct ui *ui, const char *list, const struct column **out, struct fault *fault)
{
	const struct column *gone[COLUMN_MAX];
	char plain[sizeof(ui->prompt.text)];
	int nr_gone, nr = 0;

	snprintf(plain, sizeof(plain), "%s", list);
	/* one may stand before each of them */
	for (char *c = strstr(plain, ",-"); c; c = strstr(c, ",-"))
		memmove(c + 1, c + 2, strlen(c + 1));
	nr_gone = column_list(plain, NULL, 0, gone, COLUMN_MAX, fault);

	if (nr_gone < 0)
		return nr_gone;
	for (int i = 0; i < ui->nr_columns; i++) {
		bool keep = true;

		for (int j = 0; j < nr_gone; j++)
			keep &= gone[j] != ui->columns[i];
		if (keep)
			out[nr++] = ui->columns[i];
	}
	return nr ? nr : fault_set(fault, 0, list, "keep one", "no column would be left");
}

/* What takes the rest of the line stays behind those that are added. */
static void columns_take(struct ui *ui, const struct column **out, int nr, bool added)
{
	int last = ui->nr_columns - 1;

	if (added && !out[last]->width) {
		const struct column *rest = out[last];

		memmove(out + last, out + last + 1, (nr - last - 1) * sizeof(*out));
		out[nr - 1] = rest;
	}
	memcpy(ui->columns, out, nr * sizeof(*out));
	ui->nr_columns = nr;
	ui->chosen = true;
}

static unsigned int accept_columns(struct ui *ui, const char *text, char *error, size_t size)
{
	const struct column *out[COLUMN_MAX];
	struct fault fault = {0};
	int nr;

	/* what shows is changed, and stays at any width */
	memmove(ui->columns, ui_columns(ui, ui->layout.title.w, &nr), sizeof(ui->columns));
	ui->nr_columns = nr;
	ui->nr_wide = 0;
	if (text[0] == '-')
		nr = columns_without(ui, text + 1, out, &fault);
	else
		nr = column_list(text, ui->columns, ui->nr_columns, out, COLUMN_MAX, &fault);
	if (nr < 0) {
		snprintf(error, size, "%.24s: %s", fault.object[0] ? fault.object : fault.what,
			fault.remedy);
		return 0;
	}
	columns_take(ui, out, nr, text[0] == '+');
	return REACT_FACTS | REACT_RETAKE;
}

static unsigned int act_columns(struct ui *ui, const struct key *key)
{
	(void)key;
	prompt_ask(&ui->prompt, "Columns: ", "", accept_columns);
	ui->prompt.hint = "NAME,NAME   +NAME adds   -NAME takes away";
	return REACT_REDRAW;
}

/* In the order of the help screen and of the bottom line. */
const struct key keys[] = {
	{{PRESS_F0 + 1, 'h', '?'}, "help", "this help", act_help, .bar = "Help", .weight = 90,
		.anywhere = true},
	{{PRESS_F0 + 2, 'f', 'S'}, "columns", "which columns: a list, or +NAME, or -NAME",
		act_columns, .bar = "Columns", .weight = 65},
	{{PRESS_F10, 'q'}, "quit", "quit; in help, back", act_quit, .bar = "Quit", .over = "Back",
		.weight = 100, .anywhere = true},
	{{PRESS_ESC, PRESS_BACKSPACE}, "back", "leave help or a question; else to the top",
		act_back, .anywhere = true},
	{{PRESS_UP, 'k'}, "up", "a row up", act_line, .anywhere = true, .step = -1},
	{{PRESS_DOWN, 'j'}, "down", "a row down", act_line, .anywhere = true, .step = 1},
	{{PRESS_PAGE_UP}, "page up", "a page up", act_page, .anywhere = true, .step = -1},
	{{PRESS_PAGE_DOWN}, "page down", "a page down", act_page, .over = "More", .weight = 90,
		.anywhere = true, .step = 1},
	{{PRESS_HOME}, "first", "to the first row", act_edge, .anywhere = true, .step = -1},
	{{PRESS_END}, "last", "to the last row", act_edge, .anywhere = true, .step = 1},
	{{PRESS_WHEEL_UP}, "wheel up", "three rows up", act_line, .anywhere = true,
		.step = -WHEEL_LINES},
	{{PRESS_WHEEL_DOWN}, "wheel down", "three rows down", act_line, .anywhere = true,
		.step = WHEEL_LINES},
	{{PRESS_CLICK}, "click", "select a row; sort by a header, again: reverse", act_click,
		.anywhere = true},
	{{'P'}, "rate", "sort by calls a second", act_sort, .bar = "Rate", .weight = 60,
		.column = "calls_per_s"},
	{{'M'}, "range", "sort by range asked for a second", act_sort, .bar = "Range", .weight = 55,
		.column = "range_per_s"},
	{{'T'}, "total", "sort by calls since the start", act_sort, .bar = "Total", .weight = 50,
		.column = "calls"},
	{{'N'}, "pid", "sort by PID", act_sort, .bar = "PID", .weight = 45, .column = "pid"},
	{{'<'}, "sort left", "sort by the column to the left", act_sort_step, .step = -1},
	{{'>'}, "sort right", "sort by the column to the right", act_sort_step, .step = 1},
	{{'R', 'I'}, "reverse", "reverse the order", act_reverse, .bar = "Reverse", .weight = 40},
	{{'Z', 'p'}, "pause", "hold the screen while counting goes on; again: go on", act_pause,
		.bar = "Pause", .weight = 80},
	{{'d', 's'}, "delay", "time between updates", act_delay, .bar = "Delay", .weight = 70},
	{{'i'}, "idle", "rows without calls too", act_idle, .bar = "Idle", .weight = 30},
	{{PRESS_F0 + 7, 'g'}, "group", "a row a process, program, user, unit, container", act_group,
		.bar = "Group", .weight = 35},
	{{'c'}, "cmdline", "command lines in place of names", act_cmdline, .weight = 0},
	{{'x'}, "exited", "exited rows: for 10 s, always, never", act_exited, .bar = "Exited",
		.weight = 20},
	{{PRESS_CTRL('l')}, "redraw", "draw the screen anew", act_redraw, .anywhere = true},
	{.name = NULL},
};

static const struct code_name {
	uint32_t code;
	const char *name;
} code_names[] = {
	{PRESS_UP, "Up"},
	{PRESS_DOWN, "Down"},
	{PRESS_LEFT, "Left"},
	{PRESS_RIGHT, "Right"},
	{PRESS_PAGE_UP, "PgUp"},
	{PRESS_PAGE_DOWN, "PgDn"},
	{PRESS_HOME, "Home"},
	{PRESS_END, "End"},
	{PRESS_BACKSPACE, "Backspace"},
	{PRESS_DELETE, "Delete"},
	{PRESS_CLICK, "click"},
	{PRESS_WHEEL_UP, "wheel up"},
	{PRESS_WHEEL_DOWN, "wheel down"},
	{PRESS_ENTER, "Enter"},
	{PRESS_ESC, "Esc"},
	{' ', "Space"},
};

const struct key *key_find(uint32_t code)
{
	for (const struct key *key = keys; key->name; key++)
		for (int i = 0; i < KEY_CODES && key->codes[i]; i++)
			if (key->codes[i] == code)
				return key;
	return NULL;
}

void key_code_text(uint32_t code, struct buf *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(code_names); i++)
		if (code_names[i].code == code) {
			buf_puts(out, code_names[i].name);
			return;
		}
	if (code > PRESS_F0 && code <= PRESS_F12)
		buf_printf(out, "F%u", (unsigned int)(code - PRESS_F0));
	else if (code < ' ')
		buf_printf(out, "Ctrl-%c", (char)code + '@');
	else
		buf_putc(out, (char)code);
}

void key_text(const struct key *key, struct buf *out)
{
	for (int i = 0; i < KEY_CODES && key->codes[i]; i++) {
		if (i)
			buf_putc(out, ' ');
		key_code_text(key->codes[i], out);
	}
}
