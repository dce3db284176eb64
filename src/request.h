/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the monitor asks of the tracer while it runs, and what becomes of the answers. Nothing here
 * waits: an answer comes as a message, at some time or never.
 */
#ifndef MPROTTOP_REQUEST_H
#define MPROTTOP_REQUEST_H

#include "monitor.h"

/* The shown columns need these facts. */
void request_facts(struct monitor *m, uint32_t mask);

/* After a drain: names callers by what was read, and asks for the mappings of others. Returns how
 * many answers are to come. */
unsigned int request_maps(struct monitor *m);

/* From now on m->names tells of addresses in calls what mappings do. */
void request_names(struct monitor *m);

/* Asks for the program of a process that was just told of, if that is wanted; of one that calls
 * sooner. */
void request_exe(struct monitor *m, const struct event *ident, bool calls);

/* After a drain: asks for programs that wait for it. */
void request_exes(struct monitor *m);

/* How long the next drain may wait: most_ns, less where callers are to be named. */
uint64_t request_tick_ns(const struct monitor *m, uint64_t most_ns);

/* All was fed, and nothing more is asked. */
void request_maps_end(struct monitor *m);

/* Whether an answer, or a question that is not asked yet, is awaited. */
bool request_waits(const struct monitor *m);

/* Events of ours are off or gone: asks for them, at most three times and less often each time; the
 * run ends, and fails, where that does not help. */
void request_mend(struct monitor *m);

/* An answer came whose descriptors this process had no room for. The first time a notice says so.
 */
void request_lacked(struct monitor *m, const struct msg *msg);

/* Takes an answer; other messages are left alone. */
void request_answered(struct monitor *m, struct msg *msg);

#endif
