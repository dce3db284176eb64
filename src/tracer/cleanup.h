/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Removes from tracefs what dead runs of mprottop left, and nothing of anyone else's. A run is dead
 * when the process that its name tells is gone and the lock on the instance directory is free; a
 * kprobe event is garbage when its run is dead and has no instance. Instances go first: that also
 * switches their events off.
 */
#ifndef MPROTTOP_CLEANUP_H
#define MPROTTOP_CLEANUP_H

#include "base/fault.h"
#include "tracer/kprobes.h"

#include <stdbool.h>

/* dir: where tracefs is mounted. run: only that run's things, NULL: all dead runs'. Returns how
 * many were removed, or -errno and a fault naming the first that could not be; goes on after it. */
int cleanup_run(const char *dir, const char *run, struct fault *fault);

/* The same with a list of kprobe events that is open already, for one who waits for what holds the
 * instances and comes again: a busy one is tried once. */
int cleanup_with(
	const char *dir, const struct kprobes *kprobes, const char *run, struct fault *fault);

/* Whether something of this run is still there. */
bool cleanup_left(const char *dir, const struct kprobes *kprobes, const char *run);

/* Ends what holds an instance of this run open and was born of its monitor. */
void cleanup_end_holders(const char *dir, const char *run);

#endif
