/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "audit.h"
#include "base/mem.h"
#include "base/num.h"
#include "events.h"
#include "model/task.h"
#include "replay_state.h"
#include "tracer/probe.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OURS       "mprottop_" /* what our events' group starts with */
#define NAMES_MOST (4u << 20)

/* The row of probes[] for an event of ours: "m<run>_<name>", of a 32-bit caller with "_ia32". */
static const struct probe *find_ours(const struct dat_event *e, uint32_t *flags)
{
	const char *run = e->system + strlen(OURS), *name = e->name;
	size_t len;

	*flags = 0;
	if (name[0] != 'm' || strncmp(name + 1, run, strlen(run)) != 0 ||
		name[1 + strlen(run)] != '_')
		return NULL;
	name += 2 + strlen(run);
	for (const struct probe *p = probes; p->name; p++) {
		if (p->kind >= PROBE_TRACEPOINT)
			break;
		len = strlen(p->name);
		if (strncmp(name, p->name, len) != 0)
			continue;
		if (name[len] && strcmp(name + len, "_ia32") != 0)
			continue;
		*flags = p->flags | (name[len] ? EVENT_COMPAT : 0);
		return p;
	}
	return NULL;
}

static bool is_ours(const struct dat_event *e)
{
	return !strncmp(e->system, OURS, strlen(OURS));
}

/* The row that reads an event; beside: our own events are there. */
static const struct probe *find_row(const struct dat_event *e, bool beside, uint32_t *flags)
{
	char place[2 * DAT_NAME];

	if (is_ours(e))
		return find_ours(e, flags);
	snprintf(place, sizeof(place), "%s/%s", e->system, e->name);
	for (const struct probe *p = probes; p->name; p++) {
		*flags = p->flags;
		if (p->kind < PROBE_TRACEPOINT || strcmp(p->place, place) != 0)
			continue;
		if (p->kind == PROBE_TASK || (p->kind == PROBE_BESIDE) == beside)
			return p;
	}
	return NULL;
}

/* What an event of a row tells, by the fields that it has. */
static uint32_t facts_of(const struct probe *p, const struct format_text *format)
{
	uint32_t mask = fact_masks(p->gives);
	struct format_field field;

	for (const struct probe_arg *a = p->args; a && a->name; a++)
		if (a->fact && format_field(format, a->name, &field))
			mask |= fact_mask(a->fact);
	return mask;
}

/* What the recording can tell: of events that never came nobody knows whether they were on. */
struct found {
	struct monitor *m;
	uint32_t facts[DAT_EVENTS_MOST / 16]; /* of the event with that number here */
	uint16_t number[DAT_EVENTS_MOST];     /* by id: that number and 1 */
	unsigned int nr;
	uint32_t given;
	bool whole, beside, kprobes, any;
	uint64_t first_ns, last_ns;
};

static void learn(struct found *found, const struct dat_event *e)
{
	struct monitor *m = found->m;
	const struct dat *dat = &m->replay->dat;
	struct fault none;
	uint32_t flags;
	const struct probe *p = find_row(e, found->beside, &flags);
	struct format_text format;
	char *text = p ? dat_read(dat, &e->text, DAT_FORMAT_MOST, NULL) : NULL;
	int id;

	if (!text || found->nr == ARRAY_SIZE(found->facts)) {
		free(text);
		return;
	}
	format = (struct format_text){text, e->text.len};
	id = decoder_learn(m->decoder, e->name, p->shape, (uint8_t)flags, &format, &none);
	if (id > 0) {
		found->facts[found->nr++] = facts_of(p, &format);
		found->number[id] = (uint16_t)found->nr;
		found->any |= p->kind != PROBE_TASK;
		found->kprobes |= p->kind < PROBE_TRACEPOINT;
		found->whole |= !strcmp(p->name, "mprotect_whole");
		if (p->kind != PROBE_TASK && m->info.nr_probes < ARRAY_SIZE(m->info.probes))
			snprintf(m->info.probes[m->info.nr_probes++], sizeof(m->info.probes[0]),
				"%s", p->name);
	}
	free(text);
}

static void see(const struct page_record *record, int id, unsigned int buffer, void *arg)
{
	struct found *found = arg;
	struct twice *twice = found->m->replay->twice;
	struct event event;
	unsigned int number = id >= 0 ? found->number[id] : 0;

	if (!number)
		return;
	if (twice && decoder_event(found->m->decoder, record->data, record->len, &event) == 1)
		twice_see(twice, event.tid, (uint16_t)id, (uint8_t)buffer);
	found->given |= found->facts[number - 1];
	if (record->ts < found->first_ns)
		found->first_ns = record->ts;
	if (record->ts > found->last_ns)
		found->last_ns = record->ts;
}

