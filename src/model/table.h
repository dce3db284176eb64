/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls → counters a process. Processes are keyed by pid and start; threads fold to their process.
 * The table owns its rows; pointers that it hands out hold until the next table_* call that feeds
 * or closes. Memory is bounded by struct table_limits: beyond it the process whose last call is
 * longest ago folds into one row "other", so that totals stay exact. One that was folded and calls
 * again gets a row in place of an idle one; where all rows are of such as call all the time its
 * calls count in "other", as to fold those in turn would help nobody. No I/O, no clock, no failure.
 */
#ifndef MPROTTOP_TABLE_H
#define MPROTTOP_TABLE_H

#include "model/call.h"
#include "model/counts.h"
#include "model/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TABLE_HISTORY 32 /* closed intervals that a row remembers */

struct table_limits {
	size_t rows;  /* processes (and with threads, threads) with counters */
	size_t tasks; /* tids known */
	size_t bytes; /* of both, as far as they can be told; 0: no limit */
};

/* live: where each row has what its detail tells, about 3 KiB a process. */
extern const struct table_limits table_limits_default, table_limits_live;

struct outcome;
struct reasons;
struct sites;
struct study;

/* flags of a row */
#define ROW_EXITED     0x1
#define ROW_UNRESOLVED 0x2  /* tid known, process unknown */
#define ROW_UID_GUESS  0x4  /* uid inherited from the parent, not seen */
#define ROW_COMMAND    0x8  /* COMMAND or a descendant */
#define ROW_OTHER      0x10 /* the fold of evicted rows */
#define ROW_GROUP      0x20 /* a group, see group.h */
#define ROW_FOLDED     0x40 /* others below it count in it, see tree.h */

/*
 * A process with calls (or a thread, where the table keeps threads), or a silent one. All counts
 * are those of the intervals closed so far.
 */
struct table_row {
	uint32_t pid; /* EVENT_NO_ID where unresolved or other */
	uint32_t tid; /* the thread, or pid */
	uint32_t ppid;
	uint32_t uid;
	uint64_t start_ns; /* CLOCK_MONOTONIC, 0: not known */
	uint64_t last_ns;  /* of the last call, 0: none */
	uint64_t exit_ns;
	uint32_t flags;
	uint32_t nr_threads;           /* that called */
	char comm[EVENT_COMM_LEN + 1]; /* raw bytes of a stranger, may be empty: not known */
	struct counts total;
	struct counts delta; /* of the interval closed last */
	double peak_per_s;
	uint64_t p50_ns, p99_ns, max_ns; /* of all durations; where total.timed is not 0 */
	uint32_t error;                  /* the most frequent errno; where total.errors is not 0 */
	const struct name *texts[TOLD_NR]; /* raw; NULL: not known */
	const struct name *site;           /* the most frequent caller; NULL: not known, or none */
	uint64_t site_offset;          /* where site is NULL: its address, 0: not known either */
	const struct outcome *outcome; /* to merge; NULL: none was timed and none failed */
	const struct reasons *reasons; /* to merge; NULL: they are not counted */
	const struct sites *sites;     /* all callers told apart; NULL: none was told */
	const struct study *study;     /* NULL: it is not counted, or of a thread */
	uint32_t
		history[TABLE_HISTORY]; /* calls an interval, newest last, zeros before the first */
};

struct error_count {
	uint32_t error; /* 0: free, as all behind it */
	uint64_t nr;
};

#define TABLE_ERRORS 8 /* errnos told apart; of more, the frequent ones stay */

struct table_totals {
	struct counts total, delta; /* everything traced, own calls excluded */
	struct counts gone[2];      /* of rows removed after their exit: [1] of threads */
	uint64_t own_calls;
	uint64_t processes;       /* with at least a call, ever; unresolved tids too */
	uint64_t active, exited;  /* with a call in the closed interval; exited ever */
	uint64_t threads;         /* that called and live */
	uint64_t broke;           /* processes that made memory writable and executable */
	uint64_t folded;          /* rows folded into "other" */
	uint64_t late;            /* events about tasks older than one before them */
	uint64_t lost, lost_side; /* from EVENT_LOST, where in time only */
	uint64_t closed_ns;       /* end of the closed interval */
	uint64_t interval_ns;
	uint64_t threads_ns; /* since when rows of threads count; 0: since all others do */
	uint32_t history[TABLE_HISTORY];
	struct error_count errors[TABLE_ERRORS]; /* of all calls, in no order */
};

struct gone;
struct table;
struct locator;
struct proc;
struct task_map;

