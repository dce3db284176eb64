/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --check: a table of what works on this kernel, what does not, why, and what to do about it. It
 * makes and removes the events of both sources to see whether they can be made; it never records.
 */
#ifndef MPROTTOP_CHECK_H
#define MPROTTOP_CHECK_H

struct buf;

/* Writes the table; 0 where at least one source works, else 1. */
int check_run(struct buf *out);

#endif
