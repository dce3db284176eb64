/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of a per_cpu/cpuN/stats file. Pure; nothing fails.
 *
 * Kernel source: kernel/trace/trace.c (tracing_stats_read).
 */
#ifndef MPROTTOP_STAT_H
#define MPROTTOP_STAT_H

#include <stdbool.h>
#include <stdint.h>

/* "overrun: 12" where the line starts with that name; false where there is none. */
bool stat_line(const char *text, const char *name, uint64_t *out);

/* overrun + commit overrun + dropped */
uint64_t stat_lost(const char *text);

#endif
