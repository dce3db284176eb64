/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What comes through a pipe, as a file without a name: a recording is read at many places. Bounded
 * by SPOOL_MOST; what does not start as a recording does is refused at once.
 */
#ifndef MPROTTOP_SPOOL_H
#define MPROTTOP_SPOOL_H

#include "base/fault.h"

#define SPOOL_MOST (1ull << 30)

/* A file without a name: its descriptor, or -errno and a fault. */
int spool_open(struct fault *fault);

/* Reads fd to its end into the file to, or until something is to be read from stop. 0, or -errno
 * and a fault, -EINTR where it was stopped. */
int spool_read(int fd, int to, int stop, const char *name, struct fault *fault);

#endif
