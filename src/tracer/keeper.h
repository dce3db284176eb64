/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keeper of a recording: a process of its own with the credentials of whoever called mprottop,
 * which makes the file that the monitor fills, and gives it its name at the end. It reads no byte
 * of what is in it but whether a file that stands there is an earlier recording. The monitor has
 * its socket, so that a recording is kept though the tracer was killed; it ends when that is
 * closed.
 *
 * It sends MSG_FILES (what becomes the file, and a spool without a name beside it), or MSG_KEPT
 * with a fault. MSG_KEEP is answered by MSG_KEPT; what does not begin as a trace.dat gets no name.
 * What is not kept is removed.
 */
#ifndef MPROTTOP_KEEPER_H
#define MPROTTOP_KEEPER_H

#include "base/fault.h"
#include "base/msg.h"

#include <stdbool.h>

#define KEEPER_SUFFIX ".dat" /* of what may be asked for by name later */

/* Starts one for path; never waits for it. dir: a directory that is open, path is a name in it; -1:
 * path is a path. replace: an earlier recording of the caller's may be replaced. Returns the socket
 * that the monitor is to have, with its pid, or -errno and a fault. */
int keeper_start(
	int dir, const char *path, bool replace, struct msg_keeper *keeper, struct fault *fault);

/* Answers a monitor that asks over sock to record to a new file: MSG_KEEPER, or MSG_KEPT and why
 * not. The monitor may be a stranger's: it chooses a bare name that ends in .dat, never the
 * directory, which is dir. -1: nothing may be asked for. */
void keeper_answer(int sock, int dir, const char *name);

#endif
