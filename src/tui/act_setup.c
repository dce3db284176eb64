/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/act.h"
#include "model/count_mode.h"
#include "model/group.h"
#include "tui/state.h"

#include <stdio.h>
#include <string.h>

#define BY_NAME UINT64_MAX
#define SETTING 1000 /* the first id of what a key does too */

/* What a key does is done here by the same action; with how it is now. */
struct setup {
	uint32_t code;
	const char *text;
	const char *(*now)(const struct ui *ui, char out[FMT_SIZE]);
};

static const char *yes(bool on)
{
	return on ? "[x]" : "[ ]";
}

static const char *now_idle(const struct ui *ui, char out[FMT_SIZE])
{
	(void)out;
	return yes(ui->idle);
}

static const char *now_threads(const struct ui *ui, char out[FMT_SIZE])
{
	(void)out;
	return yes(ui->threads);
}

static const char *now_tree(const struct ui *ui, char out[FMT_SIZE])
{
	(void)out;
	return yes(ui->tree);
}

static const char *now_cmdline(const struct ui *ui, char out[FMT_SIZE])
{
	(void)out;
	return yes(ui->cmdline);
}

static const char *now_color(const struct ui *ui, char out[FMT_SIZE])
{
	(void)out;
	return yes(ui->color);
}

static const char *now_count(const struct ui *ui, char out[FMT_SIZE])
{
	(void)out;
	return ui->mode->name;
}

static const char *now_group(const struct ui *ui, char out[FMT_SIZE])
{
	(void)out;
	return (ui->group ? ui->group : group_kinds)->name;
}

static const char *now_exited(const struct ui *ui, char out[FMT_SIZE])
{
	(void)out;
	return ui->keep->id;
}

static const char *now_delay(const struct ui *ui, char out[FMT_SIZE])
{
	return ui_delay_text(ui, out);
}

static const struct setup setups[] = {
	{'i', "rows without calls too", now_idle},
	{'t', "tree", now_tree},
	{'c', "command lines", now_cmdline},
	{'H', "a row a thread", now_threads},
	{'z', "colours", now_color},
	{'g', "a row is a", now_group},
	{'a', "columns count", now_count},
	{'x', "exited rows stay", now_exited},
	{'d', "seconds between updates", now_delay},
	{'W', "save all this for the next start", NULL},
	{0},
};

static void add_setups(struct ui *ui)
{
	char text[96], now[FMT_SIZE];

	menu_add(&ui->menu, BY_NAME, "columns by their names", false);
	for (const struct setup *s = setups; s->code; s++) {
		const char *is = s->now ? s->now(ui, now) : "";

		if (is[0] == '[')
			snprintf(text, sizeof(text), "%s %s", is, s->text);
		else
			snprintf(text, sizeof(text), "    %s %s", s->text, is);
		menu_add(&ui->menu, SETTING + s->code, text, false);
	}
}

static int place_of(const struct ui *ui, const struct column *column, int *nr)
{
	const struct column *const *list = ui_columns(ui, ui->layout.title.w, nr);
	int at = *nr - 1;

	while (at >= 0 && list[at] != column)
		at--;
	return at;
}

static void add_column(struct ui *ui, const struct column *column, bool on)
{
	char text[96];

	snprintf(text, sizeof(text), "%s %-10s %s", yes(on), column->header, column->help);
	menu_add(&ui->menu, (uint64_t)(column - columns), text, false);
}

/* Those that show come first, in their order. */
static void add_columns(struct ui *ui)
{
	int nr;
	const struct column *const *list = ui_columns(ui, ui->layout.title.w, &nr);

	for (int i = 0; i < nr; i++)
		add_column(ui, list[i], true);
	for (const struct column *c = columns; c->id; c++)
		if (place_of(ui, c, &nr) < 0 && (ui->threads || !c->threads))
			add_column(ui, c, false);
}

static unsigned int take_setup(struct ui *ui, const struct menu_item *item);
static unsigned int turn_column(struct ui *ui, const struct menu_item *item, int step);

/* Stands at the item with that id, wherever it is now. */
static void setup_fill(struct ui *ui, uint64_t id)
{
	int top = ui->menu.top, at = ui->menu.at;

	menu_open(&ui->menu, "Setup: Space on, off   < > left, right", take_setup);
	ui->menu.stays = true;
	ui->menu.turn = turn_column;
	add_setups(ui);
	add_columns(ui);
	ui->menu.top = top;
	ui->menu.at = at < ui->menu.nr ? at : ui->menu.nr - 1;
	for (int i = 0; i < ui->menu.nr; i++)
		if (ui->menu.items[i].id == id)
			ui->menu.at = i;
}

static unsigned int turn_on_off(struct ui *ui, const struct column *column)
{
	int nr, at;

	ui_own_columns(ui);
	at = place_of(ui, column, &nr);
	if (at >= 0 && nr == 1) {
		ui_tell(ui, "one column has to stay");
		return REACT_REDRAW;
	}
	if (at >= 0) {
		memmove(ui->columns + at, ui->columns + at + 1,
			(size_t)(nr - at - 1) * sizeof(*ui->columns));
		ui->nr_columns--;
	} else if (nr < COLUMN_MAX) {
		/* what takes the rest of the line stays last */
		at = ui->columns[nr - 1]->width || !column->width ? nr : nr - 1;
		memmove(ui->columns + at + 1, ui->columns + at,
			(size_t)(nr - at) * sizeof(*ui->columns));
		ui->columns[at] = column;
		ui->nr_columns++;
	}
	ui->chosen = true;
	return REACT_FACTS | REACT_RETAKE;
}

static unsigned int take_setup(struct ui *ui, const struct menu_item *item)
{
	unsigned int react;

	if (item->id == BY_NAME) {
		menu_close(&ui->menu);
		ui_ask_columns(ui);
		return REACT_REDRAW;
	}
	if (item->id < SETTING) {
		react = turn_on_off(ui, &columns[item->id]);
	} else {
		const struct key *key = key_find((uint32_t)(item->id - SETTING));

		react = key->act(ui, key);
	}
	/* it may have asked something */
	if (ui->prompt.accept)
		menu_close(&ui->menu);
	else
		setup_fill(ui, item->id);
	return react;
}

static unsigned int turn_column(struct ui *ui, const struct menu_item *item, int step)
{
	const struct column *column;
	int nr, at;

	if (item->id >= SETTING)
		return 0;
	column = &columns[item->id];
	if (place_of(ui, column, &nr) < 0)
		return 0;
	ui_own_columns(ui);
	at = place_of(ui, column, &nr);
	if (at + step < 0 || at + step >= nr)
		return 0;
	ui->columns[at] = ui->columns[at + step];
	ui->columns[at + step] = column;
	setup_fill(ui, item->id);
	return REACT_REDRAW;
}

unsigned int act_setup(struct ui *ui, const struct key *key)
{
	(void)key;
	ui->menu.at = ui->menu.top = 0;
	setup_fill(ui, BY_NAME);
	return REACT_REDRAW;
}
