/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/screen.h"
#include "base/mem.h"
#include "base/num.h"
#include "tui/look.h"
#include "tui/plain.h"

#include <assert.h>
#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <unistd.h>
#include <wchar.h>

static const struct attribute {
	unsigned char look;
	attr_t curses;
} attributes[] = {{LOOK_BOLD, A_BOLD}, {LOOK_DIM, A_DIM}, {LOOK_REVERSE, A_REVERSE}};

static const struct curses_key {
	int curses;
	uint32_t code;
} curses_keys[] = {
	{KEY_UP, PRESS_UP},
	{KEY_DOWN, PRESS_DOWN},
	{KEY_LEFT, PRESS_LEFT},
	{KEY_RIGHT, PRESS_RIGHT},
	{KEY_PPAGE, PRESS_PAGE_UP},
	{KEY_NPAGE, PRESS_PAGE_DOWN},
	{KEY_HOME, PRESS_HOME},
	{KEY_END, PRESS_END},
	{KEY_BACKSPACE, PRESS_BACKSPACE},
	{KEY_DC, PRESS_DELETE},
	{KEY_BTAB, PRESS_SHIFT_TAB},
	{KEY_ENTER, PRESS_ENTER},
};

/* Characters that terminals send for one key in two ways. */
static const struct curses_key char_keys[] = {
	{'\n', PRESS_ENTER},
	{'\b', PRESS_BACKSPACE},
	{0x7f, PRESS_BACKSPACE},
};

/* Signals that newterm() takes for itself. */
static const int signals[] = {SIGINT, SIGTERM, SIGTSTP, SIGWINCH};

/* Curses has one terminal, so this has. */
static struct screen {
	SCREEN *curses;
	FILE *in, *out;
	int out_fd;
	pid_t foreground; /* the job that had the terminal at the start */
	bool color, mouse;
	bool colors_made;
	bool plain;    /* no curses: plain.c shows */
	char *restore; /* where screen_restore_byte() writes, up to end */
	char *end;
} screen;

static FILE *screen_stream(int fd, const char *mode)
{
	int copy = dup(fd);
	FILE *stream = copy < 0 ? NULL : fdopen(copy, mode);

	if (!stream && copy >= 0)
		close(copy);
	return stream;
}

/* 1: will do; 0: terminfo does not know it; -1: it cannot move the cursor. */
static int term_test(const char *term, int fd)
{
	int error;
	bool good;

	if (setupterm(term, fd, &error) != OK)
		return error == 1 ? -1 : 0;
	good = cursor_address && (clear_screen || clr_eos);
	del_curterm(cur_term);
	return good ? 1 : -1;
}

/* The terminal type to use, NULL where terminfo has nothing that works. */
static const char *term_choose(const char *term, int fd, char *note, size_t size)
{
	const char *fallback = strncmp(term, "xterm-", 6) == 0 ? "xterm-256color" : "vt100";
	int test = term_test(term, fd);

	note[0] = '\0';
	if (test)
		return test > 0 ? term : NULL;
	if (term_test(fallback, fd) <= 0)
		fallback = "vt100";
	if (term_test(fallback, fd) <= 0)
		return NULL;
	snprintf(note, size, "terminal type \"%s\" is not known, taken for %s", term, fallback);
	return fallback;
}

static void colors_start(void)
{
	screen.colors_made = screen.color = screen.color && has_colors() && start_color() == OK &&
					    COLORS >= 8 && COLOR_PAIRS > STYLE_NR &&
					    use_default_colors() == OK;
	for (short i = 0; screen.color && i < STYLE_NR; i++)
		init_pair(i + 1, looks[i].fg, looks[i].bg);
}

static void modes_start(void)
{
	cbreak();
	noecho();
	nonl();
	intrflush(stdscr, FALSE);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	typeahead(-1);
	curs_set(0);
	if (!getenv("ESCDELAY"))
		set_escdelay(25);
	if (!screen.mouse)
		return;
	mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
	mouseinterval(0);
}

/* newterm() without its signal handlers. */
static SCREEN *curses_start(const char *term)
{
	struct sigaction old[ARRAY_SIZE(signals)];
	SCREEN *curses;

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], NULL, &old[i]);
	curses = newterm(term, screen.out, screen.in);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &old[i], NULL);
	return curses;
}

