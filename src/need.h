/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which facts a run needs from its start, by its options. Pure.
 */
#ifndef MPROTTOP_NEED_H
#define MPROTTOP_NEED_H

#include "options.h"

/* Those of fact_free() too, which no probe gives. */
uint32_t need_facts(const struct options *o, bool live);

#endif
