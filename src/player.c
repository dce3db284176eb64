/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "player.h"
#include "replay.h"

#include <stdio.h>
#include <unistd.h>

#define FRAME_NS    50000000ULL  /* between looks at the clock */
#define PROGRESS_NS 200000000ULL /* between tellings */

void player_start(struct monitor *m)
{
	const struct options *o = m->config->options;
	struct player *p = &m->player;

	p->speed = o->speed > 0 ? o->speed : m->config->live ? 1 : 0;
	p->clock_ns = monitor_clock_ns();
	p->at_ns = m->begin_ns;
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

	return ns < 1e18 ? p->at_ns + (uint64_t)ns : UINT64_MAX;
}

uint64_t player_go(struct monitor *m, uint64_t clock_ns)
{
	struct player *p = &m->player;
	bool paced = p->speed > 0;
	uint64_t until_ns = paced ? place(p, clock_ns) : UINT64_MAX;

	if (!replay_play(m, until_ns))
		m->stop = true;
	progress(m, clock_ns);
	/* behind: more than one update is due */
	return paced && m->at_ns >= until_ns ? clock_ns + FRAME_NS : clock_ns;
}

void player_end(struct monitor *m)
{
	if (m->player.told)
		fprintf(stderr, "\r%-24s\r", "");
}
