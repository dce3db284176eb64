/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A mutator that knows the records of a trail: it drops, doubles, moves and cuts them and changes
 * their words, times, kinds and flags, and puts lengths and places in the file right again; so it
 * gets behind the first records, where changed bytes alone seldom do.
 */
#ifndef MPROTTOP_TRAILMUTATE_H
#define MPROTTOP_TRAILMUTATE_H

#include <stddef.h>
#include <stdint.h>

/* As LLVMFuzzerCustomMutator(); the file begins behind head bytes. */
size_t trailmutate(uint8_t *data, size_t size, size_t max, unsigned int seed, size_t head);

#endif
