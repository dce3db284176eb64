/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The last calls that made memory executable, or were refused that: a ring, the newest first. It
 * owns copies, with the one change that decided; a call that nobody need look at costs a test of
 * its bits. Names for addresses are filled in as long as somebody can tell them. No I/O, no clock;
 * nothing fails.
 */
#ifndef MPROTTOP_BREACH_H
#define MPROTTOP_BREACH_H

#include "model/journal.h"

#define BREACH_NAME 64

enum breach_result {
	BREACH_NONE,
	BREACH_MADE,
	BREACH_SAME,    /* writable and executable was asked of what was that already */
	BREACH_PERHAPS, /* what the memory was before is not known */
	BREACH_REFUSED,
};

struct breach {
	struct call call; /* changes: none, or the one below */
	struct change change;
	enum breach_result result;
	uint64_t nr;                   /* how often, as those that are alike are one */
	uint32_t pid;                  /* EVENT_NO_ID: not known */
	char comm[EVENT_COMM_LEN + 1]; /* raw bytes of a stranger */
	char site[BREACH_NAME], backing[BREACH_NAME]; /* clean; empty: not known */
	bool named;                                   /* no more names will come */
};

struct breaches;

struct breaches *breaches_new(size_t limit);
void breaches_free(struct breaches *breaches);

/* What a call of any kind is; breach_may() tells of most at once that they are none. */
enum breach_result breach_of(const struct call *call);

static inline bool breach_may(const struct call *call)
{
	return call->prot & PROT_EXEC || call->kinds || call->known & CALL_REFUSED;
}

/* Keeps a call that is one; who made it is of the caller's knowledge. */
void breaches_add(struct breaches *breaches, const struct call *call, uint32_t pid,
	const char comm[EVENT_COMM_LEN + 1]);

/* Asks for the names that one lacks; 0: the newest. */
void breaches_name(struct breaches *breaches, const struct call_names *names, size_t i);

/* How many calls were seen, and how many entries are kept. */
uint64_t breaches_seen(const struct breaches *breaches);
size_t breaches_nr(const struct breaches *breaches);

/* 0: the newest. */
const struct breach *breaches_at(const struct breaches *breaches, size_t i);

#endif
