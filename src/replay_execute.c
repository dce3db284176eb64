/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "audit.h"
#include "base/mem.h"
#include "base/text.h"
#include "events.h"
#include "model/locate.h"
#include "output/output.h"
#include "reader/maps.h"
#include "replay_state.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CPUS_MOST    (UINT16_MAX + 1u)
#define EVENTS_MOST  1024 /* some times what probes there are */
#define COST_MOST_NS 1e9

void trail_clean(char *to, size_t size, const struct trail_text *text)
{
	text_clean(to, size, text->data, text->len);
}

static void on_stream(struct monitor *m, const struct trail_record *rec)
{
	unsigned int which = rec->u.stream.which, cpu = rec->u.stream.cpu;
	struct replay *r = m->replay;
	const struct dat_cpu *found = NULL;

	size_t number = which * CPUS_MOST + cpu;

	if (which > SOURCE_SIDE || cpu >= CPUS_MOST || r->nr_streams == SOURCE_FILE_STREAMS) {
		trail_damaged(r, "its trail tells of a CPU that there cannot be");
		return;
	}
	/* or all of its pages would be read again */
	if (bits_next(&r->streams, number) == number) {
		trail_damaged(r, "its trail tells of a CPU twice");
		return;
	}
	bits_set(&r->streams, number);
	for (size_t i = 0; i < r->dat.nr_cpus; i++) {
		const struct dat_cpu *c = &r->dat.cpus[i];

		if (c->cpu == cpu && (c->buffer > 0) == which)
			found = c;
	}
	source_file_stream(r->file, found, which, cpu, false);
	r->nr_streams++;
}

static void on_event(struct monitor *m, const struct trail_record *rec)
{
	char system[DAT_NAME], event[DAT_NAME], shape[16], name[64], place[64], *text;
	const struct dat *dat = &m->replay->dat;
	const struct dat_event *e;
	struct fault fault = {0};
	int err = -EINVAL;

	if (m->replay->nr_events++ == EVENTS_MOST) {
		trail_damaged(m->replay, "its trail tells of more events than there can be");
		return;
	}
	trail_copy(system, sizeof(system), &rec->u.event.system);
	trail_copy(event, sizeof(event), &rec->u.event.event);
	trail_copy(shape, sizeof(shape), &rec->u.event.shape);
	trail_clean(name, sizeof(name), &rec->u.event.name);
	trail_clean(place, sizeof(place), &rec->u.event.place);
	e = dat_event(dat, system, event);
	text = e && decoder_shape(shape) ? dat_read(dat, &e->text, DAT_FORMAT_MOST, NULL) : NULL;
	if (text)
		err = decoder_learn(m->decoder, event, shape, (uint8_t)rec->u.event.flags,
			&(struct format_text){text, e->text.len}, &fault);
	free(text);
	if (err < 0) {
		replay_damaged(m->replay, e ? e->text.at : m->replay->record_at,
			fault.what[0] ? fault.what : "it lacks the format of an event");
		return;
	}
	if (rec->u.event.which != SOURCE_COUNTED) {
		account_beside(&m->account, event, place);
		return;
	}
	if (m->account.nr < ACCOUNT_MAX)
		account_add(&m->account, event, place);
	if (m->info.nr_probes < ARRAY_SIZE(m->info.probes))
		snprintf(
			m->info.probes[m->info.nr_probes++], sizeof(m->info.probes[0]), "%s", name);
}

static void on_facts(struct monitor *m, const struct trail_record *rec)
{
	uint32_t flags = rec->u.facts.join;
	struct join_config config = {.returns = flags & TRAIL_RETURNS,
		.changes = flags & TRAIL_CHANGES,
		.whole = flags & TRAIL_WHOLE,
		.seccomp = flags & TRAIL_SECCOMP,
		.telling = m->config->live,
		.detail = monitor_details(m)};

	m->view.facts = rec->u.facts.view;
	join_configure(m->join, &config);
}

