/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recorder.h"
#include "base/mem.h"
#include "model/locate.h"
#include "model/name.h"
#include "model/task.h"
#include "request.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#define OPTION_LEAST 262144 /* of our options, but the last */

struct record *record_running(struct monitor *m)
{
	return m->record && m->record->state == RECORD_RUNNING ? m->record : NULL;
}

static void end_option(struct record *r)
{
	uint64_t len = depot_len(&r->depot, r->nr_streams);

	if (len - (r->nr_ends ? r->ends[r->nr_ends - 1] : 0) < OPTION_LEAST)
		return;
	r->ends = mem_one_more(r->ends, r->nr_ends, sizeof(*r->ends));
	r->ends[r->nr_ends++] = len;
}

void record_add(struct record *r, const struct trail_record *record)
{
	uint64_t before;
	size_t taken;
	int err;

	if (r->state != RECORD_RUNNING)
		return;
	buf_reset(&r->bytes);
	trail_add(&r->bytes, record, __BYTE_ORDER == __BIG_ENDIAN);
	before = depot_len(&r->depot, r->nr_streams);
	err = depot_bytes(&r->depot, r->nr_streams, r->bytes.data, r->bytes.len);
	if (!err) {
		end_option(r);
		return;
	}
	/* half a record would damage what is behind it */
	taken = (size_t)(depot_len(&r->depot, r->nr_streams) - before);
	depot_force(&r->depot, r->nr_streams, r->bytes.data + taken, r->bytes.len - taken);
	record_fail(r, err, "cannot write the recording");
}

static void on_page(void *arg, const struct tap_page *page)
{
	struct record *r = arg;
	const struct depot_page kept = {
		page->records, page->len, page->ts_ns, page->last_ns, page->lost};
	int err;

	if (r->state != RECORD_RUNNING)
		return;
	err = depot_page(&r->depot, page->stream, &kept);
	if (err) {
		record_fail(r, err, "cannot write the recording");
		return;
	}
	r->nr_records[page->stream] += page->nr;
	r->pulled[page->stream] += page->nr;
}

static void on_loss(void *arg, unsigned int stream, uint64_t ts_ns, uint64_t count)
{
	struct record *r = arg;

	if (r->state == RECORD_RUNNING)
		record_add(r, &(struct trail_record){.kind = TRAIL_LOST,
				      .ts_ns = ts_ns,
				      .u.lost = {stream, r->nr_records[stream], count}});
}

struct trail_record record_pull(struct record *r, uint64_t horizon_ns, bool final)
{
	struct trail_record pull = {
		.kind = TRAIL_PULL, .flags = final ? TRAIL_FINAL : 0, .ts_ns = horizon_ns};

	buf_reset(&r->list);
	for (unsigned int i = 0; i < r->nr_streams; i++) {
		if (!r->pulled[i])
			continue;
		trail_pair_add(&r->list, i, r->pulled[i], __BYTE_ORDER == __BIG_ENDIAN);
		r->pulled[i] = 0;
	}
	pull.u.pull.list = (struct trail_text){r->list.data, (uint32_t)r->list.len};
	return pull;
}

static void on_pull(void *arg, uint64_t horizon_ns, bool final)
{
	struct record *r = arg;
	struct trail_record pull;

	if (r->state != RECORD_RUNNING)
		return;
	pull = record_pull(r, horizon_ns, final);
	record_add(r, &pull);
}

static void on_left_out(void *arg, unsigned int stream)
{
	struct record *r = arg;

	r->left_out[stream]++;
}

void record_facts(struct monitor *m)
{
	const struct join_config *join = join_configured(m->join);
	struct record *r = record_running(m);

	if (r)
		record_add(r, &(struct trail_record){.kind = TRAIL_FACTS,
				      .u.facts = {m->view.facts,
					      (join->returns ? TRAIL_RETURNS : 0) |
						      (join->changes ? TRAIL_CHANGES : 0) |
						      (join->whole ? TRAIL_WHOLE : 0) |
						      (join->seccomp ? TRAIL_SECCOMP : 0)}});
}

void record_event(struct monitor *m)
{
	struct record *r = record_running(m);

	for (; r && r->nr_formats < m->formats.nr; r->nr_formats++) {
		const struct format_kept *f = &m->formats.list[r->nr_formats];

		record_add(r, &(struct trail_record){.kind = TRAIL_EVENT,
				      .u.event = {f->which, f->id, f->flags, trail_text(f->name),
					      trail_text(f->system), trail_text(f->event),
					      trail_text(f->place), trail_text(f->shape)}});
	}
}

static void add_task(struct monitor *m, uint16_t kind, uint32_t pid)
{
	struct record *r = record_running(m);

	if (r)
		record_add(r, &(struct trail_record){.kind = kind, .u.task = {pid}});
}

