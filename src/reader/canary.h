/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The canary: system calls of our own with arguments that nobody else uses, one for each armed
 * probe. That they arrive proves that the probe fires; that their fields are equal proves that the
 * fetch specifications fit this kernel. Embedded; canary_done() unmaps its pages.
 */
#ifndef MPROTTOP_CANARY_H
#define MPROTTOP_CANARY_H

#include "base/fault.h"
#include "base/owncall.h"
#include "model/event.h"

#include <stdbool.h>
#include <stdint.h>

#define CANARY_MAX 32

struct canary_shot {
	char name[64]; /* the probe's, for people */
	char place[64];
	const struct owncall *way;
	uint8_t kind;  /* of the event that it makes */
	uint8_t flags; /* EVENT_COMPAT, EVENT_PKEY: of the event that it makes */
	uint64_t addr;
	bool impossible; /* this CPU or kernel refuses the way in */
	bool refused;    /* fired, and stopped before it came to the probe, as far as is known */
	bool pending;    /* fired, not seen */
	bool wrong;      /* seen with other fields */
};

struct canary {
	struct canary_shot shots[CANARY_MAX];
	unsigned int nr;
	void *pages;
	uint64_t len; /* of a call, bytes */
	uint64_t fired_ns;
	uint32_t tid; /* ours, as events tell it; 0: not known yet */
};

int canary_init(struct canary *canary, struct fault *fault);
void canary_done(struct canary *canary);

/* A probe to prove, and the kind of event that it makes. call: of owncall_find(), else it
 * cannot be proved. */
void canary_add(struct canary *canary, const char *name, const char *place, const char *call,
	uint8_t kind, uint8_t flags);

/* Makes every call. */
void canary_fire(struct canary *canary, uint64_t now_ns);

/* Looks at an event; true where it is one of ours. */
bool canary_feed(struct canary *canary, const struct event *event);

/* The first probe that did not fire, or whose fields are wrong; NULL where all is well. */
const struct canary_shot *canary_silent(const struct canary *canary);
const struct canary_shot *canary_wrong(const struct canary *canary);

/* The first that a filter of system calls keeps from its probe, which is not proved then. */
const struct canary_shot *canary_refused(const struct canary *canary);

#endif
