/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stays the same for a whole run on this machine: its name, its kernel, our version. Nothing
 * fails: what cannot be read is empty.
 */
#ifndef MPROTTOP_INFO_H
#define MPROTTOP_INFO_H

#include "model/snapshot.h"
#include "options.h"

void info_fill(struct run_info *info, const struct options *options);

#endif
