/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "player.h"
#include "base/num.h"
#include "replay.h"
#include "request.h"

#include <stdio.h>
#include <unistd.h>

#define FRAME_NS    50000000ULL  /* between looks at the clock */
#define BEFORE_NS   5000000ULL   /* an update */
#define PROGRESS_NS 200000000ULL /* between tellings */

/* The two clocks run side by side from here on. */
static void set_clocks(struct monitor *m)
{
	m->player.clock_ns = monitor_clock_ns();
	m->player.at_ns = m->at_ns > m->begin_ns ? m->at_ns : m->begin_ns;
}

void player_start(struct monitor *m)
{
	const struct options *o = m->config->options;
	struct player *p = &m->player;

	p->speed = o->speed > 0 ? o->speed : m->config->live ? 1 : 0;
	set_clocks(m);
	p->tells = !m->config->live && isatty(STDERR_FILENO) && !isatty(m->config->output_fd);
}

static void progress(struct monitor *m, uint64_t clock_ns)
{
	struct player *p = &m->player;

	if (!p->tells || clock_ns < p->told_ns + PROGRESS_NS)
		return;
	fprintf(stderr, "\rmprottop: replay %3.0f %%", 100 * replay_share(m));
	p->told_ns = clock_ns;
	p->told = true;
}

/* Where the recording is to be now. */
static uint64_t place(const struct player *p, uint64_t clock_ns)
{
	double ns = (double)(clock_ns - p->clock_ns) * p->speed;

	return ns < 1e18 ? p->at_ns + num_u64_of_double(ns) : UINT64_MAX;
}

/* When the clock is to be looked at again. What comes up to an update is read a moment before it,
 * so that a key need not wait for both. */
static uint64_t next_look(const struct monitor *m, uint64_t clock_ns)
{
	const struct player *p = &m->player;
	uint64_t due_ns = replay_due_ns(m);
	double left_ns = due_ns > m->at_ns ? (double)(due_ns - m->at_ns) / p->speed : 0;

	if (left_ns >= (double)FRAME_NS + BEFORE_NS)
		return clock_ns + FRAME_NS;
	if (left_ns > 2.0 * BEFORE_NS)
		left_ns -= BEFORE_NS;
	return clock_ns + num_u64_of_double(left_ns) + 1;
}

uint64_t player_go(struct monitor *m, uint64_t clock_ns)
{
	struct player *p = &m->player;
	bool paced = p->speed > 0;
	uint64_t until_ns = paced ? place(p, clock_ns) : UINT64_MAX;

	if (m->held || (m->ui && ui_paused(m->ui)))
		return UINT64_MAX;
	if (!replay_play(m, until_ns)) {
		m->held = m->ui != NULL;
		m->stop |= !m->held;
	}
	progress(m, clock_ns);
	/* behind: more than one update is due */
	return paced && m->at_ns >= until_ns ? next_look(m, clock_ns) : clock_ns;
}

static void rewind_to_start(struct monitor *m)
{
	struct fault fault = {0};

	m->held = false;
	m->snap.ended = false;
	if (!replay_rewind(m, &fault))
		request_facts(m, ui_facts(m->ui));
	else
		m->stop = m->held = replay_failed(m, &fault);
}

/* To the update with that number, or (0) to the time; the start or the end where it is beyond. */
static void seek(struct monitor *m, uint64_t seq, uint64_t ns)
{
	m->player.seeks = true;
	if (seq ? seq <= m->seq : ns < m->at_ns)
		rewind_to_start(m);
	while (!m->held && (seq ? m->seq < seq : m->at_ns < ns)) {
		uint64_t before_ns = m->at_ns, nr = m->seq;

		m->held = !replay_play(m, seq ? UINT64_MAX : ns);
		/* nothing more up to there */
		if (m->at_ns == before_ns && m->seq == nr)
			break;
	}
	m->player.seeks = false;
}

static void jump(struct monitor *m, const struct ui_jump *to)
{
	uint64_t first_ns = replay_first_ns(m);

	if (to->placed)
		seek(m, 0, first_ns + num_u64_of_double(to->place_s * 1e9));
	if (to->step > 0 && !m->held)
		seek(m, m->seq + (uint64_t)to->step, 0);
	else if (to->step < 0 && m->seq > (uint64_t)-to->step)
		seek(m, m->seq - (uint64_t)-to->step, 0);
	else if (to->step < 0)
		seek(m, 0, first_ns);
}

void player_react(struct monitor *m, unsigned int react)
{
	struct ui_jump to = ui_jump(m->ui);

	if (react & REACT_JUMP)
		jump(m, &to);
	if (react & REACT_DELAY)
		replay_delay(m, num_u64_of_double(ui_delay_s(m->ui) * 1e9));
	set_clocks(m);
	if (react & REACT_JUMP && !m->stop)
		monitor_retake(m);
}

void player_tell(struct monitor *m)
{
	struct snapshot *snap = &m->snap;
	uint64_t first_ns = replay_first_ns(m), last_ns = replay_last_ns(m);

	snap->replay = true;
	snap->speed = m->player.speed;
	snap->place_s = m->at_ns > first_ns ? (double)(m->at_ns - first_ns) / 1e9 : 0;
	snap->length_s = last_ns > first_ns ? (double)(last_ns - first_ns) / 1e9 : 0;
}

void player_end(struct monitor *m)
{
	if (m->player.told)
		fprintf(stderr, "\r%-24s\r", "");
}
