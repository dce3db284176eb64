/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --audit in the monitor: hands calls and tasks to the auditor, and writes the verdicts at the end.
 * struct monitor owns the auditor. Where none is there, each does nothing; nothing fails.
 */
#ifndef MPROTTOP_AUDIT_RUN_H
#define MPROTTOP_AUDIT_RUN_H

#include "monitor.h"

/* The table is there. */
void audit_start(struct monitor *m);

/* After table_call(); before and after table_feed(). */
void audit_call(struct monitor *m, const struct call *call);
void audit_before(struct monitor *m, const struct event *event);
void audit_feed(struct monitor *m, const struct event *event);

/* Which of the policies this host applies: see audit_applies(). */
unsigned int audit_policy(void);

/* Takes what names are there; last: no more come. */
void audit_names(struct monitor *m, bool last);

/* The last update is made: the verdicts. */
void audit_end(struct monitor *m);

#endif
