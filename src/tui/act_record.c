/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/act.h"
#include "base/num.h"
#include "tui/state.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define SUFFIX ".dat"

/* A file of that name is a recording, so that nothing else takes it for its own. */
static unsigned int accept_record(struct ui *ui, const char *text, char *error, size_t size)
{
	size_t len = strlen(text), suffix = strlen(SUFFIX);
	bool has = len > suffix && !strcmp(text + len - suffix, SUFFIX);

	if (!len || strchr(text, '/')) {
		snprintf(error, size,
			"a name without a directory: the file is made where mprottop was started");
		return 0;
	}
	snprintf(ui->record, sizeof(ui->record), "%s%s", text, has ? "" : SUFFIX);
	return REACT_RECORD;
}

unsigned int act_record(struct ui *ui, const struct key *key)
{
	const struct snapshot *snap = ui->snap;
	time_t seconds = snap ? (time_t)num_i64_of_double(snap->time) : 0;
	char name[sizeof(ui->prompt.text)], date[32] = "";
	struct tm tm;

	(void)key;
	ui->record[0] = '\0';
	if (ui->replay) {
		ui_tell(ui, "this is a recording already");
		return REACT_REDRAW;
	}
	if (snap && snap->recorded)
		return REACT_RECORD;
	if (localtime_r(&seconds, &tm))
		strftime(date, sizeof(date), "%Y%m%d-%H%M%S", &tm);
	snprintf(
		name, sizeof(name), "mprottop-%.64s-%s" SUFFIX, snap ? snap->info->host : "", date);
	prompt_ask(&ui->prompt, "Record to: ", name, accept_record);
	snprintf(ui->prompt.more, sizeof(ui->prompt.more),
		"A name alone: the file is made in the directory that mprottop was started in.");
	return REACT_REDRAW;
}
