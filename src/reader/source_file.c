/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reader/source_file.h"
#include "base/mem.h"
#include "reader/page.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define CHUNK 512 /* events of a stream that wait */

struct loss {
	uint64_t at, ts_ns, count;
};

struct cursor {
	struct dat_part pages; /* that were not read yet */
	bool marks;
	uint8_t *bytes; /* of the page that is open */
	struct page page;
	bool open, has;
	struct page_record record; /* the next */
	uint64_t mark, mark_ns;    /* lost before it */
	uint64_t nr, wanted;       /* records that were handed over; that are to be */
	uint64_t newest_ns;        /* of them */
	struct loss *losses;
	size_t nr_losses, next_loss;
};

struct source_file {
	const struct dat *dat;
	struct source *source;
	struct cursor *cursors;
	unsigned int nr;
	uint64_t done;
};

struct source_file *source_file_new(
	const struct dat *dat, struct source *source, struct fault *fault)
{
	struct source_file *f;

	if (dat->nr_cpus > SOURCE_FILE_PAGES / dat->layout.size) {
		dat_damaged(dat, 0, fault, "it has more CPUs than can be read at a time");
		return NULL;
	}
	f = mem_new(1, sizeof(*f));
	f->dat = dat;
	f->source = source;
	return f;
}

void source_file_free(struct source_file *f)
{
	if (!f)
		return;
	for (unsigned int i = 0; i < f->nr; i++) {
		free(f->cursors[i].bytes);
		free(f->cursors[i].losses);
	}
	free(f->cursors);
	free(f);
}

unsigned int source_file_stream(struct source_file *f, const struct dat_cpu *cpu,
	unsigned int which, unsigned int nr, bool marks)
{
	unsigned int stream = source_stream(f->source, which, nr);

	assert(stream == f->nr);
	f->cursors = mem_resize(f->cursors, f->nr + 1, sizeof(*f->cursors));
	f->cursors[f->nr] = (struct cursor){.marks = marks};
	if (cpu)
		f->cursors[f->nr].pages = cpu->pages;
	return f->nr++;
}

void source_file_lost(
	struct source_file *f, unsigned int stream, uint64_t at, uint64_t ts_ns, uint64_t count)
{
	struct cursor *c = &f->cursors[stream];

	if (c->next_loss == c->nr_losses)
		c->next_loss = c->nr_losses = 0;
	if (!(c->nr_losses & (c->nr_losses - 1)))
		c->losses = mem_resize(
			c->losses, c->nr_losses ? 2 * c->nr_losses : 1, sizeof(*c->losses));
	c->losses[c->nr_losses++] = (struct loss){at, ts_ns, count};
}

void source_file_want(struct source_file *f, unsigned int stream, uint64_t nr)
{
	f->cursors[stream].wanted += nr;
}

/* The next page of a stream; false at its end. What is left of the last one may be short. */
static bool open_page(struct source_file *f, unsigned int stream)
{
	struct cursor *c = &f->cursors[stream];
	size_t len = f->dat->layout.size;
	ssize_t n;

	if (len > c->pages.len)
		len = (size_t)c->pages.len;
	if (!len)
		return false;
	if (!c->bytes)
		c->bytes = mem_new(1, f->dat->layout.size);
	n = pread(f->dat->fd, c->bytes, len, (off_t)c->pages.at);
	if (n <= 0) {
		c->pages.len = 0;
		source_damage(f->source, stream, PAGE_TRUNCATED);
		return false;
	}
	c->pages.at += len;
	c->pages.len -= len;
	f->done += len;
	page_begin(&c->page, &f->dat->layout, c->bytes, (size_t)n);
	if (c->page.lost_before && c->marks) {
		c->mark += c->page.lost_before == PAGE_LOST_UNKNOWN ? 1 : c->page.lost_before;
		c->mark_ns = c->page.ts;
	}
	c->open = true;
	return true;
}

static uint64_t stamp(const struct dat *dat, uint64_t ticks)
{
	if (!dat->has_tsc)
		return ticks;
	return dat->tsc_offset +
	       (uint64_t)(((unsigned __int128)ticks * dat->tsc_mult) >> dat->tsc_shift);
}

