/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "replay.h"
#include "audit.h"
#include "base/mem.h"
#include "base/text.h"
#include "events.h"
#include "model/locate.h"
#include "replay_state.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PID_DIGITS  7 /* of the largest that there can be */
#define NUMBER_MOST 1e12
#define END_LATE    50000000ULL
#define GAP_LEAST   60      /* updates without an event in between are told one by one */
#define GAPS_MOST   1000000 /* and more as well, up to so many */

void replay_at(struct monitor *m, uint64_t ns)
{
	m->at_ns = ns;
	m->at_s = daytime_s(&m->replay->daytime, ns);
}

double replay_number(double number)
{
	return fabs(number) < NUMBER_MOST ? number : NAN;
}

void replay_damaged(struct replay *r, uint64_t at, const char *what)
{
	if (!r->err)
		r->err = dat_damaged(&r->dat, at, &r->fault, what);
}

int replay_err(const struct monitor *m, struct fault *fault)
{
	if (m->replay->err)
		*fault = m->replay->fault;
	return m->replay->err;
}

void replay_begin(struct monitor *m, uint64_t ns)
{
	const struct options *o = m->config->options;
	struct replay *r = m->replay;

	r->first_ns = ns;
	ns += o->place_begin;
	r->end_ns = UINT64_MAX;
	if (o->place_end)
		r->end_ns = r->first_ns + o->place_end;
	/* its own end came a moment later */
	if (o->duration_ns && ns + o->duration_ns + END_LATE < r->last_ns &&
		ns + o->duration_ns < r->end_ns)
		r->end_ns = ns + o->duration_ns;
	monitor_begin(m, ns);
	r->due_ns = ns + r->delay_ns;
}

void replay_update(struct monitor *m, uint64_t ns, bool final)
{
	struct replay *r = m->replay;

	if (final && m->events)
		events_end(m);
	if (final)
		audit_names(m, true);
	monitor_damage(m);
	monitor_update(m, ns, final);
	r->updated = true;
	r->finished |= final;
}

/* The last update, where that is what -n asks for. */
static bool is_last(const struct monitor *m)
{
	const struct options *o = m->config->options;

	return o->iterations && m->seq + 1 >= o->iterations;
}

void replay_finish(struct monitor *m)
{
	if (m->replay->finished || !m->table)
		return;
	join_flush(m->join);
	locate_wants(table_locator(m->table), UINT64_MAX, m->at_ns, NULL, 0);
	if (m->at_ns < m->begin_ns)
		replay_at(m, m->begin_ns);
	replay_update(m, m->at_ns, true);
}

/* What happened at the end itself is behind it. */
void replay_pull(struct monitor *m, bool all, uint64_t ns)
{
	struct replay *r = m->replay;

	if (ns >= r->end_ns)
		ns = r->end_ns - !!r->end_ns;
	source_file_pull(r->file, all, ns, monitor_feed, m);
}

uint64_t replay_limit(const struct replay *r, uint64_t until_ns)
{
	if (r->delay_ns && r->due_ns < until_ns)
		until_ns = r->due_ns;
	return r->end_ns < until_ns ? r->end_ns : until_ns;
}

void replay_gap(struct replay *r, uint64_t next_ns)
{
	uint64_t nr = r->delay_ns && next_ns > r->due_ns ? (next_ns - r->due_ns) / r->delay_ns : 0;

	if (nr <= GAP_LEAST)
		return;
	if (nr <= r->idle_left)
		r->idle_left -= nr;
	else
		r->due_ns += nr * r->delay_ns;
}

bool replay_reached(struct monitor *m, uint64_t ns)
{
	struct replay *r = m->replay;

	replay_at(m, ns);
	if (ns >= r->end_ns || (r->delay_ns && ns >= r->due_ns && is_last(m))) {
		replay_finish(m);
		return false;
	}
	if (r->delay_ns && ns >= r->due_ns) {
		replay_update(m, ns, false);
		r->due_ns += r->delay_ns;
		replay_gap(r, source_file_next(r->file));
	}
	return true;
}

static int open_recording(struct monitor *m, struct fault *fault)
{
	const char *name = m->config->options->read;
	struct convert convert = m->config->convert;
	int fd = m->config->read_fd, err;

	if (!strcmp(name, "-"))
		name = "standard input";
	err = convert_open(&convert, fd, m->signals, name, fault);
	if (err)
		return err;
	return dat_open(&m->replay->dat, fd, name, fault);
}

/* Its word for the machine: "Linux NODE RELEASE MACHINE". */
static void tell_machine(struct monitor *m)
{
	struct run_info *info = &m->info;
	char system[65];

	if (sscanf(m->replay->dat.uname, "%64s %64s %64s %64s", system, info->host, info->kernel,
		    info->machine) != 4)
		info->host[0] = info->kernel[0] = info->machine[0] = '\0';
	text_clean(info->host, sizeof(info->host), info->host, sizeof(info->host));
	text_clean(info->kernel, sizeof(info->kernel), info->kernel, sizeof(info->kernel));
	text_clean(info->machine, sizeof(info->machine), info->machine, sizeof(info->machine));
}

