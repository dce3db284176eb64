/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A trace.dat of another version than 6, or compressed, as one of version 6 that dat.c reads, by
 * way of libtracecmd, where that was built in. That library trusts what it reads: this runs in a
 * process of its own, without rights and with limits, that may crash.
 */
#ifndef MPROTTOP_OTHERDAT_H
#define MPROTTOP_OTHERDAT_H

#include <stdbool.h>

/* Whether the library is there. */
bool otherdat_can(void);

/* Writes what from holds to to: 0, or -errno. Only events that somebody may want. */
int otherdat_copy(int from, int to);

#endif