/* threads: a row a thread too. */
struct table *table_new(const struct table_limits *limits, bool threads, uint64_t begin_ns);
void table_free(struct table *table);

/* The first interval begins now: what was fed before still counts in it. */
void table_begin(struct table *table, uint64_t begin_ns);

/* Calls of this process (all its threads) are own calls: counted apart, in no row. Before its
 * first call. */
void table_own(struct table *table, uint32_t pid);

/* pid and what descends from it from now on carry ROW_COMMAND. */
void table_command(struct table *table, uint32_t pid);

/*
 * Whether a call of tid would find its process, and the process its user, which is asked for again
 * ever less often; if not, feed an EVENT_IDENT first (see proc.h). Also true where that was of no
 * use in this interval already, so that nobody asks at each call.
 */
bool table_knows(struct table *table, uint32_t tid);

/* All counts begin anew, but for own calls and losses; who is known stays so. */
void table_zero(struct table *table);

/* From now on each thread has a row too, which counts from here; now_ns 0: nothing was counted. */
void table_threads(struct table *table, uint64_t now_ns);

/* From now on the reasons of calls are counted. */
void table_why(struct table *table);

/* A call of tid is to come in a moment: has what counts it fetched, where there is so much of that
 * that it cannot be near. arg: the table, as who looks ahead knows none. False: all of it is. */
bool table_soon(uint32_t tid, void *arg);

/* One call, after all events about tasks before its return. Returns why it was made, of reasons[];
 * NULL: not known, or nobody asked. */
const char *table_call(struct table *table, const struct call *call);

/* An EVENT_CALLS: the same as all of its calls, where nobody asks for reasons. */
void table_calls(struct table *table, const struct event *event);

/* Whose call that is, by pid, tid, flags and comm as in rows; false: an own one. */
bool table_who(struct table *table, const struct call *call, struct table_row *out);

/* One event about tasks, or a loss, in time order as far as the caller can tell; not a call's.
 * Returns when its task made a call that is REASON_STACK, as is told by that event; 0: none. */
uint64_t table_feed(struct table *table, const struct event *event);

/* Text of a process, after the EVENT_IDENT that came with it. */
void table_tell(struct table *table, const struct told *told);

/*
 * Ends the interval at now_ns: deltas, peaks and histories. Exited rows go once they were idle
 * for keep_ns, but not before the close after the one that told of their last call or exit.
 */
void table_close(struct table *table, uint64_t now_ns, uint64_t keep_ns);

/* The process of a call, that table_call() was given; NULL: nobody knows, pid EVENT_NO_ID: nobody
 * knows yet. */
struct proc *table_proc(struct table *table, const struct call *call);

/* Who is known: see task.h. */
const struct task_map *table_map(const struct table *table);

/* Who keeps the callers: see locate.h. */
struct locator *table_locator(struct table *table);

/* What rows of processes counted that were removed since: see gone.h. */
const struct gone *table_gone(const struct table *table);

const struct table_totals *table_totals(const struct table *table);

/*
 * Calls visit for each row of processes, or of threads; "other" comes last, where there is one. The
 * rows and gone add up to the totals, always. A row is there while it is visited.
 */
void table_each(const struct table *table, bool threads,
	void (*visit)(const struct table_row *row, void *arg), void *arg);

struct hist;
struct tally;

/*
 * As table_each() does, and where idle is set table_each_silent() too, but only with who it is of;
 * tally: what it counted, for tally_parts(); NULL where the row is whole, as that of "other", or
 * has nothing but noughts. With keep, the tallies stay until the next such visit or
 * table_let_go(), and with them what they counted until the next table_close().
 */
void table_each_light(const struct table *table, bool threads, bool idle, bool keep,
	void (*visit)(const struct table_row *row, struct tally *tally, void *arg), void *arg);
void table_let_go(const struct table *table);

/* Frees up to so many rows that were kept and are not looked at any more. */
void table_tidy(const struct table *table, size_t most);

/* Adds what all calls of the rows of processes took, "other" with them. */
void table_times(const struct table *table, struct hist *sum);

/* How many rows there are of processes and threads. */
size_t table_nr(const struct table *table);

/* The number of the interval that was closed last. */
uint32_t table_seq(const struct table *table);

/* The living processes, or threads, that are known and never called, with all counts 0. They are
 * in no order, and not in the limit of rows. */
void table_each_silent(const struct table *table, bool threads,
	void (*visit)(const struct table_row *row, void *arg), void *arg);

#endif
