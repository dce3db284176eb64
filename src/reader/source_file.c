/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reader/source_file.h"
#include "base/bits.h"
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
	unsigned int buffer;
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
	struct bits due;    /* streams of which records are wanted, or losses are to be told */
	source_takes takes; /* NULL: all */
	void *takes_arg;
	uint64_t next_ns; /* as source_file_next() tells; 0: not known */
};

/* Bytes of the next page. */
static size_t page_room(const struct dat *dat, const struct dat_part *pages)
{
	return pages->len < dat->layout.size ? (size_t)pages->len : dat->layout.size;
}

struct source_file *source_file_new(
	const struct dat *dat, struct source *source, struct fault *fault)
{
	struct source_file *f;
	uint64_t sum = 0;

	for (size_t i = 0; i < dat->nr_cpus; i++)
		sum += page_room(dat, &dat->cpus[i].pages);
	if (sum > SOURCE_FILE_PAGES || dat->nr_cpus > SOURCE_FILE_STREAMS) {
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
	bits_done(&f->due);
	free(f);
}

unsigned int source_file_stream(struct source_file *f, const struct dat_cpu *cpu,
	unsigned int which, unsigned int nr, bool marks)
{
	unsigned int stream = source_stream(f->source, which, nr);

	assert(stream == f->nr);
	f->cursors = mem_one_more(f->cursors, f->nr, sizeof(*f->cursors));
	f->cursors[f->nr] = (struct cursor){.marks = marks};
	if (cpu) {
		f->cursors[f->nr].pages = cpu->pages;
		f->cursors[f->nr].buffer = cpu->buffer;
	}
	f->next_ns = 0;
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
	bits_set(&f->due, stream);
}

void source_file_want(struct source_file *f, unsigned int stream, uint64_t nr)
{
	if (!nr)
		return;
	f->cursors[stream].wanted += nr;
	bits_set(&f->due, stream);
}

/* The next page of a stream; false at its end. What is left of the last one may be short. */
static bool open_page(struct source_file *f, unsigned int stream)
{
	struct cursor *c = &f->cursors[stream];
	size_t len = page_room(f->dat, &c->pages);
	ssize_t n;

	if (!len) {
		free(c->bytes);
		c->bytes = NULL;
		return false;
	}
	/* no later one is longer */
	if (!c->bytes)
		c->bytes = mem_new(1, len);
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

/* Of what stands in a page, which may be any number. */
static uint64_t stamp(const struct dat *dat, uint64_t ticks)
{
	uint64_t ns = ticks;

	if (dat->has_tsc)
		ns = dat->tsc_offset +
		     (uint64_t)(((unsigned __int128)ticks * dat->tsc_mult) >> dat->tsc_shift);
	return ns < EVENT_TIME_MOST ? ns : EVENT_TIME_MOST;
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
			c->has = !f->takes || f->takes(&c->record, c->buffer, f->takes_arg);
			continue;
		}
		if (c->page.error != PAGE_OK)
			source_damage(f->source, stream, c->page.error);
		c->open = false;
	}
	return true;
}

/* What was lost before the next record, and so not later: else that would wait for it for ever. */
static void take_loss(struct source_file *f, unsigned int stream, uint64_t ts_ns, uint64_t count)
{
	const struct page_record *next = &f->cursors[stream].record;

	if (look(f, stream) && next->ts < ts_ns)
		ts_ns = next->ts;
	source_lost(f->source, stream, ts_ns, count);
}

/* Hands the next record over, and what was lost before it. */
static void take(struct source_file *f, unsigned int stream)
{
	struct cursor *c = &f->cursors[stream];

	if (c->mark)
		take_loss(f, stream, stamp(f->dat, c->mark_ns), c->mark);
	c->mark = 0;
	source_record(f->source, stream, &c->record);
	c->has = false;
	c->nr++;
	f->next_ns = 0;
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

		take_loss(f, stream, loss->ts_ns, loss->count);
	}
}

/* Whether the next record of a stream is to be read now. */
static bool is_due(struct source_file *f, unsigned int stream, bool all, uint64_t horizon)
{
	const struct cursor *c = &f->cursors[stream];

	return (all || c->wanted) && look(f, stream) && c->record.ts <= horizon;
}

/* Reads some of each stream; how far all of them were read, UINT64_MAX: to the end of what is due.
 */
static uint64_t read_some(struct source_file *f, bool all, uint64_t horizon)
{
	uint64_t safe_ns = UINT64_MAX;

	for (size_t i = 0; (i = all ? i : bits_next(&f->due, i)) < f->nr; i++) {
		unsigned int stream = (unsigned int)i;
		struct cursor *c = &f->cursors[i];

		take_losses(f, stream);
		while (source_waiting(f->source, stream) < CHUNK &&
			is_due(f, stream, all, horizon)) {
			take(f, stream);
			take_losses(f, stream);
		}
		if (is_due(f, stream, all, horizon)) {
			if (c->newest_ns < safe_ns)
				safe_ns = c->newest_ns;
		} else if (!c->wanted && c->next_loss == c->nr_losses) {
			bits_clear(&f->due, i);
		}
	}
	return safe_ns;
}

void source_file_pull(
	struct source_file *f, bool all, uint64_t horizon, source_feed feed, void *arg)
{
	uint64_t safe_ns;

	/* what is wanted is read one by one, and else there is nothing to look for */
	if (all && source_file_next(f) > horizon) {
		source_merge(f->source, horizon, feed, arg);
		return;
	}
	do {
		safe_ns = read_some(f, all, horizon);
		source_merge(f->source, safe_ns < horizon ? safe_ns : horizon, feed, arg);
	} while (safe_ns < UINT64_MAX);
}

static void scan_page(struct source_file *f, const struct decoder *decoder, struct page *page,
	unsigned int buffer,
	void (*visit)(const struct page_record *record, int id, unsigned int buffer, void *arg),
	void *arg)
{
	struct page_record record;

	while (page_next(page, &record)) {
		record.ts = stamp(f->dat, record.ts);
		visit(&record, decoder_id(decoder, record.data, record.len), buffer, arg);
	}
}

void source_file_scan(struct source_file *f, const struct decoder *decoder,
	void (*visit)(const struct page_record *record, int id, unsigned int buffer, void *arg),
	void *arg)
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
			scan_page(f, decoder, &page, f->cursors[i].buffer, visit, arg);
			part.at += len;
			part.len -= len;
		}
	}
	free(bytes);
}

void source_file_choose(struct source_file *f, source_takes takes, void *arg)
{
	f->takes = takes;
	f->takes_arg = arg;
}

uint64_t source_file_next(struct source_file *f)
{
	uint64_t next_ns = UINT64_MAX;

	if (f->next_ns)
		return f->next_ns;
	for (unsigned int i = 0; i < f->nr; i++)
		if (look(f, i) && f->cursors[i].record.ts < next_ns)
			next_ns = f->cursors[i].record.ts;
	return f->next_ns = next_ns;
}

uint64_t source_file_done(const struct source_file *f)
{
	return f->done;
}
