/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of the error numbers that a call may return, of the machine that this is built for. Const
 * data only; libc's own list is too new for some. Nothing fails.
 */
#ifndef MPROTTOP_ERRNAME_H
#define MPROTTOP_ERRNAME_H

#define ERRNAME_SIZE 16

/* "EACCES", or the number where there is no row for it. Writes into out and returns it. */
const char *errname_text(char out[ERRNAME_SIZE], unsigned int error);

#endif
