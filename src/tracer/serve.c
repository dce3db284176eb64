/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tracer's side of its conversation with the monitor. */
#include "base/mem.h"
#include "base/msg.h"
#include "model/event.h"
#include "tracer/handover.h"
#include "tracer/keeper.h"
#include "tracer/mend.h"
#include "tracer/saver.h"
#include "tracer/tracer_state.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#define HELPERS_MOST 256 /* processes that make a file for the monitor */
#define SAVING_MOST_MS                                                                             \
	600000 /* that putting a recording together may take after the end was asked for */

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

	return handover_costs(&h, t->sock);
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
	int err;

	/* not for nobody to watch, and not when the end was asked for */
	if (!t->config->command || t->command.pid || !t->monitor || t->kill_at_ms)
		return;
	oom_lift(&t->oom);
	err = command_start(&t->command, &t->result.fault);
	oom_lower(&t->oom);
	if (err) {
		t->command_ended = true;
		t->command_status = -1;
		kill(t->monitor, SIGTERM);
		return;
	}
	tracer_say(t, SAY_STARTED);
}

static void on_armed(struct tracer *t, const struct msg *m)
{
	(void)m;
	t->armed = true;
	start_command(t);
}

static void on_restore(struct tracer *t, const struct msg *m)
{
	if (m->len > sizeof(t->restore))
		return;
	memcpy(t->restore, m->u.bytes, m->len);
	t->restore_len = m->len;
}

/* Shown columns need more: events are made now and armed once the monitor can read them. What was
 * tried before is not tried again, however often it is asked for. */
static void on_want(struct tracer *t, const struct msg *m)
{
	uint32_t wanted = m->u.want.facts & t->config->ever & ~fact_free();

	t->nr_armed = t->nr_sent = t->setup.nr_events;
	t->lacking = (struct fault){0};
	t->asked = wanted;
	t->arming = true;
	if (wanted & ~t->setup.wanted)
		setup_more(&t->setup, &t->tracing, wanted, &t->lacking);
	tracer_say(t, SAY_EVENTS);
}

/* Another program took events from us. All are handed over again, and armed as above; how often is
 * counted here too, where a monitor that was taken over cannot. */
static void on_mend(struct tracer *t, const struct msg *m)
{
	(void)m;
	t->nr_armed = t->setup.nr_events;
	t->nr_sent = 0;
	t->lacking = (struct fault){0};
	t->arming = t->mending = true;
	if (t->nr_mends < MSG_MEND_MOST)
		mend_events(&t->setup, &t->tracing, ++t->nr_mends, &t->lacking);
	tracer_say(t, SAY_EVENTS);
}

static void on_arm(struct tracer *t, const struct msg *m)
{
	(void)m;
	t->arming = false;
	if (t->mending)
		mend_arm(&t->setup, &t->tracing, &t->lacking);
	t->mending = false;
	setup_arm(&t->setup, &t->tracing, t->nr_armed, &t->price, &t->lacking);
	t->nr_armed = t->setup.nr_events;
	tracer_say(t, SAY_COSTS | SAY_FACTS);
}

static void on_maps(struct tracer *t, const struct msg *m)
{
	answer_maps(&t->answerer, t->sock, m->u.maps.pid, tracer_now_ns());
}

static void on_exe(struct tracer *t, const struct msg *m)
{
	answer_exe(&t->exes, t->sock, m->u.maps.pid, tracer_now_ns());
}

/* Each is a process: a monitor that was taken over shall not make them without end. */
static bool too_many(struct tracer *t, enum msg_kind kind, const char *what)
{
	struct msg_done no = {0};

	if (t->nr_helpers < HELPERS_MOST) {
		t->nr_helpers++;
		return false;
	}
	no.status = fault_set(&no.fault, 0, "mprottop", "start it again",
		"%s: this run has made %d files already", what, HELPERS_MOST);
	msg_try_send(t->sock, kind, &no, sizeof(no), NULL, 0);
	return true;
}

static void on_open(struct tracer *t, const struct msg *m)
{
	if (too_many(t, MSG_KEPT, "cannot make the recording"))
		return;
	oom_lift(&t->oom);
	keeper_answer(t->sock, t->dir, m->u.open.name);
	oom_lower(&t->oom);
}

