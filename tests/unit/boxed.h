/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests of boxes: calls that are made by a process that was shut in. */
#ifndef MPROTTOP_BOXED_H
#define MPROTTOP_BOXED_H

#include "tracer/box.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BOXED(kind)    (1u << (kind))
#define BOXED_MONITORS (BOXED(BOX_MONITOR) | BOXED(BOX_REPLAY))
#define BOXED_ALL      (BOXED(BOX_NR_KINDS) - 1)

struct attempt {
	const char *name;
	long (*make)(void); /* what the call returned, or 0 where all was well */
	unsigned int kinds; /* of boxes in which it is made */
};

/* What there is to make them with: a directory in which files may be made and a name beside it, a
 * terminal that is not this process's, a pair of sockets. */
struct boxed {
	char dir[32], inside[64], beside[64];
	struct box_here here;
	int terminal, pair[2];
};
extern struct boxed boxed;

/* Makes each in a child for each kind of box. refuses: it must fail with EPERM, else return 0. */
void boxed_each(const struct attempt *list, size_t nr, bool refuses);

/* By its number, since the C library might turn one call into another. */
long boxed_call(long nr, long a, long b, long c, long d);

/* Of a 32-bit caller, where the machine has such calls; else it fails with EPERM. */
long boxed_int80(long nr, long a, long b);

/* Text put into the input of the terminal, each in another way. */
long boxed_tiocsti(void);
long boxed_tiocsti_wide(void);
long boxed_tioclinux(void);
long boxed_tiocsti_int80(void);

int boxed_open(void **state);
int boxed_close(void **state);

#endif
