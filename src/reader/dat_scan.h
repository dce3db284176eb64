/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Steps through a file from front to back, through a small window. Numbers are those of the file's
 * byte order. What would lie behind the end of the file, or cannot be read, fails once: the fault
 * stands, and all that follows fails without another. Embedded; owns nothing.
 */
#ifndef MPROTTOP_DAT_SCAN_H
#define MPROTTOP_DAT_SCAN_H

#include "reader/dat.h"

#define DAT_WINDOW 65536

struct dat_scan {
	const struct dat *dat;
	struct fault *fault;
	uint64_t at;
	int err; /* 0, or that of the fault */
	uint64_t window_at;
	size_t window_len;
	uint8_t window[DAT_WINDOW];
};

void dat_scan_begin(struct dat_scan *scan, const struct dat *dat, uint64_t at, struct fault *fault);

/* Fails at the place where it stands. */
int dat_scan_fail(struct dat_scan *scan, const char *what);

/* Copies len bytes; steps over; zeros where it failed. */
int dat_scan_bytes(struct dat_scan *scan, void *to, size_t len);
int dat_scan_skip(struct dat_scan *scan, uint64_t len);
uint64_t dat_scan_number(struct dat_scan *scan, unsigned int size);

/* A piece whose length stands in size bytes before it: steps over. */
int dat_scan_part(struct dat_scan *scan, unsigned int size, struct dat_part *out);

/* A text with its NUL, cut to size; one longer than DAT_TEXT_MOST fails. */
int dat_scan_text(struct dat_scan *scan, char *to, size_t size);

/* Those bytes must stand here, or what is said to be missing. */
int dat_scan_expect(struct dat_scan *scan, const void *bytes, size_t len, const char *missing);

#endif
