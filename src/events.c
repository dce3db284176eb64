/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "events.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/call_column.h"
#include "model/filter.h"
#include "model/reason.h"
#include "output/output.h"
#include "reader/source_live.h"
#include "watch.h"

#include <stdlib.h>
#include <string.h>

#define WRITE_EACH 1024 /* calls */

/* A CPU of a guest may stand still between the time of an event and its record: 100 ms and more
 * where one thread of the host runs them all. Counted back from the time up to which all buffers
 * were read, not from that of the newest event: this reader may have stood still too. */
#define HOLD_NS 250000000ULL

struct events {
	struct journal *journal;
	uint64_t read_ns; /* when the buffers were read last */
	uint64_t lost;    /* told of */
	uint64_t nr;      /* calls */
};

/* By what is known of it once its names are. */
static bool is_chosen(const struct monitor *m, const struct journal_entry *entry)
{
	const struct options *o = m->config->options;
	struct call_row call;
	const struct row row = {.call = &call};

	if (!o->events || !o->where || entry->lost)
		return true;
	call_row_fill(&call, entry, &m->names, m->info.machine);
	return filter_takes(o->where, &row);
}

static void emit(const struct journal_entry *entry, void *arg)
{
	struct monitor *m = arg;
	uint64_t ts_ns = entry->call.ts_ns;
	struct call_line line = {.entry = entry,
		.time = daytime_s(monitor_daytime(m), ts_ns),
		.since_s = (double)(int64_t)(ts_ns - m->begin_ns) / 1e9};

	if (!is_chosen(m, entry))
		return;
	if (m->output)
		output_call(m->output, &line);
	watch_entry(m, entry, line.time);
}

struct events *events_new(struct monitor *m)
{
	struct events *events = mem_new(1, sizeof(*events));

	events->read_ns = monitor_now_ns(m);
	events->journal = journal_new(JOURNAL_LIMIT, &m->names, emit, m);
	return events;
}

void events_free(struct events *events)
{
	if (!events)
		return;
	journal_free(events->journal);
	free(events);
}

/* More may be traced, and recorded, than is to have a line. */
static bool is_asked(const struct monitor *m, const struct call *call)
{
	uint32_t also = m->config->options->also;

	if (!m->output || !(call->flags & EVENT_RELATED))
		return true;
	return (call->flags & EVENT_MMAP && also & fact_mask("mmap")) ||
	       (call->flags & EVENT_MUNMAP && also & fact_mask("munmap"));
}

/* A screen keeps all, as its user may choose anew. */
static bool is_of(const struct monitor *m, const struct table_row *who)
{
	char comm[sizeof(who->comm)];

	if (m->ui)
		return view_runs(&m->view, who);
	text_clean(comm, sizeof(comm), who->comm, sizeof(who->comm));
	return view_takes(&m->view, who) && view_names(&m->view, comm);
}

void events_call(struct monitor *m, const struct call *call, const char *why)
{
	struct journal_entry entry = {.call = *call, .why = why};
	struct table_row who;

	if (call->ts_ns < m->begin_ns || !is_asked(m, call) || !table_who(m->table, call, &who) ||
		!is_of(m, &who))
		return;
	entry.pid = who.pid;
	entry.uid = who.uid;
	memcpy(entry.comm, who.comm, sizeof(entry.comm));
	journal_add(m->events->journal, &entry, m->events->read_ns);
	/* in a storm what is read at once is more than should wait */
	if (!(++m->events->nr % WRITE_EACH))
		events_write(m);
}

void events_stack(struct monitor *m, uint32_t tid, uint64_t ts_ns)
{
	if (m->events && ts_ns)
		journal_retell(m->events->journal, tid, ts_ns, REASON_STACK);
}

static void add_loss(struct monitor *m, const struct journal_entry *entry)
{
	m->events->lost += entry->lost;
	journal_add(m->events->journal, entry, m->events->read_ns);
}

void events_feed(struct monitor *m, const struct event *event)
{
	if (m->events && event->kind == EVENT_LOST && !event->u.lost.side)
		add_loss(m, &(struct journal_entry){.lost = event->u.lost.count,
				    .call = {.ts_ns = event->ts_ns, .cpu = event->cpu}});
}

void events_write(struct monitor *m)
{
	struct events *events = m->events;
	uint64_t oldest, safe_ns = source_counts(m->source)->fed_ns;

	events->read_ns = monitor_now_ns(m);
	if (!m->output && !m->ui)
		return;
	safe_ns -= safe_ns < HOLD_NS ? safe_ns : HOLD_NS;
	oldest = join_oldest(m->join, events->read_ns - JOURNAL_OPEN_NS);
	if (oldest < safe_ns)
		safe_ns = oldest;
	if (m->output)
		output_hold(m->output);
	journal_release(events->journal, safe_ns, events->read_ns);
	if (m->output)
		output_flush(m->output);
}

/* What pages did not tell of, or behind the last of them, the kernel's counts hold. */
void events_end(struct monitor *m)
{
	struct events *events = m->events;

	if (m->account.lost > events->lost)
		add_loss(m, &(struct journal_entry){.lost = m->account.lost - events->lost,
				    .nowhere = true,
				    .call = {.ts_ns = monitor_now_ns(m)}});
	if (!m->output && !m->ui)
		return;
	if (m->output)
		output_hold(m->output);
	journal_flush(events->journal);
	if (m->output)
		output_flush(m->output);
}
