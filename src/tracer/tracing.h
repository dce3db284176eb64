/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The only writer of tracing state. Every change pushes its undo before it is made, and
 * tracing_undo() takes them back in reverse: events off, descriptors closed, instances removed,
 * kprobe events removed. Names of instances and events start with the run's name,
 * "mprottop_PID_START", so that what a dead run left can be told from what lives; an flock on the
 * instances' tracing_on, shared by tracer and monitor, says the same (a directory's descriptor
 * would let the monitor reach more). Nothing else in tracefs is ever changed. What taking back
 * needs is opened before a change is made, so that it is possible also once the kernel is locked
 * down. Each function returns 0 or -errno with a fault.
 *
 * Kernel sources: Documentation/trace/ftrace.rst, kprobetrace.rst; kernel/trace/trace.c.
 */
#ifndef MPROTTOP_TRACING_H
#define MPROTTOP_TRACING_H

#include "base/fault.h"
#include "tracer/kprobes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define TRACING_PREFIX  "mprottop_"
#define TRACING_REMEDY  "run as root, or with CAP_DAC_OVERRIDE"
#define TRACING_LOCK    "tracing_on"
#define TRACING_COUNTED 0 /* unfiltered dynamic probes only, so that the account closes */
#define TRACING_SIDE    1 /* task events */
#define TRACING_TOP     2 /* the top level: read only */
#define TRACING_CAL     3 /* thrown away before the others record */
#define TRACING_NR      4

struct tracefs_instance;

struct tracing;

/* How one change is taken back. */
struct undo {
	int (*step)(struct tracing *tracing, const struct undo *undo);
	char *name;         /* a path, or a kprobe event */
	int fd;             /* opened when the change was made; -1: none */
	unsigned int which; /* instance */
	char *made;         /* the command that made a kprobe event, else NULL */
};

struct tracing {
	char dir[256]; /* where tracefs is mounted */
	char run[48];
	struct tracefs_instance *instances[TRACING_NR];
	int locks[TRACING_NR]; /* where there is an instance */
	struct kprobes kprobes;
	struct undo *undos;
	size_t nr_undos;
};

/* Neither opened nor changed anything. */
#define TRACING_NONE                                                                               \
	{                                                                                          \
		.locks = {-1, -1, -1, -1}, .kprobes = KPROBES_NONE                                 \
	}

/* Finds tracefs and makes this run's name; changes nothing. */
int tracing_open(struct tracing *tracing, struct fault *fault);

/* "mprottop_PID_START" of a process that lives. */
int tracing_run_name(pid_t pid, char *text, size_t size);

/* Whether the process of a name "mprottop_PID_START…" is gone; false where it cannot be told. */
bool tracing_run_dead(const char *name);

/* What an instance's name has behind that of its run; NULL: it has none (TRACING_TOP). */
const char *tracing_suffix(unsigned int which);

/* Makes and locks an instance; sets clock, overwrite and size and reads them back. buffer_kb is a
 * CPU's; *got_kb what the kernel made of it. */
int tracing_instance(struct tracing *tracing, unsigned int which, size_t buffer_kb, size_t *got_kb,
	struct fault *fault);

/* Makes the kprobe event RUN/event and sees that there is exactly one. -ENOENT: no such symbol.
 * instances: 0 for an entry; of a return, how many calls may be under way at once. */
int tracing_kprobe(struct tracing *tracing, const char *event, const char *symbol,
	const char *fetch, unsigned int instances, struct fault *fault);

bool tracing_exists(const struct tracing *tracing, const char *file);

/* Switches system/event on in an instance. */
int tracing_enable(struct tracing *tracing, unsigned int which, const char *system,
	const char *event, struct fault *fault);

/* Writes a setting of an own instance and reads it back; expect: how the kernel shows it. */
int tracing_set(struct tracing *tracing, unsigned int which, const char *file, const char *value,
	const char *expect, struct fault *fault);

/* Lets an instance record only those of an event that fit; it goes with the instance. */
int tracing_filter(struct tracing *tracing, unsigned int which, const char *system,
	const char *event, const char *filter, struct fault *fault);

/* Opens a file of an instance or of the top level; the descriptor or -errno. */
int tracing_file(const struct tracing *tracing, unsigned int which, const char *file, int flags);

/* The text of a file, cut at size; its length or -errno. */
ssize_t tracing_text(const struct tracing *tracing, unsigned int which, const char *file,
	char *text, size_t size);

/* Takes back what was made since nr_undos was mark; faults as tracing_undo(). */
int tracing_undo_to(struct tracing *tracing, size_t mark, struct fault *fault);

/* Takes everything back; the first failure fills fault, the rest is still done. */
int tracing_undo(struct tracing *tracing, struct fault *fault);

#endif
