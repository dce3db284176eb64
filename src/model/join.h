/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The events of a thread → one call. A call is handed on at its return; where returns are not
 * traced, at its entry. What is missing is counted and never guessed: an entry without a return is
 * handed on without an outcome when its thread enters again or ends, a return without an entry
 * without arguments. One in whose time an event was lost is handed on without an outcome and time,
 * since the return that comes may be of its thread's next call. A return of -EPERM without an entry
 * is a refusal by seccomp, where nothing was lost: the system call was never entered. Beside
 * kprobes, such returns come with EVENT_FEW, those of calls that were entered too. Owns its
 * table of open calls, and the changes of the one that it hands on; nothing fails.
 *
 * Of calls with EVENT_FEW those may return that failed alone: an entry is a success once its
 * thread does something else, or JOIN_SETTLE_NS have passed. One with EVENT_INNER stands within
 * the call of the same thread that ends next, 32-bit or not. Else it is exec's if that comes
 * next, within JOIN_EXEC_NS, and loses the flag if not: a 32-bit program has ways to map memory
 * that are not traced (old_mmap). Exec maps before its event comes: fs/exec.c, exec_binprm().
 */
#ifndef MPROTTOP_JOIN_H
#define MPROTTOP_JOIN_H

#include "model/call.h"
#include "model/event.h"

#include <stdbool.h>

typedef void (*join_emit)(const struct call *call, void *arg);

struct join;

#define JOIN_SETTLE_NS 1000000000ULL
#define JOIN_EXEC_NS   10000000000ULL

struct join_config {
	bool returns; /* the outcome is traced */
	bool changes; /* what happens to each mapping is */
	bool whole;   /* calls come in one event on the way back; an entry only adds the time */
	bool seccomp; /* a refused call shows as a return alone: sys_exit does, a return probe on
		       * the system call does not */
	bool detail;  /* calls carry their changes */
	bool telling; /* those of a kind at least, see verdict.h */
};

struct join *join_new(const struct join_config *config, join_emit emit, void *arg);
void join_free(struct join *join);

const struct join_config *join_configured(const struct join *join);

/* More is traced from now on. */
void join_configure(struct join *join, const struct join_config *config);

/* Calls carry their changes from now on. */
void join_detail(struct join *join);

/* All probes are armed since begin_ns: before that a return without an entry means nothing. */
void join_begin(struct join *join, uint64_t begin_ns);

/* Looks at every event, in order of time; calls, returns, and what ends a thread matter. */
void join_feed(struct join *join, const struct event *event);

/* All events up to now_ns were fed: hands on what is settled by that. */
void join_settle(struct join *join, uint64_t now_ns);

/* When the oldest call began that is still open, of those that began after since_ns; UINT64_MAX:
 * none is. */
uint64_t join_oldest(const struct join *join, uint64_t since_ns);

/* The end: hands on the calls that are still open. */
void join_flush(struct join *join);

#endif
