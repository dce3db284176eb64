/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the detail of a process tells beyond its row, counted from when it was first wanted: which
 * protection became which, the regions that changed most, the threads that called most. Of more
 * than there is room for, the frequent ones stay. A plain value without pointers, a zeroed one is
 * empty; nothing fails.
 */
#ifndef MPROTTOP_STUDY_H
#define MPROTTOP_STUDY_H

#include "model/call.h"

#define STUDY_PROT    8 /* protections: READ 1, WRITE 2, EXEC 4 */
#define STUDY_REGIONS 12
#define STUDY_THREADS 16

/* Ranges that begin in the same megabyte. */
struct study_region {
	uint64_t start, end; /* of all of them */
	uint64_t nr;         /* 0: free */
	uint64_t last_ns;
	uint32_t tid;           /* who did it last, and how */
	uint32_t before, after; /* vm_flags; after alone is known, as it was asked, without told */
	bool told, file;        /* what the mapping was */
	uint8_t reason;         /* of the last call, a row of reasons[] */
};

struct study_thread {
	uint32_t tid;
	uint64_t nr, last_ns;
};

struct study {
	uint64_t since_ns, exec_ns;
	uint64_t changes;                        /* sum of the matrix */
	uint64_t matrix[STUDY_PROT][STUDY_PROT]; /* from, to */
	struct study_region regions[STUDY_REGIONS];
	struct study_thread threads[STUDY_THREADS];
};

/* Counts a call of a process that runs its program since exec_ns; reason: a row of reasons[]. */
void study_count(
	struct study *study, const struct call *call, uint64_t exec_ns, unsigned int reason);

#endif
