/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/menu.h"
#include "base/mem.h"
#include "tui/ui.h"

#include <stdio.h>
#include <stdlib.h>

#define WHEEL_LINES 3

void menu_open(struct menu *menu, const char *title, menu_accept accept)
{
	menu->accept = accept;
	menu->title = title;
	menu->stays = false;
	menu->turn = NULL;
	menu->nr = menu->at = menu->top = 0;
	menu->area = (struct rect){0};
}

void menu_add(struct menu *menu, uint64_t id, const char *text, bool chosen)
{
	struct menu_item *item;

	if (menu->nr == menu->cap) {
		menu->cap = menu->cap ? 2 * menu->cap : 16;
		menu->items = mem_resize(menu->items, menu->cap, sizeof(*menu->items));
	}
	if (chosen)
		menu->at = menu->nr;
	item = &menu->items[menu->nr++];
	item->id = id;
	snprintf(item->text, sizeof(item->text), "%s", text);
}

void menu_close(struct menu *menu)
{
	menu->accept = NULL;
}

/* Closed before, as taking one may open another. */
static unsigned int menu_take(struct menu *menu, struct ui *ui)
{
	menu_accept accept = menu->accept;
	struct menu_item item;

	if (!menu->stays)
		menu_close(menu);
	if (!menu->nr)
		return REACT_REDRAW;
	item = menu->items[menu->at];
	return accept(ui, &item) | REACT_REDRAW;
}

static unsigned int menu_turn(const struct menu *menu, struct ui *ui, int step)
{
	struct menu_item item;

	if (!menu->turn || !menu->nr)
		return 0;
	item = menu->items[menu->at];
	return menu->turn(ui, &item, step) | REACT_REDRAW;
}

static void menu_move(struct menu *menu, int lines)
{
	menu->at += lines;
	if (menu->at >= menu->nr)
		menu->at = menu->nr - 1;
	if (menu->at < 0)
		menu->at = 0;
}

static unsigned int menu_click(struct menu *menu, struct ui *ui, const struct key_press *press)
{
	const struct rect *area = &menu->area;
	int at = menu->top + press->y - area->y;

	if (press->x >= area->x + area->w || press->y < area->y || press->y >= area->y + area->h ||
		at >= menu->nr) {
		menu_close(menu);
		return REACT_REDRAW;
	}
	menu->at = at;
	return menu_take(menu, ui);
}

unsigned int menu_key(struct menu *menu, struct ui *ui, const struct key_press *press)
{
	int page = menu->area.h > 1 ? menu->area.h : 1;

	switch (press->code) {
	case PRESS_ENTER:
		return menu_take(menu, ui);
	case '<':
	case PRESS_LEFT:
		return menu_turn(menu, ui, -1);
	case '>':
	case PRESS_RIGHT:
		return menu_turn(menu, ui, 1);
	case ' ':
		return menu->stays ? menu_take(menu, ui) : 0;
	case PRESS_ESC:
	case PRESS_BACKSPACE:
	case PRESS_F10:
	case 'q':
		menu_close(menu);
		break;
	case PRESS_CLICK:
		return menu_click(menu, ui, press);
	case PRESS_UP:
	case 'k':
		menu_move(menu, -1);
		break;
	case PRESS_DOWN:
	case 'j':
		menu_move(menu, 1);
		break;
	case PRESS_WHEEL_UP:
		menu_move(menu, -WHEEL_LINES);
		break;
	case PRESS_WHEEL_DOWN:
		menu_move(menu, WHEEL_LINES);
		break;
	case PRESS_PAGE_UP:
		menu_move(menu, -page);
		break;
	case PRESS_PAGE_DOWN:
		menu_move(menu, page);
		break;
	case PRESS_HOME:
		menu_move(menu, -menu->nr);
		break;
	case PRESS_END:
		menu_move(menu, menu->nr);
		break;
	case PRESS_CTRL('l'):
		return REACT_REPAINT;
	default:
		return 0;
	}
	return REACT_REDRAW;
}

static int menu_width(const struct menu *menu, const struct canvas *canvas)
{
	int width = canvas_text_width(canvas, menu->title);

	for (int i = 0; i < menu->nr; i++) {
		int item = canvas_text_width(canvas, menu->items[i].text);

		if (item > width)
			width = item;
	}
	return width + 2;
}

/* What lies behind the menu is cut: it must not read as if it went on. */
static void edge_draw(struct canvas *canvas, int x, struct rect area)
{
	for (int y = area.y; x < area.x + area.w && y < area.y + area.h; y++)
		canvas_put(canvas, x, y, 1, STYLE_DIM, canvas->ascii ? "|" : "│");
}

void menu_draw(struct menu *menu, struct canvas *canvas, struct rect area)
{
	int width = menu_width(menu, canvas);

	edge_draw(canvas, area.x + width, area);
	if (width < area.w)
		area.w = width;
	canvas_fill(canvas, (struct rect){area.x, area.y, area.w, 1}, STYLE_HEADER);
	canvas_put(canvas, area.x + 1, area.y, area.w - 1, STYLE_HEADER, menu->title);
	area.y++;
	area.h--;
	canvas_fill(canvas, area, STYLE_NORMAL);
	/* the chosen one stays in view, and no line is empty while items are left above */
	if (menu->top < menu->at - area.h + 1)
		menu->top = menu->at - area.h + 1;
	if (menu->top > menu->at)
		menu->top = menu->at;
	if (menu->top > menu->nr - area.h)
		menu->top = menu->nr > area.h ? menu->nr - area.h : 0;
	menu->area = area;
	for (int i = 0; i < area.h && menu->top + i < menu->nr; i++) {
		bool at = menu->top + i == menu->at;
		enum style style = at ? STYLE_SELECTED : STYLE_NORMAL;

		canvas_fill(canvas, (struct rect){area.x, area.y + i, area.w, 1}, style);
		canvas_put(canvas, area.x + 1, area.y + i, area.w - 1, style,
			menu->items[menu->top + i].text);
	}
}

void menu_done(struct menu *menu)
{
	free(menu->items);
	*menu = (struct menu){0};
}
