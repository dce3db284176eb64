/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file put together from pieces of memory and of a depot, written bit by bit, so that whoever
 * does it can do something else in between. What was copied from the depot is released there: both
 * together need little more room than one of them. Embedded; the descriptor and the depot are the
 * caller's, parts_done() frees. Functions that write return 0 or -errno.
 */
#ifndef MPROTTOP_PARTS_H
#define MPROTTOP_PARTS_H

#include "base/buf.h"
#include "reader/depot.h"

struct part;

struct parts {
	struct depot *depot;
	int fd;
	struct buf text; /* what comes from memory, one after the other */
	struct part *list;
	size_t nr, cap;
	uint64_t size; /* of the file */
	size_t next;   /* part that is being written */
	uint64_t done; /* bytes of it */
	uint8_t *copy;
};

void parts_init(struct parts *parts, struct depot *depot, int fd);
void parts_done(struct parts *parts);

/* Adds bytes; returns where they are in text, so that they can be set later. */
size_t parts_bytes(struct parts *parts, const void *data, size_t len);

/* Adds len bytes of a stream; returns the number of the part. */
size_t parts_stream(struct parts *parts, unsigned int stream, uint64_t from, uint64_t len);

/* The next part begins at a multiple of size; in between is nothing. */
void parts_align(struct parts *parts, uint64_t size);

/* Where a part is in the file, and how much of it was written. */
uint64_t parts_at(const struct parts *parts, size_t part);
uint64_t parts_written(const struct parts *parts, size_t part);

/* Writes on, about most bytes. 1: there is more, 0: all is written, -errno. */
int parts_write(struct parts *parts, size_t most);

/* Writes len bytes of text again, as they are now. */
int parts_rewrite(struct parts *parts, size_t text, size_t len);

#endif
