/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/act.h"
#include "tui/state.h"

#include <assert.h>

static unsigned int show(struct ui *ui, const struct ui_screen *screen)
{
	ui_show(ui, screen);
	return REACT_FACTS | REACT_RETAKE;
}

unsigned int act_screen(struct ui *ui, const struct key *key)
{
	const struct ui_screen *screen = screens;

	while (screen->name && (uint32_t)screen->key != key->codes[0])
		screen++;
	assert(screen->name);
	return show(ui, screen);
}

static int screens_nr(void)
{
	int nr = 0;

	while (screens[nr].name)
		nr++;
	return nr;
}

unsigned int act_screen_step(struct ui *ui, const struct key *key)
{
	int nr = screens_nr();

	return show(ui, &screens[(ui->screen - screens + key->step + nr) % nr]);
}

static bool detail_of_line(struct ui *ui)
{
	const struct log_entry *entry = sieve_at(&ui->sieve, (size_t)ui->scroll.at);

	if (!entry)
		return false;
	ui->detail = (struct detail_id){entry->pid, entry->call.tid, DETAIL_ANY};
	return entry->kind == LOG_CALL;
}

static bool detail_of_row(struct ui *ui)
{
	const struct cursor *cursor = &ui->cursor;
	const struct row_id *id;

	if (cursor->index >= cursor->nr || ui->group)
		return false;
	id = &cursor->ids[cursor->index];
	ui->detail = (struct detail_id){id->pid, id->tid, id->start_ns};
	return true;
}

unsigned int act_detail(struct ui *ui, const struct key *key)
{
	bool found = false;

	(void)key;
	if (ui_lists(ui))
		found = detail_of_row(ui);
	else if (ui->screen->want & VIEW_EVENTS)
		found = detail_of_line(ui);
	if (!found) {
		ui_tell(ui, "a process has a detail: select its row or a call of it");
		return REACT_REDRAW;
	}
	ui->over = &screen_detail;
	ui->over_scroll = (struct scroll){0};
	return REACT_FACTS | REACT_RETAKE;
}

unsigned int act_screen_click(struct ui *ui, int x)
{
	for (int i = 0; i < ui->nr_tabs; i++)
		if (x >= ui->tabs[i].x && x < ui->tabs[i].x + ui->tabs[i].w)
			return show(ui, &screens[ui->tabs[i].code]);
	return 0;
}
