/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Recordings that are not read where they lie. What comes through a pipe becomes a file without a
 * name. One of another version than 6 is turned into such a file by a process of its own, which is
 * shut in (tracer/box.h), has less memory and time and no descriptors but the two, and whose crash
 * is a damaged recording. That process is started before its parent is shut in too, and parses
 * nothing before it is.
 */
#ifndef MPROTTOP_CONVERT_H
#define MPROTTOP_CONVERT_H

#include "base/fault.h"

#include <stdbool.h>
#include <sys/types.h>

struct convert {
	pid_t pid;     /* 0: none is needed */
	int spool;     /* for what comes through a pipe; where piped */
	int to;        /* what it converts to */
	int go, alive; /* it begins at a byte, or ends where there is none; the end of the file: it
			  has ended */
	bool piped;
};

/* Opens and starts what the recording fd needs. 0, or -errno and a fault. */
int convert_prepare(struct convert *c, int fd, struct fault *fault);

/* Whether it is a recording of another version than 6, and something can be done about that. */
bool convert_needed(int fd);

/* Puts what can be read in the place of fd. Stops, with -EINTR, once there is something to be read
 * from stop; then the caller must end soon. 0, or -errno and a fault. */
int convert_open(struct convert *c, int fd, int stop, const char *name, struct fault *fault);

#endif
