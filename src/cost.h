/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the probes cost those who make the calls, as the tracer measured it when it switched them
 * on, and how much of that lies within the times that are shown: the shortest of the tracer's own
 * calls, less what such a call takes in the kernel without probes. struct cost is embedded in
 * struct monitor. Nothing fails: what is not known is NAN.
 */
#ifndef MPROTTOP_COST_H
#define MPROTTOP_COST_H

#include "base/msg.h"
#include "model/call.h"
#include "model/health.h"

struct monitor;

struct cost {
	uint64_t mark;     /* address of the calls that are timed; 0: none */
	double inner_ns;   /* of one without probes */
	uint64_t least_ns; /* the shortest of them, UINT64_MAX: none came */
	struct probe_cost known;
	bool changed; /* since it was recorded */
};

void cost_init(struct cost *cost);

/* What the tracer tells. */
void cost_take(struct monitor *m, const struct msg_costs *costs);

/* The tracer measures anew: a call that it made before does not count. */
void cost_again(struct cost *cost);

/* A call of the tracer. */
void cost_call(struct cost *cost, const struct call *call);

/* Of one event. */
void cost_told(struct monitor *m, const char *event, double ns);

#endif
