/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What no setting tells and the counters of the buffers betray: that somebody else reads our
 * events, or cleared a buffer. Embedded; nothing to free, nothing fails.
 *
 * Kernel sources: kernel/trace/ring_buffer.c (ring_buffer_read_page, rb_reset_cpu: "read events").
 */
#ifndef MPROTTOP_MEDDLE_H
#define MPROTTOP_MEDDLE_H

#include "reader/knob.h"
#include "reader/source_live.h"

struct meddle {
	uint64_t stolen[2], clears[2]; /* as told, by instance */
	uint64_t lost;                 /* of both */
	bool losing;                   /* some since the look before: a canary may be among them */
};

/* Adds the rows of knobs that meddle_look() sets. run: the name of the counted instance. */
void meddle_init(struct meddle *meddle, struct knobs *knobs, const char *run);

/* Looks at the counters, and begins a new look of knobs. */
void meddle_look(struct meddle *meddle, struct source *source, struct knobs *knobs);

#endif
