/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/paper.h"
#include "tui/state.h"
#include "base/buf.h"

#include <stdio.h>
#include <string.h>

#define TITLE_APART 10 /* height from which a blank line follows the title */
#define KEYS_CELLS  14 /* names of keys, of columns, marks */

static void keys_draw(struct paper *paper)
{
	struct buf text = {0};

	paper_title(paper, "Keys");
	for (const struct key *key = keys; key->name; key++) {
		buf_reset(&text);
		key_text(key, &text);
		paper_pair(paper, STYLE_VALUE, text.data, key->help);
	}
	buf_done(&text);
}

static void marks_draw(struct paper *paper)
{
	paper_title(paper, "Marks and cells");
	paper_pair(paper, STYLE_VALUE, "!", "it made memory writable and executable at once");
	paper_pair(paper, STYLE_VALUE, "m", "it made a call that PR_SET_MDWE would refuse");
	paper_pair(paper, STYLE_VALUE, "x", "exited");
	paper_pair(paper, STYLE_VALUE, "*", "in front of a row: tagged");
	paper_pair(paper, STYLE_VALUE, "-", "not known, which is not 0");
	paper_pair(paper, STYLE_VALUE, "+", "a name that goes on");
	paper_pair(paper, STYLE_VALUE, paper->canvas->ascii ? "+/" : "…/",
		"a path of which the front is left out");
	paper_pair(paper, STYLE_VALUE, "made", "a breach of W^X: memory was made executable");
	paper_pair(paper, STYLE_VALUE, "perhaps",
		"it was asked for; what memory was before is not known");
	paper_pair(paper, STYLE_VALUE, "EACCES", "or another error, or seccomp: it was refused");
	paper_pair(paper, STYLE_VALUE, "~", "behind a name: taken from the parent, not seen");
	paper_pair(paper, STYLE_VALUE, "HISTORY",
		"each row on its own scale; a full bar is 8 calls or more");
	paper_pair(paper, STYLE_VALUE, "###", "a number that needs more cells");
	paper_pair(paper, STYLE_VALUE, "12.3k 4.0M", "calls in powers of 1000, bytes of 1024");
}

static void columns_draw(struct paper *paper, const struct ui *ui)
{
	int nr;
	const struct column *const *list = ui_columns(ui, ui->layout.title.w, &nr);

	paper_title(paper, "Columns");
	for (int i = 0; i < nr; i++)
		paper_pair(paper, STYLE_VALUE, list[i]->header, list[i]->help);
}

static int last_line(const struct scroll *scroll)
{
	int end = scroll->top + scroll->page;

	return end < scroll->nr ? end : scroll->nr;
}

static void help_lines(struct paper *paper, const struct ui *ui)
{
	keys_draw(paper);
	marks_draw(paper);
	columns_draw(paper, ui);
}

void view_help_draw(struct ui *ui, const struct snapshot *snap, struct canvas *canvas)
{
	int above = canvas->height < TITLE_APART ? 1 : 2;
	struct paper paper = {
		.canvas = canvas, .area = {0, above, canvas->width, 0}, .indent = KEYS_CELLS};
	char title[96];

	help_lines(&paper, ui); /* none shows yet: it counts them */
	paper.area.h = canvas->height - above - 1;
	paper.top = ui_scrolled(ui, paper.line, paper.area.h);
	paper.line = 0;
	help_lines(&paper, ui);
	snprintf(title, sizeof(title), "mprottop %s  lines %d to %d of %d", snap->info->version,
		paper.top + 1, last_line(&ui->over_scroll), paper.line);
	canvas_put(canvas, 0, 0, canvas->width, STYLE_TITLE, title);
}
