/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When memory is out, the kernel is to end others before the tracer and its guard: who takes
 * everything back needs little, and frees what the buffers hold. Children inherit the value, so the
 * caller's own is put back while one is made that is neither. Nothing fails: where the kernel
 * refuses it, things stay as they are (man 5 proc, oom_score_adj).
 */
#ifndef MPROTTOP_OOM_H
#define MPROTTOP_OOM_H

#include <stdbool.h>

struct oom {
	bool known; /* was is */
	int was;    /* the caller's value */
	int kept;   /* what was got */
};

/* As safe as the kernel allows, from now on. */
void oom_protect(struct oom *oom);

/* Around a fork: the child is to be as safe as the caller was, and no safer. */
void oom_lift(const struct oom *oom);
void oom_lower(const struct oom *oom);

#endif
