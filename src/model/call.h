/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One system call, joined from its events: a plain value without pointers. What no probe told is
 * not known, and says so; nothing is guessed.
 */
#ifndef MPROTTOP_CALL_H
#define MPROTTOP_CALL_H

#include <stdint.h>

/* what is known of a call */
#define CALL_ASKED    0x1  /* addr, len, prot */
#define CALL_RETURNED 0x2  /* ret */
#define CALL_TIMED    0x4  /* duration_ns */
#define CALL_REFUSED  0x8  /* by seccomp, before the system call was entered */
#define CALL_CHANGED  0x10 /* kinds, maps */

struct call {
	uint64_t ts_ns; /* of the entry, else of the return */
	uint64_t duration_ns;
	uint64_t addr, len, prot;
	int64_t ret; /* 0 or -errno */
	uint32_t tid;
	uint16_t cpu;
	uint8_t flags; /* EVENT_COMPAT, EVENT_PKEY */
	uint8_t known; /* CALL_ bits */
	uint8_t kinds; /* of its changes: see verdict.h */
	uint32_t maps; /* mappings touched, changed or not */
};

#endif
