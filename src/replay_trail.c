/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mem.h"
#include "replay_state.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void trail_damaged(struct replay *r, const char *what)
{
	replay_damaged(r, r->record_at, what);
}

/* Makes the next option that holds a part of the trail the one that is read; false: there is none,
 * or it cannot be read. */
static bool next_part(struct replay *r)
{
	const struct dat_part *part;
	struct fault fault;

	if (r->next_part == r->dat.nr_trail)
		return false;
	part = &r->dat.trail[r->next_part++];
	free(r->part);
	r->part_at = part->at;
	r->part = dat_read(&r->dat, part, DAT_BLOB_MOST, &fault);
	if (!r->part) {
		r->err = -EINVAL;
		r->fault = fault;
		return false;
	}
	trail_begin(&r->trail, r->part, part->len, r->dat.big_endian);
	return true;
}

static uint64_t bounded(uint64_t ns)
{
	return ns < EVENT_TIME_MOST ? ns : EVENT_TIME_MOST;
}

/* The next record. False at the end, or where the trail is damaged: then *out is of no kind. */
static bool next(struct replay *r, struct trail_record *out)
{
	*out = (struct trail_record){.kind = 0};
	if (r->err)
		return false;
	if (r->has_held) {
		*out = r->held;
		r->has_held = false;
		return true;
	}
	do {
		r->record_at = r->part_at + r->trail.at;
		if (trail_next(&r->trail, out)) {
			out->ts_ns = bounded(out->ts_ns);
			return true;
		}
		if (r->trail.error)
			trail_damaged(r, trail_error_name(r->trail.error));
	} while (!r->err && next_part(r));
	return false;
}

static void hold(struct replay *r, const struct trail_record *rec)
{
	assert(trail_kind_name(rec->kind));
	r->held = *rec;
	r->has_held = true;
}

/* Why a record may not stand where it does; NULL: it may. */
static const char *misplaced(const struct replay *r, const struct trail_record *rec)
{
	switch (trail_place(rec->kind)) {
	case TRAIL_FIRST:
		return "its trail begins a second time";
	case TRAIL_UNPULLED:
		return r->pulled ? "its trail tells of a CPU after pages were read" : NULL;
	case TRAIL_ONCE:
		return r->begun ? "its trail says twice since when calls count" : NULL;
	case TRAIL_BEGUN:
		return r->begun ? NULL : "its trail goes on before it says since when calls count";
	case TRAIL_ANYWHERE:
		break;
	}
	return NULL;
}

/* Does what a record says, where it may stand there. */
static void go(struct monitor *m, const struct trail_record *rec)
{
	struct replay *r = m->replay;
	const char *wrong = misplaced(r, rec);

	if (wrong) {
		trail_damaged(r, wrong);
		return;
	}
	r->pulled |= rec->kind == TRAIL_PULL;
	r->begun |= rec->kind == TRAIL_BEGIN;
	if (rec->ts_ns > m->at_ns)
		replay_at(m, rec->ts_ns);
	if (rec->ts_ns > r->last_ns)
		r->last_ns = rec->ts_ns;
	trail_execute(m, rec);
}

void trail_ask(struct monitor *m, uint32_t tid, uint64_t ts_ns)
{
	struct replay *r = m->replay;
	struct trail_record rec;
	uint32_t nr = 0;
	bool more;

	while ((more = next(r, &rec)) && rec.kind == TRAIL_USER)
		trail_execute(m, &rec);
	if (!more)
		return;
	if (rec.kind != TRAIL_ASK || rec.u.ask.tid != tid || rec.ts_ns != ts_ns) {
		hold(r, &rec);
		return;
	}
	nr = rec.u.ask.nr;
	while (next(r, &rec)) {
		bool ident = rec.kind == TRAIL_IDENT;

		if ((ident && !nr) ||
			(!ident && rec.kind != TRAIL_TOLD && rec.kind != TRAIL_USER)) {
			hold(r, &rec);
			return;
		}
		nr -= ident;
		trail_execute(m, &rec);
	}
}

static bool is_delay(double s, uint64_t ns)
{
	double diff = s * 1e9 - (double)ns;

	return diff > -1 && diff < 1;
}