static void screen_free(void)
{
	if (screen.curses)
		delscreen(screen.curses);
	if (screen.in)
		fclose(screen.in);
	if (screen.out)
		fclose(screen.out);
	screen = (struct screen){0};
}

int screen_open(const struct screen_config *config, char *note, size_t size, struct fault *fault)
{
	const char *term = config->term ? config->term : getenv("TERM");
	const char *asked = term;

	assert(!screen.curses);
	if (config->plain) {
		screen = (struct screen){.out_fd = config->out_fd, .plain = true};
		plain_open(config->in_fd, config->out_fd);
		note[0] = '\0';
		return 0;
	}
	if (!term || !*term)
		return fault_set(fault, 0, "TERM", "set it to what the terminal is, or use --batch",
			"the type of the terminal is not told");
	screen.out_fd = config->out_fd;
	screen.foreground = tcgetpgrp(screen.out_fd);
	screen.color = config->color;
	screen.mouse = config->mouse;
	term = term_choose(asked, config->out_fd, note, size);
	if (!term)
		return fault_set(fault, ENOTSUP, asked,
			"set TERM to what the terminal is, or use --batch",
			"no screen on this type of terminal");
	screen.in = screen_stream(config->in_fd, "r");
	screen.out = screen_stream(config->out_fd, "w");
	if (screen.in && screen.out)
		screen.curses = curses_start(term);
	if (!screen.curses) {
		screen_free();
		return fault_set(fault, errno ? errno : EIO, asked, "use --batch",
			"cannot use the terminal");
	}
	colors_start();
	modes_start();
	return 0;
}

void screen_close(void)
{
	char text[1024];
	size_t len;

	if (screen.plain)
		plain_close();
	screen.plain = false;
	if (!screen.curses)
		return;
	if (tcgetpgrp(screen.out_fd) == screen.foreground) {
		endwin();
	} else {
		/* a shell that reads a line again has set the terminal for that */
		len = screen_restore_text(text, sizeof(text));
		if (write(screen.out_fd, text, len) < 0)
			len = 0;
	}
	screen_free();
}

