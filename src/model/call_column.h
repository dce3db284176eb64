/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What expressions can ask of a call, as --where does with --events: the keys that a call has in
 * JSON. struct call_row is a plain value, which holds until its entry goes. Nothing fails.
 */
#ifndef MPROTTOP_CALL_COLUMN_H
#define MPROTTOP_CALL_COLUMN_H

#include "base/errname.h"
#include "model/column.h"
#include "model/journal.h"
#include "model/log.h"

/* A call with its texts, clean; empty: not known. */
struct call_row {
	const struct call *call;
	uint32_t pid;    /* EVENT_NO_ID: not known */
	const char *why; /* of reasons[], NULL: not known */
	char comm[3 * EVENT_COMM_LEN + 4];
	char prot[64], kinds[32], errname[ERRNAME_SIZE], site[96];
};

extern const struct column call_columns[]; /* ends with a NULL id; of a row with a call */

/* machine: whose protection bits it has. */
void call_row_fill(struct call_row *row, const struct journal_entry *entry,
	const struct call_names *names, const char *machine);

/* The same of one that a log keeps. */
void call_row_kept(struct call_row *row, const struct log_entry *entry, const char *machine);

#endif
