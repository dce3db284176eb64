/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who records: what a source reads, the losses that it feeds, and when it hands on what it read.
 * Plain values and functions of the caller's; nothing fails.
 */
#ifndef MPROTTOP_TAP_H
#define MPROTTOP_TAP_H

#include "model/event.h"
#include "reader/page.h"

#include <stdbool.h>
#include <stdint.h>

/* What was read of a page, or of a part of it: len bytes of records, the last of which is of
 * last_ns, the first counted from ts_ns. */
struct tap_page {
	unsigned int stream; /* numbered as they were added */
	const uint8_t *records;
	uint32_t len, nr;
	uint64_t ts_ns, last_ns;
	uint64_t lost; /* before it; as of struct page */
};

struct tap {
	void (*page)(void *arg, const struct tap_page *page);
	void (*loss)(void *arg, unsigned int stream, uint64_t ts_ns, uint64_t count);
	void (*pull)(void *arg, uint64_t horizon_ns, bool final);
	void (*left_out)(void *arg, unsigned int stream); /* a record: see below */
	void *arg;
	uint32_t most; /* bytes of a part, where it has more than one record */
	/* the calls of that thread before that time are handed over to nobody; 0: all are */
	uint32_t but_tid;
	uint64_t but_ns;
};

/* The next record of a page, and its end: parts are handed over as they get full. event: what it
 * became, NULL: nothing. */
void tap_record(const struct tap *tap, struct tap_page *part, const struct page_record *record,
	const struct event *event);
void tap_page(const struct tap *tap, struct tap_page *part);

#endif
