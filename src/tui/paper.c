/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/paper.h"

#include <stdarg.h>
#include <stdio.h>

bool paper_next(struct paper *paper)
{
	int y = paper->line++ - paper->top;

	paper->x = paper->area.x;
	paper->y = y >= 0 && y < paper->area.h ? paper->area.y + y : -1;
	return paper->y >= 0;
}

int paper_room(const struct paper *paper)
{
	return paper->area.x + paper->area.w - paper->x;
}

void paper_put(struct paper *paper, enum style style, const char *text)
{
	int room = paper_room(paper), width;

	if (room <= 0)
		return;
	if (paper->y >= 0) {
		paper->x += canvas_put(paper->canvas, paper->x, paper->y, room, style, text);
		return;
	}
	width = canvas_text_width(paper->canvas, text);
	paper->x += width < room ? width : room;
}

void paper_printf(struct paper *paper, enum style style, const char *format, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	paper_put(paper, style, text);
}

void paper_bar(struct paper *paper, int cells, uint64_t value, uint64_t scale)
{
	static const char *const parts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
	int room = paper_room(paper), eighths;

	if (cells > room)
		cells = room;
	if (paper->y < 0 || cells <= 0 || !scale)
		return;
	if (value > scale)
		value = scale;
	eighths = (int)((double)value / (double)scale * cells * 8 + 0.5);
	if (value && !eighths)
		eighths = 1;
	for (; eighths > 0; eighths -= 8) {
		int part = eighths < 8 ? eighths : 8;

		paper_put(paper, STYLE_GRAPH, paper->canvas->ascii ? "#" : parts[part]);
	}
}

void paper_tab(struct paper *paper, int x)
{
	if (paper->x < paper->area.x + x)
		paper->x = paper->area.x + x;
}

void paper_pair(struct paper *paper, enum style style, const char *left, const char *right)
{
	if (!paper_next(paper))
		return;
	paper_put(paper, style, left);
	paper->x++;
	paper_tab(paper, paper->indent);
	paper_put(paper, STYLE_NORMAL, right);
}

void paper_title(struct paper *paper, const char *text)
{
	if (paper->line)
		paper_next(paper);
	if (paper_next(paper))
		paper_put(paper, STYLE_TITLE, text);
}
