/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/graph.h"

#define LEVELS 8 /* of a cell */

static const char *const bars[2][LEVELS] = {
	{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"},
	{"_", ".", "-", "=", "+", "*", "#", "@"},
};

uint32_t graph_scale(const uint32_t *list, unsigned int nr)
{
	uint32_t scale = LEVELS;

	for (unsigned int i = 0; i < nr; i++)
		if (list[i] > scale)
			scale = list[i];
	return scale;
}

/* Eighths of a cell, rounded up. */
static int graph_eighths(uint32_t value, uint32_t scale, int cells)
{
	uint64_t full = (uint64_t)cells * LEVELS;

	if (value > scale)
		value = scale;
	return (value * full + scale - 1) / scale;
}

static void graph_bar(struct canvas *canvas, struct rect bar, enum style style, int eighths)
{
	for (int y = bar.y + bar.h - 1; y >= bar.y && eighths > 0; y--, eighths -= LEVELS) {
		int level = eighths > LEVELS ? LEVELS : eighths;

		for (int x = bar.x; x < bar.x + bar.w; x++)
			canvas_put(canvas, x, y, 1, style, bars[canvas->ascii][level - 1]);
	}
}

void graph_put(struct canvas *canvas, struct rect area, enum style style, const uint32_t *list,
	unsigned int nr, uint32_t scale)
{
	struct rect bar = {0, area.y, 1, area.h};
	int shown = (int)nr < area.w ? (int)nr : area.w;

	if (shown <= 0 || !scale)
		return;
	bar.w = area.w / shown;
	for (int i = 0; i < shown; i++) {
		bar.x = area.x + area.w - (shown - i) * bar.w;
		graph_bar(canvas, bar, style, graph_eighths(list[nr - shown + i], scale, area.h));
	}
}

void graph_line(struct canvas *canvas, struct rect area, enum style style, const uint32_t *list,
	unsigned int nr, uint32_t scale, int line, int lines)
{
	struct rect bar = {0, area.y, 1, 1};
	int shown = (int)nr < area.w ? (int)nr : area.w;

	if (shown <= 0 || !scale)
		return;
	bar.w = area.w / shown;
	for (int i = 0; i < shown; i++) {
		int eighths = graph_eighths(list[(int)nr - shown + i], scale, lines);

		bar.x = area.x + i * bar.w;
		eighths -= line * LEVELS;
		graph_bar(canvas, bar, style, eighths > LEVELS ? LEVELS : eighths);
	}
}