static int no_events(const struct replay *r, struct fault *fault)
{
	return fault_set(fault, 0, r->dat.name,
		"record with: trace-cmd record -e syscalls:sys_enter_mprotect "
		"-e syscalls:sys_exit_mprotect -e sched -e task",
		"the recording holds no event about mprotect");
}

/* "0x6613b2e9b65dd": microseconds that make the clock the time of day. */
static double offset_of(const struct dat *dat)
{
	char *end;
	unsigned long long us = strtoull(dat->date, &end, 0);

	if (!dat->date[0] || *end || end == dat->date)
		return NAN;
	return replay_number((double)us / 1e6);
}

/* Clocks that count something else than time. */
static int check_clock(const struct dat *dat, struct fault *fault)
{
	static const char *const odd[] = {"counter", "uptime", "x86-tsc", "ppc-tb"};

	for (size_t i = 0; i < ARRAY_SIZE(odd) && !dat->has_tsc; i++)
		if (!strcmp(dat->clock, odd[i]))
			return fault_set(fault, 0, dat->name,
				"record with: trace-cmd record -C mono",
				"the recording's clock, %s, does not tell time", odd[i]);
	return 0;
}

static void take_names(struct replay *r)
{
	char *text, *line, *next;

	if (r->dat.cmdlines.len > NAMES_MOST)
		return;
	text = dat_read(&r->dat, &r->dat.cmdlines, NAMES_MOST, NULL);
	for (line = text; line && *line; line = next) {
		size_t len = strcspn(line, "\n"), digits = strspn(line, "0123456789");
		char number[12] = "";
		uint64_t tid;

		next = line + len + (line[len] == '\n');
		if (!digits || digits >= sizeof(number) || line[digits] != ' ')
			continue;
		memcpy(number, line, digits);
		/* what the kernel writes where it has forgotten */
		if (num_u64(number, 0, UINT32_MAX, &tid) || !strncmp(line + digits, " <...>", 6))
			continue;
		replay_names_set(&r->names, (uint32_t)tid, line + digits + 1, len - digits - 1);
	}
	free(text);
}

static void add_streams(struct replay *r)
{
	for (size_t i = 0; i < r->dat.nr_cpus; i++) {
		const struct dat_cpu *cpu = &r->dat.cpus[i];

		source_file_stream(r->file, cpu, SOURCE_COUNTED, cpu->cpu, true);
	}
}

static bool has_buffers(const struct dat *dat)
{
	for (size_t i = 1; i < dat->nr_cpus; i++)
		if (dat->cpus[i].buffer != dat->cpus[0].buffer)
			return true;
	return false;
}

/* Whether a record counts from this buffer. A source_takes. */
static bool takes(const struct page_record *record, unsigned int buffer, void *arg)
{
	const struct monitor *m = arg;
	struct event event;

	if (decoder_event(m->decoder, record->data, record->len, &event) != 1)
		return true;
	return twice_takes(m->replay->twice, event.tid,
		(uint16_t)decoder_id(m->decoder, record->data, record->len), (uint8_t)buffer);
}

/* One pass over all: which events came, and when. */
static int look_through(struct monitor *m, struct found *found, struct fault *fault)
{
	struct replay *r = m->replay;

	for (size_t i = 0; i < r->dat.nr_events; i++)
		found->beside |= is_ours(&r->dat.events[i]);
	for (size_t i = 0; i < r->dat.nr_events; i++)
		learn(found, &r->dat.events[i]);
	if (!found->any)
		return no_events(r, fault);
	if (r->scanned) {
		found->given = r->given;
		found->first_ns = r->seen_ns;
		found->last_ns = r->last_ns;
		return 0;
	}
	if (has_buffers(&r->dat))
		r->twice = twice_new();
	source_file_scan(r->file, m->decoder, see, found);
	if (r->twice)
		twice_decide(r->twice);
	found->given |= fact_covered(found->given);
	if (!(found->given & fact_mask("ret")))
		found->given &= ~fact_mask("duration");
	/* without entries a return is a call, and never a refusal before it */
	if (!(found->given & fact_mask("call")))
		found->given &= ~fact_mask("refused");
	if (found->first_ns == UINT64_MAX)
		found->first_ns = found->last_ns = 0;
	r->scanned = true;
	r->given = found->given;
	r->seen_ns = found->first_ns;
	return 0;
}

