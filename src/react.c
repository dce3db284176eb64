/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "react.h"
#include "keepsake.h"
#include "record.h"
#include "request.h"
#include "tui/screen.h"

void react_to(struct monitor *m, unsigned int react)
{
	if (react & REACT_THREADS && m->view.threads)
		table_threads(m->table, monitor_now_ns(m));
	if (react & REACT_ZERO) {
		table_zero(m->table);
		m->zero_ns = m->snap.totals.closed_ns;
	}
	if (react & REACT_RECORD)
		record_key(m, ui_record(m->ui));
	if (react & REACT_SAVE)
		keepsake_save(m);
	if (react & REACT_COLOR && screen_color(ui_color(m->ui)) != ui_color(m->ui))
		ui_no_color(m->ui);
	if (react & REACT_FACTS)
		request_facts(m, ui_facts(m->ui));
}

void react_draw(struct monitor *m, unsigned int react)
{
	if (react & (REACT_RETAKE | REACT_KEEP | REACT_PAUSE))
		monitor_retake(m);
	else if (react & REACT_RESORT)
		monitor_resort(m);
	else if (react)
		monitor_draw(m);
}
