/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tracer told of events, kept for a recording that may begin at any time.
 * Embedded in struct monitor; a zeroed one is empty, formats_done() frees. Nothing fails.
 */
#ifndef MPROTTOP_FORMATS_H
#define MPROTTOP_FORMATS_H

#include "base/msg.h"

#include <stdbool.h>

struct format_kept {
	uint32_t which, id, flags;
	char name[64], system[64], event[64], place[64], shape[16];
	char *text;
};

struct formats {
	char *records; /* header_event */
	struct format_kept *list;
	unsigned int nr;
};

void formats_layout(struct formats *formats, const struct msg_layout *layout);
void formats_event(struct formats *formats, const struct msg_event *event, uint32_t id);

/* Whether an event with this displayed name was added already; an event that another program
 * removed is made again under it. */
bool formats_know(const struct formats *formats, const char *name);

void formats_done(struct formats *formats);

#endif
