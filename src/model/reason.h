/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why a call was made: a guess by its shape, by how long ago its process ran its program, and by
 * the calls and threads next to it. A row of reasons[] a reason, the first whose rule fits is it.
 * What is counted here is a process's, or a thread's; the rules see no names, and nobody's memory.
 * struct reasons is a plain value without pointers; no I/O, no clock, nothing fails.
 *
 * A call over several mappings is judged by the mappings that it changes. A call of no length has
 * no reason. No rule goes beyond what its cause can do:
 * - A loader write-protects each range once, when it has relocated it: elf/dl-reloc.c of glibc,
 *   _dl_protect_relro(). Programs have some hundred libraries at most.
 * - A heap of malloc's lies within 64 MiB that begin at a multiple of 64 MiB (HEAP_MAX_SIZE of
 *   64-bit programs), is at least 32 KiB long (HEAP_MIN_SIZE) and is made with the room for one
 *   request and 128 KiB (M_TOP_PAD). It grows by what lies behind its end, never from its start:
 *   malloc/arena.c, new_heap(), grow_heap().
 * - A thread's stack gets its guard pages when it is made: nptl/allocatestack.c. The JVM sets up to
 *   three more for each thread, again where a stack is used again.
 * What other runtimes do was seen in recordings of them.
 */
#ifndef MPROTTOP_REASON_H
#define MPROTTOP_REASON_H

#include "model/call.h"

#define REASON_MOST   8
#define REASON_ARENAS 8
#define REASON_SITES  8
#define REASON_RANGES 8

/* What is known beside the call. */
struct reason_scene {
	const struct change *change; /* the first that changed something, else the first that took
				      * place, or NULL */
	const struct change *code;   /* the first of those to memory that is, or was, code */
	uint64_t age_ns;             /* since its program began; UINT64_MAX: not known */
	bool general;                /* from a place that changes all kinds of memory */
	bool partly;                 /* some mappings were as asked before */
	bool heap;                   /* it may be a part of a heap of malloc's */
	bool arena;                  /* and it begins or goes on where malloc's arenas do */
	bool relro_again;            /* the loader has done that range, or can have no more */
	bool guard_again;            /* likewise, of guard pages */
	bool like_before;            /* from the same place as an earlier call of that reason */
};

struct reason {
	const char *name;
	const char *help;
	bool (*rule)(const struct call *call, const struct reason_scene *scene);
};

#define REASON_STACK "stack guard"

extern const struct reason reasons[]; /* ends with a NULL name; the one before fits always */

struct reasons {
	uint64_t nr[REASON_MOST];
	uint64_t sites[REASON_MOST]; /* where a reason was seen from; 0: not yet */
	/* a range that may turn out to be a thread's stack */
	uint32_t stack_tid, stack_was;
	uint64_t stack_ns, stack_site;
	struct {
		uint64_t base, end; /* end 0: it is none after all */
	} arenas[REASON_ARENAS];    /* those that were seen last */
	/* starts of the ranges that last had the reason relro, or guard pages */
	uint64_t relros[REASON_RANGES], guards[REASON_RANGES];
	uint32_t nr_relros, nr_guards, nr_guards_again, nr_threads; /* of the program */
	uint64_t program_ns;                                        /* when the program began */
	uint64_t general[REASON_SITES]; /* places that asked for more than rw-, seen last */
	unsigned int next, next_general;
	const char *latest; /* of the last call that was given, NULL: not known */
};

/* Counts a call of a process whose program began at program_ns, 0: not known. Returns its row in
 * reasons[]. */
unsigned int reasons_count(struct reasons *r, const struct call *call, uint64_t program_ns);

/* A thread was made by tid. Returns when a call of its was made that was counted as another and is
 * REASON_STACK now, 0: none was. */
uint64_t reasons_thread(struct reasons *r, uint32_t tid, uint64_t ts_ns);

void reasons_absorb(struct reasons *to, const struct reasons *from);

/* The name of the most frequent one, NULL: none was counted. */
const char *reasons_top(const struct reasons *r);

#endif
