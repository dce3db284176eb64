/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/act.h"
#include "base/num.h"
#include "model/count_mode.h"
#include "model/group.h"
#include "tui/state.h"

#include <stdio.h>

#define DELAY_MIN_NS 100000000ULL
#define DELAY_MAX_NS 3600000000000ULL

unsigned int act_pause(struct ui *ui, const struct key *key)
{
	(void)key;
	ui->paused = !ui->paused;
	ui_tell(ui, !ui->paused  ? ""
		    : ui->replay ? "paused: ] and [ go by an update, p goes on"
				 : "paused: counting goes on, the screen stands still");
	return REACT_PAUSE | REACT_REDRAW;
}

unsigned int act_idle(struct ui *ui, const struct key *key)
{
	(void)key;
	ui->idle = !ui->idle;
	ui_tell(ui, ui->idle ? "rows without calls too" : "only rows with calls in their history");
	return REACT_RETAKE;
}

unsigned int act_cmdline(struct ui *ui, const struct key *key)
{
	(void)key;
	if (ui->threads) {
		ui_tell(ui, "only a process has a command line");
		return REACT_REDRAW;
	}
	ui_names(ui, !ui->cmdline);
	return REACT_FACTS | REACT_RETAKE;
}

/* What was selected is in another row now, or is none. */
unsigned int act_group(struct ui *ui, const struct key *key)
{
	char text[64];

	(void)key;
	if (ui->threads) {
		ui_tell(ui, "only processes have groups");
		return REACT_REDRAW;
	}
	ui->group = ui->group ? ui->group + 1 : group_kinds + 1;
	if (!ui->group->name)
		ui->group = NULL;
	ui->tree &= !ui->group;
	snprintf(text, sizeof(text), "a row a %s", (ui->group ? ui->group : group_kinds)->name);
	ui_tell(ui, text);
	cursor_home(&ui->cursor);
	return REACT_FACTS | REACT_RETAKE;
}

unsigned int act_exited(struct ui *ui, const struct key *key)
{
	(void)key;
	ui->keep++;
	if (!ui->keep->text)
		ui->keep = keeps;
	ui_tell(ui, ui->keep->text);
	return REACT_KEEP | REACT_RETAKE;
}

static unsigned int accept_delay(struct ui *ui, const char *text, char *error, size_t size)
{
	uint64_t ns;

	if (num_time(text, DELAY_MIN_NS, DELAY_MAX_NS, &ns) < 0) {
		snprintf(error, size, "not a time of 0.1 to 3600 s, such as 0.5, 500ms or 2s");
		return 0;
	}
	ui->delay_s = ns / 1e9;
	return REACT_DELAY;
}

unsigned int act_delay(struct ui *ui, const struct key *key)
{
	char now[FMT_SIZE];

	(void)key;
	ui_delay_text(ui, now);
	prompt_ask(&ui->prompt, "Delay: ", now, accept_delay);
	return REACT_REDRAW;
}

unsigned int act_count(struct ui *ui, const struct key *key)
{
	char text[64];

	(void)key;
	ui->mode++;
	if (!ui->mode->id)
		ui->mode = count_modes;
	snprintf(text, sizeof(text), "columns that count: %s", ui->mode->name);
	ui_tell(ui, text);
	return REACT_RETAKE;
}

/* A thread has neither a group nor a command line. */
unsigned int act_threads(struct ui *ui, const struct key *key)
{
	(void)key;
	ui->threads = !ui->threads;
	if (ui->threads) {
		ui->tree = false;
		ui->group = NULL;
		ui_names(ui, false);
	}
	ui_thread_columns(ui);
	ui_tell(ui, ui->threads ? "a row a thread" : "a row a process");
	cursor_home(&ui->cursor);
	return REACT_THREADS | REACT_FACTS | REACT_RETAKE;
}

unsigned int act_save(struct ui *ui, const struct key *key)
{
	(void)ui;
	(void)key;
	return REACT_SAVE;
}

static unsigned int accept_zero(struct ui *ui, const char *text, char *error, size_t size)
{
	(void)text;
	(void)error;
	(void)size;
	ui_tell(ui, "all counts begin anew; what was lost stays told");
	return REACT_ZERO | REACT_RETAKE;
}

unsigned int act_zero(struct ui *ui, const struct key *key)
{
	(void)key;
	prompt_ask(&ui->prompt, "Zero all counters? ", "", accept_zero);
	ui->prompt.once = true;
	ui->prompt.hint = "y: yes   any other key: no";
	return REACT_REDRAW;
}
