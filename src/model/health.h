/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How sure the figures are: what the reader tells beside the rows. Plain values.
 */
#ifndef MPROTTOP_HEALTH_H
#define MPROTTOP_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

/* Of a dynamic probe or an event, for screens and --check. */
struct probe_stat {
	char name[64];
	char place[64]; /* symbol or event */
	uint64_t hits, missed;
	bool hits_known;
	bool listed; /* the kernel still has it */
};

/* What the reader tells beside the rows. */
struct health {
	uint64_t lost, missed, unaccounted; /* since start */
	uint64_t lost_side;                 /* task events */
	bool impaired;                      /* a probe or the recording was off for a while */
	bool partial;                       /* hits cannot be known (account: partial) */
	double buffer_pct;                  /* the fullest CPU's */
	double self_cpu_pct;
	uint64_t self_pss_bytes;
	char trouble[160]; /* a notice that still holds: what and what to do, or empty */
};

/* Something that people should know now. */
struct notice {
	char cause[32], object[128], remedy[192], text[192]; /* text: a sentence for people */
};

#endif
