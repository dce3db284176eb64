/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From CLOCK_MONOTONIC, which stands still while the machine is suspended, to the time of day,
 * which goes on: a start, and a step a suspend. struct daytime owns its list; a zeroed one is
 * valid, daytime_done() frees. Nothing fails.
 */
#ifndef MPROTTOP_DAYTIME_H
#define MPROTTOP_DAYTIME_H

#include <stddef.h>
#include <stdint.h>

struct daytime_step {
	uint64_t from_ns; /* what happened from then on is so much later in the day */
	double offset_s;
};

struct daytime {
	double offset_s; /* before the first step; NAN: not known */
	struct daytime_step *steps;
	size_t nr_steps;
};

/* The offset at the start; steps that were there are forgotten. */
void daytime_begin(struct daytime *daytime, double offset_s);
void daytime_done(struct daytime *daytime);

/* The machine was suspended for slept_ns; nothing that happened before from_ns came after it. */
void daytime_step(struct daytime *daytime, uint64_t from_ns, uint64_t slept_ns);

/* What is to be added to ns, in seconds; NAN: not known. */
double daytime_offset_s(const struct daytime *daytime, uint64_t ns);

/* Seconds since 1970 at ns; NAN: not known. */
double daytime_s(const struct daytime *daytime, uint64_t ns);

#endif
