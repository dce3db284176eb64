/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Nanoseconds a record for walking pages of mprotect-like records (44 bytes each): page_next(), the
 * same with fields read and counted, with each made an event, or with all of a thread folded into
 * one; kbuffer with the same fields, read at fixed offsets, by libtraceevent's handles of fields,
 * and by their names; and a bare loop over the same bytes without checks. Medians of five rounds
 * that take turns.
 */
#include "../unit/pagegen.h"
#include "reader/fold.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <traceevent/event-parse.h>
#include <traceevent/kbuffer.h>

#define BYTES  (1u << 20) /* of all pages: they stay in the cache */
#define ROUNDS 5
#define TIMES  40
#define RECORD 40
#define ID     705

static const char format[] =
	"name: call\nID: 705\nformat:\n"
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"
	"\tfield:unsigned long start;\toffset:16;\tsize:8;\tsigned:0;\n"
	"\tfield:size_t len;\toffset:24;\tsize:8;\tsigned:0;\n"
	"\tfield:unsigned long prot;\toffset:32;\tsize:8;\tsigned:0;\n\nprint fmt: \"\"\n";

struct bench {
	struct page_layout layout;
	struct decoder *decoder;
	struct kbuffer *kbuf;
	struct tep_handle *tep;
	struct tep_event *event;
	struct tep_format_field *fields[4];
	uint8_t *pages;
	unsigned int nr_pages;
	uint64_t records;
	uint64_t sum; /* what keeps the compiler from dropping the work */
};

static uint64_t bench_field(const uint8_t *data, unsigned int offset)
{
	uint64_t value;

	memcpy(&value, data + offset, sizeof(value));
	return value;
}

static void bench_walk(struct bench *b, uint8_t *bytes)
{
	struct page_record r;
	struct page page;
	uint64_t sum = 0, records = 0;

	page_begin(&page, &b->layout, bytes, b->layout.size);
	while (page_next(&page, &r)) {
		sum += r.ts + r.len;
		records++;
	}
	b->sum += sum;
	b->records += records;
}

static void bench_fields(struct bench *b, uint8_t *bytes)
{
	struct page_record r;
	struct page page;
	uint64_t sum = 0, records = 0;

	page_begin(&page, &b->layout, bytes, b->layout.size);
	while (page_next(&page, &r)) {
		if (r.len < RECORD)
			continue;
		sum += r.ts + bench_field(r.data, 4) + bench_field(r.data, 16) +
		       bench_field(r.data, 24) + bench_field(r.data, 32);
		records++;
	}
	b->sum += sum;
	b->records += records;
}

static void bench_decode(struct bench *b, uint8_t *bytes)
{
	struct page_record r;
	struct event event;
	struct page page;

	page_begin(&page, &b->layout, bytes, b->layout.size);
	while (page_next(&page, &r)) {
		if (decoder_event(b->decoder, r.data, r.len, &event) != 1)
			exit(1);
		b->sum += r.ts + event.u.call.addr + event.u.call.len + event.u.call.prot;
		b->records++;
	}
}

static void bench_fold(struct bench *b, uint8_t *bytes)
{
	struct page_record r;
	struct event event;
	struct page page;
	bool more;

	page_begin(&page, &b->layout, bytes, b->layout.size);
	for (more = page_next(&page, &r); more;) {
		if (decoder_event(b->decoder, r.data, r.len, &event) != 1)
			exit(1);
		more = fold_calls(b->decoder, &page, &event, &r);
		b->records += event.kind == EVENT_CALLS ? event.u.calls.nr : 1;
		b->sum += event.u.calls.range;
	}
}

static void bench_kbuffer(struct bench *b, uint8_t *bytes)
{
	unsigned long long ts;
	uint8_t *data;
	uint64_t sum = 0, records = 0;

	kbuffer_load_subbuffer(b->kbuf, bytes);
	for (data = kbuffer_read_event(b->kbuf, &ts); data;
		data = kbuffer_next_event(b->kbuf, &ts)) {
		sum += ts + bench_field(data, 4) + bench_field(data, 16) + bench_field(data, 24) +
		       bench_field(data, 32);
		records++;
	}
	b->sum += sum;
	b->records += records;
}

static void bench_handles(struct bench *b, uint8_t *bytes)
{
	unsigned long long ts, value;
	uint8_t *data;

	kbuffer_load_subbuffer(b->kbuf, bytes);
	for (data = kbuffer_read_event(b->kbuf, &ts); data;
		data = kbuffer_next_event(b->kbuf, &ts)) {
		b->sum += ts;
		for (unsigned int i = 0; i < 4; i++) {
			if (tep_read_number_field(b->fields[i], data, &value))
				exit(1);
			b->sum += value;
		}
		b->records++;
	}
}

static const char *const names[] = {"common_pid", "start", "len", "prot"};

