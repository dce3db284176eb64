/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the kernel's mprotect_fixup() has its arguments, and where the structures behind them have
 * what mprottop asks for. The function is called once for each mapping that a call touches, before
 * the change. Both differ between kernel versions and configurations: they come from the kernel's
 * own type information, else from calibration, never from a list. The struct is embedded and owns
 * nothing; finding fails with a fault that says why.
 *
 * Kernel sources: mm/mprotect.c; include/linux/mm_types.h, fs.h;
 * Documentation/trace/kprobetrace.rst.
 */
#ifndef MPROTTOP_FIXUP_H
#define MPROTTOP_FIXUP_H

#include "tracer/btf.h"
#include "tracer/tracing.h"

#define FIXUP_SYMBOL     "mprotect_fixup"
#define FIXUP_FETCH_SIZE 192

struct fixup {
	const char *how;                /* "btf", "calibration"; NULL: not known */
	int start, end, new_flags, vma; /* which $argN */
	unsigned int vm_flags, vm_file; /* offsets in vma */
};

/* By type information where the kernel has it, else by calibration, which makes mprotect calls of
 * its own. Leaves nothing in tracefs. */
int fixup_find(struct fixup *fixup, struct tracing *tracing, struct fault *fault);

/* By the type information in a file only. */
int fixup_from_btf(struct fixup *fixup, const char *path, struct fault *fault);

/* The probe's fetch specifications: file, start, end, new, old. None of them can fault: that leaves
 * stale bytes, costs much, and counts as a missed hit on 5.10 (kprobe_fault_handler()). */
void fixup_fetch(const struct fixup *fixup, char *text, size_t size);

#endif
