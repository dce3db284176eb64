/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --events: from joined calls and losses, by way of the journal, to lines. It writes to the
 * monitor's output, where there is one yet, and asks its names; what it owns, events_free() frees.
 */
#ifndef MPROTTOP_EVENTS_H
#define MPROTTOP_EVENTS_H

#include "monitor.h"

struct events;

struct events *events_new(struct monitor *m);
void events_free(struct events *events);

/* A call, after the table has it and told why it was made. */
void events_call(struct monitor *m, const struct call *call, const char *why);

/* That tid's call of ts_ns, if that is not 0, was for a thread's stack. */
void events_stack(struct monitor *m, uint32_t tid, uint64_t ts_ns);

/* Every event, in order of time, whether somebody looks at calls or not. */
void events_feed(struct monitor *m, const struct event *event);

/* Writes what can be followed by nothing older. */
void events_write(struct monitor *m);

/* Tracing is stopped, all is read and the account closed: writes the rest. */
void events_end(struct monitor *m);

#endif
