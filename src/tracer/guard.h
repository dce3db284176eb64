/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guard: a small process that sleeps until the tracer is gone. The monitor has no right to
 * remove anything, so when the tracer is killed, the guard removes what that run made, within two
 * seconds. It leaves the caller's session, is no child of the tracer, holds no descriptor but its
 * pipe, and ends at once when the tracer says that all is done.
 */
#ifndef MPROTTOP_GUARD_H
#define MPROTTOP_GUARD_H

#include "base/fault.h"

#include <sys/types.h>

struct guard {
	int sock; /* -1: none */
	pid_t pid;
};

/* Must come before the instances are locked: the guard must not share the lock. */
int guard_start(struct guard *guard, const char *dir, const char *run, struct fault *fault);

/* Whom to end should it hang once the tracer is gone. */
void guard_monitor(struct guard *guard, pid_t monitor);

/* Everything was undone: the guard ends; waits for that. */
void guard_stop(struct guard *guard);

#endif
