/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/act.h"
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

static unsigned int accept_where(struct ui *ui, const char *text, char *error, size_t size)
{
	struct fault fault = {0};

	if (choice_where(&ui->choice, text, &fault) < 0) {
		snprintf(error, size, "%s; %s", fault.what, fault.remedy);
		return 0;
	}
	return REACT_FACTS | REACT_RETAKE;
}

unsigned int act_where(struct ui *ui, const struct key *key)
{
	const struct filter *where = ui->choice.where;

	(void)key;
	prompt_ask(&ui->prompt, "Rows where: ", where ? filter_text(where) : "", accept_where);
	ui->prompt.hint = "as in calls_per_s > 100 & ask_x > 0";
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
	(void)key;
	ui_tell(ui, choice_any(&ui->choice) ? "all filters are off" : "no filter is on");
	choice_done(&ui->choice);
	return REACT_RETAKE;
}
