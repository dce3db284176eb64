/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Answers to what the monitor asks of the tracer about other processes. The monitor reads what
 * strangers shape, so it may be theirs: what it can have is what stands here, so many a second, and
 * for reading alone, and serve.c calls this only in a run that can need it. struct answerer is
 * embedded; nothing fails but in that there is no answer, and nothing waits: whoever does not read
 * its answers loses them.
 */
#ifndef MPROTTOP_ANSWER_H
#define MPROTTOP_ANSWER_H

#include <stdint.h>

#define ANSWER_BURST 128
#define ANSWER_RATE  1000 /* a second */

struct answerer {
	uint64_t at_ns;
	unsigned int left; /* of the burst, since at_ns */
};

/* Sends /proc/PID/maps, or why it is not to be had. */
void answer_maps(struct answerer *answerer, int sock, uint32_t pid, uint64_t now_ns);

/* Sends where /proc/PID/exe points to, as it is, or nothing. */
void answer_exe(struct answerer *answerer, int sock, uint32_t pid, uint64_t now_ns);

#endif
