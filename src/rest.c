/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rest.h"
#include "monitor.h"
#include "request.h"

#define QUIET_TICKS 4

/* What waits for nothing but a tick. */
static bool busy(const struct monitor *m)
{
	return m->scanning || m->arming || m->record || m->replay || request_waits(m);
}

bool rest_begin(struct monitor *m, struct rest *rest)
{
	if (m->others != rest->seen || busy(m))
		rest->quiet = 0;
	else if (rest->quiet < QUIET_TICKS)
		rest->quiet++;
	rest->seen = m->others;
	rest->on = rest->quiet == QUIET_TICKS;
	return rest->on;
}

size_t rest_polls(const struct monitor *m, const struct rest *rest, struct pollfd *fds)
{
	return rest->on ? source_polls(m->source, fds) : 0;
}

bool rest_ends(struct monitor *m, struct rest *rest, const struct pollfd *fds, size_t nr)
{
	if (!nr || !source_polled(m->source, fds))
		return false;
	*rest = (struct rest){.seen = rest->seen};
	return true;
}