void record_own(struct monitor *m, uint32_t pid)
{
	add_task(m, TRAIL_OWN, pid);
}

void record_command(struct monitor *m, uint32_t pid)
{
	add_task(m, TRAIL_COMMAND, pid);
}

void record_ended(struct monitor *m, int status)
{
	struct record *r = record_running(m);

	if (r)
		record_add(r,
			&(struct trail_record){.kind = TRAIL_ENDED, .u.ended = {(uint32_t)status}});
}

void record_begin(struct monitor *m)
{
	struct record *r = record_running(m);

	if (!r)
		return;
	r->begun = true;
	record_add(r, &(struct trail_record){.kind = TRAIL_BEGIN, .ts_ns = m->begin_ns});
}

/* Once each, as far as there is room to remember. */
static void add_user(struct record *r, uint32_t uid)
{
	uint32_t *slot = &r->users[uid % RECORD_USERS];
	char name[64];

	if (*slot == uid || uid == EVENT_NO_ID)
		return;
	*slot = uid;
	users_name(r->m->users, uid, name, sizeof(name));
	record_add(
		r, &(struct trail_record){.kind = TRAIL_USER, .u.user = {uid, trail_text(name)}});
}

void record_ident(struct monitor *m, const struct event *e)
{
	struct record *r = record_running(m);

	if (!r)
		return;
	add_user(r, e->u.ident.uid);
	record_add(r, &(struct trail_record){.kind = TRAIL_IDENT,
			      .ts_ns = e->ts_ns,
			      .u.ident = {e->u.ident.tid, e->u.ident.tgid, e->u.ident.ppid,
				      e->u.ident.uid, e->u.ident.start_ns,
				      {e->u.ident.comm, (uint32_t)strnlen(e->u.ident.comm,
								EVENT_COMM_LEN)}}});
}

void record_told(struct monitor *m, const struct told *told)
{
	struct record *r = record_running(m);

	if (r)
		record_add(r, &(struct trail_record){.kind = TRAIL_TOLD,
				      .ts_ns = told->ts_ns,
				      .u.told = {told->pid, told->what, told->start_ns,
					      {told->text, (uint32_t)told->len}}});
}

void record_asked(struct monitor *m, uint32_t tid, uint64_t ts_ns, int nr)
{
	struct record *r = record_running(m);

	if (r)
		record_add(r,
			&(struct trail_record){
				.kind = TRAIL_ASK, .ts_ns = ts_ns, .u.ask = {tid, (uint32_t)nr}});
}

static void at(struct monitor *m, uint16_t kind, uint64_t now_ns)
{
	struct record *r = record_running(m);

	if (!r)
		return;
	record_add(r, &(struct trail_record){.kind = kind, .ts_ns = now_ns});
}

void record_settle(struct monitor *m, uint64_t now_ns)
{
	at(m, TRAIL_SETTLE, now_ns);
}

void record_flush(struct monitor *m)
{
	at(m, TRAIL_FLUSH, monitor_now_ns(m));
}

void record_wants(struct monitor *m, uint64_t fed_ns, uint64_t now_ns, bool final)
{
	struct record *r = record_running(m);

	/* nobody waits: it changes nothing */
	if (!r || link_empty(&table_locator(m->table)->waits))
		return;
	record_add(r, &(struct trail_record){.kind = TRAIL_WANTS,
			      .flags = final ? TRAIL_FINAL : 0,
			      .ts_ns = now_ns,
			      .u.wants = {fed_ns}});
}

void record_maps(struct monitor *m, uint32_t id, const struct maps *maps, uint64_t now_ns)
{
	struct record *r = record_running(m);

	if (r)
		record_add(r, &(struct trail_record){.kind = TRAIL_MAPS,
				      .ts_ns = now_ns,
				      .u.maps = {id, {maps->text.data, (uint32_t)maps->text.len}}});
}

void record_no_maps(struct monitor *m, uint32_t id, uint32_t why, uint64_t now_ns)
{
	struct record *r = record_running(m);

	if (r)
		record_add(
			r, &(struct trail_record){
				   .kind = TRAIL_NO_MAPS, .ts_ns = now_ns, .u.no_maps = {id, why}});
}

void record_spent(struct monitor *m, uint64_t ns, uint64_t now_ns)
{
	struct record *r = record_running(m);

	if (r)
		record_add(r, &(struct trail_record){
				      .kind = TRAIL_SPENT, .ts_ns = now_ns, .u.spent = {ns}});
}

