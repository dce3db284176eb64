/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Expressions over columns, as of --where: comparisons of a column, by id or header, with a value,
 * joined by and, or, not and parentheses. A comparison with what is not known is false, whatever it
 * asks. filter_parse() makes one, filter_free() frees it; only parsing can fail.
 */
#ifndef MPROTTOP_FILTER_H
#define MPROTTOP_FILTER_H

#include "base/buf.h"
#include "base/fault.h"
#include "model/snapshot.h"

#include <stdbool.h>
#include <stdint.h>

#define FILTER_DEEP 64 /* parentheses and nots within each other */

struct filter;

/* NULL, and a fault that names the word and where it stands. The text may go afterwards. */
struct filter *filter_parse(const char *text, struct fault *fault);

/* The same over the keys of calls: see call_column.h. */
struct filter *filter_parse_calls(const char *text, struct fault *fault);
void filter_free(struct filter *filter);

/* The expression as it was given. */
const char *filter_text(const struct filter *filter);

/* What its columns need to know, as a mask of facts. */
uint32_t filter_facts(const struct filter *filter);

/* Adds the ids of its columns that need other facts than these, separated by commas. */
void filter_lacks(const struct filter *filter, uint32_t given, struct buf *out);

/* The parts of a row that it reads: see part.h. */
unsigned int filter_parts(const struct filter *filter);

/* Which of audit_columns[] it asks for, a bit each. */
uint32_t filter_verdicts(const struct filter *filter);

bool filter_takes(const struct filter *filter, const struct row *row);

/* Whether text holds another, in any case of ASCII. */
bool filter_holds(const char *text, const char *part);

#endif
