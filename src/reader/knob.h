/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Settings of the kernel that others can change, and what a change means: a row of causes[] each.
 * The descriptors come from the tracer and are owned here; knobs_done() closes them. A setting that
 * could not be opened is not watched.
 */
#ifndef MPROTTOP_KNOB_H
#define MPROTTOP_KNOB_H

#include "model/health.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KNOB_HOLD 5 /* looks for which an act is told on screen */

struct knob_cause;

struct knob {
	const struct knob_cause *cause;
	unsigned int which; /* instance, or 2 */
	int fd;             /* -1: no file tells; knobs_hit() does */
	char *expect;
	char object[96];   /* event or file, for people */
	bool now;          /* it was off when last looked at */
	bool off;          /* likewise, and told */
	unsigned int hold; /* looks until it is over */
};

struct knobs {
	struct knob *rows;
	size_t nr;
	bool kprobes; /* the source: some settings matter to it alone */
};

/* Takes fd. One that is there already, by name, instance and object, is replaced. A name that no
 * row of causes[] has is closed and left out. */
void knobs_add(struct knobs *knobs, const char *name, unsigned int which, const char *expect,
	const char *object, int fd);

/* A new look begins: what was seen long enough ago is over. */
void knobs_age(struct knobs *knobs);

/* Reads all; what follows tells what it found. */
void knobs_look(struct knobs *knobs);

/* Somebody did this to an instance: it is off for KNOB_HOLD looks. */
void knobs_hit(struct knobs *knobs, const char *name, unsigned int which);

/* Fills notice with the first that has gone off and was not told. False: none. */
bool knobs_check(struct knobs *knobs, struct notice *notice);

/* The first that is off, whether told or not. */
bool knobs_off(struct knobs *knobs, struct notice *notice);

/* An event of ours is switched off, or gone. */
bool knobs_gone(const struct knobs *knobs);

/* Somebody hides events of an instance from the buffer, but not from hits. */
bool knobs_filtered(const struct knobs *knobs, unsigned int which);

/* Stops the recording in both instances, at once. Probes still count hits. */
void knobs_stop(const struct knobs *knobs);

/* Switches the counted instance's probes off, so that hits stand still too. */
void knobs_disarm(const struct knobs *knobs);

void knobs_done(struct knobs *knobs);

#endif
