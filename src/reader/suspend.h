/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When the machine was suspended: CLOCK_BOOTTIME counts that time, CLOCK_MONOTONIC does not
 * (clock_gettime(2)). struct suspend owns its list of suspends; suspend_done() frees. Nothing
 * fails.
 */
#ifndef MPROTTOP_SUSPEND_H
#define MPROTTOP_SUSPEND_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* clock_gettime(), or a test's own. */
typedef int (*suspend_clock)(clockid_t id, struct timespec *ts);

/* Up to boot_ns of CLOCK_BOOTTIME that clock was ahead of CLOCK_MONOTONIC by ahead_ns. */
struct suspend_step {
	uint64_t boot_ns, ahead_ns;
};

struct suspend {
	suspend_clock clock;
	uint64_t ahead_ns; /* now */
	uint64_t boot_ns;  /* CLOCK_BOOTTIME at the last look */
	struct suspend_step *steps;
	size_t nr_steps;
};

/* Looks for the first time: suspends before that cannot be told apart. */
void suspend_begin(struct suspend *suspend, suspend_clock clock);
void suspend_done(struct suspend *suspend);

/* Looks again. To be called often: a suspend that is shorter than half the time since the last
 * look may be taken for earlier or later than it was. */
void suspend_look(struct suspend *suspend);

/* A time of CLOCK_BOOTTIME as one of CLOCK_MONOTONIC; 1 where that clock had not begun. */
uint64_t suspend_monotonic(const struct suspend *suspend, uint64_t boot_ns);

#endif
