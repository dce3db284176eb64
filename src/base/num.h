/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one checked number parser. The whole text must be the number: empty text, blanks, signs,
 * hex, exponents, "inf" and anything behind it are -EINVAL; a number outside min to max, or too
 * large to hold, is -ERANGE. On failure *out is not touched. Decimal and exact, in no locale.
 */
#ifndef MPROTTOP_NUM_H
#define MPROTTOP_NUM_H

#include <stdint.h>

int num_u64(const char *text, uint64_t min, uint64_t max, uint64_t *out);

/* Seconds, or with a unit: ns us ms s m h. "0.5", ".5s" and "1.5m" too, down to whole ns. */
int num_time(const char *text, uint64_t min_ns, uint64_t max_ns, uint64_t *ns);

/* The whole part of d, which may be any number, since recordings hold such: 0 for NaN and for
 * numbers below 0, the largest value for numbers beyond it. C leaves such a cast undefined. */
uint64_t num_u64_of_double(double d);
int64_t num_i64_of_double(double d); /* the smallest, too */

/* Bytes, or with a power of 1024: k M G T in any case, also as KiB MiB GiB TiB. */
int num_size(const char *text, uint64_t min, uint64_t max, uint64_t *bytes);

/* A place for a number in a hash table: each bit of the number moves half of the bits. Where a file
 * chooses the numbers, another number that it cannot know is to be mixed in. */
uint64_t num_mix(uint64_t number);

#endif
