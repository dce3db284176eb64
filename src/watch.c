/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch.h"
#include "base/mem.h"
#include "base/text.h"
#include "events.h"
#include "model/call_column.h"

#include <stdlib.h>
#include <string.h>

#define BREACHES 512 /* kept */

struct watch {
	struct breaches *breaches;
	struct log *log; /* NULL: it was never wanted */
	bool listens;
	bool cut;            /* some are left out of it, by this choice: */
	unsigned int choice; /* as of the view */
	struct breach_line lines[SNAPSHOT_BREACHES];
};

void watch_call(struct monitor *m, const struct call *call)
{
	struct table_row who;

	if (!m->watch || !breach_may(call) || breach_of(call) == BREACH_NONE ||
		call->ts_ns < m->begin_ns)
		return;
	if (table_who(m->table, call, &who) && view_runs(&m->view, &who))
		breaches_add(m->watch->breaches, call, who.pid, who.comm);
}

static int by_pid(const void *a, const void *b)
{
	uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;

	return (one > other) - (one < other);
}

/* Those of the rows that are there and have breaches, sorted: how many. */
static size_t pids_of_rows(const struct monitor *m, uint32_t pids[BREACHES])
{
	const struct breaches *breaches = m->watch->breaches;
	size_t kept = breaches_nr(breaches), nr = 0, nr_there = 0;
	bool there[BREACHES] = {false};

	for (size_t i = 0; i < kept; i++)
		pids[i] = breaches_at(breaches, i)->pid;
	qsort(pids, kept, sizeof(*pids), by_pid);
	for (size_t i = 0; i < kept; i++)
		if (!nr || pids[nr - 1] != pids[i])
			pids[nr++] = pids[i];
	for (size_t i = 0; i < m->snap.nr_rows; i++) {
		uint32_t pid = snapshot_id(&m->snap, i).pid;
		uint32_t *found = bsearch(&pid, pids, nr, sizeof(*pids), by_pid);

		if (found)
			there[found - pids] = true;
	}
	for (size_t i = 0; i < nr; i++)
		if (there[i])
			pids[nr_there++] = pids[i];
	return nr_there;
}

/* What is asked of rows can only be told of those that are there. */
static bool asks_rows(const struct view *view)
{
	return (view->where || view->user) && !view->group;
}

static void tell_breaches(struct monitor *m)
{
	struct watch *watch = m->watch;
	struct snapshot *snap = &m->snap;
	size_t kept = breaches_nr(watch->breaches), nr_pids = 0, nr = 0;
	bool by_row = asks_rows(&m->view);
	uint32_t pids[BREACHES];

	if (by_row)
		nr_pids = pids_of_rows(m, pids);
	for (size_t i = 0; i < kept && nr < SNAPSHOT_BREACHES; i++) {
		const struct breach *breach = breaches_at(watch->breaches, i);
		struct breach_line *line = &watch->lines[nr];

		text_clean(line->comm, sizeof(line->comm), breach->comm, sizeof(breach->comm));
		if (!view_names(&m->view, line->comm) ||
			(by_row && !bsearch(&breach->pid, pids, nr_pids, sizeof(*pids), by_pid)))
			continue;
		breaches_name(watch->breaches, &m->names, i);
		line->breach = *breach;
		line->time = daytime_s(monitor_daytime(m), breach->call.ts_ns);
		nr++;
	}
	snap->breaches = watch->lines;
	snap->nr_breaches = nr;
	snap->breaches_seen = breaches_seen(watch->breaches);
}

static bool takes(const struct monitor *m, const struct journal_entry *entry)
{
	struct call_row call;

	if (entry->lost || view_all_calls(&m->view))
		return true;
	call_row_fill(&call, entry, &m->names, m->info.machine);
	return view_takes_call(&m->view, entry->uid, &call);
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
	/* what is not chosen does not drive out what is */
	else if (log_full(watch->log) && !takes(m, entry))
		watch->cut = true;
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

/* Other calls than before show now, of which some are missing. */
static void choose(struct monitor *m)
{
	struct watch *watch = m->watch;

	if (m->view.choice == watch->choice)
		return;
	if (watch->cut)
		log_cut(watch->log, monitor_wall_s(m));
	watch->cut = false;
	watch->choice = m->view.choice;
}

void watch_tell(struct monitor *m)
{
	bool listens = m->view.want & VIEW_EVENTS || m->replay;

	if (m->watch)
		choose(m);
	if (m->watch && listens != m->watch->listens)
		listen(m, listens);
	if (m->view.want & VIEW_DETAIL)
		detail_name(&m->snap.detail, &m->names);
	m->snap.log = m->watch ? m->watch->log : NULL;
	if (m->watch && m->view.want & VIEW_WX)
		tell_breaches(m);
}
