/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a recording waits until it is put together. What comes from many CPUs at once has to lie a
 * CPU after the other in a trace.dat: until then it is in one file without a name, in chunks, each
 * of one stream. The chunk that is being filled is in memory. Pages that were read half full are
 * joined, so that a quiet machine makes a small file: what is kept of a page are its records, in
 * the form and order in which the kernel wrote them.
 *
 * struct depot is embedded and owns the descriptor, depot_done() closes and frees. Functions return
 * 0 or -errno: after the first failure nothing more is taken but what depot_force() brings, and all
 * that was taken before can still be copied.
 *
 * Kernel source: kernel/trace/ring_buffer.c (struct buffer_data_page, RINGBUF_TYPE_TIME_EXTEND).
 */
#ifndef MPROTTOP_DEPOT_H
#define MPROTTOP_DEPOT_H

#include "reader/page.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define DEPOT_CHUNK 32768 /* or a page, where that is larger */

struct depot_stream;

struct depot {
	int fd;
	int err; /* of the first write that failed, -errno */
	uint32_t chunk, nr_chunks;
	struct page_layout layout; /* of all pages */
	struct depot_stream *streams;
	unsigned int nr_streams;
};

/* What is kept of a page: its records, from the first to the end of the last. */
struct depot_page {
	const void *records;
	uint32_t len;
	uint64_t ts_ns;   /* of the page */
	uint64_t last_ns; /* of its last record */
	uint64_t lost;    /* before it; as of struct page */
};

/* Takes fd. Streams are numbered from 0; any may hold pages of the layout, or bytes. */
void depot_init(
	struct depot *depot, int fd, unsigned int nr_streams, const struct page_layout *layout);
void depot_done(struct depot *depot);

/* A single record that does not fit into a page becomes one of no event. */
int depot_page(struct depot *depot, unsigned int stream, const struct depot_page *page);
int depot_bytes(struct depot *depot, unsigned int stream, const void *data, size_t len);

/* The last bytes of a stream, after a failure too: kept in memory. */
void depot_force(struct depot *depot, unsigned int stream, const void *data, size_t len);

/* How many bytes a stream has, and all of them. */
uint64_t depot_len(const struct depot *depot, unsigned int stream);
uint64_t depot_total(const struct depot *depot);

/* Reads on in a stream, at most up to the end of a chunk; how many bytes, 0: the end, or -errno. */
ssize_t depot_read(struct depot *depot, unsigned int stream, uint64_t from, void *out, size_t size);

/* All up to there was copied elsewhere: gives the room back, where the file system can. */
void depot_release(struct depot *depot, unsigned int stream, uint64_t before);

#endif
