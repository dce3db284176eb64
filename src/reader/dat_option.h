/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options of a trace.dat: a row of a table an option that means something to us; all others are
 * stepped over.
 */
#ifndef MPROTTOP_DAT_OPTION_H
#define MPROTTOP_DAT_OPTION_H

#include "reader/dat_scan.h"

/* What options say of what follows them. */
struct dat_options {
	unsigned int nr_cpus;
	uint64_t buffers[DAT_BUFFERS_MOST]; /* where each begins; not of the first */
	struct dat_buffer stats[DAT_BUFFERS_MOST];
	unsigned int nr_stats; /* beside the first */
};

/* Up to the last option. */
int dat_scan_options(struct dat_scan *scan, struct dat *dat, struct dat_options *found);

#endif
