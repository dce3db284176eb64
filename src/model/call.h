/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One system call, joined from its events. What no probe told is not known, and says so; nothing is
 * guessed. A plain value but for its changes, which whoever made it owns.
 */
#ifndef MPROTTOP_CALL_H
#define MPROTTOP_CALL_H

#include "model/event.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>

/* what is known of a call */
#define CALL_ASKED    0x1  /* addr, len, prot */
#define CALL_RETURNED 0x2  /* ret */
#define CALL_TIMED    0x4  /* duration_ns */
#define CALL_REFUSED  0x8  /* by seccomp, before the system call was entered */
#define CALL_CHANGED  0x10 /* kinds, maps */
#define CALL_MAP      0x20 /* map */
#define CALL_MADE     0x40 /* that prot is what mmap made, and less was asked for */

/* What a call did to one mapping. */
struct change {
	uint64_t start, end;
	uint32_t before, after; /* vm_flags */
	bool file;              /* a file is behind it */
	bool failed;            /* it stayed as it was */
};

struct call {
	uint64_t ts_ns; /* of the entry, else of the return */
	uint64_t duration_ns;
	uint64_t addr, len, prot;
	uint64_t site; /* user address of the caller; 0: not known */
	int64_t ret;   /* 0 or -errno; of mmap and shmat the address, 0 where it is not known */
	int32_t key;   /* of pkey_mprotect */
	uint32_t map;  /* flags of mmap */
	uint32_t tid;
	uint16_t cpu;
	uint8_t flags; /* EVENT_COMPAT, EVENT_PKEY … */
	uint8_t known; /* CALL_ bits */
	uint8_t kinds; /* of its changes: see verdict.h */
	uint32_t maps; /* mappings touched, changed or not */
	uint32_t nr_changes;
	const struct change *changes; /* where they are kept; in order of address */
};

/* The system call's name. */
const char *call_name(const struct call *call);

/* Where: of mmap and shmat what they made, else what it was asked; false: not known. */
bool call_place(const struct call *call, uint64_t *addr);

/* The number of the error of one that failed: any, as a recording may hold any. */
static inline uint32_t call_error(const struct call *call)
{
	uint64_t error = 0 - (uint64_t)call->ret;

	return error > UINT32_MAX ? UINT32_MAX : (uint32_t)error;
}

/* Whether it made a mapping that is writable and executable. */
static inline bool call_maps_wx(const struct call *call)
{
	const uint64_t wx = PROT_WRITE | PROT_EXEC;

	return call->flags & EVENT_MMAP && call->known & CALL_RETURNED && call->ret >= 0 &&
	       (call->prot & wx) == wx;
}

/* Whether mprotect left memory writable and executable, where nobody knows what it was before. */
static inline bool call_leaves_wx(const struct call *call)
{
	const uint64_t wx = PROT_WRITE | PROT_EXEC;
	const uint8_t needed = CALL_ASKED | CALL_RETURNED;

	return !(call->flags & EVENT_RELATED) && (call->known & needed) == needed &&
	       !(call->known & CALL_CHANGED) && (call->prot & wx) == wx && call->len &&
	       call->ret >= 0;
}

/* Related calls count only where they do that. */
static inline bool call_is_nothing(const struct call *call)
{
	return call->flags & EVENT_RELATED && !call_maps_wx(call);
}

#endif
