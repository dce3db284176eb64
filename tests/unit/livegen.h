/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A live source fed through pipes in place of the kernel's per-CPU buffers: a read gives one
 * sub-buffer. Records are calls in the counted instance and exits in the side one. livegen_open()
 * and livegen_close() are a test's set-up and tear-down; the struct owns what it opened but what
 * the source takes. A failure fails the test.
 */
#ifndef MPROTTOP_LIVEGEN_H
#define MPROTTOP_LIVEGEN_H

#include "pagegen.h"
#include "reader/source_live.h"

#include <stdio.h>

#define LIVEGEN_CPUS    4
#define LIVEGEN_PAGE    4096 /* bytes of a sub-buffer, unless told */
#define LIVEGEN_BUFFER  (8 * LIVEGEN_PAGE)
#define LIVEGEN_MAX     20000
#define LIVEGEN_CALL_ID 705
#define LIVEGEN_ADDR    0x1000 /* and the pid: the address of a call */

struct livegen_call {
	uint16_t type;
	uint16_t flags;
	uint32_t pid;
	uint64_t nr, start, len, prot;
};

/* A CPU's buffer of an instance. */
struct livegen_cpu {
	int raw;     /* the end to write to, -1 */
	FILE *stats; /* the file that the source reads */
	struct pagegen gen;
	uint8_t *page;
	uint64_t ts; /* of the last record on the page */
	bool begun;
};

struct livegen {
	struct decoder *decoder;
	struct source *source;
	unsigned int sizes[2];
	struct livegen_cpu cpus[2][LIVEGEN_CPUS];
	struct event *got; /* what the source fed */
	size_t nr_got;
};

int livegen_open(void **state);
int livegen_close(void **state);

/* Sub-buffers of an instance have this size from now on. */
void livegen_layout(struct livegen *gen, unsigned int which, unsigned int size);

/* Adds a CPU whose stats file has this text. */
void livegen_cpu(struct livegen *gen, unsigned int which, unsigned int cpu, const char *stats);

/* Replaces what the stats file says. */
void livegen_stats(struct livegen *gen, unsigned int which, unsigned int cpu, const char *stats);

/* One record, on a new page where the last is full: then that one is written. */
void livegen_put(
	struct livegen *gen, unsigned int which, unsigned int cpu, uint64_t ts, uint32_t pid);
void livegen_begin(struct livegen *gen, unsigned int which, unsigned int cpu, uint64_t ts);
void livegen_end(struct livegen *gen, unsigned int which, unsigned int cpu, uint64_t lost);

/* A page with that one record. */
void livegen_page(struct livegen *gen, unsigned int which, unsigned int cpu, uint64_t ts,
	uint32_t pid, uint64_t lost);

/* Writes len bytes of the page as they are. */
void livegen_bytes(struct livegen *gen, unsigned int which, unsigned int cpu, size_t len);

bool livegen_drain(struct livegen *gen, bool final);

/* Comes to the end of what waits, however often a page that is not full stops it. */
void livegen_drain_often(struct livegen *gen);

#endif