static void on_own(struct monitor *m, const struct trail_record *rec)
{
	table_own(m->table, rec->u.task.pid);
}

static void on_command(struct monitor *m, const struct trail_record *rec)
{
	m->command_pid = rec->u.task.pid;
	table_command(m->table, rec->u.task.pid);
}

static void on_ended(struct monitor *m, const struct trail_record *rec)
{
	m->command_ended = true;
	m->command_status = (int)rec->u.ended.status;
}

static void on_begin(struct monitor *m, const struct trail_record *rec)
{
	replay_begin(m, rec->ts_ns);
}

static void on_user(struct monitor *m, const struct trail_record *rec)
{
	char name[REPLAY_NAME_LEN];

	trail_clean(name, sizeof(name), &rec->u.user.name);
	replay_names_set(&m->replay->names, rec->u.user.uid, name, sizeof(name));
}

static void on_ident(struct monitor *m, const struct trail_record *rec)
{
	const struct trail_text *comm = &rec->u.ident.comm;
	struct event event = {.kind = EVENT_IDENT, .ts_ns = rec->ts_ns, .tid = rec->u.ident.tid};

	event.u.ident.tid = rec->u.ident.tid;
	event.u.ident.tgid = rec->u.ident.tgid;
	event.u.ident.ppid = rec->u.ident.ppid;
	event.u.ident.uid = rec->u.ident.uid;
	event.u.ident.start_ns = rec->u.ident.start_ns;
	memcpy(event.u.ident.comm, comm->data,
		comm->len < EVENT_COMM_LEN ? comm->len : EVENT_COMM_LEN);
	table_feed(m->table, &event);
}

static void on_told(struct monitor *m, const struct trail_record *rec)
{
	struct told told = {.ts_ns = rec->ts_ns,
		.start_ns = rec->u.told.start_ns,
		.pid = rec->u.told.pid,
		.what = (enum told_what)rec->u.told.what,
		.text = rec->u.told.text.data,
		.len = rec->u.told.text.len};

	if (rec->u.told.what < TOLD_NR)
		table_tell(m->table, &told);
}

static void on_lost(struct monitor *m, const struct trail_record *rec)
{
	struct replay *r = m->replay;

	if (rec->u.lost.stream < r->nr_streams)
		source_file_lost(
			r->file, rec->u.lost.stream, rec->u.lost.at, rec->ts_ns, rec->u.lost.count);
}

void trail_pull(struct monitor *m)
{
	struct replay *r = m->replay;
	uint64_t ns = replay_limit(r, r->pull_ns);

	r->pulling = ns < r->pull_ns;
	if (!r->pulling) {
		replay_pull(m, false, r->pull_final ? UINT64_MAX : r->pull_ns);
		return;
	}
	replay_pull(m, false, ns);
	join_settle(m->join, ns);
	if (!replay_reached(m, ns))
		r->pulling = false;
}

static void on_pull(struct monitor *m, const struct trail_record *rec)
{
	struct replay *r = m->replay;

	for (uint32_t i = 0; i < trail_pairs(&rec->u.pull.list); i++) {
		uint32_t stream, nr;

		trail_pair(rec, i, &stream, &nr);
		if (stream < r->nr_streams)
			source_file_want(r->file, stream, nr);
	}
	replay_gap(r, rec->ts_ns);
	r->pull_ns = rec->ts_ns;
	r->pull_final = rec->flags & TRAIL_FINAL;
	trail_pull(m);
}

static void on_settle(struct monitor *m, const struct trail_record *rec)
{
	join_settle(m->join, rec->ts_ns);
	if (m->events)
		events_write(m);
	audit_names(m, false);
}

static void on_flush(struct monitor *m, const struct trail_record *rec)
{
	(void)rec;
	join_flush(m->join);
}

