/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who did what under the policies of audit.h: an audit a process, kept until the end, whether the
 * process lives or not. It follows forks and execs: a fork passes on what its program did so far
 * and whether that was seen from its start; an exec starts anew, but what the process itself did
 * before stays. It holds the processes that it keeps, so that it goes before the table does.
 * Bounded: processes beyond the limit are counted and told. No I/O, no clock; nothing fails.
 */
#ifndef MPROTTOP_AUDITOR_H
#define MPROTTOP_AUDITOR_H

#include "model/audit.h"
#include "model/journal.h"
#include "model/task.h"

#define AUDITOR_LIMIT    32768        /* processes, and as many calls */
#define AUDITOR_NAMES_NS 500000000ULL /* how long names are waited for */

struct auditor;

struct auditor *auditor_new(const struct task_map *map, size_t limit);
void auditor_free(struct auditor *auditor);

/* All probes are armed since then: what began to run earlier was not observed from its start. */
void auditor_begin(struct auditor *auditor, uint64_t begin_ns);

/* An event about tasks, after the map was fed with it. */
void auditor_feed(struct auditor *auditor, const struct event *event);

/* A call of any kind; proc NULL, or without a pid: nobody knows whose. */
void auditor_call(struct auditor *auditor, struct proc *proc, const struct call *call);

#define AUDITOR_NONE 0
#define AUDITOR_ALL  EVENT_NO_ID

/* Names the calls that decided, as far as names are known by now; of process last no more comes. */
void auditor_names(
	struct auditor *auditor, const struct call_names *names, uint64_t now_ns, uint32_t last);

/* A process and what was found. */
struct auditor_row {
	const struct proc *proc;
	struct audit audit;
	bool told;   /* observed from the start of its program, or it did something; else it was
		      * merely there */
	bool compat; /* its program made 32-bit calls, of which not all are traced */
};

/* run: the fields that are of the run, outlives where it ended with COMMAND; stray is added.
 * Processes that were merely there, and all that live and made no call, come too: their verdict is
 * unknown. Not own ones. */
void auditor_each(const struct auditor *auditor, const struct audit_ground *run,
	void (*visit)(const struct auditor_row *row, void *arg), void *arg);

/* Events of processes that had no room. */
uint64_t auditor_left_out(const struct auditor *auditor);

#endif
