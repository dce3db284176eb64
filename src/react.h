/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What keys ask of the monitor beside drawing. Nothing fails: what cannot be had is told.
 */
#ifndef MPROTTOP_REACT_H
#define MPROTTOP_REACT_H

#include "monitor.h"

/* react: REACT_ bits, once the view is as the ui has it. */
void react_to(struct monitor *m, unsigned int react);

/* Then takes, sorts or draws anew what those bits concern. */
void react_draw(struct monitor *m, unsigned int react);

#endif
