/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lines above every table: who, how long, whether the figures can be trusted, and the totals of
 * everything traced. Where there is no line for trouble, the bottom line has it.
 */
#ifndef MPROTTOP_VIEW_HEAD_H
#define MPROTTOP_VIEW_HEAD_H

#include "tui/state.h"

/* The first line: who, how long, which screens there are. */
void view_title_draw(struct ui *ui, const struct snapshot *snap, struct canvas *canvas);

/* The title and, where there is room, what follows it. */
void view_head_draw(struct ui *ui, const struct snapshot *snap, struct canvas *canvas);

/* Whether figures may be too low, or a notice still holds. */
bool view_head_trouble(const struct snapshot *snap);

/* The line that tells of it. */
void view_head_probe(const struct snapshot *snap, struct canvas *canvas, struct rect area);

/* The time of day of a moment of CLOCK_MONOTONIC; 0: "-". */
const char *view_clock(const struct snapshot *snap, uint64_t ns, char out[FMT_SIZE]);

#define VIEW_COUNTS 64

/* What columns that count tell of: "counts since start". Whether rows count since later than the
 * totals do, as those of threads where they were asked for late. */
bool view_counts(const struct ui *ui, const struct snapshot *snap, char out[VIEW_COUNTS]);

#endif
