/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Recordings of other versions: a process of its own turns one into a file without a name that
 * dat.c reads. It has no right that this one has not, less memory and time, no descriptors but the
 * two, and its crash is a damaged recording.
 */
#ifndef MPROTTOP_CONVERT_H
#define MPROTTOP_CONVERT_H

#include "base/fault.h"

#include <stdbool.h>

/* Whether it is a recording of another version than 6, and something can be done about that. */
bool convert_needed(int fd);

/* The new descriptor, which the caller closes; or -errno and a fault. Stops, with -EINTR, once
 * there is something to be read from stop. */
int convert_file(int fd, int stop, const char *name, struct fault *fault);

#endif
