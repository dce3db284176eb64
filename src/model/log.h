/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The last calls and losses, in the order in which they are handed in: what a screen can scroll
 * through. A ring of copies, each with its first change that means something and the names that
 * were known by then; nothing is turned into text before somebody looks at it. Memory grows up to
 * the limit, then the oldest go. Nothing fails.
 */
#ifndef MPROTTOP_LOG_H
#define MPROTTOP_LOG_H

#include "model/journal.h"
#include "model/name.h"

#define LOG_LIMIT 32768

enum log_kind {
	LOG_CALL,
	LOG_LOST, /* events are missing here */
	LOG_GAP,  /* nobody listened: calls were not kept */
	LOG_CUT,  /* a filter was on, others were not kept up to here */
};

struct log_entry {
	struct call call;            /* changes: NULL */
	struct change change;        /* where call.nr_changes */
	uint64_t count;              /* events lost, calls not kept; of a gap 0: not known */
	double time;                 /* seconds since 1970 */
	struct name *site, *backing; /* raw; NULL: not known */
	uint32_t pid, uid;           /* EVENT_NO_ID: not known */
	enum log_kind kind;
	bool nowhere;                  /* a loss of which neither CPU nor time is known */
	const char *why;               /* a name of reasons[], NULL: not known */
	char comm[EVENT_COMM_LEN + 1]; /* raw bytes of a stranger */
};

struct log;

struct log *log_new(size_t limit);
void log_free(struct log *log);

/* Copies a call or a loss, with what names tell of it now. */
void log_add(struct log *log, const struct journal_entry *entry, double time,
	const struct call_names *names);

/* A call passed that is not kept: the next entry comes behind a gap. known: it is counted. */
void log_skip(struct log *log, bool known);

/* What was left out on purpose ends here. */
void log_cut(struct log *log, double time);

/* Whether each new one drives out the oldest. */
bool log_full(const struct log *log);

/* How many came since the start, how many of them are kept, and the first of those. */
uint64_t log_seen(const struct log *log);
size_t log_nr(const struct log *log);

/* 0: the oldest that is kept. */
const struct log_entry *log_at(const struct log *log, size_t i);

#endif
