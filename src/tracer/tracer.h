/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The privileged half: sets up, hands over to the monitor, starts COMMAND, waits, and takes
 * everything back however the monitor ended. It parses no byte that another process can shape and
 * draws nothing. Where a recording is read (read_fd), nothing is traced, and this half gives up its
 * rights too: both processes are shut in, see box.h.
 */
#ifndef MPROTTOP_TRACER_H
#define MPROTTOP_TRACER_H

#include "base/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tracer_config {
	const char *probe;        /* "auto", "kprobe", "tracepoint" */
	uint32_t facts;           /* that are shown */
	uint32_t ever;            /* that may come to be shown: the monitor gets no others */
	size_t buffer_kb;         /* of a CPU; 0: chosen */
	char *const *command;     /* ends with NULL; NULL: none */
	const char *command_user; /* NULL: the caller */
	bool live;                /* the monitor draws on the terminal of descriptor 1 */
	const char *write;        /* a file to record to, or NULL */
	const char *settings;     /* where they are saved, or NULL */
	int keep_fd, read_fd, metrics_fd, settings_fd; /* stay open in the monitor; -1: none */
	/* runs in the monitor, without privilege: opens and starts what it cannot once it is shut
	 * in; 0, or < 0 and a fault; NULL: nothing */
	int (*prepare)(void *arg, struct fault *fault);
	/* then, shut in: its exit status, or < 0 and a fault */
	int (*monitor)(int sock, void *arg, struct fault *fault);
	void *arg;
};

/* The exit status of the program; a fault to print where fault->what is set. */
int tracer_run(const struct tracer_config *config, struct fault *fault);

#endif
