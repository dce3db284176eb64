/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/fmt.h"
#include "base/mem.h"
#include "metrics.h"
#include "monitor.h"
#include "output/output.h"
#include "player.h"
#include "record.h"
#include "replay.h"
#include "request.h"
#include "tui/screen.h"
#include "watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SECOND_NS      1000000000ULL
#define CANARY_WAIT_NS 500000000ULL
#define KEEP_NS        1000000000ULL

void monitor_notice(struct monitor *m, const struct notice *notice)
{
	double time = monitor_wall_s(m);

	record_notice(m, notice, time);
	if (m->output)
		output_notice(m->output, notice, time);
	if (m->ui) {
		char text[600];

		snprintf(text, sizeof(text), "%s: %s; %s", notice->object, notice->text,
			notice->remedy);
		ui_tell(m->ui, text);
	} else if (!m->output || !m->config->options->format->machine ||
		   m->config->output_fd != STDERR_FILENO) {
		fprintf(stderr, "mprottop: %s: %s; %s\n", notice->object, notice->text,
			notice->remedy);
	}
}

void monitor_recorded(struct monitor *m, const struct notice *notice, bool last)
{
	const struct format *format = m->config->options->format;
	char text[600];

	snprintf(text, sizeof(text), "recorded: %s: %s", notice->object, notice->text);
	if (m->output)
		output_notice(m->output, notice, monitor_wall_s(m));
	if (m->ui && !last)
		ui_tell(m->ui, text);
	else if (!m->ui && !(m->output && format->notice))
		fprintf(stderr, "mprottop: %s\n", text);
}

void monitor_suspended(struct monitor *m)
{
	struct notice notice = {.cause = "suspended",
		.object = "system",
		.remedy = "times and rates leave that out"};
	char text[FMT_SIZE];
	uint64_t slept_ns = m->proc && !m->over ? proc_suspended(m->proc) : 0, now_ns;

	if (!slept_ns)
		return;
	/* what was read up to here came before: a process that waits runs at once after a resume */
	now_ns = monitor_now_ns(m);
	record_suspended(m, now_ns, slept_ns);
	daytime_step(&m->daytime, now_ns, slept_ns);
	snprintf(notice.text, sizeof(notice.text), "it was suspended for %s, and no process ran",
		fmt_duration(text, (slept_ns + SECOND_NS - 1) / SECOND_NS));
	monitor_notice(m, &notice);
}

/* The canary or a setting tells that figures may be wrong from now on. */
static void set_trouble(struct monitor *m, const struct notice *notice)
{
	if (!notice)
		m->health.trouble[0] = '\0';
	else
		snprintf(m->health.trouble, sizeof(m->health.trouble), "%.80s; %.76s", notice->text,
			notice->remedy);
}

static bool canary_notice(struct monitor *m, struct notice *notice)
{
	const struct canary_shot *shot = canary_wrong(&m->canary);

	*notice = (struct notice){0};
	if (shot) {
		snprintf(notice->cause, sizeof(notice->cause), "fields_wrong");
		snprintf(notice->text, sizeof(notice->text), "the probe delivers wrong arguments");
	} else {
		shot = canary_silent(&m->canary);
		if (!shot)
			return false;
		snprintf(notice->cause, sizeof(notice->cause), "probe_gone");
		snprintf(notice->text, sizeof(notice->text), "the probe no longer fires");
	}
	snprintf(notice->object, sizeof(notice->object), "%s", shot->place);
	snprintf(notice->remedy, sizeof(notice->remedy), "start mprottop again");
	return true;
}

void monitor_tell_refused(struct monitor *m)
{
	const struct canary_shot *shot = canary_refused(&m->canary);
	struct notice notice = {.cause = "seccomp",
		.text = "a seccomp filter refuses our own test call, so this probe is not proved",
		.remedy = "run it where no filter refuses memory that is writable and executable"};

	if (!shot)
		return;
	snprintf(notice.object, sizeof(notice.object), "%s", shot->place);
	monitor_notice(m, &notice);
}

/* What a kernel never writes, or what somebody else left in our buffer. */
void monitor_damage(struct monitor *m)
{
	const struct source_counts *counts = source_counts(m->source);
	struct notice notice = {
		.cause = "bad_page", .remedy = "report this with the kernel's version"};

	if (counts->bad_pages == m->bad_pages)
		return;
	if (m->replay)
		snprintf(notice.remedy, sizeof(notice.remedy), "record or copy it again");
	m->bad_pages = counts->bad_pages;
	m->health.impaired = true;
	snprintf(notice.object, sizeof(notice.object), "cpu%u", counts->bad_cpu);
	snprintf(notice.text, sizeof(notice.text), "a page of the ring buffer is damaged (%s)",
		counts->bad_name);
	monitor_notice(m, &notice);
}

