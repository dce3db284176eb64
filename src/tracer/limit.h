/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether the monitor may have as many open files as it is to be handed over. Nothing is kept. */
#ifndef MPROTTOP_LIMIT_H
#define MPROTTOP_LIMIT_H

#include "base/fault.h"
#include "tracer/tracing.h"

/* What the monitor needs open: of two instances two files a CPU, two an event, and its own. */
size_t limit_needed(unsigned int cpus, unsigned int events);

/* 0, or -EMFILE with a fault that names the limit and what is needed; the counted instance is
 * there. */
int limit_check(const struct tracing *tracing, unsigned int events, struct fault *fault);

#endif
