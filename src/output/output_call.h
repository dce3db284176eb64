/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the formats share of --events and --audit: the words for a call, and each format's steps.
 * Pure but for the steps, which write as any other; nothing here owns memory.
 */
#ifndef MPROTTOP_OUTPUT_CALL_H
#define MPROTTOP_OUTPUT_CALL_H

#include "output/output.h"

/* READ 1, WRITE 2, EXEC 4; what failed stayed as it was. */
uint32_t change_old(const struct change *change);
uint32_t change_new(const struct change *change);
const char *change_kind(const struct change *change); /* NULL: none */

int csv_call_head(struct output *o);
int csv_call(struct output *o, const struct call_line *line);
int csv_lost(struct output *o, const struct call_line *line);
int json_call(struct output *o, const struct call_line *line);
int json_lost(struct output *o, const struct call_line *line);
int table_call_head(struct output *o);
int table_call_line(struct output *o, const struct call_line *line);
int table_lost(struct output *o, const struct call_line *line);

/* of --audit: output_audit.c */
int csv_verdict_head(struct output *o, const char *group, unsigned int applies);
int csv_verdict(struct output *o, const struct verdict_line *line);
int json_verdict(struct output *o, const struct verdict_line *line);
int table_verdict_head(struct output *o, const char *group, unsigned int applies);
int table_verdict(struct output *o, const struct verdict_line *line);

/* Of a table: cleans, cuts and writes the line. */
int table_line(struct output *o);

#endif
