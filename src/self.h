/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the program itself costs and how its tracing goes: CPU time and memory of both processes,
 * buffers, probes, the account. struct self is embedded in struct monitor; a zeroed one is empty,
 * self_done() frees. Nothing fails: what cannot be read is not known.
 */
#ifndef MPROTTOP_SELF_H
#define MPROTTOP_SELF_H

#include "model/health.h"

#include <stdint.h>

struct monitor;

struct self {
	uint64_t cpu_ns[2], at_ns; /* of the tracer and the monitor, and when it was read */
	uint64_t memory_ns;        /* when the memory was read */
	double cpu_pct[2];
	uint64_t pss_bytes[2];
	struct cpu_stat *cpus; /* filled in while the screen shows */
	unsigned int nr_cpus;
};

/* From now on CPU time counts. */
void self_begin(struct monitor *m, uint64_t now_ns);

/* Reads CPU time and memory, not too often, into what health tells of it. */
void self_measure(struct monitor *m, uint64_t now_ns);

/* Fills the snapshot's struct self_stat. */
void self_tell(struct monitor *m);

void self_done(struct self *self);

#endif
