/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is who: turns the events about tasks into processes and threads. It owns the task map; no
 * counters. Embedded: who_init(), who_done(). Nothing fails; at most limit tasks are kept.
 *
 * A process has ended once its leader and all threads known have; a thread that /proc shows later
 * brings it back. A task that ended is kept for at least one whole interval, for calls read late.
 */
#ifndef MPROTTOP_WHO_H
#define MPROTTOP_WHO_H

#include "model/task.h"

/* A task of proc has ended (NULL: it moved), and all of proc where nr_live is 0. */
typedef void (*who_ended)(void *arg, struct proc *proc, struct task *task, uint64_t ts_ns);

struct who {
	struct task_map map;
	struct task *last;  /* found last, or NULL */
	struct names names; /* of struct proc.texts */
	struct link ended;  /* of struct task.ended, oldest first */
	size_t limit, nr_ended, hand;
	uint32_t doubt;      /* grows when task events were lost */
	uint32_t turn;       /* grows with each interval */
	uint64_t nr_callers; /* living tasks that called */
	who_ended on_end;
	void *arg;
};

/* Of whoever calls, most often the same as before; NULL: not known. */
static inline struct task *who_find(struct who *who, uint32_t tid)
{
	if (!who->last || who->last->tid != tid)
		who->last = task_find(&who->map, tid);
	return who->last;
}

void who_init(struct who *who, size_t limit, who_ended on_end, void *arg);
void who_done(struct who *who);

/* All kinds but calls and losses. */
void who_feed(struct who *who, const struct event *event);

/* Text of a process that is known by now; of others it is dropped. */
void who_tell(struct who *who, const struct told *told);

/* Task events are missing: who is known may be another by now. */
void who_doubt(struct who *who);

/* The task of a call at ts_ns, one of an unknown process where nobody knows; NULL: the call is of
 * an earlier task, whose tid is another's now. */
struct task *who_called(struct who *who, uint32_t tid, uint64_t ts_ns);

/* The same, of a call that does not count. */
struct task *who_task(struct who *who, uint32_t tid, uint64_t ts_ns);

/* See table_knows(). */
bool who_knows(struct who *who, uint32_t tid);

/* Gives flags to a process that need not be known yet. */
void who_mark(struct who *who, uint32_t pid, uint32_t flags);

/* Ends a turn: forgets what ended before ts_ns. */
void who_turn(struct who *who, uint64_t ts_ns);

#endif
