/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch.h"
#include "base/mem.h"
#include "base/text.h"
#include "events.h"

#include <stdlib.h>
#include <string.h>

#define BREACHES 512 /* kept */

struct watch {
	struct breaches *breaches;
	struct log *log; /* NULL: it was never wanted */
	bool listens;
	struct breach_line lines[SNAPSHOT_BREACHES];
};

static bool chosen(const struct monitor *m, const struct table_row *who)
{
	char comm[sizeof(who->comm)];

	text_clean(comm, sizeof(comm), who->comm, sizeof(who->comm));
	return view_takes(&m->view, who) && view_names(&m->view, comm);
}

void watch_call(struct monitor *m, const struct call *call)
{
	struct table_row who;

	if (!m->watch || !breach_may(call) || breach_of(call) == BREACH_NONE ||
		call->ts_ns < m->begin_ns)
		return;
	if (table_who(m->table, call, &who) && chosen(m, &who))
		breaches_add(m->watch->breaches, call, who.pid, who.comm);
}

static void tell_breaches(struct monitor *m)
{
	struct watch *watch = m->watch;
	struct snapshot *snap = &m->snap;
	size_t nr = breaches_nr(watch->breaches);

	if (nr > SNAPSHOT_BREACHES)
		nr = SNAPSHOT_BREACHES;
	breaches_name(watch->breaches, &m->names, nr);
	for (size_t i = 0; i < nr; i++) {
		const struct breach *breach = breaches_at(watch->breaches, i);
		struct breach_line *line = &watch->lines[i];

		line->breach = *breach;
		line->time = monitor_offset_s(m) + (double)breach->call.ts_ns / 1e9;
		text_clean(line->comm, sizeof(line->comm), breach->comm, sizeof(breach->comm));
	}
	snap->breaches = watch->lines;
	snap->nr_breaches = nr;
	snap->breaches_seen = breaches_seen(watch->breaches);
}

void watch_entry(struct monitor *m, const struct journal_entry *entry, double time)
{
	struct watch *watch = m->watch;

	if (!watch || !watch->log)
		return;
	if (!watch->listens)
		log_skip(watch->log, false);
	else if (!m->replay && ui_paused(m->ui))
		log_skip(watch->log, true);
	else
		log_add(watch->log, entry, time, &m->names);
}

bool watch_listens(const struct monitor *m)
{
	return m->watch && m->watch->listens;
}

/* What calls did to each mapping is kept only as long as somebody looks. */
static void listen(struct monitor *m, bool on)
{
	struct watch *watch = m->watch;

	watch->listens = on;
	if (on && !watch->log)
		watch->log = log_new(LOG_LIMIT);
	else if (on)
		log_skip(watch->log, false);
	if (on && !m->events)
		m->events = events_new(m);
	monitor_detail(m);
}

void watch_start(struct monitor *m)
{
	struct watch *watch = mem_new(1, sizeof(*watch));

	watch->breaches = breaches_new(BREACHES);
	m->watch = watch;
	/* else nobody knew why a program called while it started */
	m->why = true;
	if (m->replay)
		listen(m, true);
}

void watch_end(struct monitor *m)
{
	struct watch *watch = m->watch;

	m->watch = NULL;
	m->snap.log = NULL;
	m->snap.breaches = NULL;
	m->snap.nr_breaches = 0;
	if (!watch)
		return;
	breaches_free(watch->breaches);
	log_free(watch->log);
	free(watch);
}

void watch_tell(struct monitor *m)
{
	bool listens = m->view.want & VIEW_EVENTS || m->replay;

	if (m->watch && listens != m->watch->listens)
		listen(m, listens);
	if (m->view.want & VIEW_DETAIL)
		detail_name(&m->snap.detail, &m->names);
	m->snap.log = m->watch ? m->watch->log : NULL;
	if (m->watch && m->view.want & VIEW_WX)
		tell_breaches(m);
}
