/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes a trace.dat of version 6, of any byte order and word size, that holds known calls: those of
 * a process 100, which its parent 99 makes on CPU 0, and that calls mprotect on CPU 1, DATGEN_CALLS
 * times, each with its return; its exec and exit go to a second buffer, where that is asked for.
 * The caller frees the text.
 */
#ifndef MPROTTOP_DATGEN_H
#define MPROTTOP_DATGEN_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

#define DATGEN_CALLS   300
#define DATGEN_PID     100
#define DATGEN_BEGIN   1000000000000ULL /* of the first event */
#define DATGEN_STEP    10000000         /* between calls, ns */
#define DATGEN_TAKES   1500             /* from a call to its return */
#define DATGEN_ADDR(i) (0x10000u + 0x1000u * (i))

struct datgen {
	bool big_endian;
	unsigned int long_size, page_size;
	const char *side;  /* name of a second buffer, or NULL */
	const void *trail; /* the contents of an option of ours, or NULL */
	size_t trail_len;
	uint64_t lost;      /* as the statistics of the first buffer say */
	unsigned int calls; /* in place of DATGEN_CALLS; 0: those */
	unsigned int pids;  /* so many processes from 100 on call in turn; 0: one */
	uint64_t step_ns;   /* in place of DATGEN_STEP; 0: that */
	bool silent;        /* no event came at all */
	bool strangers;     /* nobody tells of any process but the first of pids */
	bool twice;         /* the second buffer has the calls too */
};

void datgen_make(const struct datgen *gen, struct buf *out);

/* The bytes as a file without a name. */
int datgen_fd(const void *data, size_t len);

#endif
