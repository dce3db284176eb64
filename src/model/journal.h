/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls and losses, put in order of the time at which they began. A call comes at its return, so
 * one that began earlier may still be open; the journal keeps what it was given until nothing older
 * can come, and until names for its addresses are there or were waited for long enough. It owns
 * copies, changes included, and is bounded: beyond the limit the oldest goes out at once, and what
 * comes older than one handed on goes out late. No I/O, no clock; nothing fails.
 */
#ifndef MPROTTOP_JOURNAL_H
#define MPROTTOP_JOURNAL_H

#include "model/call.h"
#include "model/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JOURNAL_LIMIT    (1u << 18)    /* calls, changes and losses held */
#define JOURNAL_OPEN_NS  1000000000ULL /* a call that sleeps longer holds up no others */
#define JOURNAL_NAMES_NS 300000000ULL  /* how long names are waited for */

/* A call, or a loss, at its place. */
struct journal_entry {
	struct call call;              /* of a loss ts_ns and cpu */
	uint64_t lost;                 /* events; 0: a call */
	uint32_t pid, uid;             /* EVENT_NO_ID: not known */
	bool nowhere;                  /* a loss of which neither CPU nor time is known */
	const char *why;               /* a name of reasons[], NULL: not known */
	char comm[EVENT_COMM_LEN + 1]; /* raw bytes of a stranger, may be empty: not known */
};

/* Names for addresses; what is NULL knows none. */
struct call_names {
	/* Whether all that site() and backing() will ever tell is there. The first time is when
	 * the call comes, so that a look-up can begin. */
	bool (*ready)(const struct call *call, void *arg);
	/* Text that holds until the next call of either, NULL: not known. */
	const char *(*site)(const struct call *call, void *arg);
	const char *(*backing)(const struct call *call, const struct change *change, void *arg);
	void *arg;
	/* As backing, with the offset in a file. May be NULL: backing does then. */
	const char *(*place)(const struct call *call, const struct change *change, void *arg);
};

typedef void (*journal_emit)(const struct journal_entry *entry, void *arg);

struct journal;

/* names must outlive the journal; it may be filled later. */
struct journal *journal_new(
	size_t limit, const struct call_names *names, journal_emit emit, void *arg);
void journal_free(struct journal *journal);

/* Copies entry, at now_ns; a call's changes too. */
void journal_add(struct journal *journal, const struct journal_entry *entry, uint64_t now_ns);

/* Why a call was made turns out to be another; ts_ns: when that began. One that was handed on by
 * then stays as it was. */
void journal_retell(struct journal *journal, uint32_t tid, uint64_t ts_ns, const char *why);

/* Nothing that began before safe_ns will come any more: hands on what is settled by that. */
void journal_release(struct journal *journal, uint64_t safe_ns, uint64_t now_ns);

/* The end: hands on everything. */
void journal_flush(struct journal *journal);

/* Those handed on behind one that began later. */
uint64_t journal_late(const struct journal *journal);

/* What names tells of them; where it tells of no backing: "anonymous", "file". NULL: not known. */
const char *call_site(const struct call_names *names, const struct call *call);
const char *call_backing(
	const struct call_names *names, const struct call *call, const struct change *change);

#endif
