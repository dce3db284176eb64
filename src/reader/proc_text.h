/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The texts of /proc/PID/stat, status and cmdline. Nothing in them is trusted: a process chooses
 * its name and its arguments. Pure; what cannot be parsed is refused and nothing else fails.
 */
#ifndef MPROTTOP_PROC_TEXT_H
#define MPROTTOP_PROC_TEXT_H

#include "model/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a start time is at most, so that it can be turned to nanoseconds. */
#define PROC_TICKS_MOST (UINT64_MAX / 1000000000)

/* What stat tells. */
struct proc_stat {
	char comm[EVENT_COMM_LEN];
	uint32_t ppid, nr_threads;
	bool ended; /* or about to: its end is told already, or will be; a leader may leave threads
		     */
	uint64_t start_ticks;
};

/* "tid (comm) S ppid …": comm may hold anything, also ')'; proc_pid_stat(5) tells of the fields.
 * There is a NUL behind text. */
bool proc_stat_parse(const char *text, size_t len, struct proc_stat *out);

/* The kernel writes a new line in a name as \n there (fs/proc/array.c), so lines are its own. */
bool proc_status_parse(const char *text, uint32_t *tgid, uint32_t *uid);

/* Turns the NULs between the words of a command line to blanks, cuts it and returns its length. */
size_t proc_words_join(char *text, size_t len);

#endif
