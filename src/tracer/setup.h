/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which source there is, and its events: the rows of probes[] that were armed on this machine. The
 * struct is embedded and owns nothing; what it made in the kernel is on struct tracing's list.
 */
#ifndef MPROTTOP_SETUP_H
#define MPROTTOP_SETUP_H

#include "base/msg.h"
#include "tracer/fixup.h"
#include "tracer/price.h"
#include "tracer/probe.h"
#include "tracer/tracing.h"

#define SETUP_MAX_EVENTS MSG_COSTS_MOST

/* An event that is made, and which becomes armed by setup_arm(). */
struct setup_event {
	const struct probe *probe;
	unsigned int which;         /* instance */
	uint32_t flags;             /* of struct event */
	uint32_t gives;             /* facts */
	char name[64];              /* for people */
	char system[64], event[64]; /* of tracefs */
	char place[64];             /* symbol or tracepoint */
	double cost_ns;             /* of a call that it is on; NAN: not measured */
};

struct setup {
	const char *source;     /* "kprobe", "tracepoint" */
	bool compat_visible;    /* 32-bit callers are seen */
	uint32_t wanted, given; /* facts: that are shown, that the events tell */
	bool no_whole;          /* the kernel refused a return probe with arguments */
	size_t buffer_kb;       /* of a CPU, counted instance, as read back */
	unsigned int nr_events;
	struct setup_event events[SETUP_MAX_EVENTS];
	struct fixup fixup;     /* how mprotect_fixup is read */
	struct fault no_fixup;  /* why it is not */
	struct fault no_kprobe; /* why the source is not kprobe, where it is not */
};

/* Makes the events and instances of a source: "auto", "kprobe" or "tracepoint". wanted:
 * the facts that are shown. buffer_kb 0: a
 * default that fits the memory. Nothing records yet. */
int setup_make(struct setup *setup, struct tracing *tracing, const char *source, uint32_t wanted,
	size_t buffer_kb, struct fault *fault);

/* Makes the events of one source only, without instances. */
int setup_source(
	struct setup *setup, struct tracing *tracing, const char *source, struct fault *fault);

/* Adds the events for more facts; they follow those that there were, and setup_arm() switches them
 * on. What of wanted cannot be had is not in given then. */
int setup_more(struct setup *setup, struct tracing *tracing, uint32_t wanted, struct fault *fault);

/* Whether whole calls come in one event. */
bool setup_whole(const struct setup *setup);

/* Switches every event on from the first on: the task events first. price: measures what each
 * costs. */
int setup_arm(struct setup *setup, struct tracing *tracing, unsigned int first, struct price *price,
	struct fault *fault);

#endif
