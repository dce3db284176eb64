/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which facts the screen needs now, and which it could ever need. */
#include "model/event.h"
#include "model/group.h"
#include "tui/state.h"
#include "tui/ui.h"

uint32_t ui_facts(const struct ui *ui)
{
	return column_facts(ui->columns, ui->nr_columns) | fact_masks(ui->sort->facts) |
	       filter_facts(ui->choice.where) | (ui->group ? fact_masks(ui->group->facts) : 0) |
	       fact_masks(ui->screen->facts) | (ui->over ? fact_masks(ui->over->facts) : 0);
}

uint32_t ui_facts_ever(void)
{
	uint32_t mask = fact_masks(screen_detail.facts) | fact_masks(screen_help.facts);

	for (const struct ui_screen *s = screens; s->name; s++)
		mask |= fact_masks(s->facts);
	for (const struct column *c = columns; c->id; c++)
		mask |= fact_masks(c->facts);
	for (const struct group_kind *g = group_kinds; g->name; g++)
		mask |= fact_masks(g->facts);
	return mask;
}
