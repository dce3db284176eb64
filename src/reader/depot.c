/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reader/depot.h"
#include "base/fd.h"
#include "base/mem.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MISSED      (1u << 31)
#define STORED      (1u << 30)
#define TYPE_EXTEND 30
#define TIME_BITS   27
#define EXTEND_LEN  8
#define EXTEND_BITS 59
#define TAIL_LEAST  4096

struct depot_stream {
	uint8_t *tail; /* behind the chunks; NULL: nothing came yet */
	size_t len, cap;
	uint32_t *chunks; /* where they are in the file */
	uint32_t nr, cap_chunks;
	uint32_t released; /* chunks of them */
	uint32_t used;     /* bytes of records in the last page of the tail; 0: it is full */
	uint64_t last_ns;
};

void depot_init(
	struct depot *depot, int fd, unsigned int nr_streams, const struct page_layout *layout)
{
	*depot = (struct depot){.fd = fd, .layout = *layout, .nr_streams = nr_streams};
	depot->chunk = layout->size > DEPOT_CHUNK ? layout->size
						  : DEPOT_CHUNK - DEPOT_CHUNK % layout->size;
	depot->streams = mem_new(nr_streams, sizeof(*depot->streams));
}

void depot_done(struct depot *depot)
{
	for (unsigned int i = 0; i < depot->nr_streams; i++) {
		free(depot->streams[i].tail);
		free(depot->streams[i].chunks);
	}
	free(depot->streams);
	if (depot->fd >= 0)
		close(depot->fd);
	*depot = (struct depot){.fd = -1};
}

/* The tail is a whole chunk: to the file with it. */
static int flush(struct depot *depot, struct depot_stream *s)
{
	assert(s->len == depot->chunk);
	if (!depot->err)
		depot->err = fd_write_at(
			depot->fd, s->tail, s->len, (uint64_t)depot->nr_chunks * depot->chunk);
	if (depot->err)
		return depot->err;
	if (s->nr == s->cap_chunks) {
		s->cap_chunks = s->cap_chunks ? 2 * s->cap_chunks : 16;
		s->chunks = mem_resize(s->chunks, s->cap_chunks, sizeof(*s->chunks));
	}
	s->chunks[s->nr++] = depot->nr_chunks++;
	s->len = 0;
	s->used = 0;
	return 0;
}

static void room(struct depot_stream *s, size_t more)
{
	size_t cap = s->cap ? s->cap : TAIL_LEAST;

	while (cap < s->len + more)
		cap *= 2;
	if (cap == s->cap)
		return;
	s->tail = mem_resize(s->tail, cap, 1);
	s->cap = cap;
}

int depot_bytes(struct depot *depot, unsigned int stream, const void *data, size_t len)
{
	struct depot_stream *s = &depot->streams[stream];
	const uint8_t *from = data;

	while (len && !depot->err) {
		size_t some = depot->chunk - s->len < len ? depot->chunk - s->len : len;

		if (!some) {
			flush(depot, s);
			continue;
		}
		room(s, some);
		memcpy(s->tail + s->len, from, some);
		s->len += some;
		from += some;
		len -= some;
	}
	return depot->err;
}

void depot_force(struct depot *depot, unsigned int stream, const void *data, size_t len)
{
	struct depot_stream *s = &depot->streams[stream];

	if (!len)
		return;
	room(s, len);
	memcpy(s->tail + s->len, data, len);
	s->len += len;
}

/* A long in our own byte order, as the kernel that runs here has it. */
static void put_long(const struct page_layout *layout, uint8_t *at, uint64_t n)
{
	uint32_t half = (uint32_t)n;

	if (layout->long_size == 8)
		memcpy(at, &n, sizeof(n));
	else
		memcpy(at, &half, sizeof(half));
}

static void put_extend(const struct page_layout *layout, uint8_t *at, uint64_t delta)
{
	uint32_t low = delta & ((1u << TIME_BITS) - 1);
	uint32_t words[2] = {layout->big_endian ? (uint32_t)TYPE_EXTEND << TIME_BITS | low
						: low << 5 | TYPE_EXTEND,
		(uint32_t)(delta >> TIME_BITS)};

	memcpy(at, words, sizeof(words));
}

