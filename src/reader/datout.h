/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A trace.dat of version 6, as trace-cmd.dat.v6(5) describes it, put together from a depot: what
 * datout_make() is given must stay until datout_done(). The main buffer is that of the counted
 * instance, the side one follows as a buffer of its own. Where there is no room for all pages,
 * those that were written still make a file that opens. Functions return 0 or -errno.
 *
 * Sources: trace-cmd.dat.v6(5); the numbers of options and the clock behind the table of CPUs,
 * which the page does not tell, as trace-cmd 3.1 reads them.
 */
#ifndef MPROTTOP_DATOUT_H
#define MPROTTOP_DATOUT_H

#include "reader/parts.h"

/* A format of an event, in the group system. */
struct datout_event {
	const char *system, *text;
};

/* A CPU's buffer: a stream of the depot, of pages. */
struct datout_cpu {
	unsigned int which; /* 0: main, 1: side */
	unsigned int cpu, stream;
	const char *stats; /* as the kernel has them, or NULL */
};

struct datout_config {
	const char *header_page, *header_event;
	const struct datout_event *events; /* those of a system one behind the other */
	unsigned int nr_events;
	const struct datout_cpu *cpus;
	unsigned int nr_cpus;
	unsigned int names; /* a stream: "tid name" in lines */
	const char *clock, *uname, *version, *side;
	/* our own option, in as many as there are ends */
	uint16_t option;
	const struct buf *first; /* the first one */
	unsigned int trail;      /* and a stream, cut at ends */
	const uint64_t *ends;
	unsigned int nr_ends;
};

struct datout_table;

struct datout {
	struct parts parts;
	struct datout_table *tables; /* of CPUs, of both buffers */
	unsigned int nr_cpus;        /* of a table */
	uint32_t page_size;
};

/* The depot has all that it will have; fd is empty and the caller's. */
void datout_make(
	struct datout *dat, struct depot *depot, int fd, const struct datout_config *config);

/* Writes on: as parts_write(). */
int datout_write(struct datout *dat, size_t most);

/* No more can be written: makes what there is a file; -ENOSPC: it is too little. */
int datout_cut(struct datout *dat);

uint64_t datout_size(const struct datout *dat);

void datout_done(struct datout *dat);

#endif
