/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keepsake.h"
#include "base/mem.h"
#include "base/text.h"
#include "request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void tell_doubt(struct monitor *m, const struct settings_doubt *doubt)
{
	struct fault *fault = &m->settings_fault;

	if (doubt->nr)
		fault_set(fault, 0, m->config->settings, "W saves it anew",
			"%u line%s not understood, the first is line %u: %s", doubt->nr,
			doubt->nr == 1 ? "" : "s", doubt->line, doubt->text);
}

/* A file may be larger; what is behind is not looked at. */
static void read_all(struct monitor *m, int fd)
{
	char *text = mem_new(SETTINGS_MOST, 1);
	struct settings_doubt doubt;
	size_t len = 0;
	ssize_t n;

	while (len < SETTINGS_MOST && (n = read(fd, text + len, SETTINGS_MOST - len)) > 0)
		len += (size_t)n;
	settings_parse(&m->settings, text, len, &doubt);
	tell_doubt(m, &doubt);
	free(text);
}

void keepsake_read(struct monitor *m, struct ui_config *ui)
{
	const struct options *o = m->config->options;
	int fd = m->config->settings_fd;

	m->settings_fault = m->config->settings_fault;
	ui->delay_s = o->delay_given ? ui->delay_s : 0;
	if (fd >= 0) {
		read_all(m, fd);
		settings_apply(&m->settings, ui);
		/* what NO_COLOR says goes first too */
		if (!strcmp(o->color, "auto"))
			ui->color &= m->settings.color != 0;
	}
	if (ui->delay_s <= 0)
		ui->delay_s = (double)o->delay_ns / 1e9;
}

void keepsake_begin(struct monitor *m)
{
	char text[600];

	if (m->settings_fault.what[0]) {
		fault_text(&m->settings_fault, text, sizeof(text));
		text_clean(text, sizeof(text), text, sizeof(text));
		ui_tell(m->ui, text);
	}
	ui_view(m->ui, &m->view);
	if (m->view.threads)
		table_threads(m->table, 0);
	request_facts(m, ui_facts(m->ui));
}

void keepsake_save(struct monitor *m)
{
	struct settings now;
	struct buf text = {0};

	settings_of(m->ui, &now);
	settings_write(&now, &text);
	if (m->tracer_gone || text.len > MSG_SETTINGS ||
		msg_try_send(m->sock, MSG_SAVE, text.data, text.len, NULL, 0))
		ui_tell(m->ui, "the settings cannot be saved now");
	buf_done(&text);
}

void keepsake_saved(struct monitor *m, const struct msg_done *done)
{
	char text[600];

	if (done->status)
		fault_text(&done->fault, text, sizeof(text));
	else
		snprintf(text, sizeof(text), "saved in %.500s", m->config->settings);
	text_clean(text, sizeof(text), text, sizeof(text));
	ui_tell(m->ui, text);
	monitor_draw(m);
}
