/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who waits for whose mappings. It keeps the images of processes that called from somewhere, says
 * whose mappings to ask for, takes the answers, and names the callers of their rows. struct locator
 * is embedded in the table, which owns the processes and rows; no I/O, no clock, nothing fails.
 *
 * An answer is of use once all events up to it were fed: had the process run another program or
 * ended in between, it may be of another address space. What could not be read in time is not
 * known, and never guessed: neither from a parent nor from the program before. Memory is bounded:
 * the image that was of no use for longest goes, and is asked for again. Time is too: who has many
 * mappings is asked about seldom, and all that reading takes is LOCATE_SHARE of the time at most.
 */
#ifndef MPROTTOP_LOCATE_H
#define MPROTTOP_LOCATE_H

#include "model/call.h"
#include "model/image.h"
#include "model/task.h"

#define LOCATE_ASKS      16                  /* questions without an answer */
#define LOCATE_PLACES    4096                /* processes */
#define LOCATE_MAPS_MOST 262144              /* mappings of all of them */
#define LOCATE_SHARE     10                  /* reading takes one of so many parts of the time */
#define LOCATE_BURST_NS  UINT64_C(100000000) /* over which that may be uneven */

struct place;

struct locator {
	const struct task_map *map;
	struct names names;
	struct link used;  /* of struct place.used, the oldest first */
	struct link waits; /* of struct place.waits */
	size_t nr, nr_maps;
	struct place *asked[LOCATE_ASKS]; /* NULL: nobody wants the answer any more */
	uint32_t asked_id[LOCATE_ASKS];
	unsigned int nr_asked;
	uint64_t paid_ns;    /* until when the reading so far has used the time up */
	uint64_t nr_refused; /* answers */
};

void locate_init(struct locator *locator, const struct task_map *map);
void locate_done(struct locator *locator);

/* A call with a site, of a row that is a process's or a thread's. */
void locate_call(struct locator *locator, struct tally *tally, const struct call *call);

/* An EVENT_EXEC: who runs it has a new address space. */
void locate_exec(struct locator *locator, const struct event *event);

/* The process's row goes. */
void locate_forget(struct locator *locator, struct proc *proc);

/* All events up to fed_ns were fed. Fills in at most max ids whose mappings to ask for now, and
 * returns how many; each counts as asked. */
unsigned int locate_wants(
	struct locator *locator, uint64_t fed_ns, uint64_t now_ns, uint32_t *ids, unsigned int max);

/* The answer: what was read at now_ns, which may be nothing. */
void locate_take(struct locator *locator, uint32_t id, const struct mapping *list, size_t nr,
	uint64_t now_ns);

/* The answer is that nobody may read them; it is not asked again before the next exec. */
void locate_refused(struct locator *locator, uint32_t id);

/* There is no answer now: it is asked again later, as if for the first time. */
void locate_busy(struct locator *locator, uint32_t id, uint64_t now_ns);

/* To read and take an answer took so long, up to now_ns. */
void locate_spent(struct locator *locator, uint64_t spent_ns, uint64_t now_ns);

/* Whether there is time to read another answer now. */
bool locate_affords(const struct locator *locator, uint64_t now_ns);

/* The address space in which a call of a process with a row was made, as it was read at about that
 * time; NULL: nobody did. Holds until the table or the locator is fed. */
const struct image *locate_image(const struct locator *locator, const struct call *call);

/* Whether locate_image() will tell no more of the addresses of a call than it does now; else its
 * process is asked about. */
bool locate_look(struct locator *locator, const struct call *call);

#endif
