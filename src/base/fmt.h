/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers for people, in few cells and in no locale. Each writes into the caller's array of
 * FMT_SIZE bytes and returns it, so that calls can stand in an argument list. Nothing fails.
 */
#ifndef MPROTTOP_FMT_H
#define MPROTTOP_FMT_H

#include <stdint.h>

#define FMT_SIZE 32

/* In full to 9999, then three digits and k M G T P E (of 1000): 12.3k 123k 1.23M; at most 5 cells.
 */
const char *fmt_count(char out[FMT_SIZE], uint64_t n);

/* Powers of 1024, in full below 1024, one digit after the point below 100: 812 4.0K 41.0M 164K;
 * at most 5 cells. */
const char *fmt_bytes(char out[FMT_SIZE], uint64_t bytes);

/* One digit after the point below 1000, then as fmt_count; "-" where no number. */
const char *fmt_rate(char out[FMT_SIZE], double rate);

/* "-" where no number; bytes a second, as fmt_bytes. */
const char *fmt_byte_rate(char out[FMT_SIZE], double rate);

/* In full, with up to 9 digits after the point: no exponent; "-" where no number. */
const char *fmt_fixed(char out[FMT_SIZE], double d, unsigned int digits);

/* In full below 1000, then three digits and a unit: 812ns 1.23us 12.3ms 123s; at most 6 cells. */
const char *fmt_nanoseconds(char out[FMT_SIZE], uint64_t ns);

/* What was measured roughly, to tens: "~310ns", "~1.24us"; "-" where no number. */
const char *fmt_about(char out[FMT_SIZE], double ns);

/* "0:05:12", "1d 02:03:04". */
const char *fmt_duration(char out[FMT_SIZE], uint64_t seconds);

/* Local time of day of seconds since 1970, "14:03:27". */
const char *fmt_clock(char out[FMT_SIZE], double time);

#endif