/* Makes the next record of a stream known; false: there is none. */
static bool look(struct source_file *f, unsigned int stream)
{
	struct cursor *c = &f->cursors[stream];

	while (!c->has) {
		if (!c->open && !open_page(f, stream))
			return false;
		c->has = page_next(&c->page, &c->record);
		if (c->has) {
			c->record.ts = stamp(f->dat, c->record.ts);
			break;
		}
		if (c->page.error != PAGE_OK)
			source_damage(f->source, stream, c->page.error);
		c->open = false;
	}
	return true;
}

/* Hands the next record over, and what was lost before it. */
static void take(struct source_file *f, unsigned int stream)
{
	struct cursor *c = &f->cursors[stream];

	if (c->mark)
		source_lost(f->source, stream, stamp(f->dat, c->mark_ns), c->mark);
	c->mark = 0;
	source_record(f->source, stream, &c->record);
	c->has = false;
	c->nr++;
	if (c->wanted)
		c->wanted--;
	if (c->record.ts > c->newest_ns)
		c->newest_ns = c->record.ts;
}

static void take_losses(struct source_file *f, unsigned int stream)
{
	struct cursor *c = &f->cursors[stream];

	while (c->next_loss < c->nr_losses && c->losses[c->next_loss].at <= c->nr) {
		const struct loss *loss = &c->losses[c->next_loss++];

		source_lost(f->source, stream, loss->ts_ns, loss->count);
	}
}

/* Whether the next record of a stream is to be read now. */
static bool is_due(struct source_file *f, unsigned int stream, bool all, uint64_t horizon)
{
	const struct cursor *c = &f->cursors[stream];

	return (all || c->wanted) && look(f, stream) && c->record.ts <= horizon;
}

void source_file_pull(
	struct source_file *f, bool all, uint64_t horizon, source_feed feed, void *arg)
{
	bool more = true;

	while (more) {
		uint64_t safe_ns = horizon;

		more = false;
		for (unsigned int i = 0; i < f->nr; i++) {
			struct cursor *c = &f->cursors[i];

			take_losses(f, i);
			while (source_waiting(f->source, i) < CHUNK && is_due(f, i, all, horizon)) {
				take(f, i);
				take_losses(f, i);
			}
			if (!is_due(f, i, all, horizon))
				continue;
			more = true;
			if (c->newest_ns < safe_ns)
				safe_ns = c->newest_ns;
		}
		source_merge(f->source, safe_ns, feed, arg);
	}
}

static void scan_page(struct source_file *f, const struct decoder *decoder, struct page *page,
	void (*visit)(const struct page_record *record, int id, void *arg), void *arg)
{
	struct page_record record;

	while (page_next(page, &record)) {
		record.ts = stamp(f->dat, record.ts);
		visit(&record, decoder_id(decoder, record.data, record.len), arg);
	}
}

void source_file_scan(struct source_file *f, const struct decoder *decoder,
	void (*visit)(const struct page_record *record, int id, void *arg), void *arg)
{
	size_t size = f->dat->layout.size;
	uint8_t *bytes = mem_new(1, size);

	for (unsigned int i = 0; i < f->nr; i++) {
		struct dat_part part = f->cursors[i].pages;

		while (part.len) {
			size_t len = part.len < size ? (size_t)part.len : size;
			ssize_t n = pread(f->dat->fd, bytes, len, (off_t)part.at);
			struct page page;

			if (n <= 0)
				break;
			page_begin(&page, &f->dat->layout, bytes, (size_t)n);
			scan_page(f, decoder, &page, visit, arg);
			part.at += len;
			part.len -= len;
		}
	}
	free(bytes);
}

uint64_t source_file_next(struct source_file *f)
{
	uint64_t next_ns = UINT64_MAX;

	for (unsigned int i = 0; i < f->nr; i++)
		if (look(f, i) && f->cursors[i].record.ts < next_ns)
			next_ns = f->cursors[i].record.ts;
	return next_ns;
}

uint64_t source_file_done(const struct source_file *f)
{
	return f->done;
}
