/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tracer's side of its conversation with the monitor. */
#include "base/msg.h"
#include "model/event.h"
#include "tracer/handover.h"
#include "tracer/keeper.h"
#include "tracer/saver.h"
#include "tracer/tracer_state.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#define KEEPERS_MOST 256

uint64_t tracer_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

int64_t tracer_now_ms(void)
{
	return (int64_t)(tracer_now_ns() / 1000000);
}

static int say_command(struct tracer *t, enum msg_kind kind)
{
	struct msg_command m = {t->command.pid, t->command_status};

	return msg_try_send(t->sock, kind, &m, sizeof(m), NULL, 0);
}

static int say_events(struct tracer *t)
{
	const struct handover h = {.setup = &t->setup, .tracing = &t->tracing};

	return handover_more(&h, &t->nr_sent, t->sock, &t->lacking);
}

static int say_costs(struct tracer *t)
{
	const struct handover h = {.setup = &t->setup, .price = &t->price};

	return handover_costs(&h, t->sock, msg_try_send);
}

static int say_facts(struct tracer *t)
{
	struct msg_facts m = {t->setup.given, setup_whole(&t->setup), t->lacking};

	/* of the facts asked for it is one alone that needs it */
	if (!m.fault.what[0] && t->asked & ~t->setup.given & fact_mask("old"))
		m.fault = t->setup.no_fixup;
	return msg_try_send(t->sock, MSG_FACTS, &m, sizeof(m), NULL, 0);
}

void tracer_say(struct tracer *t, unsigned int more)
{
	t->says |= more;
	for (unsigned int what = SAY_STARTED; what <= SAY_FACTS; what <<= 1) {
		int err;

		if (!(t->says & what))
			continue;
		if (what == SAY_EVENTS)
			err = say_events(t);
		else if (what == SAY_COSTS)
			err = say_costs(t);
		else if (what == SAY_FACTS)
			err = say_facts(t);
		else
			err = say_command(t, what == SAY_ENDED ? MSG_ENDED : MSG_STARTED);
		if (err == -EAGAIN)
			return;
		t->says &= ~what;
	}
}

/* The canary was seen: COMMAND may run. A COMMAND that cannot is told as the run's failure. */
static void start_command(struct tracer *t)
{
	/* not for nobody to watch, and not when the end was asked for */
	if (!t->config->command || t->command.pid || !t->monitor || t->kill_at_ms)
		return;
	if (command_start(&t->command, &t->result.fault)) {
		t->command_ended = true;
		t->command_status = -1;
		kill(t->monitor, SIGTERM);
		return;
	}
	tracer_say(t, SAY_STARTED);
}

/* Shown columns need more: events are made now and armed once the monitor can read them. What was
 * tried before is not tried again, however often it is asked for. */
static void want(struct tracer *t, uint32_t wanted)
{
	t->nr_armed = t->nr_sent = t->setup.nr_events;
	t->lacking = (struct fault){0};
	t->asked = wanted;
	t->arming = true;
	if (wanted & ~t->setup.wanted)
		setup_more(&t->setup, &t->tracing, wanted, &t->lacking);
	tracer_say(t, SAY_EVENTS);
}

static void arm_more(struct tracer *t)
{
	t->arming = false;
	setup_arm(&t->setup, &t->tracing, t->nr_armed, &t->price, &t->lacking);
	t->nr_armed = t->setup.nr_events;
	tracer_say(t, SAY_COSTS | SAY_FACTS);
}

/* Where calls come from is shown, or what they changed. */
static bool allows_maps(const struct tracer *t)
{
	return t->setup.wanted & fact_mask("site");
}

int tracer_serve(struct tracer *t, struct msg *m)
{
	int err = msg_recv(t->sock, m, false);

	if (err <= 0)
		return err == -EAGAIN ? 0 : -1;
	if (m->kind == MSG_ARMED) {
		t->armed = true;
		start_command(t);
	} else if (m->kind == MSG_RESTORE && m->len <= sizeof(t->restore)) {
		memcpy(t->restore, m->u.bytes, m->len);
		t->restore_len = m->len;
	} else if (m->kind == MSG_WANT && t->armed && !t->arming) {
		want(t, m->u.want.facts);
	} else if (m->kind == MSG_ARM && t->arming) {
		arm_more(t);
	} else if (m->kind == MSG_MAPS) {
		answer_maps(&t->answerer, t->sock, m->u.maps.pid, allows_maps(t), tracer_now_ns());
	} else if (m->kind == MSG_EXE) {
		answer_exe(&t->exes, t->sock, m->u.maps.pid, tracer_now_ns());
	} else if (m->kind == MSG_OPEN && t->armed && t->dir >= 0 &&
		   t->nr_keepers++ < KEEPERS_MOST) {
		keeper_answer(t->sock, t->dir, m->u.open.name);
	} else if (m->kind == MSG_SAVE && t->nr_keepers++ < KEEPERS_MOST) {
		saver_answer(t->sock, t->config->settings, m->u.bytes, m->len);
	} else if (m->kind == MSG_SAVING && t->kill_at_ms && !t->insisted) {
		t->kill_at_ms = tracer_now_ms() + STOP_WAIT_MS;
	} else if (m->kind == MSG_DONE) {
		t->done = true;
		if (!t->result.fault.what[0])
			t->result = m->u.done;
	}
	msg_done(m);
	return 1;
}
