/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the live screens show of single calls, kept as they come: the last breaches of W^X, and
 * while the screen Events shows, the last calls at all. It
 * hands what a screen wants to the snapshot. m->watch is NULL where nothing is live; watch_free()
 * frees. Nothing here fails, and all of it is bounded.
 */
#ifndef MPROTTOP_WATCH_H
#define MPROTTOP_WATCH_H

#include "monitor.h"

struct watch;

/* Makes and frees m->watch. Of a recording all is kept, as if all screens showed. */
void watch_start(struct monitor *m);
void watch_end(struct monitor *m);

/* A call of any kind, after the table had it. */
void watch_call(struct monitor *m, const struct call *call);

/* A call or a loss, from the journal of events.c. */
void watch_entry(struct monitor *m, const struct journal_entry *entry, double time);

/* Whether calls are wanted one by one. */
bool watch_listens(const struct monitor *m);

/* Fills the snapshot with what the view wants. */
void watch_tell(struct monitor *m);

#endif
