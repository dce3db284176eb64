/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes sub-buffers as the kernel does, of any layout, into bytes of the caller. Every function
 * that says bool gives false, and writes nothing, where no room is left. pagegen_end() writes the
 * commit word. The page has layout.size bytes. Deltas are cut to 27 bits, stamps to 59.
 */
#ifndef MPROTTOP_PAGEGEN_H
#define MPROTTOP_PAGEGEN_H

#include "reader/page.h"

struct pagegen {
	struct page_layout layout;
	uint8_t *page;
	unsigned int used; /* bytes behind the header */
};

#define PAGEGEN_DELTA_MAX ((1u << 27) - 1)

/* The header of a kernel with such longs; size: of the whole sub-buffer. */
struct page_layout pagegen_layout(unsigned int long_size, bool big_endian, unsigned int size);

void pagegen_begin(
	struct pagegen *gen, const struct page_layout *layout, uint8_t *page, uint64_t ts);

/* len from 1; data NULL: a pattern. Up to 112 bytes take the short form. */
bool pagegen_data(struct pagegen *gen, uint32_t delta, const void *data, uint32_t len);
bool pagegen_long(struct pagegen *gen, uint32_t delta, const void *data, uint32_t len);

/* A discarded record of len bytes behind its header, at least 4. */
bool pagegen_discard(struct pagegen *gen, uint32_t delta, uint32_t len);
bool pagegen_rest(struct pagegen *gen); /* padding that ends the page */
bool pagegen_extend(struct pagegen *gen, uint64_t delta);
bool pagegen_stamp(struct pagegen *gen, uint64_t ts);
bool pagegen_raw(struct pagegen *gen, unsigned int type, uint32_t delta);
bool pagegen_word(struct pagegen *gen, uint32_t word);

/* lost: 0, a count (stored where it fits), or PAGE_LOST_UNKNOWN. */
void pagegen_end(struct pagegen *gen, uint64_t lost);
void pagegen_commit(struct pagegen *gen, uint32_t word); /* overwrites the commit word */

/* A small generator that gives the same numbers everywhere. */
uint32_t pagegen_random(uint64_t *state);

#endif