static void on_wants(struct monitor *m, const struct trail_record *rec)
{
	bool final = rec->flags & TRAIL_FINAL;
	uint32_t ids[LOCATE_ASKS];

	locate_wants(table_locator(m->table), rec->u.wants.fed_ns, rec->ts_ns, final ? NULL : ids,
		final ? 0 : LOCATE_ASKS);
}

static void on_maps(struct monitor *m, const struct trail_record *rec)
{
	maps_parse(&m->maps, rec->u.maps.text.data, rec->u.maps.text.len);
	locate_take(table_locator(m->table), rec->u.maps.id, m->maps.list, m->maps.nr, rec->ts_ns);
}

static void on_no_maps(struct monitor *m, const struct trail_record *rec)
{
	struct locator *locator = table_locator(m->table);
	uint32_t id = rec->u.no_maps.id;

	if (rec->u.no_maps.why == TRAIL_REFUSED)
		locate_refused(locator, id);
	else if (rec->u.no_maps.why == TRAIL_BUSY)
		locate_busy(locator, id, rec->ts_ns);
	else
		locate_take(locator, id, NULL, 0, rec->ts_ns);
}

static void on_spent(struct monitor *m, const struct trail_record *rec)
{
	locate_spent(table_locator(m->table), rec->u.spent.ns, rec->ts_ns);
}

static void on_health(struct monitor *m, const struct trail_record *rec)
{
	struct health *h = &m->health;

	h->lost = m->account.lost = rec->u.health.lost;
	h->lost_side = m->account.lost_side = rec->u.health.lost_side;
	h->missed = m->account.missed = rec->u.health.missed;
	h->unaccounted = m->account.unaccounted = rec->u.health.unaccounted;
	h->impaired = rec->flags & TRAIL_IMPAIRED || rec->u.health.flags & TRAIL_IMPAIRED;
	h->partial = rec->flags & TRAIL_PARTIAL || rec->u.health.flags & TRAIL_PARTIAL;
	h->buffer_pct = replay_number(rec->u.health.buffer_pct);
	h->self_cpu_pct = replay_number(rec->u.health.cpu_pct);
	h->self_pss_bytes = rec->u.health.pss_bytes;
	trail_clean(h->trouble, sizeof(h->trouble), &rec->u.health.trouble);
}

static void on_probe(struct monitor *m, const struct trail_record *rec)
{
	struct probe_stat *p;

	if (rec->u.probe.number >= m->account.nr)
		return;
	p = &m->account.probes[rec->u.probe.number];
	m->account.hits += rec->u.probe.hits - p->hits;
	p->hits = rec->u.probe.hits;
	p->missed = rec->u.probe.missed;
	p->hits_known = rec->u.probe.flags & TRAIL_HITS_KNOWN;
	p->listed = rec->u.probe.flags & TRAIL_LISTED;
}

static void on_notice(struct monitor *m, const struct trail_record *rec)
{
	struct notice notice = {0};

	m->at_s = replay_number(rec->u.notice.time);
	trail_clean(notice.cause, sizeof(notice.cause), &rec->u.notice.cause);
	trail_clean(notice.object, sizeof(notice.object), &rec->u.notice.object);
	trail_clean(notice.text, sizeof(notice.text), &rec->u.notice.text);
	trail_clean(notice.remedy, sizeof(notice.remedy), &rec->u.notice.remedy);
	/* of the end of that run, not of this one */
	if (strcmp(notice.cause, "command_stopped") != 0)
		monitor_recorded(m, &notice, rec->ts_ns >= m->replay->last_ns);
	else if (m->output)
		output_notice(m->output, &notice, m->at_s);
}

static void on_update(struct monitor *m, const struct trail_record *rec)
{
	struct replay *r = m->replay;
	const struct options *o = m->config->options;

	m->at_s = replay_number(rec->u.update.time);
	if (rec->flags & TRAIL_FINAL || (!r->delay_ns && rec->ts_ns > m->begin_ns &&
						o->iterations && m->seq + 1 >= o->iterations)) {
		if (!(rec->flags & TRAIL_FINAL))
			join_flush(m->join);
		replay_update(m, rec->ts_ns, true);
	} else if (!r->delay_ns && rec->ts_ns > m->begin_ns) {
		replay_update(m, rec->ts_ns, false);
	}
}

