/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The counters of one row, and what can be done to them without the table that owns and links it.
 * A tally has an open interval (now) and what is closed (t). Nothing fails.
 */
#ifndef MPROTTOP_TALLY_H
#define MPROTTOP_TALLY_H

#include "base/hist.h"
#include "model/reason.h"
#include "model/site.h"
#include "model/study.h"
#include "model/table.h"
#include "model/task.h"

/* How the calls of a row went, since its start; only where one failed or was timed. */
struct outcome {
	struct hist times;
	struct error_count errors[TABLE_ERRORS];
};

/* What each call touches comes first. */
struct tally {
	struct counts now;
	size_t active_at;        /* in the table's active rows, plus 1 */
	struct outcome *outcome; /* may be NULL */
	struct sites *sites;     /* may be NULL */
	struct reasons *reasons; /* may be NULL */
	struct study *study;     /* may be NULL */
	struct proc *proc;       /* NULL: "other" */
	struct tally *up;        /* of a thread: its process's */
	struct table_row t;
	struct link kids; /* of struct tally.sibling, its threads' */
	struct link sibling;
	struct link dead;
	uint64_t dead_ns;
	uint64_t seq; /* interval that delta and history are of */
	size_t at;    /* in the table's rows */
};

/* Pushes an interval's calls as the newest. */
void history_push(uint32_t history[TABLE_HISTORY], uint64_t calls);

/* Frees what a tally owns, not itself. */
void tally_done(struct tally *tally);

/* That of all rows without a process: of threads or not. */
void tally_other(struct tally *tally);

/* Gives it an outcome. */
struct outcome *tally_outcome(struct tally *tally);

/* A thread was made by task, which may be NULL. */
void tally_thread(const struct task *task, uint64_t ts_ns);

/* Lets it count reasons. */
void tally_why(struct tally *tally);

/* Counts nr calls that failed so. */
void errors_add(struct error_count errors[TABLE_ERRORS], uint32_t error, uint64_t nr);

/* Fills in times and error of a row. */
void outcome_tell(const struct outcome *outcome, struct table_row *t);

/* Adds all of from. */
void outcome_absorb(struct outcome *to, const struct outcome *from);

/* Counts a call in the open interval; true where it failed. */
bool tally_count(struct tally *tally, const struct call *call);

/* Counts an EVENT_CALLS. */
void tally_count_many(struct tally *tally, const struct event *event);

/* Brings delta and history up to the interval seq. */
void tally_freshen(struct tally *tally, uint64_t seq);

/* Ends the open interval, of ns; its rate may be a peak. */
void tally_close(struct tally *tally, uint64_t seq, uint64_t ns, bool peak);

/* Whether its process broke W^X in the interval just closed, for the first time; not of "other". */
bool tally_broke(struct tally *tally);

/* Adds all of from, both fresh. */
void tally_absorb(struct tally *to, const struct tally *from);

/* Fills in whose it is: all but tid, comm and exit_ns. */
void row_tell(struct table_row *row, const struct proc *proc, bool exited);

/* The row of a process, with its counts where it has some. */
void row_of_proc(struct table_row *row, const struct proc *proc);

/* Whose a call of tid is, by pid, uid, tid, flags and comm alone; task may be NULL. */
void row_who(struct table_row *row, uint32_t tid, const struct task *task, bool thread);

/* A row of noughts for each process, or thread, that lives and never called. */
void tasks_each_silent(const struct task_map *map, bool threads,
	void (*visit)(const struct table_row *row, void *arg), void *arg);

/* Fills in who it is; task: the thread's, NULL where it is no thread's or gone. */
void tally_tell(struct tally *tally, const struct task *task);

/* Moves the k of nr with the oldest calls to the front. */
void tally_select(struct tally **tallies, size_t nr, size_t k);

#endif
