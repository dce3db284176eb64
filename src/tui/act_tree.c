/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/act.h"
#include "tui/state.h"

unsigned int act_tree(struct ui *ui, const struct key *key)
{
	(void)key;
	if (ui->threads || ui->group) {
		ui_tell(ui, "only rows of processes form a tree");
		return REACT_REDRAW;
	}
	ui->tree = !ui->tree;
	ui_tell(ui, ui->tree ? "children below their parents; - folds what is below a row"
			     : "rows by their order alone");
	return REACT_RETAKE;
}

/* Whether a row has others below it, shown or folded. */
static bool has_below(const struct snapshot *snap, const struct row *row)
{
	if (row->leaf.nr)
		return true;
	for (size_t i = 0; i < snap->nr_rows; i++)
		if (snapshot_leaf(snap, i).up == row->leaf.id)
			return true;
	return false;
}

unsigned int act_fold(struct ui *ui, const struct key *key)
{
	const struct row *row = ui_row(ui);
	struct row_id id;
	bool fold = key->step < 0;

	if (!ui->tree || !row || !has_below(ui->snap, row)) {
		ui_tell(ui, !ui->tree ? "t shows the tree" : "nothing is below this row");
		return REACT_REDRAW;
	}
	id = row_id_of(row);
	if (tags_has(&ui->folded, &id) == fold)
		return 0;
	if (!tags_turn(&ui->folded, &id))
		ui_tell(ui, "too many rows are folded");
	cursor_to(&ui->cursor, ui->cursor.index);
	return REACT_RETAKE;
}