int replay_start(struct monitor *m, struct fault *fault)
{
	const struct options *o = m->config->options;
	struct replay *r = mem_new(1, sizeof(*r));
	int err;

	m->replay = r;
	r->dat.fd = -1;
	r->asked_ns = o->delay_given ? o->delay_ns : 0;
	m->info.version = PACKAGE_VERSION;
	m->info.delay_s = (double)o->delay_ns / 1e9;
	snprintf(m->info.source, sizeof(m->info.source), "recording");
	m->snap.info = &m->info;
	account_init(&m->account);
	err = open_recording(m, fault);
	if (err)
		return err;
	tell_machine(m);
	return replay_rewind(m, fault);
}

/* What depends on how far the replay is. */
static void forget(struct monitor *m)
{
	struct replay *r = m->replay;

	source_file_free(r->file);
	replay_names_done(&r->names);
	daytime_done(&r->daytime);
	bits_done(&r->streams);
	free(r->part);
	snapshot_leave(&m->snap);
	if (m->source)
		monitor_model_done(m);
	m->seq = 0;
	m->health = (struct health){0};
	account_init(&m->account);
	m->canary.tid = 0;
	m->info.nr_probes = 0;
	m->bad_pages = 0;
	m->command_ended = m->failed = m->why = false;
	*r = (struct replay){.dat = r->dat,
		.end_ns = UINT64_MAX,
		.idle_left = GAPS_MOST,
		.asked_ns = r->asked_ns,
		.delay_ns = r->asked_ns,
		.scanned = r->scanned,
		.given = r->given,
		.seen_ns = r->seen_ns,
		.twice = r->twice,
		.twice_told = r->twice_told,
		.last_ns = r->last_ns};
}

int replay_rewind(struct monitor *m, struct fault *fault)
{
	forget(m);
	m->at_ns = 0;
	return m->replay->dat.nr_trail ? trail_start(m, fault) : plain_start(m, fault);
}

bool replay_play(struct monitor *m, uint64_t until_ns)
{
	struct replay *r = m->replay;
	bool more = !r->finished;

	r->updated = false;
	while (more && !r->updated && !r->err)
		more = r->dat.nr_trail ? trail_play(m, until_ns) : plain_play(m, until_ns);
	if (r->err)
		replay_finish(m);
	if (m->ui)
		snapshot_ready(&m->snap, m->table);
	return !r->finished;
}

void replay_delay(struct monitor *m, uint64_t delay_ns)
{
	struct replay *r = m->replay;

	r->asked_ns = r->delay_ns = delay_ns;
	r->due_ns = (m->at_ns > m->begin_ns ? m->at_ns : m->begin_ns) + delay_ns;
}

uint64_t replay_first_ns(const struct monitor *m)
{
	return m->replay->first_ns;
}

uint64_t replay_last_ns(const struct monitor *m)
{
	return m->replay->last_ns;
}

uint64_t replay_due_ns(const struct monitor *m)
{
	return m->replay->delay_ns ? m->replay->due_ns : UINT64_MAX;
}

int replay_pid_digits(const struct monitor *m)
{
	unsigned int digits = m->replay->pid_digits;

	return digits && digits <= PID_DIGITS ? (int)digits : PID_DIGITS;
}

bool replay_failed(struct monitor *m, const struct fault *fault)
{
	m->replay->err = -EINVAL;
	m->replay->fault = *fault;
	return true;
}

bool replay_command(const struct monitor *m)
{
	return m->replay->command;
}

double replay_share(const struct monitor *m)
{
	const struct replay *r = m->replay;

	return r->dat.sum ? (double)source_file_done(r->file) / (double)r->dat.sum : 1;
}

void replay_ask(struct monitor *m, uint32_t tid, uint64_t ts_ns)
{
	if (m->replay->dat.nr_trail)
		trail_ask(m, tid, ts_ns);
}

void replay_called(struct monitor *m, const struct call *call)
{
	if (!m->replay->dat.nr_trail)
		plain_called(m, call);
}

void replay_before(struct monitor *m, const struct event *event)
{
	if (!m->replay->dat.nr_trail)
		plain_before(m, event);
}

bool replay_own(struct monitor *m, const struct event *event)
{
	const struct replay *r = m->replay;

	if (!r->canary_tid || event->tid != r->canary_tid || event->ts_ns < r->canary_ns)
		return false;
	m->canary.tid = r->canary_tid;
	return event->ts_ns == r->canary_ns;
}

void replay_user(const struct replay *r, uint32_t uid, char *text, size_t size)
{
	const char *name = r->dat.nr_trail ? replay_names_find(&r->names, uid) : NULL;

	if (name)
		snprintf(text, size, "%s", name);
	else
		snprintf(text, size, "%" PRIu32, uid);
}

uint32_t replay_uid(const struct monitor *m)
{
	const struct options *o = m->config->options;

	if (!o->user_name)
		return o->user;
	if (!m->replay->dat.nr_trail)
		return REPLAY_NOBODY;
	return replay_names_id(&m->replay->names, o->user_name, REPLAY_NOBODY);
}

const struct daytime *replay_daytime(const struct monitor *m)
{
	return &m->replay->daytime;
}

unsigned int replay_applies(const struct monitor *m)
{
	return m->replay->applies < AUDIT_POLICIES ? m->replay->applies : AUDIT_MDWE;
}

void replay_free(struct replay *r)
{
	if (!r)
		return;
	source_file_free(r->file);
	replay_names_done(&r->names);
	daytime_done(&r->daytime);
	bits_done(&r->streams);
	free(r->part);
	twice_free(r->twice);
	dat_done(&r->dat);
	free(r);
}
