/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/num.h"
#include "tui/act.h"
#include "tui/state.h"

#include <stdio.h>
#include <string.h>

#define PLACE_MOST (1000000ULL * 3600 * 1000000000ULL)

static unsigned int jump(struct ui *ui)
{
	sieve_done(&ui->sieve); /* its log may begin anew */
	return REACT_JUMP;
}

static unsigned int jump_to(struct ui *ui, double place_s)
{
	ui->jump = (struct ui_jump){.placed = true, .place_s = place_s};
	return jump(ui);
}

static unsigned int refuse(struct ui *ui)
{
	ui_tell(ui, "this is live: only a recording (--read) goes back and forth");
	return REACT_REDRAW;
}

unsigned int act_step(struct ui *ui, const struct key *key)
{
	if (!ui->replay)
		return refuse(ui);
	ui->paused = true;
	ui->jump.step += key->step;
	return jump(ui);
}

unsigned int act_rewind(struct ui *ui, const struct key *key)
{
	(void)key;
	return ui->replay ? jump_to(ui, 0) : refuse(ui);
}

/* "90", "1m30s" or "1:30" */
static int parse_place(const char *text, double *out)
{
	const char *colon;
	double total = 0;
	uint64_t part;

	for (; (colon = strchr(text, ':')); text = colon + 1) {
		char digits[12] = "";

		if (colon - text >= (ptrdiff_t)sizeof(digits))
			return -1;
		memcpy(digits, text, (size_t)(colon - text));
		if (num_u64(digits, 0, 1000000, &part))
			return -1;
		total = 60 * (total + (double)part);
	}
	if (num_time(text, 0, PLACE_MOST, &part))
		return -1;
	*out = total + (double)part / 1e9;
	return 0;
}

static unsigned int accept_place(struct ui *ui, const char *text, char *error, size_t size)
{
	double place_s;

	if (!parse_place(text, &place_s))
		return jump_to(ui, place_s);
	snprintf(error, size, "a time since the start, as in 90, 1m or 1:30");
	return 0;
}

unsigned int act_place(struct ui *ui, const struct key *key)
{
	(void)key;
	if (!ui->replay)
		return refuse(ui);
	prompt_ask(&ui->prompt, "Go to: ", "", accept_place);
	ui->prompt.hint = "a time since the start, as in 90, 1m or 1:30";
	return REACT_REDRAW;
}
