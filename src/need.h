/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which facts a run needs, by its options. Pure.
 */
#ifndef MPROTTOP_NEED_H
#define MPROTTOP_NEED_H

#include "options.h"

/* From its start. Those of fact_free() too, which no probe gives. */
uint32_t need_facts(const struct options *o, bool live);

/* Those that the run may come to need, also while it goes on: by what is shown later, where there
 * is a screen, and by a recording. */
uint32_t need_ever(const struct options *o, bool live);

#endif
