/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who shows what the monitor knows: lines or the live screen. What is opened here is the monitor's,
 * monitor_done() frees. Functions return 0, or -errno with a fault.
 */
#ifndef MPROTTOP_PRESENT_H
#define MPROTTOP_PRESENT_H

#include "monitor.h"

/* Opens one or the other, once the source is known. */
void present_lines(struct monitor *m);
int present_screen(struct monitor *m, struct fault *fault);

/* What the options let through, and in which order. */
void present_view(const struct monitor *m, struct view *view);

/* The last line. */
void present_end(struct monitor *m);

/* Tells what --fail-if cannot know here. */
void present_tell(struct monitor *m);

/* Whether all lines could be written; then what --fail-if says, as an exit status. */
int present_result(const struct monitor *m, struct fault *fault);

#endif
