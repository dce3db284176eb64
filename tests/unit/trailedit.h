/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes the trail of a recording apart into records, and puts the file together again from any
 * list of them: lengths and places in the file are put right, whatever the records hold. What it
 * is given may be any bytes. The bytes stay the caller's and must outlive the struct;
 * trailedit_done() frees the list.
 */
#ifndef MPROTTOP_TRAILEDIT_H
#define MPROTTOP_TRAILEDIT_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRAILEDIT_HEAD 16

struct trailedit_record {
	const uint8_t *data; /* with its head */
	size_t len;
};

struct trailedit {
	const uint8_t *file;
	size_t len;
	bool big_endian;
	size_t options; /* where the first option is */
	size_t first;   /* likewise of the trail */
	struct trailedit_record *records;
	size_t nr, cap;
};

/* False: these bytes are no recording that has a trail. Stops at the first record that is damaged.
 */
bool trailedit_load(struct trailedit *edit, const void *file, size_t len);
void trailedit_done(struct trailedit *edit);

uint16_t trailedit_kind(const struct trailedit *edit, size_t n);

/* Puts a record before the nth, or takes the nth away. */
void trailedit_insert(struct trailedit *edit, size_t n, struct trailedit_record record);
void trailedit_drop(struct trailedit *edit, size_t n);

/* Adds the file with its records to out. */
void trailedit_make(const struct trailedit *edit, struct buf *out);

/* Numbers in the byte order of the file, of 2, 4 or 8 bytes. */
uint64_t trailedit_get(const struct trailedit *edit, const uint8_t *at, unsigned int size);
void trailedit_put(const struct trailedit *edit, uint8_t *at, unsigned int size, uint64_t value);

#endif
