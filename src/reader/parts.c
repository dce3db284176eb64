/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reader/parts.h"
#include "base/fd.h"
#include "base/mem.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define MEMORY UINT32_MAX

struct part {
	uint32_t stream; /* MEMORY: from text */
	uint64_t from, len;
	uint64_t at; /* in the file */
};

void parts_init(struct parts *parts, struct depot *depot, int fd)
{
	*parts = (struct parts){.depot = depot, .fd = fd};
}

void parts_done(struct parts *parts)
{
	buf_done(&parts->text);
	free(parts->list);
	free(parts->copy);
	*parts = (struct parts){.fd = -1};
}

static size_t part_add(struct parts *parts, uint32_t stream, uint64_t from, uint64_t len)
{
	if (parts->nr == parts->cap) {
		parts->cap = parts->cap ? 2 * parts->cap : 64;
		parts->list = mem_resize(parts->list, parts->cap, sizeof(*parts->list));
	}
	parts->list[parts->nr] = (struct part){stream, from, len, parts->size};
	parts->size += len;
	return parts->nr++;
}

size_t parts_bytes(struct parts *parts, const void *data, size_t len)
{
	struct part *last = parts->nr ? &parts->list[parts->nr - 1] : NULL;
	size_t at = parts->text.len;

	buf_add(&parts->text, data, len);
	if (last && last->stream == MEMORY && last->at + last->len == parts->size) {
		last->len += len;
		parts->size += len;
	} else {
		part_add(parts, MEMORY, at, len);
	}
	return at;
}

size_t parts_stream(struct parts *parts, unsigned int stream, uint64_t from, uint64_t len)
{
	return part_add(parts, stream, from, len);
}

void parts_align(struct parts *parts, uint64_t size)
{
	parts->size += (size - parts->size % size) % size;
}

uint64_t parts_at(const struct parts *parts, size_t part)
{
	return parts->list[part].at;
}

uint64_t parts_written(const struct parts *parts, size_t part)
{
	return part < parts->next ? parts->list[part].len : part == parts->next ? parts->done : 0;
}

/* Copies some of a part; how much, or -errno. */
static ssize_t write_some(struct parts *parts, const struct part *part)
{
	uint64_t left = part->len - parts->done;
	const void *from = parts->text.data + part->from + parts->done;
	ssize_t n = (ssize_t)(left < DEPOT_CHUNK ? left : DEPOT_CHUNK);
	int err;

	if (part->stream != MEMORY) {
		if (!parts->copy)
			parts->copy = mem_new(DEPOT_CHUNK, 1);
		from = parts->copy;
		n = depot_read(parts->depot, part->stream, part->from + parts->done, parts->copy,
			(size_t)n);
		if (n <= 0)
			return n ? n : -EIO;
	}
	err = fd_write_at(parts->fd, from, (size_t)n, part->at + parts->done);
	if (err)
		return err;
	if (part->stream != MEMORY)
		depot_release(parts->depot, part->stream, part->from + parts->done + (uint64_t)n);
	return n;
}

int parts_write(struct parts *parts, size_t most)
{
	size_t sum = 0;

	while (parts->next < parts->nr && sum < most) {
		const struct part *part = &parts->list[parts->next];
		ssize_t n;

		if (parts->done == part->len) {
			parts->next++;
			parts->done = 0;
			continue;
		}
		n = write_some(parts, part);
		if (n < 0)
			return (int)n;
		parts->done += (uint64_t)n;
		sum += (size_t)n;
	}
	return parts->next < parts->nr;
}

int parts_rewrite(struct parts *parts, size_t text, size_t len)
{
	for (size_t i = 0; i < parts->nr; i++) {
		const struct part *part = &parts->list[i];

		if (part->stream != MEMORY || text < part->from ||
			text + len > part->from + part->len)
			continue;
		return fd_write_at(
			parts->fd, parts->text.data + text, len, part->at + text - part->from);
	}
	assert(!"not in one part");
	return -EINVAL;
}
