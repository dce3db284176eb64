/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cost.h"
#include "monitor.h"

#include <math.h>
#include <stdio.h>

static const struct probe_cost unknown = {NAN, NAN, NAN};

void cost_init(struct cost *cost)
{
	*cost = (struct cost){.inner_ns = NAN, .least_ns = UINT64_MAX, .known = unknown};
}

void cost_take(struct monitor *m, const struct msg_costs *costs)
{
	size_t room = sizeof(costs->events) / sizeof(costs->events[0]);

	m->cost.mark = costs->mark;
	m->cost.inner_ns = costs->inner_ns;
	m->cost.known.call_ns = costs->call_ns;
	m->cost.known.other_ns = costs->other_ns;
	for (uint32_t i = 0; i < costs->nr && i < room; i++) {
		char event[sizeof(costs->events[i].event)];

		snprintf(event, sizeof(event), "%.*s", (int)sizeof(event) - 1,
			costs->events[i].event);
		cost_told(m, event, costs->events[i].ns);
	}
	m->cost.changed = true;
}

void cost_again(struct cost *cost)
{
	cost->least_ns = UINT64_MAX;
	cost->known = unknown;
}

void cost_call(struct cost *cost, const struct call *call)
{
	double inside;

	if (!cost->mark || call->addr != cost->mark || call->flags || !(call->known & CALL_TIMED) ||
		call->duration_ns >= cost->least_ns)
		return;
	cost->least_ns = call->duration_ns;
	inside = (double)call->duration_ns - cost->inner_ns;
	cost->known.inside_ns = inside < 0 ? 0 : inside;
	cost->changed = true;
}

void cost_told(struct monitor *m, const char *event, double ns)
{
	struct probe_stat *probe = account_find(&m->account, event);

	if (probe)
		probe->cost_ns = ns;
}
