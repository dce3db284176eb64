/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entry and return of a thread → one call. A call is handed on at its return; where returns are not
 * traced, at its entry. What is missing is counted and never guessed: an entry without a return is
 * handed on without an outcome when its thread enters again or ends, a return without an entry
 * without arguments. A return of -EPERM without an entry is a refusal by seccomp, where nothing
 * was lost: the system call was never entered. Owns its table of open calls; nothing fails.
 */
#ifndef MPROTTOP_JOIN_H
#define MPROTTOP_JOIN_H

#include "model/call.h"
#include "model/event.h"

#include <stdbool.h>

typedef void (*join_emit)(const struct call *call, void *arg);

struct join;

/* returns: the outcome is traced; changes: what happens to each mapping is. seccomp: a refused call
 * shows as a return alone (sys_exit does, a return probe on the system call does not). */
struct join *join_new(bool returns, bool changes, bool seccomp, join_emit emit, void *arg);
void join_free(struct join *join);

/* All probes are armed since begin_ns: before that a return without an entry means nothing. */
void join_begin(struct join *join, uint64_t begin_ns);

/* Looks at every event, in order of time; calls, returns, and what ends a thread matter. */
void join_feed(struct join *join, const struct event *event);

/* The end: hands on the calls that are still open. */
void join_flush(struct join *join);

#endif
