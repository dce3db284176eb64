/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bits of mprotect's third argument, in one table. Bits that no row names are shown in hex,
 * never dropped. Source: uapi/asm-generic/mman-common.h and the machines' uapi/asm/mman.h.
 */
#ifndef MPROTTOP_PROT_H
#define MPROTTOP_PROT_H

#include <stdint.h>

struct buf;

struct prot {
	uint64_t bit;
	char letter;         /* 0: no place in rwx */
	const char *name;    /* after PROT_ */
	const char *machine; /* utsname machine prefix, NULL: all */
};

extern const struct prot prots[]; /* ends with a NULL name */

/* How many classes of "exact protection asked" there are: the 8 of rwx, and other. */
#define PROT_NR_CLASSES 9

/* 0-7: the bits READ 1, WRITE 2, EXEC 4 as they stand; 8: anything beyond them. */
static inline unsigned int prot_class(uint64_t prot)
{
	return prot < PROT_NR_CLASSES - 1 ? prot : PROT_NR_CLASSES - 1;
}

/* "none", "r", … "rwx", "other": the name in a column id p_NAME. */
const char *prot_class_name(unsigned int class);

/* "rw-", "---": and any bits beyond, "rw-|GROWSDOWN|0x40". */
void prot_text(uint64_t prot, const char *machine, struct buf *out);

#endif
