/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one row counts, and what can be done to it without the table that owns and links it: an
 * open interval, and what is closed. As many as there are processes: it is kept small, and a
 * struct table_row is made of it for whoever looks. Nothing fails.
 */
#ifndef MPROTTOP_TALLY_H
#define MPROTTOP_TALLY_H

#include "base/hist.h"
#include "model/reason.h"
#include "model/sheet.h"
#include "model/site.h"
#include "model/study.h"
#include "model/table.h"
#include "model/task.h"

/* How the calls of a row went, since its start; only where one failed or was timed. */
struct outcome {
	struct hist times;
	struct error_count *errors; /* TABLE_ERRORS of them; NULL: none failed */
	/* as of the interval closed last */
	uint64_t p50_ns, p99_ns, max_ns;
	uint32_t error;
};

/* What each call touches comes first. */
struct tally {
	struct sheet sheet;
	uint32_t active_at;      /* in the table's active rows, plus 1 */
	struct proc *proc;       /* NULL: "other" */
	struct tally *up;        /* of a thread: its process's */
	uint64_t last_ns;        /* of the last call, 0: none */
	struct outcome *outcome; /* may be NULL */
	struct sites *sites;     /* may be NULL */
	struct reasons *reasons; /* may be NULL */
	struct study *study;     /* may be NULL */
	uint32_t at;             /* in the table's rows */
	uint32_t size;           /* bytes that it counts for, see tally_size() */
	uint32_t seq;            /* interval that was closed last with calls */
	uint32_t tid;
	uint32_t nr_threads;
	uint8_t nr_history, room_history;
	char comm[EVENT_COMM_LEN + 1]; /* of a thread, as it was when somebody looked */
	uint32_t *history;             /* calls an interval, that of seq last */
	double peak_per_s;
	uint32_t kept; /* turn of struct keep in which it was visited */
	union {
		struct link kids;    /* of a process: of struct tally.sibling, its threads' */
		struct link sibling; /* of a thread */
	};
	struct link dead;
	uint64_t dead_ns;
};

/* Bytes of a row that made one call, as a heap has them. */
#define TALLY_SIZE 512

/* Pushes an interval's calls as the newest. */
void history_push(uint32_t history[TABLE_HISTORY], uint64_t calls);

/* Frees what a tally owns, not itself. */
void tally_done(struct tally *tally);

/* Gives it an outcome. */
struct outcome *tally_outcome(struct tally *tally);

/* A thread was made by task, which may be NULL. Returns as reasons_thread() of its process. */
uint64_t tally_thread(const struct task *task, uint64_t ts_ns);

/* Lets it count reasons. */
void tally_why(struct tally *tally);

/* Counts nr calls that failed so. */
void errors_add(struct error_count errors[TABLE_ERRORS], uint32_t error, uint64_t nr);

/* Brings its percentiles and error up to all that it counted. */
void outcome_close(struct outcome *outcome);

/* Fills in times and error of a row, as of then. */
void outcome_tell(const struct outcome *outcome, struct table_row *t);

void outcome_done(struct outcome *outcome);

/* Adds all of from. */
void outcome_absorb(struct outcome *to, const struct outcome *from);

/* Counts a call in the open interval; true where it failed. */
bool tally_count(struct tally *tally, const struct call *call);

/* Counts an EVENT_CALLS. */
void tally_count_many(struct tally *tally, const struct event *event);

/* Room for what the end of the interval keeps, so that it need not be made then, of all at once. */
void tally_ready(struct tally *tally);

/* Ends the open interval, of ns; its rate may be a peak. seq: it is that from now on. */
void tally_close(struct tally *tally, uint32_t seq, uint64_t ns, bool peak);

/* Whether its process broke W^X in the interval just closed, for the first time; not of "other". */
bool tally_broke(struct tally *tally);

/* Adds all of from; seq: the interval closed last. */
void tally_absorb(struct tally *to, const struct tally *from, uint32_t seq);

/* A thread's row, or else a process's. */
static inline struct tally *tally_kid(const struct tally *tally)
{
	const struct link *next = tally->kids.next;

	if (tally->up || !next || next == &tally->kids)
		return NULL;
	return link_of(next, struct tally, sibling);
}

/* Whether anything was tried in the open interval. */
static inline bool tally_tried(const struct tally *tally)
{
	return sheet_get(&tally->sheet, SHEET_NOW, SHEET_AT(calls)) ||
	       sheet_get(&tally->sheet, SHEET_NOW, SHEET_AT(refused)) ||
	       sheet_get(&tally->sheet, SHEET_NOW, SHEET_AT(mmap_wx));
}

/* How its calls went, NULL: none that is closed was timed or failed. */
static inline const struct outcome *tally_closed_outcome(const struct tally *tally)
{
	return sheet_get(&tally->sheet, SHEET_ALL, SHEET_AT(timed)) ||
			       sheet_get(&tally->sheet, SHEET_ALL, SHEET_AT(errors))
		       ? tally->outcome
		       : NULL;
}

/* About how many bytes it takes. */
uint32_t tally_size(const struct tally *tally);

/* Parts of what it counted up to the interval seq, see part.h; and all, but for who it is. */
void tally_parts(
	const struct tally *tally, uint32_t seq, unsigned int parts, struct table_row *row);
void tally_figures(const struct tally *tally, uint32_t seq, struct table_row *row);

/* The row of those without a row: of threads or not. */
void tally_other(const struct tally *tally, uint32_t seq, struct table_row *row);

/* Fills in whose it is: all but tid, comm and exit_ns. */
void row_tell(struct table_row *row, const struct proc *proc, bool exited);

/* The row of a process, with its counts where it has some. */
void row_of_proc(struct table_row *row, const struct proc *proc);

/* Whose a call of tid is, by pid, uid, tid, flags and comm alone; task may be NULL. */
void row_who(struct table_row *row, uint32_t tid, const struct task *task, bool thread);

/* A row of noughts for each process, or thread, that lives and never called. */
void tasks_each_silent(const struct task_map *map, bool threads,
	void (*visit)(const struct table_row *row, void *arg), void *arg);

/* Who it is of, and when it called last; with the texts of now. */
void tally_who(struct tally *tally, const struct task *task, struct table_row *row);

/* Whether nothing was tried in the interval seq, nor, where live, in any of its history. */
bool tally_quiet(const struct tally *tally, uint32_t seq, bool live);

/* All of its row; task: the thread's, NULL where it is no thread's or gone. */
void tally_row(struct tally *tally, const struct task *task, uint32_t seq, struct table_row *row);

#endif
