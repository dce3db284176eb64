/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reader/source_live.h"
#include "reader/source_state.h"
#include "base/fd.h"
#include "base/mem.h"
#include "reader/fold.h"
#include "reader/page.h"
#include "reader/queue.h"
#include "reader/stat.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <tracefs.h>
#include <unistd.h>

#define ROUND_BYTES (512 * 1024)       /* of all, before that is merged: it stays near */
#define DRAIN_BYTES (64 * 1024 * 1024) /* of all, before keys and ticks get theirs */
#define SETTLE_NS   1000000            /* a record may be reserved but not committed */

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

struct source *source_new(const struct decoder *decoder, uint64_t buffer_bytes)
{
	struct source *s = mem_new(1, sizeof(*s));

	s->decoder = decoder;
	s->buffer_bytes = buffer_bytes;
	s->fold_ns = UINT64_MAX;
	return s;
}

void source_close(struct source *s)
{
	for (size_t i = 0; i < s->nr_streams; i++) {
		struct stream *stream = &s->streams[i];

		if (!stream->reader)
			continue;
		tracefs_cpu_free_fd(stream->reader);
		close(stream->raw);
		close(stream->stats);
		stream->reader = NULL;
		stream->raw = stream->stats = -1;
	}
}

void source_free(struct source *s)
{
	if (!s)
		return;
	source_close(s);
	for (size_t i = 0; i < s->nr_streams; i++)
		queue_done(&s->streams[i].queue);
	free(s->streams);
	free(s->heads);
	bits_done(&s->waits);
	free(s->page);
	free(s);
}

int source_layout(struct source *s, unsigned int which, const char *text, struct fault *fault)
{
	struct page_layout *layout = &s->layouts[which];
	int err;

	assert(which < ARRAY_SIZE(s->layouts));
	err = page_layout_parse(layout, text, __BYTE_ORDER == __BIG_ENDIAN, fault);
	if (err)
		return err;
	free(s->page);
	s->page = mem_new(1,
		s->layouts[0].size > s->layouts[1].size ? s->layouts[0].size : s->layouts[1].size);
	return 0;
}

static struct stream *stream_new(struct source *s, unsigned int which, unsigned int cpu)
{
	struct stream *stream;

	assert(which < ARRAY_SIZE(s->layouts));
	s->streams = mem_one_more(s->streams, s->nr_streams, sizeof(*s->streams));
	s->heads = mem_one_more(s->heads, s->nr_streams + 1, sizeof(*s->heads));
	stream = &s->streams[s->nr_streams++];
	/* of one time task events come first: they say who the caller is */
	*stream = (struct stream){.which = which,
		.cpu = cpu,
		.raw = -1,
		.stats = -1,
		.queue = {.after = which != SOURCE_SIDE}};
	return stream;
}

void source_cpu(struct source *s, unsigned int which, unsigned int cpu, int raw, int stats)
{
	struct stream *stream = stream_new(s, which, cpu);

	assert(s->layouts[which].size);
	s->looked = false;
	stream->raw = raw;
	stream->stats = stats;
	stream->reader = tracefs_cpu_alloc_fd(raw, (int)s->layouts[which].size, true);
	if (!stream->reader)
		mem_die();
}

void source_fold(struct source *s, uint64_t since_ns, uint32_t tid)
{
	s->fold_ns = since_ns;
	s->fold_not = tid;
}

void source_look_ahead(struct source *s, source_soon soon, void *arg)
{
	s->fed.soon = soon;
	s->fed.soon_arg = arg;
}

bool source_folded(const struct source *s)
{
	for (size_t i = 0; i < s->nr_streams; i++)
		if (s->streams[i].queue.folded > s->streams[i].queue.first)
			return true;
	return false;
}

/* How many of a loss are to be told. A page that is full has no room for the number: then the
 * kernel's count tells, which holds later losses too. Those are not told again at their page. */
static uint64_t loss_count(struct stream *stream, uint64_t marked)
{
	bool unknown = marked == PAGE_LOST_UNKNOWN;
	uint64_t all, open;
	char text[1024];

	stream->ahead |= unknown;
	if (!stream->ahead || fd_piece(stream->stats, text, sizeof(text)) <= 0)
		return unknown ? 1 : marked;
	all = stream->look.lost_before + stat_lost(text);
	/* less: the buffer was cleared a moment ago */
	if (all < stream->told)
		return unknown ? 1 : marked;
	open = all - stream->told;
	return !unknown && marked < open ? marked : open;
}

static void take_loss(struct source *s, struct stream *stream, uint64_t ts_ns, uint64_t count)
{
	struct event *event;

	if (!count)
		return;
	stream->told += count;
	event = queue_add(&stream->queue);
	*event = (struct event){.ts_ns = ts_ns, .cpu = (uint16_t)stream->cpu, .kind = EVENT_LOST};
	event->u.lost.count = count;
	event->u.lost.side = stream->which == SOURCE_SIDE;
	s->counts.marked[stream->which] += count;
	if (s->tap)
		s->tap->loss(s->tap->arg, (unsigned int)(stream - s->streams), ts_ns, count);
}

