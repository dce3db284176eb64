/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which moment of a recording is due now: as fast as it can, or at a speed, where the clock of this
 * machine and that of the recording run side by side. Owns the struct player in the monitor.
 */
#ifndef MPROTTOP_PLAYER_H
#define MPROTTOP_PLAYER_H

#include "monitor.h"

/* The replay is ready. */
void player_start(struct monitor *m);

/* Plays what is due at clock_ns, up to an update. Returns when to come back. */
uint64_t player_go(struct monitor *m, uint64_t clock_ns);

/* A key was pressed: pause, another delay, or a jump. */
void player_react(struct monitor *m, unsigned int react);

/* Tells the snapshot where it is. */
void player_tell(struct monitor *m);

/* No more is shown. */
void player_end(struct monitor *m);

#endif
