/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which lines of a log a choice lets through. Each line is looked at once, or again where the
 * choice is another. Embedded: a zeroed one has none, sieve_done() frees. Lines have the number
 * that they came as, so that one is found again while others come and go. Nothing fails.
 */
#ifndef MPROTTOP_SIEVE_H
#define MPROTTOP_SIEVE_H

#include "model/log.h"
#include "model/view.h"

struct sieve {
	const struct log *log;
	uint64_t *list; /* a ring of numbers, the oldest at first; not used where all pass */
	size_t cap, first, nr;
	uint64_t oldest, seen; /* of the log, when it was looked at */
	unsigned int choice;
	bool all;
};

/* Looks at what is new in log, which may be NULL. */
void sieve_update(
	struct sieve *sieve, const struct log *log, const struct view *view, const char *machine);

/* How many are let through, and one of them as of the last look: NULL where it is gone. */
size_t sieve_nr(const struct sieve *sieve);
const struct log_entry *sieve_at(const struct sieve *sieve, size_t i);

/* The number of a line, and the first line with that number or a later one. */
uint64_t sieve_number(const struct sieve *sieve, size_t i);
size_t sieve_find(const struct sieve *sieve, uint64_t number);

void sieve_done(struct sieve *sieve);

#endif
