/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as the sub-buffers that a recording is made of: what is read back has to be what was
 * read, record by record and at the same times. Byte 0 chooses: bit 0 the size of sub-buffers, bit
 * 1 that of pages, bits 2 and 3 how many bytes of each are there, bit 4 that records whose first
 * byte is odd are left out. The rest are the sub-buffers.
 */
#include "base/mem.h"
#include "reader/depot.h"
#include "reader/tap.h"
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct seen {
	uint64_t ts;
	uint32_t len, sum;
};

struct seens {
	struct seen *list;
	size_t nr, cap;
};

static void see(struct seens *seens, const struct page_record *record, uint32_t most)
{
	struct seen seen = {record->ts, record->len, 0};

	for (uint32_t i = 0; i < record->len; i++)
		seen.sum = 31 * seen.sum + record->data[i];
	/* its head and a length are in the page too */
	if (record->len + 8 > most)
		seen = (struct seen){record->ts, 0, 0};
	if (seens->nr == seens->cap) {
		seens->cap = seens->cap ? 2 * seens->cap : 1024;
		seens->list = mem_resize(seens->list, seens->cap, sizeof(*seens->list));
	}
	seens->list[seens->nr++] = seen;
}

static void keep(void *arg, const struct tap_page *part)
{
	const struct depot_page page = {
		part->records, part->len, part->ts_ns, part->last_ns, part->lost};

	fuzz_check(depot_page(arg, 0, &page) == 0);
}

static void leave(void *arg, unsigned int stream)
{
	(void)arg;
	fuzz_check(stream == 0);
}

static void record(struct depot *depot, const struct page_layout *layout, const uint8_t *bytes,
	size_t len, bool but, struct seens *seens)
{
	struct tap tap = {.page = keep,
		.left_out = leave,
		.arg = depot,
		.most = depot->layout.size - depot->layout.header_len,
		.but_tid = 1,
		.but_ns = but ? UINT64_MAX : 0};
	struct page_record r;
	struct tap_page part;
	struct page page;

	page_begin(&page, layout, bytes, len);
	part = (struct tap_page){.records = page.at, .ts_ns = page.ts, .lost = page.lost_before};
	while (page_next(&page, &r)) {
		const struct event event = {.kind = EVENT_CALL, .tid = r.len ? r.data[0] & 1 : 0};

		if (!but || !event.tid)
			see(seens, &r, tap.most);
		tap_record(&tap, &part, &r, &event);
	}
	tap_page(&tap, &part);
}

static void read_back(struct depot *depot, const struct seens *seens)
{
	uint8_t *bytes = mem_new(depot->layout.size, 1);
	struct page_record r;
	struct page page;
	size_t n = 0;

	for (uint64_t at = 0; at < depot_len(depot, 0); at += depot->layout.size) {
		fuzz_check(depot_read(depot, 0, at, bytes, depot->layout.size) ==
			   (ssize_t)depot->layout.size);
		fuzz_check(page_begin(&page, &depot->layout, bytes, depot->layout.size) == PAGE_OK);
		for (; page_next(&page, &r); n++) {
			struct seens one = {0};

			fuzz_check(n < seens->nr && r.ts == seens->list[n].ts);
			see(&one, &r, UINT32_MAX);
			if (seens->list[n].len)
				fuzz_check(one.list[0].len == seens->list[n].len &&
					   one.list[0].sum == seens->list[n].sum);
			free(one.list);
		}
		fuzz_check(page.error == PAGE_OK);
	}
	fuzz_check(n == seens->nr);
	free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct page_layout layout = {.long_size = sizeof(long),
		.header_len = 8 + sizeof(long),
		.big_endian = __BYTE_ORDER == __BIG_ENDIAN};
	struct page_layout kept = layout;
	struct seens seens = {0};
	struct depot depot;
	FILE *file = tmpfile();
	size_t step;

	if (size < 2 || !file)
		return 0;
	layout.size = data[0] & 1 ? 65536 : 4096;
	kept.size = data[0] & 2 ? 8192 : 4096;
	step = (size_t)64 << (2 * (data[0] >> 2 & 3));
	depot_init(&depot, dup(fileno(file)), 1, &kept);
	for (size_t at = 1; at < size; at += step) {
		size_t len = size - at < step ? size - at : step;
		uint8_t *page = mem_new(len, 1);

		memcpy(page, data + at, len);
		record(&depot, &layout, page, len, data[0] & 16, &seens);
		free(page);
	}
	read_back(&depot, &seens);
	free(seens.list);
	depot_done(&depot);
	fclose(file);
	return 0;
}
