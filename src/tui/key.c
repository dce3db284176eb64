/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/key.h"
#include "base/buf.h"
#include "base/mem.h"
#include "tui/act.h"

#include <stddef.h>

#define WHEEL_LINES 3

/* In the order of the help screen and of the bottom line. */
const struct key keys[] = {
	{{PRESS_F0 + 1, 'h', '?'}, "help", "this help", act_help, .bar = "Help", .weight = 90,
		.anywhere = true},
	{{PRESS_F0 + 2, 'f', 'S'}, "setup", "columns and setup: a list to switch on and off",
		act_setup, .bar = "Setup", .weight = 65, .rows = true},
	{{PRESS_F0 + 3, '/'}, "search", "search a command or PID", act_search, .bar = "Search",
		.weight = 75, .rows = true, .lines = true},
	{{'n'}, "next", "the next match", act_search_step, .step = 1, .rows = true, .lines = true},
	{{PRESS_F0 + 4, '\\'}, "filter", "only rows whose command holds a text", act_filter,
		.bar = "Filter", .weight = 74, .rows = true, .calls = true},
	{{'u'}, "user", "only the rows of one user", act_user, .bar = "User", .weight = 25,
		.rows = true, .calls = true},
	{{'e', 'o'}, "where", "only rows, or calls, of which an expression holds", act_where,
		.bar = "Where", .weight = 24, .rows = true, .calls = true},
	{{'='}, "unfilter", "all filters off", act_unfilter, .weight = 0, .rows = true,
		.calls = true},
	{{PRESS_F10, 'q'}, "quit", "quit; in help, back", act_quit, .bar = "Quit", .over = "Back",
		.weight = 100, .anywhere = true},
	{{PRESS_ESC, PRESS_BACKSPACE}, "back",
		"leave help, a menu, a question or a search; else to the top", act_back,
		.anywhere = true},
	{{'1'}, "main", "screen Main: who calls, how often, with what outcome", act_screen,
		.anywhere = true},
	{{'2'}, "w^x", "screen W^X: who made memory executable, and the last times", act_screen,
		.anywhere = true},
	{{'3'}, "events", "screen Events: a line a call, the newest last", act_screen,
		.anywhere = true},
	{{'4'}, "latency", "screen Latency: time inside calls, and who spends it", act_screen,
		.anywhere = true},
	{{'5'}, "sites", "screen Sites: where calls come from, over all processes", act_screen,
		.anywhere = true},
	{{'6'}, "self", "screen Self: probes, buffers, the account, own cost", act_screen,
		.anywhere = true},
	{{PRESS_TAB}, "next screen", "to the next screen", act_screen_step, .bar = "Screen",
		.weight = 78, .anywhere = true, .step = 1},
	{{PRESS_SHIFT_TAB}, "screen before", "to the screen before", act_screen_step,
		.anywhere = true, .step = -1},
	{{PRESS_F0 + 9, PRESS_ENTER}, "detail", "all about the selected process", act_detail,
		.bar = "Detail", .weight = 77, .rows = true, .lines = true},
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
	{{PRESS_CLICK}, "click", "select a row; sort by a header, again: reverse; names, keys: go",
		act_click, .anywhere = true},
	{{'P'}, "rate", "sort by calls a second", act_sort, .bar = "Rate", .weight = 60,
		.column = "calls_per_s", .rows = true},
	{{'M'}, "range", "sort by range asked for a second", act_sort, .bar = "Range", .weight = 55,
		.column = "range_per_s", .rows = true},
	{{'T'}, "total", "sort by calls since the start", act_sort, .bar = "Total", .weight = 50,
		.column = "calls", .rows = true},
	{{'N'}, "pid", "sort by PID; while searching the match before", act_search_step,
		.bar = "PID", .weight = 45, .column = "pid", .step = -1, .rows = true,
		.lines = true},
	{{'X'}, "wx", "sort by W>X, who made written memory executable; again: W+X", act_sort_wx,
		.column = "w_to_x", .rows = true},
	{{PRESS_F0 + 6, '.', ';'}, "sort", "sort by a column of a list", act_sort_menu,
		.bar = "SortBy", .weight = 73, .rows = true},
	{{'<'}, "sort left", "sort by the column to the left", act_sort_step, .step = -1,
		.rows = true},
	{{'>'}, "sort right", "sort by the column to the right", act_sort_step, .step = 1,
		.rows = true},
	{{'R', 'I'}, "reverse", "reverse the order", act_reverse, .bar = "Reverse", .weight = 40,
		.rows = true},
	{{'Z', 'p'}, "pause", "hold the screen while counting goes on; again: go on", act_pause,
		.bar = "Pause", .weight = 80},
	{{']'}, "forward", "in a recording: an update forward", act_step, .step = 1},
	{{'['}, "backward", "in a recording: an update back", act_step, .step = -1},
	{{'b'}, "go to", "in a recording: go to a time", act_place, .weight = 0},
	{{'0'}, "rewind", "in a recording: back to the start", act_rewind, .weight = 0},
	{{'d', 's'}, "delay", "time between updates", act_delay, .bar = "Delay", .weight = 70},
	{{PRESS_F0 + 8, 'D'}, "record", "record to a new file; again: end the recording",
		act_record, .bar = "Record", .weight = 42},
	{{'i'}, "idle", "rows without calls too", act_idle, .bar = "Idle", .weight = 30,
		.rows = true},
	{{PRESS_F0 + 5, 't'}, "tree", "children below their parents", act_tree, .bar = "Tree",
		.weight = 36, .rows = true},
	{{'-'}, "fold", "fold what is below a row into it", act_fold, .weight = 0, .rows = true,
		.step = -1},
	{{'+'}, "unfold", "unfold it again", act_fold, .weight = 0, .rows = true, .step = 1},
	{{PRESS_F0 + 7, 'g'}, "group", "a row a process, program, user, unit, container", act_group,
		.bar = "Group", .weight = 35, .rows = true},
	{{'c'}, "cmdline", "command lines in place of names", act_cmdline, .weight = 0,
		.rows = true},
	{{'x'}, "exited", "exited rows: for 10 s, always, never", act_exited, .bar = "Exited",
		.weight = 20, .rows = true},
	{{'H'}, "threads", "a row a thread, which counts from the first H on; or a process",
		act_threads, .weight = 0, .rows = true},
	{{'a'}, "count", "what is counted: since the start, in the interval, on average", act_count,
		.weight = 0, .rows = true},
	{{'F'}, "follow", "the selection stays on its process", act_follow, .weight = 0,
		.rows = true},
	{{' '}, "tag", "tag a row, or untag it", act_tag, .weight = 0, .rows = true},
	{{'U'}, "untag", "untag all rows", act_untag, .weight = 0, .rows = true},
	{{'r'}, "zero", "all counters begin anew; asks first", act_zero, .weight = 0},
	{{'W'}, "save", "save columns, order and looks for the next start", act_save, .weight = 0},
	{{'z'}, "colour", "colours on, or off", act_color, .anywhere = true},
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
	{PRESS_TAB, "Tab"},
	{PRESS_SHIFT_TAB, "Shift-Tab"},
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