void record_notice(struct monitor *m, const struct notice *n, double time)
{
	struct record *r = record_running(m);

	if (r)
		record_add(
			r, &(struct trail_record){.kind = TRAIL_NOTICE,
				   .ts_ns = monitor_now_ns(m),
				   .u.notice = {time, trail_text(n->cause), trail_text(n->object),
					   trail_text(n->text), trail_text(n->remedy)}});
}

void record_suspended(struct monitor *m, uint64_t now_ns, uint64_t slept_ns)
{
	struct record *r = record_running(m);

	if (r)
		record_add(r, &(struct trail_record){.kind = TRAIL_SUSPENDED,
				      .ts_ns = now_ns,
				      .u.suspended = {slept_ns}});
}

static void add_health(struct record *r, const struct health *h)
{
	record_add(r, &(struct trail_record){.kind = TRAIL_HEALTH,
			      .u.health = {h->lost, h->lost_side, h->missed, h->unaccounted,
				      h->self_pss_bytes,
				      (h->impaired ? TRAIL_IMPAIRED : 0) |
					      (h->partial ? TRAIL_PARTIAL : 0),
				      h->buffer_pct, h->self_cpu_pct, trail_text(h->trouble)}});
}

static void add_probes(struct record *r, const struct account *account)
{
	for (unsigned int i = 0; i < account->nr; i++) {
		const struct probe_stat *p = &account->probes[i];

		record_add(r, &(struct trail_record){.kind = TRAIL_PROBE,
				      .u.probe = {i,
					      (p->hits_known ? TRAIL_HITS_KNOWN : 0) |
						      (p->listed ? TRAIL_LISTED : 0),
					      p->hits, p->missed}});
	}
}

static void add_cost(struct record *r, const struct probe_stat *list, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		if (!isnan(list[i].cost_ns))
			record_add(
				r, &(struct trail_record){.kind = TRAIL_COST,
					   .u.cost = {list[i].cost_ns, trail_text(list[i].name)}});
}

/* Rarely: when probes are switched on, and when the recording begins. */
static void add_costs(struct record *r, struct cost *cost, const struct account *account)
{
	if (!cost->changed)
		return;
	cost->changed = false;
	add_cost(r, account->probes, account->nr);
	add_cost(r, account->beside, account->nr_beside);
	record_add(r, &(struct trail_record){.kind = TRAIL_COSTS,
			      .u.costs = {cost->known.call_ns, cost->known.inside_ns,
				      cost->known.other_ns}});
}

static void add_came(struct record *r)
{
	for (unsigned int i = 0; i < r->nr_streams; i++) {
		if (r->left_out[i])
			record_add(r, &(struct trail_record){
					      .kind = TRAIL_CAME, .u.came = {i, r->left_out[i]}});
		r->left_out[i] = 0;
	}
}

void record_update(struct monitor *m, uint64_t now_ns, double time, bool final)
{
	struct record *r = record_running(m);

	if (!r)
		return;
	add_came(r);
	add_health(r, &m->health);
	add_probes(r, &m->account);
	add_costs(r, &m->cost, &m->account);
	record_add(r, &(struct trail_record){.kind = TRAIL_UPDATE,
			      .flags = final ? TRAIL_FINAL : 0,
			      .ts_ns = now_ns,
			      .u.update = {time}});
}

void record_trail_begin(struct record *r)
{
	struct monitor *m = r->m;
	unsigned int which, cpu;

	r->offset_s = daytime_offset_s(&m->daytime, monitor_now_ns(m));
	r->tap = (struct tap){on_page, on_loss, on_pull, on_left_out, r,
		.most = r->depot.layout.size - r->depot.layout.header_len};
	/* what probes cost was measured before with some hundred calls, which would be most of a
	   short recording; where the tracer's tid is another in the buffers they stay in it */
	if (!m->foreign) {
		r->tap.but_tid = m->run.tracer_pid;
		r->tap.but_ns = m->run.begin_ns;
	}
	source_tap(m->source, &r->tap);
	for (unsigned int i = 0; source_stream_is(m->source, i, &which, &cpu, NULL, 0); i++) {
		record_add(
			r, &(struct trail_record){.kind = TRAIL_STREAM, .u.stream = {which, cpu}});
		r->left_out[i] = source_records(m->source, i);
	}
	record_event(m);
	record_facts(m);
	m->cost.changed = true;
	if (!m->foreign) {
		record_own(m, (uint32_t)getpid());
		record_own(m, m->run.tracer_pid);
		record_own(m, m->run.guard_pid);
		record_own(m, r->keeper_pid);
	} else if (m->canary.tid) {
		record_own(m, m->canary.tid);
	}
	/* who runs which program nobody can tell any more at a replay */
	request_facts(m, fact_told());
	if (m->config->options->command)
		record_command(m, m->run.tracer_pid);
	if (r->late)
		record_known(r);
}
