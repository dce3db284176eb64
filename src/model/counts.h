/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is counted of calls, of a row or of all. A call counts at most once in each field but the
 * sums (range, time_ns, maps). Plain values, nothing fails.
 */
#ifndef MPROTTOP_COUNTS_H
#define MPROTTOP_COUNTS_H

#include "base/prot.h"
#include "model/verdict.h"

#include <stdbool.h>
#include <stdint.h>

/* calls = returned + unreturned; refused ones are in refused and x_refused alone. */
struct counts {
	uint64_t calls;
	uint64_t range; /* bytes asked for */
	uint64_t ask_x;
	uint64_t prot[PROT_NR_CLASSES];   /* add up to calls - unasked */
	uint64_t unasked;                 /* what they asked is not known: the entry is lost */
	uint64_t returned, unreturned;    /* the outcome is known, is not */
	uint64_t errors;                  /* returned an error */
	uint64_t x_refused;               /* asked for EXEC: EACCES, EPERM, or refused */
	uint64_t refused;                 /* by seccomp, before the call was entered */
	uint64_t mmap_wx;                 /* mmap calls that made memory W and X at once */
	uint64_t timed;                   /* the duration is known */
	uint64_t time_ns;                 /* sum of the durations */
	uint64_t mapped;                  /* what became of their mappings is known */
	uint64_t maps;                    /* sum of the mappings of those */
	uint64_t kinds[VERDICT_NR_KINDS]; /* with a mapping of that kind */
	uint64_t made_wx;                 /* what was before is not known, and it is W and X now */
};

/* Whether anything was tried. */
static inline bool counts_any(const struct counts *counts)
{
	return counts->calls || counts->refused || counts->mmap_wx;
}

/* Lengths are whatever a caller asked for: 2^64 is a floor then, not a wrap to little. */
static inline uint64_t counts_sum(uint64_t a, uint64_t b)
{
	uint64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

/* Whether memory was made executable, or that was asked for, or refused. */
bool counts_exec(const struct counts *counts);

/* How many calls left memory writable and executable, as far as that is known. */
uint64_t counts_wx(const struct counts *counts);

/* Whether PR_SET_MDWE would have refused one of them, as far as they tell. */
bool counts_mdwe(const struct counts *counts);

void counts_add(struct counts *to, const struct counts *from);

#endif
