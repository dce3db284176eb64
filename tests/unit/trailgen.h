/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trail of a recording as datgen.h makes it, with a side buffer: what a live run of a second a
 * row would have told. The parent, 99, is alice's. TRAILGEN_LOST events are lost in the second
 * interval. The caller frees the text.
 */
#ifndef MPROTTOP_TRAILGEN_H
#define MPROTTOP_TRAILGEN_H

#include "datgen.h"

#define TRAILGEN_LOST   5
#define TRAILGEN_OFFSET 1600000000.0 /* of the clock to the time of day */

void trailgen_make(const struct datgen *gen, struct buf *out);

#endif
