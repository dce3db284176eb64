/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A recording, from its keeper's first word until it has its name. struct monitor owns it, in
 * m->record, NULL while there is none; each function here does nothing then. Writing is buffered
 * and bounded a call. What fails is told in a notice, ends the recording, and what was taken
 * before becomes a file all the same; tracing goes on.
 */
#ifndef MPROTTOP_RECORD_H
#define MPROTTOP_RECORD_H

#include "monitor.h"

struct record;

/* A keeper's socket came, which is taken; its pid is of mprottop's own. */
void record_take(struct monitor *m, int keeper, uint32_t pid);

/* All that the tracer hands over is there, and nothing was read: waits until the keeper has the
 * files, and begins. 0, or -errno and a fault. */
int record_start(struct monitor *m, struct fault *fault);

/* From the screen: a new file in the directory of the start, whose name must end in .dat; and the
 * end of it. */
void record_ask(struct monitor *m, const char *name);
void record_stop(struct monitor *m);

/* One of both, where that can be. */
void record_key(struct monitor *m, const char *name);

/* The tracer's answer to that: it cannot be made. */
void record_refused(struct monitor *m, const struct fault *fault);

/* The keeper's socket to wait for, or -1; and what to do then. */
int record_socket(const struct monitor *m);
void record_answered(struct monitor *m);

/* Puts the file together, bit by bit; true: there is more to do. */
bool record_work(struct monitor *m);

/* The run is over: finishes the file and waits for its name. 0, or -errno and a fault where one was
 * asked for by --write and is not whole. */
int record_end(struct monitor *m, struct fault *fault);

/* How large it is so far, in bytes; 0: nothing is being recorded. */
uint64_t record_size(const struct monitor *m);

void record_free(struct record *record);

/* What a replay needs to know, told where it happens: see model/trail.h. */
void record_facts(struct monitor *m);
void record_event(struct monitor *m);
void record_own(struct monitor *m, uint32_t pid);
void record_command(struct monitor *m, uint32_t pid);
void record_ended(struct monitor *m, int status);
void record_begin(struct monitor *m);
void record_ident(struct monitor *m, const struct event *event);
void record_told(struct monitor *m, const struct told *told);
void record_asked(struct monitor *m, uint32_t tid, uint64_t ts_ns, int nr);
void record_task(struct monitor *m, const struct event *event); /* before the table has it */
void record_settle(struct monitor *m, uint64_t now_ns);
void record_flush(struct monitor *m);
void record_wants(struct monitor *m, uint64_t fed_ns, uint64_t now_ns, bool final);
void record_maps(struct monitor *m, uint32_t id, const struct maps *maps, uint64_t now_ns);
void record_no_maps(struct monitor *m, uint32_t id, uint32_t why, uint64_t now_ns);
void record_spent(struct monitor *m, uint64_t ns, uint64_t now_ns);
void record_notice(struct monitor *m, const struct notice *notice, double time);
void record_suspended(struct monitor *m, uint64_t now_ns, uint64_t slept_ns);
void record_update(struct monitor *m, uint64_t now_ns, double time, bool final);

#endif
