/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * W^X kinds: what a change of one mapping means, from the protection before to the one after. A
 * row of kinds[] a kind; the first that fits is the one, no change of rwx has none. Pure.
 */
#ifndef MPROTTOP_VERDICT_H
#define MPROTTOP_VERDICT_H

#include <stdint.h>

struct kind {
	const char *name; /* as in JSON */
	const char *help;
	/* bits of rwx (1 2 4): those that must be set, and clear, before and after */
	uint8_t before_set, before_clear, after_set, after_clear;
};

#define VERDICT_NR_KINDS 4
#define VERDICT_WX       0   /* the row of w+x */
#define VERDICT_GAINS_X  0xb /* the mask of those after which it is executable */

extern const struct kind kinds[VERDICT_NR_KINDS + 1]; /* ends with a NULL name */

/* The mask of its kind, bit n for row n; 0 where it has none. Both as READ 1, WRITE 2, EXEC 4. */
uint8_t kind_mask(uint32_t before, uint32_t after);

/* The mask of the kind of that name. */
uint8_t kind_find(const char *name);

#endif
