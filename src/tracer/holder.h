/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who holds a file of an instance open, as /proc/PID/fd tells: the kernel removes no instance
 * before the last of them is closed. What the monitor started or gave its files to without our
 * knowledge is ended; anybody else is only named. Nothing is kept.
 */
#ifndef MPROTTOP_HOLDER_H
#define MPROTTOP_HOLDER_H

#include "base/fault.h"

#include <stdbool.h>
#include <sys/types.h>

struct holder {
	pid_t pid;
	char name[17];
};

/* Whether the text of a link in /proc/PID/fd names the instance at path or a file of it; tracefs
 * may be mounted at several places. */
bool holder_is_of(const char *link, const char *path);

/* The first process but the own that holds a file of the instance at path open; false: none that
 * can be seen. With end, those that the monitor bore get SIGKILL: they have no capability left to
 * get, can gain none, and are no COMMAND's, which inherits no descriptor of ours. */
bool holder_find(const char *path, bool end, struct holder *holder);

/* What to do about an instance that stays busy, into the remedy of a fault; then: what to do once
 * it is not. */
void holder_remedy(const char *path, const char *then, char *text, size_t size);

#endif