static void bench_names(struct bench *b, uint8_t *bytes)
{
	struct tep_record record = {.size = RECORD};
	unsigned long long value;

	kbuffer_load_subbuffer(b->kbuf, bytes);
	for (record.data = kbuffer_read_event(b->kbuf, &record.ts); record.data;
		record.data = kbuffer_next_event(b->kbuf, &record.ts)) {
		b->sum += record.ts;
		for (unsigned int i = 0; i < 4; i++) {
			if (tep_get_any_field_val(NULL, b->event, names[i], &record, &value, 0))
				exit(1);
			b->sum += value;
		}
		b->records++;
	}
}

static void bench_library(struct bench *b)
{
	b->kbuf = kbuffer_alloc(KBUFFER_LSIZE_8, KBUFFER_ENDIAN_SAME_AS_HOST);
	b->tep = tep_alloc();
	tep_set_file_bigendian(b->tep, __BYTE_ORDER == __BIG_ENDIAN);
	tep_set_local_bigendian(b->tep, __BYTE_ORDER == __BIG_ENDIAN);
	if (!b->kbuf || tep_parse_event(b->tep, format, sizeof(format) - 1, "bench"))
		exit(1);
	b->event = tep_find_event(b->tep, ID);
	for (unsigned int i = 0; i < 4; i++) {
		b->fields[i] = tep_find_any_field(b->event, names[i]);
		if (!b->fields[i])
			exit(1);
	}
}

static void bench_bare(struct bench *b, uint8_t *bytes)
{
	const uint8_t *at = bytes + 16, *end = at + bench_field(bytes, 8);
	uint64_t ts = bench_field(bytes, 0), sum = 0, records = 0;

	while (at < end) {
		uint32_t head;

		memcpy(&head, at, sizeof(head));
		ts += head >> 5;
		sum += ts + bench_field(at + 4, 4) + bench_field(at + 4, 16) +
		       bench_field(at + 4, 24) + bench_field(at + 4, 32);
		at += 4 + (head & 31) * 4;
		records++;
	}
	b->sum += sum;
	b->records += records;
}

static const struct way {
	const char *name;
	void (*page)(struct bench *b, uint8_t *bytes);
} ways[] = {
	{"page_next", bench_walk},
	{"page_next and fields", bench_fields},
	{"page_next and decode", bench_decode},
	{"page_next and fold", bench_fold},
	{"kbuffer and fields", bench_kbuffer},
	{"kbuffer, tep's handles", bench_handles},
	{"kbuffer, tep's names", bench_names},
	{"bare loop and fields", bench_bare},
};

#define NR_WAYS (sizeof(ways) / sizeof(ways[0]))

static void bench_fill(struct bench *b, unsigned int size)
{
	struct record {
		uint16_t type, flags;
		uint32_t pid;
		uint64_t nr, start, len, prot;
	} record = {ID, 0, 4711, 10, 0x7f0000000000, 4096, 3};

	b->decoder = decoder_new(__BYTE_ORDER == __BIG_ENDIAN);
	if (decoder_add(b->decoder, "call", "call", 0, format, NULL) != ID)
		exit(1);
	b->layout = pagegen_layout(8, __BYTE_ORDER == __BIG_ENDIAN, size);
	b->nr_pages = BYTES / size;
	b->pages = malloc(BYTES);
	if (!b->pages)
		exit(1);
	for (unsigned int i = 0; i < b->nr_pages; i++) {
		struct pagegen gen;

		pagegen_begin(&gen, &b->layout, b->pages + (size_t)i * size, 1000000000ull * i);
		while (pagegen_data(&gen, 700, &record, RECORD))
			;
		pagegen_end(&gen, 0);
	}
}

static double bench_round(struct bench *b, const struct way *way)
{
	struct timespec from, to;

	b->records = 0;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	for (unsigned int i = 0; i < TIMES * b->nr_pages; i++)
		way->page(b, b->pages + (size_t)(i % b->nr_pages) * b->layout.size);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	return ((double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec)) /
	       (double)b->records;
}

static int bench_compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void bench_size(unsigned int size)
{
	struct bench b = {.sum = 0};
	double ns[NR_WAYS][ROUNDS];

	bench_fill(&b, size);
	bench_library(&b);
	for (unsigned int round = 0; round < ROUNDS; round++)
		for (unsigned int i = 0; i < NR_WAYS; i++)
			ns[i][round] = bench_round(&b, &ways[i]);
	for (unsigned int i = 0; i < NR_WAYS; i++) {
		qsort(ns[i], ROUNDS, sizeof(double), bench_compare);
		printf("%6u-byte pages  %-22s %6.2f ns a record (%.2f to %.2f)\n", size,
			ways[i].name, ns[i][ROUNDS / 2], ns[i][0], ns[i][ROUNDS - 1]);
	}
	fprintf(stderr, "# sum %llx\n", (unsigned long long)b.sum);
	decoder_free(b.decoder);
	kbuffer_free(b.kbuf);
	tep_free(b.tep);
	free(b.pages);
}

int main(void)
{
	bench_size(4096);
	bench_size(65536);
	return 0;
}
