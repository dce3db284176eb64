/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A set of small numbers, walked in their order: a step over 64 numbers that are not in it costs
 * one comparison. Embedded; a zeroed one is empty, bits_done() frees. Nothing fails.
 */
#ifndef MPROTTOP_BITS_H
#define MPROTTOP_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BITS_NONE SIZE_MAX

struct bits {
	uint64_t *words;
	size_t nr; /* words */
};

void bits_done(struct bits *bits);

/* Makes room for the number, and adds it; takes it away. */
void bits_set(struct bits *bits, size_t number);
void bits_clear(struct bits *bits, size_t number);

/* The lowest that is not below number; BITS_NONE: there is none. */
size_t bits_next(const struct bits *bits, size_t number);

#endif
