/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What /proc tells of a task, as EVENT_IDENT events. The root directory is given, so that tests
 * have their own. Nothing here is trusted: stat is parsed from the last ')', lengths are bounded.
 * Start times are turned to CLOCK_MONOTONIC; /proc gives them in clock ticks (10 ms) of
 * CLOCK_BOOTTIME.
 */
#ifndef MPROTTOP_PROC_H
#define MPROTTOP_PROC_H

#include "base/fault.h"
#include "model/event.h"
#include "reader/suspend.h"

#include <stddef.h>

struct proc_reader;

/* root: "/proc". Returns NULL and fills fault where it cannot be opened. */
struct proc_reader *proc_open(const char *root, struct fault *fault);
void proc_close(struct proc_reader *proc);

/* How long the machine was suspended since this was asked last, ns. To be asked often, see
 * reader/suspend.h. */
uint64_t proc_suspended(struct proc_reader *proc);

/* The system's clocks are told by clock from now on: of a test. */
void proc_clock(struct proc_reader *proc, suspend_clock clock);

/*
 * Reads tid. Fills out with one event (a process), or two (the process, then its thread), all with
 * ts_ns = now_ns. Returns how many; 0: gone, or not readable (hidepid).
 */
int proc_identify(struct proc_reader *proc, uint32_t tid, uint64_t now_ns, struct event out[2]);

/*
 * The next part of a walk over all processes and their threads: at most budget tasks. feed is
 * called for each event, which has the time (CLOCK_MONOTONIC) just before its task was read: what
 * ends later is told by the buffers, and what has ended is left out. Returns 1 while there is more,
 * 0 once the walk is over.
 */
int proc_scan(struct proc_reader *proc, unsigned int budget,
	void (*feed)(const struct event *event, void *arg), void *arg);

/* Which texts are read of each process from now on, of told_facts[]; but for that of exe, to which
 * only its owner has the right. None at first. */
void proc_want(struct proc_reader *proc, uint32_t wants);

/* What was read of the process that was told of last, with the event of its leader; it holds until
 * the next is read. Returns how many. */
int proc_texts(const struct proc_reader *proc, struct told out[TOLD_NR]);

/* When the process started, as in its events; 0: it is gone. */
uint64_t proc_start(struct proc_reader *proc, uint32_t pid);

#endif
