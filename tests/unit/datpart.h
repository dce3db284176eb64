/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of a trace.dat of version 6, as datgen.h and oddgen.h put them together: numbers and
 * texts of its byte order, its head with the formats of our events, and pages of records. The
 * caller frees what grows.
 */
#ifndef MPROTTOP_DATPART_H
#define MPROTTOP_DATPART_H

#include "pagegen.h"
#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

/* Ids of the events. */
enum datpart_id {
	DATPART_NEW = 100,
	DATPART_EXEC,
	DATPART_END,
	DATPART_ENTER = 700,
	DATPART_EXIT
};

struct datpart {
	bool big_endian;
	unsigned int long_size, page_size;
	bool no_enter, no_exit; /* the formats of these are not there */
};

void datpart_number(const struct datpart *dat, struct buf *out, unsigned int size, uint64_t value);
void datpart_text(const struct datpart *dat, struct buf *out, const char *text);
void datpart_option(
	const struct datpart *dat, struct buf *out, unsigned int id, const void *data, size_t len);

/* A number of 8 bytes that was put at at is another now. */
void datpart_patch(const struct datpart *dat, struct buf *out, size_t at, uint64_t value);

/* From the first byte to the names of tasks, which are behind it. */
void datpart_head(const struct datpart *dat, struct buf *out);

/* Begins the data of a record that the kernel would write; its words follow. */
void datpart_record(const struct datpart *dat, struct buf *out, unsigned int id, uint32_t tid);

/* Pages of a CPU, one after the other. */
struct datpart_pages {
	struct pagegen gen;
	struct page_layout layout;
	uint8_t *page;
	bool open;
	uint64_t ts;
	struct buf out;
};

void datpart_begin(const struct datpart *dat, struct datpart_pages *pages);

/* Adds a record at any time. */
void datpart_add(struct datpart_pages *pages, uint64_t ts, const struct buf *data);
void datpart_close(struct datpart_pages *pages);
void datpart_done(struct datpart_pages *pages);

#endif
