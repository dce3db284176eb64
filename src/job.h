/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process as part of a shell's job. Signals are blocked and read elsewhere; here the kernel is
 * made to do what it does to a job by itself, which is nothing where no shell could continue it.
 */
#ifndef MPROTTOP_JOB_H
#define MPROTTOP_JOB_H

#include <stdbool.h>

/* Stops by SIGTSTP or SIGTTOU until continued. */
void job_stop(int signo);

/* Whether an end was asked for that nobody has read yet. */
bool job_end_pending(void);

/* A screen over somebody else's would help nobody: waits, stopped, to be in front. */
void job_wait_foreground(void);

#endif
