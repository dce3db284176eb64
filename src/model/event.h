/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One event, as it leaves the reader: plain values without pointers. Times are nanoseconds of
 * CLOCK_MONOTONIC (the trace clock "mono"), tids are those of the initial pid namespace. What
 * proc.c learns comes as an event too, so that the model has no other input.
 *
 * Kernel sources: include/trace/events/task.h and sched.h; CLONE_THREAD from uapi/linux/sched.h.
 */
#ifndef MPROTTOP_EVENT_H
#define MPROTTOP_EVENT_H

#include "base/prot.h"

#include <stddef.h>
#include <stdint.h>

#define EVENT_COMM_LEN 16 /* TASK_COMM_LEN, not always terminated */
/* A time is never later: it and any span that an option has make no sum that wraps. */
#define EVENT_TIME_MOST ((uint64_t)INT64_MAX)

#define EVENT_NO_ID UINT32_MAX /* uid, ppid, tgid that nobody knows */

/* Those of calls come first, up to EVENT_FAILED. */
enum event_kind {
	EVENT_CALL,   /* an entry into mprotect, or what the flags say */
	EVENT_CALLS,  /* many of one thread, up to this time, where only their number counts */
	EVENT_RETURN, /* and the way back */
	EVENT_WHOLE,  /* both in one, on the way back */
	EVENT_SITE,   /* where the call comes from, just before its entry or change */
	EVENT_CHANGE, /* one mapping is about to change */
	EVENT_FAILED, /* and did not */
	EVENT_NEW,    /* tid made the task u.new.tid */
	EVENT_NAME,   /* task u.name.tid is called u.name.comm from now on */
	EVENT_EXEC,   /* tid runs a new program; it was u.exec.old_tid before */
	EVENT_EXIT,   /* tid ends */
	EVENT_IDENT,  /* what /proc tells of u.ident.tid */
	EVENT_LOST,   /* u.lost.count events are missing here on this cpu */
};

/* of a call */
#define EVENT_COMPAT 0x1 /* by a 32-bit caller */
#define EVENT_PKEY   0x2 /* pkey_mprotect */
#define EVENT_MMAP   0x4
#define EVENT_MUNMAP 0x8
#define EVENT_FEW    0x10 /* only some that ask for execution, and only returns that failed */
#define EVENT_SHMAT  0x20 /* its prot is shmflg */
#define EVENT_INNER  0x40 /* the kernel maps, for a call or for exec */
#define EVENT_BARE   0x80 /* what it asked for is not told, but the address */

/* not mprotect */
#define EVENT_RELATED (EVENT_MMAP | EVENT_MUNMAP | EVENT_SHMAT)

#define EVENT_NO_KEY (-1) /* what pkey_mprotect takes for none */
/* Beside the flags of mmap, which are 32 bits. */
#define EVENT_MAP_TOLD (1ULL << 32)
#define EVENT_MAP_MADE (1ULL << 33) /* prot is what was made, not what was asked */

struct event {
	uint64_t ts_ns;
	uint32_t tid; /* the task in whose context it was recorded */
	uint16_t cpu;
	uint8_t kind;
	uint8_t flags;
	union {
		struct {
			uint64_t addr;
			uint64_t len;
			uint64_t prot;
			uint64_t site; /* user address of the caller; 0: not known */
			union {
				int64_t key;   /* protection key, of EVENT_CALL */
				int64_t value; /* as of ret, of EVENT_WHOLE */
			};
			uint64_t map; /* flags of mmap, and EVENT_MAP_TOLD; 0: not known */
		} call;
		struct {
			uint64_t range; /* sum, UINT64_MAX where it would overflow */
			uint32_t nr;
			uint16_t ask_x; /* how many asked for EXEC, and what they asked for */
			uint16_t prot[PROT_NR_CLASSES];
		} calls;
		struct {
			int64_t value; /* 0, -errno, of mmap an address */
		} ret;
		struct {
			uint64_t addr;
		} site;
		struct {
			uint64_t start, end;    /* the part of the mapping */
			uint64_t file;          /* kernel address, 0: anonymous */
			uint32_t before, after; /* vm_flags */
		} change;
		struct {
			uint32_t tid;
			uint32_t thread; /* 1: of the same process (CLONE_THREAD) */
			char comm[EVENT_COMM_LEN];
		} new;
		struct {
			uint32_t tid;
			char comm[EVENT_COMM_LEN];
		} name;
		struct {
			uint32_t old_tid;
		} exec;
		struct {
			uint32_t tid;
			uint32_t tgid; /* tid itself: the process */
			uint32_t ppid;
			uint32_t uid;
			uint64_t start_ns; /* of the process, CLOCK_MONOTONIC */
			char comm[EVENT_COMM_LEN];
		} ident;
		struct {
			uint64_t count;
			uint32_t side; /* 1: task events, not calls */
		} lost;
	} u;
};

/*
 * What a column may need and a probe may give; neither side names the other. A set of facts is a
 * mask of bits, bit n for row n.
 */
struct fact {
	const char *id;
	const char *help;
	const char *covers; /* another fact, that is known too then; or NULL */
	const char *helper; /* one that makes it better, where it can be had; or NULL */
};

extern const struct fact facts[]; /* ends with a NULL id */

/*
 * Text that /proc tells of a process; it goes to the model beside an EVENT_IDENT, which has no room
 * for it. told_facts[] are the facts that a column needs to see them: no probe gives those.
 */
enum told_what {
	TOLD_EXE,
	TOLD_CMDLINE, /* words apart by blanks */
	TOLD_CGROUP,  /* the whole file */
	TOLD_NR,
};

struct told {
	uint64_t ts_ns; /* not after it was read */
	uint64_t start_ns;
	uint32_t pid;
	enum told_what what;
	const char *text; /* bytes of a stranger */
	size_t len;
};

extern const char *const told_facts[TOLD_NR];

/* The mask of all of them. */
uint32_t fact_told(void);

/* The mask of all that no probe gives: those, and what the model itself finds. */
uint32_t fact_free(void);

/* The mask of one fact, 0 where no row has that id. */
uint32_t fact_mask(const char *id);

/* The mask of a list "asked,ret"; every id must be a row. */
uint32_t fact_masks(const char *ids);

/* Those that make facts of mask better. */
uint32_t fact_helpers(uint32_t mask);

/* What is known beside the facts of mask, as one of them covers it. */
uint32_t fact_covered(uint32_t mask);

#endif
