/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The detail of one process: who it is and how it calls, and what it does to its memory. Draws on
 * a paper; owns nothing.
 */
#ifndef MPROTTOP_VIEW_DETAIL_H
#define MPROTTOP_VIEW_DETAIL_H

#include "model/snapshot.h"
#include "tui/paper.h"

/* Protections from and to, callers, regions, threads. */
void view_detail_memory(struct paper *paper, const struct snapshot *snap);

#endif
