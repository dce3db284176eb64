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
};

/* msg_send or msg_try_send */
typedef int (*handover_sender)(int sock, enum msg_kind kind, const void *body, size_t len,
	const int *fds, unsigned int nr);

/* Sends all of it over sock, ending with MSG_READY. */
int handover_send(const struct handover *h, int sock, struct fault *fault);

/* Sends what the armed events cost, if that was measured; waits as send does. */
int handover_costs(const struct handover *h, int sock, handover_sender send);

/* Sends the events from *next on, ending with MSG_EVENTS. It does not wait: -EAGAIN, and *next says
 * where to go on once there is room. */
int handover_more(const struct handover *h, unsigned int *next, int sock, struct fault *fault);

#endif