static void take_settings(struct monitor *m, const struct trail_record *rec)
{
	struct replay *r = m->replay;
	struct run_info *info = &m->info;
	char source[16];

	m->foreign = rec->u.settings.flags & TRAIL_FOREIGN;
	r->command = rec->u.settings.flags & TRAIL_HAS_COMMAND;
	r->full = rec->u.settings.flags & TRAIL_FULL;
	r->canary_tid = rec->u.settings.canary_tid;
	r->canary_ns = rec->u.settings.canary_ns;
	r->applies = rec->u.settings.applies;
	daytime_begin(&r->daytime, replay_number(rec->u.settings.offset_s));
	info->compat_visible = rec->u.settings.flags & TRAIL_COMPAT_VISIBLE;
	info->cpus = rec->u.settings.cpus;
	r->pid_digits = rec->u.settings.pid_digits;
	trail_clean(info->host, sizeof(info->host), &rec->u.settings.host);
	trail_clean(info->kernel, sizeof(info->kernel), &rec->u.settings.kernel);
	trail_clean(info->machine, sizeof(info->machine), &rec->u.settings.machine);
	trail_clean(info->boot_id, sizeof(info->boot_id), &rec->u.settings.boot_id);
	trail_copy(source, sizeof(source), &rec->u.settings.source);
	m->knobs.kprobes = !strcmp(source, "kprobe");
	/* until it tells */
	m->health.partial = true;
	m->health.buffer_pct = m->health.self_cpu_pct = NAN;
	/* the same delay: the same updates */
	if (is_delay(rec->u.settings.delay_s, r->delay_ns))
		r->delay_ns = 0;
	if (!r->delay_ns)
		info->delay_s = replay_number(rec->u.settings.delay_s);
}

/* How long it is, and who its users are: what is damaged is told when the replay comes there. */
static void look_through(struct monitor *m)
{
	struct replay *r = m->replay;
	struct trail_record rec;
	struct trail trail;

	for (size_t i = 0; i < r->dat.nr_trail; i++) {
		const struct dat_part *part = &r->dat.trail[i];
		char *bytes = dat_read(&r->dat, part, DAT_BLOB_MOST, NULL);

		if (!bytes)
			return;
		trail_begin(&trail, bytes, part->len, r->dat.big_endian);
		while (trail_next(&trail, &rec)) {
			if (rec.kind == TRAIL_USER)
				trail_execute(m, &rec);
			if (rec.kind == TRAIL_UPDATE && bounded(rec.ts_ns) > r->last_ns)
				r->last_ns = bounded(rec.ts_ns);
		}
		free(bytes);
	}
}

int trail_start(struct monitor *m, struct fault *fault)
{
	struct replay *r = m->replay;
	struct trail_record rec;

	if (!r->last_ns)
		look_through(m);

	if (!next(r, &rec) || rec.kind != TRAIL_SETTINGS ||
		rec.u.settings.version != TRAIL_VERSION) {
		trail_damaged(r, "its trail is of no version that is known");
		return replay_err(m, fault);
	}
	take_settings(m, &rec);
	monitor_model(m, r->dat.big_endian, rec.u.settings.buffer_size + 1,
		bounded(rec.u.settings.start_ns));
	r->file = source_file_new(&r->dat, m->source, fault);
	if (!r->file)
		return -EINVAL;
	replay_at(m, bounded(rec.u.settings.start_ns));
	m->begin_ns = r->due_ns = UINT64_MAX;
	/* to where calls count */
	while (!r->begun && next(r, &rec))
		go(m, &rec);
	if (m->begin_ns == UINT64_MAX)
		replay_begin(m, m->at_ns);
	return replay_err(m, fault);
}

/* The recording was cut: what the buffers still hold was read by nobody. */
static void cut_off(struct monitor *m)
{
	static const struct notice cut = {.cause = "recording_cut",
		.object = "recording",
		.text = "it was cut off, and ends where that happened",
		.remedy = "nothing can bring back what is missing"};

	m->health.impaired = true;
	monitor_notice(m, &cut);
	replay_finish(m);
}

bool trail_play(struct monitor *m, uint64_t until_ns)
{
	struct replay *r = m->replay;
	struct trail_record rec;

	if (r->pulling) {
		trail_pull(m);
		return !r->finished;
	}
	if (!next(r, &rec)) {
		if (!r->err && !r->finished)
			cut_off(m);
		return false;
	}
	if (rec.ts_ns > until_ns) {
		hold(r, &rec);
		return false;
	}
	if (rec.ts_ns >= r->end_ns && rec.kind != TRAIL_PULL) {
		replay_at(m, r->end_ns);
		replay_finish(m);
		return false;
	}
	go(m, &rec);
	return !r->finished;
}
