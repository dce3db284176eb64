/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guard: a small process that sleeps until the tracer is gone. The monitor has no right to
 * remove anything, so when the tracer is killed, the guard removes what that run made, within two
 * seconds, and gives up after a minute where another process holds what it may not end. It leaves
 * the caller's session, is no child of the tracer, holds no descriptor but its pipe and the list of
 * kprobe events, which no lockdown takes from it, and ends at once when the tracer says that all is
 * done.
 */
#ifndef MPROTTOP_GUARD_H
#define MPROTTOP_GUARD_H

#include "base/fault.h"
#include "tracer/tracing.h"

#include <stdint.h>
#include <sys/types.h>

struct guard {
	int sock; /* -1: none */
	pid_t pid;
	pid_t monitor;
	int64_t again_ms; /* when a dead one may be started anew */
};

/* Of a run that tracing_open() began. */
int guard_start(struct guard *guard, const struct tracing *tracing, struct fault *fault);

/* It died: another takes its place, a second after the last at the earliest. */
void guard_again(struct guard *guard, const struct tracing *tracing, int64_t now_ms);

/* Milliseconds until it may be; -1: it lives, as far as is known, or there is none to be. */
int64_t guard_due_ms(const struct guard *guard, int64_t now_ms);

/* Whom to end should it hang once the tracer is gone. */
void guard_monitor(struct guard *guard, pid_t monitor);

/* Everything was undone: the guard ends; waits for that. */
void guard_stop(struct guard *guard);

#endif