/* It was ended before tracing was, by whoever made it or by a full disk. */
static void on_mark(struct monitor *m, const struct trail_record *rec)
{
	static const struct notice full = {.cause = "recording_cut",
		.object = "recording",
		.text = "it ends where there was no more room for it",
		.remedy = "what came after that was not recorded"};

	if (m->replay->finished)
		return;
	replay_at(m, rec->ts_ns);
	if (m->replay->full) {
		m->health.impaired = true;
		monitor_notice(m, &full);
	}
	replay_finish(m);
}

/* Bytes of a file may be any number. */
static double told_ns(double ns)
{
	return ns >= 0 && ns < COST_MOST_NS ? ns : NAN;
}

static void on_cost(struct monitor *m, const struct trail_record *rec)
{
	char event[DAT_NAME];

	trail_copy(event, sizeof(event), &rec->u.cost.event);
	cost_told(m, event, told_ns(rec->u.cost.ns));
}

static void on_costs(struct monitor *m, const struct trail_record *rec)
{
	m->cost.known = (struct probe_cost){told_ns(rec->u.costs.call_ns),
		told_ns(rec->u.costs.inside_ns), told_ns(rec->u.costs.other_ns)};
}

static void on_came(struct monitor *m, const struct trail_record *rec)
{
	if (rec->u.came.stream < m->replay->nr_streams)
		source_came(m->source, rec->u.came.stream, rec->u.came.nr);
}

static void on_suspended(struct monitor *m, const struct trail_record *rec)
{
	daytime_step(&m->replay->daytime, rec->ts_ns, rec->u.suspended.ns);
	replay_at(m, m->at_ns);
}

static void on_nothing(struct monitor *m, const struct trail_record *rec)
{
	(void)m;
	(void)rec;
}

static void (*const rows[TRAIL_NR_KINDS])(struct monitor *m, const struct trail_record *rec) = {
	[TRAIL_SETTINGS] = on_nothing,
	[TRAIL_STREAM] = on_stream,
	[TRAIL_EVENT] = on_event,
	[TRAIL_FACTS] = on_facts,
	[TRAIL_OWN] = on_own,
	[TRAIL_COMMAND] = on_command,
	[TRAIL_ENDED] = on_ended,
	[TRAIL_BEGIN] = on_begin,
	[TRAIL_USER] = on_user,
	[TRAIL_IDENT] = on_ident,
	[TRAIL_TOLD] = on_told,
	[TRAIL_ASK] = on_nothing,
	[TRAIL_LOST] = on_lost,
	[TRAIL_PULL] = on_pull,
	[TRAIL_SETTLE] = on_settle,
	[TRAIL_FLUSH] = on_flush,
	[TRAIL_WANTS] = on_wants,
	[TRAIL_MAPS] = on_maps,
	[TRAIL_NO_MAPS] = on_no_maps,
	[TRAIL_SPENT] = on_spent,
	[TRAIL_HEALTH] = on_health,
	[TRAIL_PROBE] = on_probe,
	[TRAIL_NOTICE] = on_notice,
	[TRAIL_UPDATE] = on_update,
	[TRAIL_MARK] = on_mark,
	[TRAIL_COST] = on_cost,
	[TRAIL_COSTS] = on_costs,
	[TRAIL_CAME] = on_came,
	[TRAIL_SUSPENDED] = on_suspended,
};

void trail_execute(struct monitor *m, const struct trail_record *rec)
{
	if (rec->kind < ARRAY_SIZE(rows) && rows[rec->kind])
		rows[rec->kind](m, rec);
	else
		trail_damaged(m->replay, trail_error_name(TRAIL_BAD_KIND));
}
