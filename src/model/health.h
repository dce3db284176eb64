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
	bool listed;    /* the kernel still has it */
	double cost_ns; /* that it adds to a call that it is on; NAN: not known */
};

/* What probes add to calls, ns; NAN: not known. */
struct probe_cost {
	double call_ns;   /* all of them, to one of mprotect */
	double inside_ns; /* of that, within the time that is told of the call */
	double other_ns;  /* to every other system call */
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

/* Whether a count of missed or unaccounted hits is known: where hits are not, nothing says that
 * there were none. */
static inline bool health_knows(const struct health *health, uint64_t count)
{
	return count || !health->partial;
}

/* A CPU's buffer. */
struct cpu_stat {
	uint32_t cpu;
	bool side;          /* of the side instance */
	uint64_t delivered; /* records */
	uint64_t lost, waiting;
	double fill_pct; /* of the buffer, at the last reading */
};

/* What tracing costs and how it goes, for the screen Self. Owned by who fills it in. */
struct self_stat {
	const struct probe_stat *probes; /* of the counted instance */
	const struct probe_stat *beside; /* of the side one */
	unsigned int nr_probes, nr_beside;
	const struct cpu_stat *cpus;
	unsigned int nr_cpus;
	bool hits_known; /* else the account is partial */
	uint64_t hits, delivered, lost, waiting, stolen;
	uint64_t begun_hits;                 /* before the start */
	double cpu_pct[2];                   /* of the tracer, of the monitor; NAN: not known */
	uint64_t pss_bytes[2], buffer_bytes; /* buffer: of a CPU, of each instance */
	uint64_t frames;
	double longest_frame_ms;
};

/* Something that people should know now. */
struct notice {
	char cause[32], object[128], remedy[192], text[192]; /* text: a sentence for people */
};

#endif