/* Behind the records of the page before, a time further on; false: they do not fit. */
static bool append(
	const struct page_layout *layout, struct depot_stream *s, const struct depot_page *page)
{
	uint8_t *at;

	if (!s->used || page->lost || page->ts_ns < s->last_ns ||
		(page->ts_ns - s->last_ns) >> EXTEND_BITS ||
		layout->header_len + s->used + EXTEND_LEN + page->len > layout->size)
		return false;
	at = s->tail + s->len - layout->size;
	put_extend(layout, at + layout->header_len + s->used, page->ts_ns - s->last_ns);
	memcpy(at + layout->header_len + s->used + EXTEND_LEN, page->records, page->len);
	s->used += EXTEND_LEN + page->len;
	put_long(layout, at + 8, s->used);
	s->last_ns = page->last_ns;
	return true;
}

static int put_page(struct depot *depot, unsigned int stream, const struct depot_page *page)
{
	struct depot_stream *s = &depot->streams[stream];
	const struct page_layout *layout = &depot->layout;
	uint64_t commit = page->len;
	uint8_t *at;

	if (depot->err || append(layout, s, page))
		return depot->err;
	if (s->len == depot->chunk && flush(depot, s))
		return depot->err;
	room(s, layout->size);
	at = s->tail + s->len;
	memset(at, 0, layout->size);
	memcpy(at, &page->ts_ns, sizeof(page->ts_ns));
	memcpy(at + layout->header_len, page->records, page->len);
	s->used = page->len;
	/* the count of what was lost stands behind the records, so that nothing more can */
	if (page->lost) {
		s->used = 0;
		commit |= MISSED;
	}
	if (page->lost && page->lost != PAGE_LOST_UNKNOWN &&
		layout->header_len + page->len + layout->long_size <= layout->size) {
		put_long(layout, at + layout->header_len + page->len, page->lost);
		commit |= STORED;
	}
	put_long(layout, at + 8, commit);
	s->len += layout->size;
	s->last_ns = page->last_ns;
	return 0;
}

/* A record of one word, of no event, at the time of the one that does not fit. */
static uint32_t put_stub(const struct page_layout *layout, uint8_t *at, uint64_t delta)
{
	uint32_t words[2] = {layout->big_endian ? 1u << TIME_BITS : 1, 0};

	put_extend(layout, at, delta);
	memcpy(at + EXTEND_LEN, words, sizeof(words));
	return EXTEND_LEN + sizeof(words);
}

int depot_page(struct depot *depot, unsigned int stream, const struct depot_page *page)
{
	const struct page_layout *layout = &depot->layout;
	uint8_t bytes[EXTEND_LEN + 8];
	struct depot_page stub = *page;

	assert(page->len);
	if (layout->header_len + page->len <= layout->size)
		return put_page(depot, stream, page);
	stub.records = bytes;
	stub.len = put_stub(layout, bytes, page->last_ns - page->ts_ns);
	return put_page(depot, stream, &stub);
}

uint64_t depot_len(const struct depot *depot, unsigned int stream)
{
	const struct depot_stream *s = &depot->streams[stream];

	return (uint64_t)s->nr * depot->chunk + s->len;
}

uint64_t depot_total(const struct depot *depot)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < depot->nr_streams; i++)
		sum += depot_len(depot, i);
	return sum;
}

ssize_t depot_read(struct depot *depot, unsigned int stream, uint64_t from, void *out, size_t size)
{
	const struct depot_stream *s = &depot->streams[stream];
	uint64_t n = from / depot->chunk;
	size_t at = (size_t)(from % depot->chunk);
	ssize_t got;

	if (n >= s->nr) {
		at = (size_t)(from - (uint64_t)s->nr * depot->chunk);
		if (at >= s->len)
			return 0;
		size = size < s->len - at ? size : s->len - at;
		memcpy(out, s->tail + at, size);
		return (ssize_t)size;
	}
	if (size > depot->chunk - at)
		size = depot->chunk - at;
	do
		got = pread(depot->fd, out, size, (off_t)s->chunks[n] * depot->chunk + (off_t)at);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got ? got : -EIO;
}

void depot_release(struct depot *depot, unsigned int stream, uint64_t before)
{
	struct depot_stream *s = &depot->streams[stream];

	for (; s->released < s->nr && (uint64_t)(s->released + 1) * depot->chunk <= before;
		s->released++)
		fallocate(depot->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			(off_t)s->chunks[s->released] * depot->chunk, depot->chunk);
}
