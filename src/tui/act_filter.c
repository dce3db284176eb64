/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/act.h"
#include "model/call_column.h"
#include "tui/state.h"

#include <stdio.h>

#define EVERYBODY UINT64_MAX

static unsigned int change_text(struct ui *ui, const char *text)
{
	choice_text(&ui->choice, text);
	return REACT_RETAKE;
}

static unsigned int accept_text(struct ui *ui, const char *text, char *error, size_t size)
{
	(void)error;
	(void)size;
	return change_text(ui, text);
}

unsigned int act_filter(struct ui *ui, const struct key *key)
{
	(void)key;
	prompt_ask(&ui->prompt, "Filter: ", ui->choice.text, accept_text);
	ui->prompt.change = change_text;
	ui->prompt.hint = "commands that hold this   Enter: keep   Esc: as before";
	return REACT_REDRAW;
}

static unsigned int refuse(const struct fault *fault, char *error, size_t size)
{
	snprintf(error, size, "%s; %s", fault->what, fault->remedy);
	return 0;
}

static unsigned int accept_where(struct ui *ui, const char *text, char *error, size_t size)
{
	struct fault fault = {0};

	if (choice_where(&ui->choice, text, &fault) < 0)
		return refuse(&fault, error, size);
	return REACT_FACTS | REACT_RETAKE;
}

static unsigned int accept_calls(struct ui *ui, const char *text, char *error, size_t size)
{
	struct fault fault = {0};

	if (choice_calls(&ui->choice, text, &fault) < 0)
		return refuse(&fault, error, size);
	return REACT_RETAKE;
}

/* What calls can be asked about. */
static void keys_tell(struct prompt *prompt)
{
	size_t len = 0;

	for (const struct column *c = call_columns; c->id && len < sizeof(prompt->more); c++)
		len += (size_t)snprintf(prompt->more + len, sizeof(prompt->more) - len, "%s %s",
			len ? "" : "keys:", c->id);
}

/* What rows can be asked about: what shows, and more. */
static void columns_tell(struct prompt *prompt, const struct ui *ui)
{
	size_t len = 0;

	for (int i = 0; i < ui->layout.nr_columns && len < sizeof(prompt->more); i++)
		len += (size_t)snprintf(prompt->more + len, sizeof(prompt->more) - len, "%s %s",
			len ? "" : "columns:", ui->layout.columns[i].column->id);
	if (len < sizeof(prompt->more))
		snprintf(prompt->more + len, sizeof(prompt->more) - len,
			", and those that F2 names");
}

static unsigned int ask_calls(struct ui *ui)
{
	const struct filter *calls = ui->choice.calls;

	prompt_ask(&ui->prompt, "Calls where: ", calls ? filter_text(calls) : "", accept_calls);
	ui->prompt.hint = "call expression, e.g. kinds has w>x";
	keys_tell(&ui->prompt);
	return REACT_REDRAW;
}

unsigned int act_where(struct ui *ui, const struct key *key)
{
	const struct filter *where = ui->choice.where;

	(void)key;
	if (ui->screen->calls)
		return ask_calls(ui);
	prompt_ask(&ui->prompt, "Rows where: ", where ? filter_text(where) : "", accept_where);
	ui->prompt.hint = "as in calls_per_s > 100 & ask_x > 0";
	columns_tell(&ui->prompt, ui);
	return REACT_REDRAW;
}

static unsigned int accept_user(struct ui *ui, const struct menu_item *item)
{
	if (item->id == EVERYBODY)
		choice_no_user(&ui->choice);
	else
		choice_user(&ui->choice, (uint32_t)item->id, item->text, false);
	return REACT_RETAKE;
}

unsigned int act_user(struct ui *ui, const struct key *key)
{
	const struct snapshot *snap = ui->snap;
	const struct choice *choice = &ui->choice;

	(void)key;
	menu_open(&ui->menu, "User", accept_user);
	menu_add(&ui->menu, EVERYBODY, "all users", false);
	for (unsigned int i = 0; snap && i < snap->nr_users; i++)
		menu_add(&ui->menu, snap->users[i].uid, snap->users[i].name,
			choice->user && choice->uid == snap->users[i].uid);
	return REACT_REDRAW;
}

unsigned int act_unfilter(struct ui *ui, const struct key *key)
{
	const char *text = choice_any(&ui->choice) ? "all filters are off" : "no filter is on";
	char more[160];

	(void)key;
	snprintf(more, sizeof(more), "%s%s%s", text,
		ui->scope[0] ? "; the command line chose " : "", ui->scope);
	ui_tell(ui, more);
	choice_clear(&ui->choice);
	return REACT_RETAKE;
}
