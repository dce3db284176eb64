/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When nothing happens: the loop waits on the buffers themselves then, and ticks come with the
 * watch, once a second. While events come it does not: a waiter makes the kernel send an interrupt
 * from a traced call. struct rest is the loop's; a zeroed one is awake. Nothing fails.
 */
#ifndef MPROTTOP_REST_H
#define MPROTTOP_REST_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REST_WAKE_NS UINT64_C(2000000) /* until what woke us is old enough to be handed on */

struct monitor;

struct rest {
	uint64_t seen;      /* events of others, at the last tick */
	unsigned int quiet; /* ticks without any */
	bool on;
};

/* After a tick: whether the loop may rest until a buffer has something. */
bool rest_begin(struct monitor *m, struct rest *rest);

/* What to poll for that, behind what is there; how many. */
size_t rest_polls(const struct monitor *m, const struct rest *rest, struct pollfd *fds);

/* True, and awake again, where one of those has something. */
bool rest_ends(struct monitor *m, struct rest *rest, const struct pollfd *fds, size_t nr);

#endif