bool screen_utf8(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

bool screen_color_wanted(void)
{
	const char *no = getenv("NO_COLOR");

	return !no || !*no;
}

bool screen_color(bool on)
{
	if (screen.plain)
		return false;
	screen.color = on;
	if (on && !screen.colors_made)
		colors_start();
	return screen.color;
}

static attr_t attributes_of(unsigned char look)
{
	attr_t attr = A_NORMAL;

	for (size_t i = 0; i < ARRAY_SIZE(attributes); i++)
		if (look & attributes[i].look)
			attr |= attributes[i].curses;
	return attr;
}

/* Fills one cell of curses, or two; returns how many. */
static int cell_convert(const struct cell *cell, cchar_t *out)
{
	const struct look *look = &looks[cell->style];
	attr_t attr = attributes_of(screen.color ? look->color : look->mono);
	short pair = screen.color ? cell->style + 1 : 0;
	wchar_t text[2] = {0};
	mbstate_t state = {0};
	size_t len;

	if (!cell->width)
		return 0;
	len = mbrtowc(text, cell->text, sizeof(cell->text), &state);
	if (len <= sizeof(cell->text) && wcwidth(text[0]) == cell->width) {
		setcchar(out, text, attr, pair, NULL);
		return 1;
	}
	/* another width than on the canvas would shift the rest of the line */
	for (int i = 0; i < cell->width; i++)
		setcchar(&out[i], L"?", attr, pair, NULL);
	return cell->width;
}

static void row_show(const struct canvas *canvas, int y, int width, cchar_t *line)
{
	int nr = 0;

	for (int x = 0; x < width; x++)
		nr += cell_convert(canvas_cell(canvas, x, y), &line[nr]);
	mvadd_wchnstr(y, 0, line, nr);
}

void screen_show(const struct canvas *canvas, bool repaint)
{
	int width, height;
	cchar_t *line;

	if (screen.plain) {
		plain_show(canvas, repaint);
		return;
	}
	width = canvas->width < COLS ? canvas->width : COLS;
	height = canvas->height < LINES ? canvas->height : LINES;
	line = mem_new(width + 1, sizeof(*line));
	for (int y = 0; y < height; y++)
		row_show(canvas, y, width, line);
	free(line);
	if (repaint)
		clearok(curscr, TRUE);
	refresh();
}

static uint32_t mouse_code(mmask_t state)
{
	if (state & BUTTON1_PRESSED)
		return PRESS_CLICK;
	if (state & BUTTON4_PRESSED)
		return PRESS_WHEEL_UP;
	if (state & BUTTON5_PRESSED)
		return PRESS_WHEEL_DOWN;
	return PRESS_NONE;
}

static void function_key(wint_t c, struct key_press *press)
{
	MEVENT event;

	if (c == KEY_MOUSE && getmouse(&event) == OK)
		*press = (struct key_press){mouse_code(event.bstate), event.x, event.y};
	else if (c > KEY_F0 && c <= KEY_F(12))
		press->code = PRESS_F0 + (c - KEY_F0);
	for (size_t i = 0; i < ARRAY_SIZE(curses_keys); i++)
		if (curses_keys[i].curses == (int)c)
			press->code = curses_keys[i].code;
}

static void char_key(wint_t c, struct key_press *press)
{
	press->code = c < PRESS_NONE ? c : PRESS_NONE;
	for (size_t i = 0; i < ARRAY_SIZE(char_keys); i++)
		if (char_keys[i].curses == (int)c)
			press->code = char_keys[i].code;
}

bool screen_key(struct key_press *press)
{
	wint_t c;
	int kind;

	if (screen.plain)
		return plain_key(press);
	*press = (struct key_press){.code = PRESS_NONE};
	while (press->code == PRESS_NONE) {
		kind = get_wch(&c);
		if (kind == ERR)
			return false;
		if (kind == KEY_CODE_YES)
			function_key(c, press);
		else
			char_key(c, press);
	}
	return true;
}

/* A size from the environment, 0 where it has none. */
static int size_env(const char *name)
{
	const char *text = getenv(name);
	uint64_t size;

	if (!text || num_u64(text, 1, SHRT_MAX, &size) < 0)
		return 0;
	return size;
}

void screen_size(int *width, int *height)
{
	struct winsize size = {0};

	*width = size_env("COLUMNS");
	*height = size_env("LINES");
	if (ioctl(screen.out_fd, TIOCGWINSZ, &size) < 0 || !size.ws_col || !size.ws_row) {
		size.ws_col = screen.plain ? 80 : COLS;
		size.ws_row = screen.plain ? 24 : LINES;
	}
	if (!*width)
		*width = size.ws_col;
	if (!*height)
		*height = size.ws_row;
	if (screen.plain && *width > PLAIN_MARK)
		*width -= PLAIN_MARK;
}

void screen_resize(void)
{
	int width, height;

	if (screen.plain)
		return;
	screen_size(&width, &height);
	if (is_term_resized(height, width))
		resize_term(height, width);
	clearok(curscr, TRUE);
}

void screen_suspend(void)
{
	if (screen.plain)
		plain_close();
	else
		endwin();
}

void screen_resume(void)
{
	if (screen.plain) {
		plain_again();
		return;
	}
	screen_resize();
	refresh();
	curs_set(0);
}

static int restore_byte(int c)
{
	/* a NUL is padding */
	if (c && screen.restore < screen.end)
		*screen.restore++ = c;
	return c;
}

static void restore_put(const char *capability)
{
	if (capability && capability != (char *)-1)
		tputs(capability, 1, restore_byte);
}

size_t screen_restore_text(char *text, size_t size)
{
	/* the ways in which curses turns the mouse on: X11 reports, in SGR form */
	static const char mouse_off[] = "\033[?1006l\033[?1000l";

	assert((screen.curses || screen.plain) && size);
	if (screen.plain) {
		text[0] = '\0';
		return 0;
	}
	screen.restore = text;
	screen.end = text + size - 1;
	if (screen.mouse && key_mouse)
		restore_put(mouse_off);
	restore_put(exit_attribute_mode);
	restore_put(screen.color ? orig_pair : NULL);
	restore_put(keypad_local);
	restore_put(cursor_normal);
	restore_put(exit_ca_mode);
	*screen.restore = '\0';
	return screen.restore - text;
}