/* Tells what is new of settings and counters; false where all is as it should be. */
static bool tell_meddling(struct monitor *m, struct notice *notice)
{
	bool any = false;

	meddle_look(&m->meddle, m->source, &m->knobs);
	while (knobs_check(&m->knobs, notice)) {
		monitor_notice(m, notice);
		any = true;
	}
	m->account.filtered |= knobs_filtered(&m->knobs, SOURCE_COUNTED);
	return knobs_off(&m->knobs, notice) || any;
}

void monitor_watch_end(struct monitor *m)
{
	struct notice notice;

	monitor_damage(m);
	if (!m->arming)
		m->health.impaired |= tell_meddling(m, &notice);
}

void monitor_watch(struct monitor *m)
{
	uint64_t now_ns = monitor_now_ns(m);
	struct notice notice, silent;
	bool behind, off, dead = false;

	/* events are there that have to be off */
	if (m->arming)
		return;
	/* it may have come while this process stood still */
	behind = canary_silent(&m->canary) && monitor_drain(m, false);
	monitor_damage(m);
	off = tell_meddling(m, &notice);
	/* one that was lost is accounted for, and says nothing */
	behind |= m->meddle.losing;
	if (now_ns - m->canary.fired_ns > CANARY_WAIT_NS && (!behind || canary_wrong(&m->canary)))
		dead = canary_notice(m, &silent);
	/* a setting explains the silence; else it is told by itself, once */
	if (dead && !off && !m->health.trouble[0])
		monitor_notice(m, &silent);
	/* what was not recorded then is in no account */
	m->health.impaired |= off || dead;
	set_trouble(m, off ? &notice : dead ? &silent : NULL);
	canary_fire(&m->canary, now_ns);
	if (knobs_gone(&m->knobs))
		request_mend(m);
}

void monitor_user(const void *arg, uint32_t uid, char *text, size_t size)
{
	const struct monitor *m = arg;

	if (m->replay)
		replay_user(m->replay, uid, text, size);
	else
		users_name(m->users, uid, text, size);
}

static void fill_snapshot(struct monitor *m, double time)
{
	if (!m->replay)
		account_health(&m->account, &m->health);
	snapshot_take(&m->snap, m->table, &m->view, m->zero_ns, monitor_user, m);
	m->snap.health = m->health;
	m->snap.cost = m->cost.known;
	m->snap.seq = m->seq;
	m->snap.time = time;
	m->snap.daytime = monitor_daytime(m);
	m->snap.recorded = record_size(m);
	if (m->replay)
		player_tell(m);
	if (m->view.want & VIEW_SELF)
		self_tell(m);
	watch_tell(m);
}

void monitor_update(struct monitor *m, uint64_t now_ns, bool final)
{
	bool paused = m->ui && ui_paused(m->ui) && !final && !m->replay;
	double time = monitor_wall_s(m);

	if (!m->replay) {
		m->health.buffer_pct = m->fill > 1.0 ? 100.0 : 100.0 * m->fill;
		self_measure(m, now_ns);
		account_health(&m->account, &m->health);
		record_update(m, now_ns, time, final);
	}
	m->fill = 0;
	/* names for the lines of a process that ended are still wanted */
	table_close(m->table, now_ns,
		m->ui        ? ui_keep_ns(m->ui)
		: m->events  ? KEEP_NS
		: m->auditor ? UINT64_MAX
			     : 0);
	m->seq++;
	if (m->metrics)
		metrics_update(m->metrics, m, time);
	if (paused)
		return;
	m->snap.ended = final || m->command_ended;
	/* what is told from now on is of that time, live and in a replay */
	if (final && !m->replay) {
		m->over = true;
		m->at_ns = now_ns;
		m->at_s = time;
	}
	fill_snapshot(m, time);
	m->failed |= m->snap.failed;
	if (m->snap.failed && m->config->options->fail_fast)
		m->stop = true;
	if (m->output)
		output_update(m->output, &m->snap);
	if (m->ui && (m->replay ? !m->player.seeks : !final))
		monitor_draw(m);
}

void monitor_retake(struct monitor *m)
{
	ui_view(m->ui, &m->view);
	fill_snapshot(m, monitor_wall_s(m));
	monitor_draw(m);
}

void monitor_resort(struct monitor *m)
{
	ui_view(m->ui, &m->view);
	snapshot_sort(&m->snap, &m->view);
	monitor_draw(m);
}

void monitor_draw(struct monitor *m)
{
	int width, height;
	double ms;

	screen_size(&width, &height);
	if (width != m->canvas.width || height != m->canvas.height)
		canvas_resize(&m->canvas, width, height);
	ui_draw(m->ui, &m->snap, &m->canvas);
	screen_show(&m->canvas, m->repaint);
	m->repaint = false;
	m->frames++;
	/* with all that a key had to wait for */
	ms = (double)(monitor_clock_ns() - m->woke_ns) / 1e6;
	if (ms > m->longest_frame_ms)
		m->longest_frame_ms = ms;
}
