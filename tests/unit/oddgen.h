/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes recordings that are well-formed, and odd in what they hold: a value of each choice of
 * oddgen_choices[]. Where that can be said, it tells how many calls a replay must count. The
 * caller frees the file.
 */
#ifndef MPROTTOP_ODDGEN_H
#define MPROTTOP_ODDGEN_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

#define ODDGEN_VALUES 12

enum oddgen_choice {
	ODDGEN_ORDER,
	ODDGEN_WORD,
	ODDGEN_PAGE,
	ODDGEN_CPUS,
	ODDGEN_EVENTS,
	ODDGEN_TIMES,
	ODDGEN_WHO,
	ODDGEN_FORMATS,
	ODDGEN_BUFFERS,
	ODDGEN_TASKS,
	ODDGEN_CLOCK,
	ODDGEN_LOST,
	ODDGEN_TRAIL,
	ODDGEN_PLACE,
	ODDGEN_NR
};

/* The values of a choice by their names, up to a NULL. Those that hide mean a recording of which
 * mostly nothing can be shown: a bit of each, by its number. */
struct oddgen_choices {
	const char *name, *values[ODDGEN_VALUES];
	unsigned int hides;
};

extern const struct oddgen_choices oddgen_choices[ODDGEN_NR];

struct oddgen_known {
	bool exact; /* calls are so many, not only at most so many */
	uint64_t calls;
	uint64_t errors; /* of them, where they are exact */
	bool in_order;   /* each stream goes forward in time, as a kernel's do */
	bool damaged;    /* that must be told */
};

void oddgen_make(const unsigned int *row, struct buf *file, struct oddgen_known *known);

#endif
