/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tables of machines and of probes, and the text of a probe's definition. Pure: nothing here
 * touches the kernel. A probe's row names arguments by number; a machine's row says where argument
 * n of a system call lies, so that machines and probes add up and do not multiply.
 *
 * Kernel sources: arch/x86/include/asm/syscall_wrapper.h, arch/arm64/include/asm/syscall_wrapper.h,
 * arch/s390/include/asm/syscall_wrapper.h (wrappers take one pointer to pt_regs, since 4.17 on
 * x86-64); struct pt_regs of the same machines; Documentation/trace/kprobetrace.rst.
 */
#ifndef MPROTTOP_PROBE_H
#define MPROTTOP_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How one kind of system call enters the kernel of a machine. */
struct machine {
	const char *name;   /* utsname machine */
	const char *abi;    /* in event names; "" the machine's own */
	const char *prefix; /* of the symbol, before "mprotect" */
	bool compat;        /* 32-bit callers */
	const char *word;   /* type of an argument */
	const char *args[6];
	const char *site; /* the caller's user address; NULL: cannot be had */
	bool older;       /* tried only where the row before it with this abi has no symbol */
};

extern const struct machine machines[]; /* ends with a NULL name */

enum probe_kind {
	PROBE_KPROBE,     /* dynamic, on a system call's entry */
	PROBE_RETURN,     /* dynamic, on its return */
	PROBE_WHOLE,      /* dynamic, on its return, with what it was entered with (6.9+) */
	PROBE_FIXUP,      /* dynamic, on what a call does to each mapping */
	PROBE_FAILED,     /* dynamic, on its return where it failed */
	PROBE_INNER,      /* dynamic, on a function of the kernel that several calls use */
	PROBE_TRACEPOINT, /* the kernel's own event for the same */
	PROBE_BESIDE,     /* the same, beside dynamic ones */
	PROBE_TASK,       /* the kernel's own, in the side instance */
};

#define PROBE_SITE (-1) /* in place of the number of an argument */

struct probe_arg {
	const char *name;
	int nr;           /* of the call's arguments, from 0 */
	const char *fact; /* fetched only where that is wanted; NULL: always */
};

/* Whether a row is on follows from the facts that are wanted: it gives one that no row before it
 * with the same flags has given, all of only are wanted, and none of unless. */
struct probe {
	const char *name;
	enum probe_kind kind;
	const char *place;        /* system call, or system/event */
	const char *compat_place; /* of 32-bit callers, where it differs */
	const struct probe_arg *args;
	const char *gives;  /* list of facts, beside those of args */
	const char *only;   /* list of facts */
	const char *unless; /* list of facts */
	const char *with;   /* on where the row of that name is, whatever it gives */
	const char
		*filter;   /* of the kernel: then in the side instance, for hits outnumber events */
	const char *shape; /* how decode.c reads it */
	const char *canary; /* how an own call fires it, NULL not at all */
	const char *priced; /* the own call that pays for it, where canary is NULL */
	uint32_t flags;     /* of struct event */
	bool needed;        /* without it the source is not usable */
	bool native;        /* 32-bit callers come another way */
};

extern const struct probe probes[]; /* ends with a NULL name */

/* The next row of machines[] for this machine after prev (NULL: the first), NULL at the end. */
const struct machine *machine_next(const char *name, const struct machine *prev);

/* "__x64_sys_mprotect" */
void probe_symbol(
	const struct probe *probe, const struct machine *machine, char *text, size_t size);

/* The facts that a row can give on this machine (NULL: an event of the kernel's own) where wanted
 * ones are fetched, as a mask. */
uint32_t probe_facts(const struct probe *probe, const struct machine *machine, uint32_t wanted);

/* "addr=+0x70(%di):u64 len=…": the fetch specifications. machine NULL: of no system call. */
void probe_fetch(const struct probe *probe, const struct machine *machine, uint32_t wanted,
	char *text, size_t size);

/* "mprotect", "mprotect_ia32": the probe's name on this machine. */
void probe_name(const struct probe *probe, const struct machine *machine, char *text, size_t size);

#endif
