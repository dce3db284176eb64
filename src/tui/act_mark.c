/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/act.h"
#include "base/fmt.h"
#include "tui/state.h"

#include <stdio.h>

static void tell_tags(struct ui *ui)
{
	char text[96], rate[FMT_SIZE], total[FMT_SIZE];
	uint64_t calls = 0;
	double per_s = 0;

	for (size_t i = 0; ui->snap && i < ui->snap->nr_rows; i++) {
		const struct row_id id = snapshot_id(ui->snap, i);
		const struct row *row;

		if (!tags_has(&ui->tags, &id))
			continue;
		row = snapshot_at(ui->snap, i);
		calls += row->t.total.calls;
		per_s += row->interval_s > 0 ? row->t.delta.calls / row->interval_s : 0;
	}
	snprintf(text, sizeof(text), "%d tagged: %s calls/s, %s calls together; U untags all",
		ui->tags.nr, fmt_rate(rate, per_s), fmt_count(total, calls));
	ui_tell(ui, text);
}

unsigned int act_tag(struct ui *ui, const struct key *key)
{
	const struct row *row = ui_row(ui);
	const struct row_id id = row ? row_id_of(row) : (struct row_id){0};

	(void)key;
	if (!row)
		return 0;
	if (tags_turn(&ui->tags, &id))
		tell_tags(ui);
	else
		ui_tell(ui, "too many rows are tagged; U untags all");
	ui_move(ui, 1);
	return REACT_REDRAW;
}

unsigned int act_untag(struct ui *ui, const struct key *key)
{
	(void)key;
	ui_tell(ui, ui->tags.nr ? "no row is tagged any more" : "no row is tagged");
	tags_done(&ui->tags);
	return REACT_REDRAW;
}

unsigned int act_follow(struct ui *ui, const struct key *key)
{
	const struct row *row = ui_row(ui);
	char text[96];

	(void)key;
	if (ui->cursor.follow) {
		cursor_to(&ui->cursor, ui->cursor.index);
		ui_tell(ui, "no row is followed any more");
		return REACT_REDRAW;
	}
	if (!row)
		return 0;
	cursor_follow(&ui->cursor);
	snprintf(text, sizeof(text), "the selection follows %.40s until it is moved",
		row->name ? row->name : row->comm);
	ui_tell(ui, text);
	return REACT_REDRAW;
}
