/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long calls took: a line an octave, with bars. Draws on a paper; owns nothing.
 */
#ifndef MPROTTOP_VIEW_TIMES_H
#define MPROTTOP_VIEW_TIMES_H

#include "base/hist.h"
#include "tui/paper.h"

/* Adds to the line: how many, and the times that matter. */
void view_times_figures(struct paper *paper, const struct hist *hist);

/* In at most so many lines: where there are more, neighbours with few calls share one, what is
 * beyond p99 and what is not never do. */
void view_times_draw(struct paper *paper, const struct hist *hist, int most);

#endif
