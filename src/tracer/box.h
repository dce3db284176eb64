/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The box of a process that may be taken over by what it reads: a list of the system calls that it
 * may make (seccomp; every other one fails with EPERM, so that a library which tries one goes on),
 * the files that it may still open (Landlock, where the kernel has it), no new processes and no
 * core file. box_table.c says what each kind of process may do. Descriptors that are open already
 * stay as they are.
 *
 * A kernel that has neither seccomp nor Landlock leaves the process with the limits alone; that is
 * no error, and box_here() tells it.
 *
 * Kernel sources: seccomp(2), landlock(7), include/uapi/linux/{seccomp,landlock,audit}.h.
 */
#ifndef MPROTTOP_BOX_H
#define MPROTTOP_BOX_H

#include "base/fault.h"

#include <stdbool.h>
#include <sys/types.h>

enum box_kind {
	BOX_MONITOR, /* of a live run: reads the buffers, /proc, and draws */
	BOX_REPLAY,  /* the monitor of a recording */
	BOX_PARENT,  /* the first process where a recording is read */
	BOX_OPENER,  /* opens a file that the command line names, wherever it is */
	BOX_FILES,   /* makes files in one directory: recordings, metrics, settings */
	BOX_CONVERT, /* converts a recording with the library of trace-cmd */
	BOX_NR_KINDS,
};

/* Shuts the calling process in, for good. dir: the only directory where it may make files, or -1;
 * other: the only other process that it may send signals to, or 0. 0, or -errno and a fault: the
 * process must end then. */
int box_enter(enum box_kind kind, int dir, pid_t other, struct fault *fault);

/* Takes from a process and what it runs the ioctls that put text into the input of its terminal
 * (TIOCSTI, TIOCLINUX), that change its line discipline, or by which it would read what is typed
 * there for others (TIOCSCTTY, TIOCSPGRP), and nothing else. By a process with CAP_SYS_ADMIN
 * no_new_privs is not set. 0 or -errno; 0 too where the kernel has no seccomp. */
int box_terminal(void);

/* What this kernel has. landlock: the version of its interface, 0 where it has none. */
struct box_here {
	bool machine; /* the numbers of its system calls are known */
	bool seccomp;
	int landlock;
};
void box_here(struct box_here *here);

#endif