static void on_save(struct tracer *t, const struct msg *m)
{
	if (too_many(t, MSG_SAVED, "nothing is saved"))
		return;
	if (t->saver >= 0) {
		saver_pass(t->saver, m->u.bytes, m->len);
		return;
	}
	oom_lift(&t->oom);
	saver_answer(t->sock, t->config->settings, m->u.bytes, m->len);
	oom_lower(&t->oom);
}

static void on_saving(struct tracer *t, const struct msg *m)
{
	int64_t now_ms = tracer_now_ms();

	(void)m;
	if (!t->saving_end_ms)
		t->saving_end_ms = now_ms + SAVING_MOST_MS;
	if (now_ms < t->saving_end_ms)
		t->kill_at_ms = now_ms + STOP_WAIT_MS;
}

static void on_done(struct tracer *t, const struct msg *m)
{
	t->done = true;
	/* who is done ends */
	if (!t->kill_at_ms)
		t->kill_at_ms = tracer_now_ms() + STOP_WAIT_MS;
	if (!t->result.fault.what[0])
		t->result = m->u.done;
}

/* What holds of a run, at its start or by now. */
enum {
	RUN_TRACES = 0x1,    /* it is no replay */
	RUN_SCREEN = 0x2,    /* it is live on a terminal */
	RUN_RECORDS = 0x4,   /* it can make a recording */
	RUN_SITES = 0x8,     /* it can need to know where calls come from */
	RUN_PROGRAMS = 0x10, /* or which program a process runs */
	RUN_ARMED = 0x20,
	RUN_SETTLED = 0x40, /* no more probes are under way */
	RUN_ARMING = 0x80,  /* some are */
	RUN_ENDING = 0x100, /* the monitor was told to end, once */
};

static unsigned int run_is(const struct tracer *t)
{
	const struct tracer_config *c = t->config;
	bool traces = c->read_fd < 0;

	return (traces ? RUN_TRACES : 0) | (c->live ? RUN_SCREEN : 0) |
	       (traces && (c->live || c->write) ? RUN_RECORDS : 0) |
	       (c->ever & fact_mask("site") ? RUN_SITES : 0) |
	       (c->ever & fact_mask("exe") ? RUN_PROGRAMS : 0) | (t->armed ? RUN_ARMED : 0) |
	       (t->arming ? RUN_ARMING : RUN_SETTLED) |
	       (t->kill_at_ms && !t->insisted ? RUN_ENDING : 0);
}

/* All that a monitor can have, and when. It may be a stranger's by then, so nothing is done for it
 * that this run has no use for; what is not served is dropped. */
static const struct service {
	enum msg_kind kind;
	unsigned int needs; /* RUN_ bits: all of them */
	void (*serve)(struct tracer *t, const struct msg *m);
} services[] = {
	{MSG_ARMED, RUN_TRACES, on_armed},
	{MSG_RESTORE, RUN_SCREEN, on_restore},
	{MSG_WANT, RUN_TRACES | RUN_ARMED | RUN_SETTLED, on_want},
	{MSG_ARM, RUN_TRACES | RUN_ARMED | RUN_ARMING, on_arm},
	{MSG_MEND, RUN_TRACES | RUN_ARMED | RUN_SETTLED, on_mend},
	{MSG_MAPS, RUN_TRACES | RUN_SITES, on_maps},
	{MSG_EXE, RUN_TRACES | RUN_PROGRAMS, on_exe},
	{MSG_OPEN, RUN_TRACES | RUN_SCREEN | RUN_ARMED, on_open},
	{MSG_SAVE, RUN_SCREEN, on_save},
	{MSG_SAVING, RUN_RECORDS | RUN_ENDING, on_saving},
	{MSG_DONE, 0, on_done},
};

int tracer_serve(struct tracer *t, struct msg *m)
{
	int err = msg_recv(t->sock, m, false);

	if (err == -EPROTO && !t->result.fault.what[0])
		fault_set(&t->result.fault, 0, "mprottop", "report this",
			"what the monitor process sent is no message");
	if (err <= 0)
		return err == -EAGAIN ? 0 : -1;
	for (size_t i = 0; i < ARRAY_SIZE(services); i++) {
		const struct service *s = &services[i];

		if (s->kind == m->kind && !(s->needs & ~run_is(t))) {
			s->serve(t, m);
			break;
		}
	}
	msg_done(m);
	return 1;
}
