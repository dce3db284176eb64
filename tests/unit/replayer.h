/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Replays a recording in this process, from the file to the lines of calls or rows, which go to
 * nowhere. Nothing is kept.
 */
#ifndef MPROTTOP_REPLAYER_H
#define MPROTTOP_REPLAYER_H

#include "base/fault.h"
#include "options.h"

#include <stddef.h>

/* What a batch run of JSON has; a caller may change them. */
struct options replayer_options(const char *name);

/* 0, or -errno with the fault that names the file and the byte; read of o is the file's name. */
int replayer_play(const void *file, size_t len, const struct options *o, struct fault *fault);

#endif
