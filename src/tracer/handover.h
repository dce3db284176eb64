/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the monitor gets from the tracer, one message each: run, page layouts, events with their
 * formats, per-CPU buffers, and the files of the table knobs[] that it watches. The descriptors are
 * opened here and closed here once sent.
 */
#ifndef MPROTTOP_HANDOVER_H
#define MPROTTOP_HANDOVER_H

#include "base/msg.h"
#include "tracer/setup.h"

#include <sys/types.h>

struct handover {
	const struct setup *setup;
	const struct tracing *tracing;
	pid_t guard, monitor;
	int keeper; /* the socket of a recording's, -1: none is made */
	struct msg_keeper keeper_is;
	uint64_t begin_ns;
	const struct price *price;
	/* called where the socket has no room now: 0 to try again, or -errno; NULL: -EAGAIN */
	int (*wait)(void *arg);
	void *arg;
};

/* Sends all of it over sock, ending with MSG_READY. */
int handover_send(const struct handover *h, int sock, struct fault *fault);

/* Sends what the armed events cost, if that was measured. */
int handover_costs(const struct handover *h, int sock);

/* Sends the events from *next on, ending with MSG_EVENTS. After -EAGAIN *next says where to go on
 * once there is room. */
int handover_more(const struct handover *h, unsigned int *next, int sock, struct fault *fault);

#endif
