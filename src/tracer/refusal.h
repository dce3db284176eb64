/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why the kernel refused a command of ours, from error_log of tracefs. That file is shared
 * and keeps the last eight errors of anybody, also after a success (Documentation/trace/ftrace.rst;
 * since 5.2): only what is new and stands over our own command is quoted.
 */
#ifndef MPROTTOP_REFUSAL_H
#define MPROTTOP_REFUSAL_H

#include "tracer/tracing.h"

#include <stdbool.h>
#include <stddef.h>

/* The log's text now, empty where there is none; the caller frees it. */
char *refusal_log(const struct tracing *tracing);

/* The fault of a kprobe event that the kernel refused with this errno; before: the log's text
 * before. -ENOENT where there is no such symbol, whichever number the kernel has for that. */
int refusal_fault(const struct tracing *tracing, const char *before, const char *command, int err,
	const char *symbol, struct fault *fault);

/* The kernel's words about command into text; false where the log says nothing new of it. before,
 * after: the file's text then and now. */
bool refusal_reason(
	const char *before, const char *after, const char *command, char *text, size_t size);

/* Whether these words mean that there is no such symbol. */
bool refusal_is_missing(const char *reason);

#endif
