/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes again what another program took from a run: trace-cmd reset and its kin switch events off
 * and remove kprobe events. One that was removed gets a new name, so that what its records and hits
 * are of stays clear. Functions return 0, or -errno with a fault; they go on after the first.
 */
#ifndef MPROTTOP_MEND_H
#define MPROTTOP_MEND_H

#include "tracer/setup.h"

/* Makes the events that are gone; nr: which time this is. They do not record yet. */
int mend_events(struct setup *setup, struct tracing *tracing, unsigned int nr, struct fault *fault);

/* Switches all of them on. */
int mend_arm(const struct setup *setup, struct tracing *tracing, struct fault *fault);

#endif