static void add_loss(struct source *s, struct stream *stream, const struct page *page)
{
	if (page->lost_before)
		take_loss(s, stream, page->ts, loss_count(stream, page->lost_before));
}

/* The event that it became, NULL: none. */
static inline struct event *take_record(
	struct source *s, struct stream *stream, const struct page_record *record)
{
	struct event *event = queue_add(&stream->queue);
	int got = decoder_event(s->decoder, record->data, record->len, event);

	s->counts.records[stream->which]++;
	stream->records++;
	if (got == 1) {
		event->ts_ns = record->ts;
		event->cpu = (uint16_t)stream->cpu;
		return event;
	}
	stream->queue.nr--;
	s->counts.unknown += got == 0;
	s->counts.short_records += got < 0;
	return NULL;
}

static void take_damage(struct source *s, struct stream *stream, enum page_error error)
{
	s->counts.bad_pages++;
	s->counts.bad_name = page_error_name(error);
	s->counts.bad_cpu = stream->cpu;
	stream->look.damaged = true;
}

static inline bool may_fold(const struct source *s, const struct event *event)
{
	return event->ts_ns >= s->fold_ns && event->kind == EVENT_CALL && !s->tap &&
	       event->tid != s->fold_not &&
	       !(event->flags & ~(EVENT_PKEY | EVENT_COMPAT | EVENT_BARE));
}

/* The records that are folded into event; then record is the next, or false. */
static bool take_fold(struct source *s, struct stream *stream, struct event *event,
	struct page *page, struct page_record *record)
{
	bool more = fold_calls(s->decoder, page, event, record);

	if (event->kind == EVENT_CALLS) {
		s->counts.records[stream->which] += event->u.calls.nr - 1;
		stream->records += event->u.calls.nr - 1;
		stream->queue.folded = stream->queue.nr;
	}
	return more;
}

/* Decodes one sub-buffer into the stream; how many bytes of records it held. */
static size_t take_page(struct source *s, struct stream *stream, size_t len)
{
	struct page_record record = {0};
	struct tap_page part;
	struct page page;
	size_t size;
	bool more;

	page_begin(&page, &s->layouts[stream->which], s->page, len);
	size = page.left;
	part = (struct tap_page){.stream = (unsigned int)(stream - s->streams),
		.records = page.at,
		.ts_ns = page.ts,
		.lost = page.lost_before};
	add_loss(s, stream, &page);
	for (more = page_next(&page, &record); more;) {
		struct event *event = take_record(s, stream, &record);

		if (s->tap)
			tap_record(s->tap, &part, &record, event);
		more = event && may_fold(s, event) ? take_fold(s, stream, event, &page, &record)
						   : page_next(&page, &record);
	}
	if (s->tap)
		tap_page(s->tap, &part);
	if (page.error != PAGE_OK)
		take_damage(s, stream, page.error);
	/* damage says nothing of what comes behind it */
	return page.error == PAGE_OK ? size : s->layouts[stream->which].size;
}

/* The share of a stream; a second page at least, as it may be told from that that it is empty. */
static size_t round_bytes(const struct source *s, const struct stream *stream)
{
	size_t share = ROUND_BYTES / s->nr_streams, least = 2 * s->layouts[stream->which].size;

	return share > least ? share : least;
}

/* A share of one CPU. */
static void read_round(struct source *s, struct stream *stream, bool final)
{
	const struct page_layout *layout = &s->layouts[stream->which];
	/* small records leave little of a full page; those of the side instance may not */
	size_t full =
		stream->which == SOURCE_COUNTED && !final ? layout->size - layout->size / 8 : 0;
	uint64_t begin_ns = now_ns();
	size_t round = round_bytes(s, stream), done = 0;

	while (done < round) {
		int n = tracefs_cpu_read(stream->reader, s->page, true);
		size_t size;

		/* EAGAIN: nothing there; ENODEV, EBUSY, ENOMEM: the CPU or its buffer is away */
		if (n <= 0) {
			stream->empty = true;
			break;
		}
		size = take_page(s, stream, (size_t)n);
		stream->drained += size;
		done += layout->size;
		/* the first may be the rest of a page, with full ones behind it */
		if (size < full && done > layout->size) {
			stream->empty = true;
			break;
		}
	}
	if (stream->empty)
		stream->complete_ns = begin_ns - SETTLE_NS;
	else if (queue_waits(&stream->queue))
		stream->complete_ns = stream->queue.events[stream->queue.nr - 1].ts_ns;
}

/* Hands on what is not younger than horizon, in order of time, of the first nr heads. */
static void merge(struct source *s, size_t nr, uint64_t horizon, source_feed feed, void *arg)
{
	queues_merge(s->heads, nr, horizon, &s->fed, feed, arg);
	s->counts.late = s->fed.late;
}

