/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that cannot fail: where the system has none left, mem_die() says so and ends the process,
 * in this one place; the tracer then undoes what was set up. The caller frees with free().
 */
#ifndef MPROTTOP_MEM_H
#define MPROTTOP_MEM_H

#include <stddef.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Zeroed memory for nr items of size bytes. */
void *mem_new(size_t nr, size_t size);

/* Grows or shrinks old to nr items; new items are not zeroed. */
void *mem_resize(void *old, size_t nr, size_t size);

/* Room for an item behind the nr that were added by this, each with a call: it doubles. */
void *mem_one_more(void *old, size_t nr, size_t size);

/* For libraries that return NULL where there is none left. */
void mem_die(void) __attribute__((noreturn));

char *mem_strdup(const char *text);

#define MEM_LINE 64 /* of a cache */

/* It will be read soon, and the processor cannot guess that. */
static inline void mem_fetch(const void *at, size_t size)
{
	for (size_t i = 0; i < size; i += MEM_LINE)
		__builtin_prefetch((const char *)at + i);
	/* it need not begin with a line */
	if (size)
		__builtin_prefetch((const char *)at + size - 1);
}

#endif
