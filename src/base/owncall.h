/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * System calls of our own that change nothing, a way to fire each probe: for the canary, and to
 * measure what probes cost. A const table; nothing fails.
 */
#ifndef MPROTTOP_OWNCALL_H
#define MPROTTOP_OWNCALL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>

#define OWNCALL_PROT PROT_READ /* that the pages of such a call have */

/* Those that would change a mapping fail: mmap with neither private nor shared, munmap of an odd
 * address, shmat of no segment. */
struct owncall {
	const char *name;
	long nr, nr_compat; /* arch/x86/entry/syscalls/syscall_32.tbl */
	uint64_t odd;       /* added to the address */
	uint64_t prot;      /* as the event tells it */
	int fails;          /* -errno, 0: succeeds */
};

/* "mprotect", "pkey", "mmap", "mmap_wx", "munmap", "shm_exec"; NULL: there is none. */
const struct owncall *owncall_find(const char *name);

/* It has no length, and its third argument is shmflg. */
bool owncall_attaches(const struct owncall *call);

/* Makes it; 0 or -errno. addr: with call->odd; the pages there have OWNCALL_PROT. */
int owncall_make(const struct owncall *call, uint64_t addr, uint64_t len);

/* Whether the outcome is one that neither a kernel with this call nor a kernel without it gives:
 * then a seccomp filter, before the call was entered, or a security module refused the call. */
bool owncall_refused(const struct owncall *call, int64_t outcome);

#endif
