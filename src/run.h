/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the options ask for: trace, or one of the short answers (--help, --check …).
 */
#ifndef MPROTTOP_RUN_H
#define MPROTTOP_RUN_H

#include "base/fault.h"

struct options;

/* The exit status; a fault to print where fault->what is set. */
int run(const struct options *options, struct fault *fault);

#endif
