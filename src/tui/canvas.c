/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/canvas.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const struct cell blank = {" ", 1, STYLE_NORMAL};

void canvas_resize(struct canvas *canvas, int width, int height)
{
	assert(width >= 0 && height >= 0);
	canvas->cells = mem_resize(canvas->cells, (size_t)width * height, sizeof(blank));
	canvas->width = width;
	canvas->height = height;
	for (int i = 0; i < width * height; i++)
		canvas->cells[i] = blank;
}

void canvas_done(struct canvas *canvas)
{
	free(canvas->cells);
	*canvas = (struct canvas){0};
}

const struct cell *canvas_cell(const struct canvas *canvas, int x, int y)
{
	assert(x >= 0 && x < canvas->width && y >= 0 && y < canvas->height);
	return &canvas->cells[(size_t)y * canvas->width + x];
}

static bool canvas_holds(const struct canvas *canvas, int x, int y)
{
	return x >= 0 && x < canvas->width && y >= 0 && y < canvas->height;
}

/* Half of a wide character must not stay behind when the other half goes. */
static void canvas_part(struct canvas *canvas, int x, int y)
{
	struct cell *cell;

	if (!canvas_holds(canvas, x, y) || !canvas_holds(canvas, x - 1, y))
		return;
	cell = &canvas->cells[(size_t)y * canvas->width + x];
	if (cell->width)
		return;
	for (int i = -1; i < 1; i++) {
		strcpy(cell[i].text, " ");
		cell[i].width = 1;
	}
}

static void canvas_set(struct canvas *canvas, int x, int y, const struct cell *new)
{
	struct cell *cell;

	if (!canvas_holds(canvas, x, y))
		return;
	canvas_part(canvas, x, y);
	canvas_part(canvas, x + 1, y);
	cell = &canvas->cells[(size_t)y * canvas->width + x];
	*cell = *new;
	if (new->width == 2) {
		canvas_part(canvas, x + 2, y);
		cell[1] = (struct cell){"", 0, new->style};
	}
}

void canvas_fill(struct canvas *canvas, struct rect area, enum style style)
{
	struct cell cell = blank;
	int right = area.x + area.w < canvas->width ? area.x + area.w : canvas->width;
	int bottom = area.y + area.h < canvas->height ? area.y + area.h : canvas->height;

	cell.style = style;
	for (int y = area.y < 0 ? 0 : area.y; y < bottom; y++) {
		canvas_part(canvas, area.x, y);
		canvas_part(canvas, right, y);
		for (int x = area.x < 0 ? 0 : area.x; x < right; x++)
			canvas->cells[(size_t)y * canvas->width + x] = cell;
	}
}

/* One character of text into *cell; returns its length in bytes. */
static size_t canvas_char(const struct canvas *canvas, const char *text, struct cell *cell)
{
	uint32_t c;
	size_t len = text_decode(text, strnlen(text, 4), &c);
	bool bad = !len || !text_printable(c) || (canvas->ascii && c > 0x7e);

	*cell = (struct cell){"?", 1, STYLE_NORMAL};
	if (!len)
		return 1;
	if (bad)
		return len;
	memcpy(cell->text, text, len);
	cell->text[len] = '\0';
	cell->width = text_cells(c);
	return len;
}

int canvas_put(struct canvas *canvas, int x, int y, int room, enum style style, const char *text)
{
	struct cell cell;
	int used = 0;

	if (room > canvas->width - x)
		room = canvas->width - x;
	while (*text && used < room) {
		text += canvas_char(canvas, text, &cell);
		if (!cell.width)
			continue;
		if (used + cell.width > room)
			break;
		cell.style = style;
		canvas_set(canvas, x + used, y, &cell);
		used += cell.width;
	}
	return used;
}

int canvas_text_width(const struct canvas *canvas, const char *text)
{
	struct cell cell;
	int width = 0;

	while (*text) {
		text += canvas_char(canvas, text, &cell);
		width += cell.width;
	}
	return width;
}

int canvas_put_right(
	struct canvas *canvas, int x, int y, int room, enum style style, const char *text)
{
	int width = canvas_text_width(canvas, text);

	if (width < room)
		return canvas_put(canvas, x + room - width, y, width, style, text);
	return canvas_put(canvas, x, y, room, style, text);
}

void canvas_text(const struct canvas *canvas, struct buf *out)
{
	for (int y = 0; y < canvas->height; y++) {
		int end = canvas->width;

		while (end > 0 && !strcmp(canvas_cell(canvas, end - 1, y)->text, " "))
			end--;
		for (int x = 0; x < end; x++)
			buf_puts(out, canvas_cell(canvas, x, y)->text);
		buf_putc(out, '\n');
	}
}
