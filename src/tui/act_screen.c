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

unsigned int act_screen_click(struct ui *ui, int x)
{
	for (int i = 0; i < ui->nr_tabs; i++)
		if (x >= ui->tabs[i].x && x < ui->tabs[i].x + ui->tabs[i].w)
			return show(ui, &screens[ui->tabs[i].code]);
	return 0;
}
