/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a probe costs who makes the call. Own calls that change nothing (base/owncall.h) are timed
 * just before and just after an event is switched on, in batches; as whatever else goes on only
 * adds time, the fastest batch counts. So the price of a probe is what it added to those that were
 * on already, and none is ever switched off for it. The calls are hits and records as all others,
 * a few kilobytes of the buffer for each event. Embedded; a zeroed one measures nothing,
 * price_init() makes one that does, price_done() unmaps its pages. Nothing fails: what was not
 * measured is NAN.
 */
#ifndef MPROTTOP_PRICE_H
#define MPROTTOP_PRICE_H

#include "base/owncall.h"

#include <stdint.h>

#define PRICE_BATCHES 8
#define PRICE_CALLS   8   /* of a batch */
#define PRICE_KB      512 /* of a smaller buffer these calls would take too much */

struct price {
	uint64_t page, page_len;     /* 0: nothing is measured */
	const struct owncall *timed; /* between price_before() and price_after() */
	double before_ns;
	double bare_ns[2];        /* without probes: of mprotect, of getppid */
	double begin_ns[2];       /* of both before what is armed now */
	double call_ns, other_ns; /* added by all: to mprotect, to getppid */
};

/* Nothing is on yet. */
void price_init(struct price *price);
void price_done(struct price *price);

/* Something is about to be switched on; at first no probe is on. */
void price_begin(struct price *price);

/* call: of owncall_find(), "" where none is known. */
void price_before(struct price *price, const char *call);

/* What one call takes longer than at price_before(), ns. */
double price_after(struct price *price);

/* All that was to be switched on is: adds to the sums, with calls at price_mark() so that their
 * time can be told. */
void price_sum(struct price *price);
uint64_t price_mark(const struct price *price);

/* Time in the kernel's function for the call, without probes: less the way in and out. */
double price_inner_ns(const struct price *price);

/* Of one call, by the fastest of so many batches of as many calls. */
double price_least(const uint64_t *batch_ns, unsigned int nr, unsigned int calls);

/* Never below 0; NAN where either is. */
double price_added(double before_ns, double after_ns);

#endif