int plain_start(struct monitor *m, struct fault *fault)
{
	struct replay *r = m->replay;
	struct found *found = mem_new(1, sizeof(*found));
	int err = check_clock(&r->dat, fault);

	found->m = m;
	found->first_ns = UINT64_MAX;
	m->foreign = true;
	daytime_begin(&r->daytime, offset_of(&r->dat));
	if (!r->delay_ns)
		r->delay_ns = m->config->options->delay_ns;
	monitor_model(m, r->dat.big_endian, 1, 0);
	if (!err) {
		r->file = source_file_new(&r->dat, m->source, fault);
		err = r->file ? 0 : -EINVAL;
	}
	if (!err) {
		add_streams(r);
		err = look_through(m, found, fault);
		if (r->twice)
			source_file_choose(r->file, takes, m);
	}
	if (!err) {
		m->knobs.kprobes = found->kprobes;
		m->info.cpus = r->dat.nr_found;
		m->info.compat_visible = found->kprobes;
		m->health.partial = true;
		m->health.buffer_pct = m->health.self_cpu_pct = NAN;
		monitor_facts(m, found->given, found->whole);
		take_names(r);
		r->last_ns = found->last_ns;
		replay_at(m, found->first_ns);
		replay_begin(m, found->first_ns);
	}
	free(found);
	return err;
}

/* What the pages tell so far; at the end what the kernel had counted. */
static void tell_losses(struct monitor *m, bool last)
{
	const struct dat *dat = &m->replay->dat;
	uint64_t lost = 0;

	for (unsigned int i = 0; i < dat->nr_buffers && last; i++)
		lost += dat->buffers[i].lost;
	if (lost < source_counts(m->source)->marked[SOURCE_COUNTED])
		lost = source_counts(m->source)->marked[SOURCE_COUNTED];
	m->account.lost = m->health.lost = lost;
}

static void tell_twice(struct monitor *m)
{
	static const struct notice differs = {.cause = "buffers",
		.object = "recording",
		.text = "its buffers hold events of the same threads, and not as many; of each the "
			"fuller one counts",
		.remedy = "record into one buffer"};
	struct replay *r = m->replay;

	if (!r->twice || r->twice_told || !twice_differs(r->twice))
		return;
	r->twice_told = true;
	monitor_notice(m, &differs);
}

bool plain_play(struct monitor *m, uint64_t until_ns)
{
	struct replay *r = m->replay;
	uint64_t ns = replay_limit(r, until_ns);
	bool last = r->last_ns <= ns;

	tell_twice(m);

	if (last)
		ns = r->last_ns;
	replay_pull(m, true, ns);
	replay_at(m, ns > m->at_ns ? ns : m->at_ns);
	join_settle(m->join, m->at_ns);
	if (m->events)
		events_write(m);
	audit_names(m, false);
	tell_losses(m, last);
	if (last) {
		replay_finish(m);
		return false;
	}
	return replay_reached(m, ns) && ns < until_ns;
}

/* A task that nobody knows has its name from the list, once it has called. */
void plain_called(struct monitor *m, const struct call *call)
{
	const char *name = replay_names_find(&m->replay->names, call->tid);
	const struct task *task = task_find(table_map(m->table), call->tid);
	struct event event = {.kind = EVENT_NAME, .tid = call->tid, .ts_ns = call->ts_ns};

	if (!name || !task || task->comm[0] || task->proc->pid != EVENT_NO_ID)
		return;
	event.u.name.tid = call->tid;
	snprintf(event.u.name.comm, sizeof(event.u.name.comm), "%.15s", name);
	table_feed(m->table, &event);
}

/* Who runs a program is a process, though nobody saw it start. */
void plain_before(struct monitor *m, const struct event *event)
{
	struct replay *r = m->replay;
	const struct task *task = task_find(table_map(m->table), event->tid);
	struct event ident = {.kind = EVENT_IDENT, .tid = event->tid, .ts_ns = event->ts_ns};
	const char *name;

	if (event->kind == EVENT_NAME)
		replay_names_set(&r->names, event->u.name.tid, event->u.name.comm,
			sizeof(event->u.name.comm));
	if (event->kind != EVENT_EXEC || (task && task_leads(task)))
		return;
	name = replay_names_find(&r->names, event->tid);
	ident.u.ident.tid = ident.u.ident.tgid = event->tid;
	ident.u.ident.ppid = ident.u.ident.uid = EVENT_NO_ID;
	if (name)
		snprintf(ident.u.ident.comm, sizeof(ident.u.ident.comm), "%.15s", name);
	table_feed(m->table, &ident);
}
