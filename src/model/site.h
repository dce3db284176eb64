/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the calls of a row come from: the most frequent addresses, and what they turned out to be
 * once the process's mappings were read. An address that was named keeps its name, whatever becomes
 * of the process. Of one whose mapping was never read the address is known. One in memory that is
 * not executable is no caller: where a machine keeps the caller in user memory, a program that
 * calls the kernel without a library has data there, and where that memory cannot be read an event
 * holds what lay in the ring buffer before. Embedded or on the heap: a zeroed struct is empty,
 * sites_done() gives its names back. Nothing fails.
 */
#ifndef MPROTTOP_SITE_H
#define MPROTTOP_SITE_H

#include "model/image.h"

#define SITES_MOST 8 /* told apart; of more, the frequent ones stay */

/* A mapping that was read so long before a call may be another's by then. */
#define SITE_FRESH_NS UINT64_C(1000000000)

struct site {
	uint64_t addr; /* 0: of a program that is no more */
	uint64_t nr;
	uint64_t first_ns, last_ns;
	uint64_t offset;   /* where name is NULL: the address, 0 where it is no caller's */
	struct name *name; /* NULL: not known */
	bool waits;        /* not known yet */
};

struct sites {
	unsigned int nr, last;
	bool waits; /* one does */
	struct site list[SITES_MOST];
};

/* Counts a call at ts_ns; whether its caller waits to be known. addr is not 0. */
bool sites_add(struct sites *sites, uint64_t addr, uint64_t ts_ns);

/* Names what waits by what was read at image_ns; any: however old that is. What was not there is
 * not known for good. Returns whether some still wait. */
bool sites_name(struct sites *sites, const struct image *image, uint64_t image_ns, bool any);

/* Of what waits nothing but the address will be known; end: another program runs from now on. */
void sites_give_up(struct sites *sites, bool end);

/* The most frequent one, as names tell it; NULL where there is none, it waits to be known, or it is
 * no caller. */
const struct site *sites_top(const struct sites *sites);

void sites_done(struct sites *sites);

#endif