static size_t find_waiting(struct source *s)
{
	size_t nr = 0;

	for (size_t i = 0; i < s->nr_streams; i++)
		if (queue_waits(&s->streams[i].queue))
			s->heads[nr++].queue = &s->streams[i].queue;
	return nr;
}

bool source_drain(struct source *s, bool final, source_feed feed, void *arg)
{
	uint64_t total = 0, horizon;
	bool more = true;

	for (size_t i = 0; i < s->nr_streams; i++) {
		s->streams[i].empty = false;
		s->streams[i].drained = 0;
	}
	while (more && (final || total < DRAIN_BYTES)) {
		more = false;
		horizon = UINT64_MAX;
		for (size_t i = 0; i < s->nr_streams; i++) {
			struct stream *stream = &s->streams[i];

			if (!stream->empty)
				read_round(s, stream, final);
			more |= !stream->empty;
			total += stream->empty ? 0 : round_bytes(s, stream);
			if (stream->complete_ns < horizon)
				horizon = stream->complete_ns;
		}
		if (s->tap)
			s->tap->pull(s->tap->arg, horizon, final && !more);
		merge(s, find_waiting(s), final && !more ? UINT64_MAX : horizon, feed, arg);
		s->counts.fed_ns = horizon;
	}
	s->looked = false;
	s->counts.fill = 0;
	for (size_t i = 0; i < s->nr_streams; i++) {
		double fill = (double)s->streams[i].drained / (double)s->buffer_bytes;

		queue_pack(&s->streams[i].queue);
		if (fill > s->streams[i].fill)
			s->streams[i].fill = fill;
		if (s->streams[i].which == SOURCE_COUNTED && fill > s->counts.fill)
			s->counts.fill = fill;
	}
	return more;
}

size_t source_streams(const struct source *s)
{
	return s->nr_streams;
}

size_t source_polls(const struct source *s, struct pollfd *fds)
{
	for (size_t i = 0; i < s->nr_streams; i++)
		fds[i] = (struct pollfd){s->streams[i].away ? -1 : s->streams[i].raw, POLLIN, 0};
	return s->nr_streams;
}

bool source_polled(struct source *s, const struct pollfd *fds)
{
	bool any = false;

	for (size_t i = 0; i < s->nr_streams; i++) {
		any |= (fds[i].revents & POLLIN) != 0;
		s->streams[i].away |= fds[i].revents && !(fds[i].revents & POLLIN);
	}
	return any;
}

unsigned int source_stream(struct source *s, unsigned int which, unsigned int cpu)
{
	stream_new(s, which, cpu);
	return (unsigned int)s->nr_streams - 1;
}

void source_record(struct source *s, unsigned int stream, const struct page_record *record)
{
	if (take_record(s, &s->streams[stream], record))
		bits_set(&s->waits, stream);
}

void source_lost(struct source *s, unsigned int stream, uint64_t ts_ns, uint64_t count)
{
	if (!count)
		return;
	take_loss(s, &s->streams[stream], ts_ns, count);
	bits_set(&s->waits, stream);
}

void source_damage(struct source *s, unsigned int stream, enum page_error error)
{
	take_damage(s, &s->streams[stream], error);
}

void source_came(struct source *s, unsigned int stream, uint64_t nr)
{
	s->counts.records[s->streams[stream].which] += nr;
	s->streams[stream].records += nr;
}

uint64_t source_records(const struct source *s, unsigned int stream)
{
	return s->streams[stream].records;
}

size_t source_waiting(const struct source *s, unsigned int stream)
{
	return s->streams[stream].queue.nr - s->streams[stream].queue.first;
}

void source_merge(struct source *s, uint64_t horizon, source_feed feed, void *arg)
{
	size_t nr = 0;

	for (size_t i = 0; (i = bits_next(&s->waits, i)) != BITS_NONE; i++)
		s->heads[nr++].queue = &s->streams[i].queue;
	merge(s, nr, horizon, feed, arg);
	s->counts.fed_ns = horizon;
	for (size_t i = 0; (i = bits_next(&s->waits, i)) != BITS_NONE; i++) {
		queue_pack(&s->streams[i].queue);
		if (!queue_waits(&s->streams[i].queue))
			bits_clear(&s->waits, i);
	}
}

void source_tap(struct source *s, const struct tap *tap)
{
	s->tap = tap;
}

bool source_stream_is(const struct source *s, unsigned int n, unsigned int *which,
	unsigned int *cpu, char *stats, size_t size)
{
	if (n >= s->nr_streams)
		return false;
	*which = s->streams[n].which;
	*cpu = s->streams[n].cpu;
	if (size && fd_text(s->streams[n].stats, stats, size) < 0)
		stats[0] = '\0';
	return true;
}

const struct page_layout *source_page_layout(const struct source *s, unsigned int which)
{
	return &s->layouts[which];
}

const struct source_counts *source_counts(const struct source *s)
{
	return &s->counts;
}
