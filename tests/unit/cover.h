/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows of choices such that each value of a choice meets each value of every other one: all pairs,
 * or all triples. Greedy: a row begins with what was not met yet, and takes for each further choice
 * the value that meets most. The same rows each time. A value that hides keeps those that stand
 * with it in a row from being tried: they have not met by that, and only rows that are made for it
 * have such a value. cover_done() frees.
 */
#ifndef MPROTTOP_COVER_H
#define MPROTTOP_COVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COVER_MOST 24 /* choices */

struct cover {
	unsigned int nr;                    /* choices */
	unsigned int of;                    /* 2: pairs, 3: triples */
	unsigned int size[COVER_MOST];      /* values of each */
	unsigned int first[COVER_MOST + 1]; /* number of the first value of each, among all */
	uint8_t *met;                       /* by two or three of these numbers */
	bool *hides;                        /* by one */
	unsigned int at[3];                 /* values from which on some may not have met */
	uint64_t random;
};

void cover_begin(struct cover *cover, unsigned int of, unsigned int nr, const unsigned int *sizes);

void cover_hides(struct cover *cover, unsigned int choice, unsigned int value);

/* The next row; false: all have met. */
bool cover_next(struct cover *cover, unsigned int *row);
void cover_done(struct cover *cover);

/* A row by chance; values that hide are seldom. */
void cover_random(struct cover *cover, unsigned int *row);

#endif
