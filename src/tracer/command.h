/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * COMMAND: started by the tracer with the credentials, environment, directory, limits and signal
 * settings that mprottop was called with, or as another user. Batch: its standard streams are its
 * own. Live: it reads /dev/null, and the last 64 KiB of what it prints are kept for the time after
 * the screen. The struct is embedded; command_done() frees it and never waits.
 */
#ifndef MPROTTOP_COMMAND_H
#define MPROTTOP_COMMAND_H

#include "base/fault.h"
#include "tracer/priv.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>

#define COMMAND_TAIL 65536

struct command {
	char *const *argv;            /* ends with NULL; NULL: there is none */
	const struct priv_user *user; /* NULL: the caller */
	bool captured;                /* live: see above */
	sigset_t mask;                /* to restore in it */
	struct sigaction chld, ttou;  /* likewise */
	struct rlimit files;          /* likewise */
	pid_t pid;                    /* 0: not started */
	int pipe;                     /* its output, -1 */
	char *tail;                   /* a ring of COMMAND_TAIL bytes */
	size_t tail_total;            /* bytes ever */
	bool insisted;                /* command_pass() was called */
};

/* Every signal that ends or stops comes as data from now on, so that nothing is left half made: *fd
 * is a signalfd. What they were before is kept for COMMAND. 0, or -errno with a fault. */
int command_signals(struct command *command, int *fd, struct fault *fault);

/* Starts it: 0, or -errno with a fault whose status is 126 or 127 as of env(1), or 125. */
int command_start(struct command *command, struct fault *fault);

/* Only COMMAND is left, and was told to end: who asks again means it. sent: not by the keyboard,
 * which reaches it by itself. */
void command_pass(struct command *command, int signo, bool sent);

/* Passes a signal on. sent: not by the keyboard, which reaches COMMAND by itself, but for that of
 * another user: it is in a session of its own, and its group gets what comes from the keyboard. */
void command_signal(const struct command *command, int signo, bool sent);

/* Takes what is in the pipe, without waiting; false once it is closed. */
bool command_drain(struct command *command);

/* Writes the kept output to fd. */
void command_print(const struct command *command, int fd);

void command_done(struct command *command);

#endif
