/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/act.h"
#include "tui/state.h"

#include <stdio.h>
#include <string.h>

/* "-a,b": all but these. */
static int columns_without(
	struct ui *ui, const char *list, const struct column **out, struct fault *fault)
{
	const struct column *gone[COLUMN_MAX];
	char plain[PROMPT_TEXT];
	int nr_gone, nr = 0;

	snprintf(plain, sizeof(plain), "%s", list);
	/* one may stand before each of them */
	for (char *c = strstr(plain, ",-"); c; c = strstr(c, ",-"))
		memmove(c + 1, c + 2, strlen(c + 1));
	nr_gone = column_list(plain, NULL, 0, gone, COLUMN_MAX, fault);

	if (nr_gone < 0)
		return nr_gone;
	for (int i = 0; i < ui->nr_columns; i++) {
		bool keep = true;

		for (int j = 0; j < nr_gone; j++)
			keep &= gone[j] != ui->columns[i];
		if (keep)
			out[nr++] = ui->columns[i];
	}
	return nr ? nr : fault_set(fault, 0, list, "keep one", "no column would be left");
}

/* What takes the rest of the line stays behind those that are added. */
static void columns_take(struct ui *ui, const struct column **out, int nr, bool added)
{
	int last = ui->nr_columns - 1;

	if (added && !out[last]->width) {
		const struct column *rest = out[last];

		memmove(out + last, out + last + 1, (nr - last - 1) * sizeof(*out));
		out[nr - 1] = rest;
	}
	memcpy(ui->columns, out, nr * sizeof(*out));
	ui->nr_columns = nr;
	ui->chosen = true;
}

void ui_own_columns(struct ui *ui)
{
	int nr;

	memmove(ui->columns, ui_columns(ui, ui->layout.title.w, &nr), sizeof(ui->columns));
	ui->nr_columns = nr;
	ui->nr_wide = 0;
}

static unsigned int accept_columns(struct ui *ui, const char *text, char *error, size_t size)
{
	const struct column *out[COLUMN_MAX];
	struct fault fault = {0};
	int nr;

	ui_own_columns(ui);
	if (text[0] == '-')
		nr = columns_without(ui, text + 1, out, &fault);
	else
		nr = column_list(text, ui->columns, ui->nr_columns, out, COLUMN_MAX, &fault);
	if (nr < 0) {
		snprintf(error, size, "%.24s: %s", fault.object[0] ? fault.object : fault.what,
			fault.remedy);
		return 0;
	}
	columns_take(ui, out, nr, text[0] == '+');
	return REACT_FACTS | REACT_RETAKE;
}

void ui_ask_columns(struct ui *ui)
{
	prompt_ask(&ui->prompt, "Columns: ", "", accept_columns);
	ui->prompt.hint = "NAME,NAME   +NAME adds   -NAME takes away";
}
