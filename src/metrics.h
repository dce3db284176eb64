/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --metrics-file: at each update a page in the format of Prometheus goes to the pager, of all that
 * the options let through, whatever keys changed on screen. struct metrics is the monitor's. A page
 * that cannot be sent now is left out; nothing fails.
 */
#ifndef MPROTTOP_METRICS_H
#define MPROTTOP_METRICS_H

#include "monitor.h"

struct metrics;

/* fd: the socket to the pager, which it owns from now on. */
struct metrics *metrics_new(struct monitor *m, int fd);
void metrics_free(struct metrics *metrics);

/* After table_close(). */
void metrics_update(struct metrics *metrics, struct monitor *m, double time);

#endif
