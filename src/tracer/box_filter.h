/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lists of system calls, and the programs that seccomp runs. */
#ifndef MPROTTOP_BOX_FILTER_H
#define MPROTTOP_BOX_FILTER_H

#include "tracer/box.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

/* How the kernel calls this machine; none: no filter is made. */
#if defined(__x86_64__) && defined(__LP64__)
#define BOX_ARCH AUDIT_ARCH_X86_64
#elif defined(__i386__)
#define BOX_ARCH AUDIT_ARCH_I386
#elif defined(__aarch64__) && defined(__LP64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define BOX_ARCH AUDIT_ARCH_AARCH64
#elif defined(__arm__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define BOX_ARCH AUDIT_ARCH_ARM
#elif defined(__riscv) && __riscv_xlen == 64
#define BOX_ARCH AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define BOX_ARCH AUDIT_ARCH_PPC64LE
#elif defined(__s390x__)
#define BOX_ARCH AUDIT_ARCH_S390X
#endif

/* What an argument of a call is held against: its low 32 bits, all that the kernel looks at in the
 * calls that are listed with a test. */
enum box_test {
	BOX_ANY,     /* nothing */
	BOX_ONE_OF,  /* it is one of the values */
	BOX_WITHOUT, /* it has none of the bits */
	BOX_SELF,    /* it is the process itself */
	BOX_KNOWN,   /* it is the process itself, or the other one */
};

struct box_check {
	enum box_test test;
	unsigned int arg;
	uint32_t bits;
	const uint32_t *values;
	size_t nr_values;
};

/* A call, and the kinds of processes that may make it: 1 << enum box_kind each. */
struct box_row {
	long nr;
	unsigned int kinds;
	const struct box_check *check; /* NULL: with any arguments */
};

extern const struct box_row box_rows[];
extern const size_t box_nr_rows;

/* The same of 32-bit calls of a 64-bit process: those of the canary. */
extern const struct box_row box_compat_rows[];
extern const size_t box_nr_compat_rows;

#define BOX_PROGRAM 1024

struct box_program {
	struct sock_filter code[BOX_PROGRAM];
	unsigned short len;
};

void box_program(struct box_program *p, enum box_kind kind, pid_t other);
void box_program_terminal(struct box_program *p);

#endif
