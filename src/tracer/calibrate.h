/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds what struct fixup tells on a kernel without type information, by known calls of this
 * process: a temporary probe on mprotect_fixup() shows its arguments and the words behind those
 * that may be pointers, and known values tell which is which. Only what agrees in every call is
 * believed, since a fetch that faults shows stale bytes. This is the one place in the tracer that
 * reads trace text: of its own probe, from an instance that is thrown away, filtered to this
 * thread. It takes two probes, one after the other; nothing is left in tracefs, also after a
 * failure.
 *
 * Kernel sources: mm/mprotect.c, mm/mmap.c; include/linux/mm.h (VM_READ and the like).
 */
#ifndef MPROTTOP_CALIBRATE_H
#define MPROTTOP_CALIBRATE_H

#include "tracer/fixup.h"

/* 0 or -errno with a fault that names what was not found. */
int calibrate(struct fixup *fixup, struct tracing *tracing, struct fault *fault);

#endif
