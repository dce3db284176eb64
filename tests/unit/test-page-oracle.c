/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The walk over whole pages: against kbuffer on what a kernel writes or could write, and alone on
 * what none writes, where kbuffer would loop or read beyond. The page always ends with its block of
 * memory, so that a sanitizer sees every step too far.
 */
#include "pagegen.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include <traceevent/kbuffer.h>

#define TS      123456789012ull
#define TS_HIGH (0xa8ull << 56)

static struct page_layout layout_of(unsigned int i, unsigned int size)
{
	return pagegen_layout(i & 1 ? 8 : 4, i & 2, size);
}

static struct kbuffer *oracle_new(const struct page_layout *layout)
{
	struct kbuffer *kbuf =
		kbuffer_alloc(layout->long_size == 8 ? KBUFFER_LSIZE_8 : KBUFFER_LSIZE_4,
			layout->big_endian ? KBUFFER_ENDIAN_BIG : KBUFFER_ENDIAN_LITTLE);

	assert_non_null(kbuf);
	return kbuf;
}

/* Returns how many records both saw; later: kbuffer may be ahead by 1 ns each. */
static unsigned int oracle_check(const struct page_layout *layout, uint8_t *bytes, uint64_t later)
{
	struct kbuffer *kbuf = oracle_new(layout);
	unsigned long long ts = 0;
	struct page_record r;
	unsigned int nr = 0;
	struct page page;
	void *data;

	assert_int_equal(kbuffer_load_subbuffer(kbuf, bytes), 0);
	assert_int_equal(page_begin(&page, layout, bytes, layout->size), PAGE_OK);
	assert_int_equal(page.ts, kbuffer_subbuf_timestamp(kbuf, bytes));
	data = kbuffer_read_event(kbuf, &ts);
	while (page_next(&page, &r)) {
		assert_ptr_equal(r.data, data);
		assert_int_equal(r.len, kbuffer_event_size(kbuf));
		assert_in_range(ts - r.ts, 0, later);
		data = kbuffer_next_event(kbuf, &ts);
		nr++;
	}
	assert_null(data);
	assert_int_equal(page.error, PAGE_OK);
	kbuffer_free(kbuf);
	return nr;
}

static bool random_step(struct pagegen *gen, uint64_t *seed)
{
	uint32_t delta = pagegen_random(seed) >> (pagegen_random(seed) % 32);
	uint32_t what = pagegen_random(seed) % 16;
	uint64_t wide = (uint64_t)pagegen_random(seed) << 5 | (delta & 31);

	if (what == 0)
		return pagegen_long(gen, delta, NULL, 1 + pagegen_random(seed) % 600);
	if (what == 1) /* 1 means 0 there, which kbuffer does not know */
		return pagegen_discard(gen, delta | 2, 4 + pagegen_random(seed) % 200);
	if (what == 2)
		return pagegen_extend(gen, wide);
	if (what == 3) /* later than all before it */
		return pagegen_stamp(gen, 1ull << 58 | (uint64_t)gen->used << 37 | wide);
	return pagegen_data(gen, delta, NULL, 1 + pagegen_random(seed) % 112);
}

static void random_page(
	struct pagegen *gen, const struct page_layout *layout, uint8_t *bytes, uint64_t *seed)
{
	unsigned int steps = pagegen_random(seed) % (layout->size / 16);

	pagegen_begin(gen, layout, bytes,
		(uint64_t)pagegen_random(seed) << 24 | (steps & 1 ? TS_HIGH : 0));
	while (steps-- && random_step(gen, seed))
		;
}

static void test_kbuffer(void **state)
{
	static const unsigned int sizes[] = {256, 4096, 65536, PAGE_SIZE_MAX};
	static const unsigned int rounds[] = {3000, 1000, 60, 4};
	unsigned int nr = 0;
	uint64_t seed = 1;

	(void)state;
	for (unsigned int s = 0; s < ARRAY_SIZE(sizes); s++)
		for (unsigned int i = 0; i < 4 * rounds[s]; i++) {
			struct page_layout layout = layout_of(i % 4, sizes[s]);
			uint8_t *bytes = mem_new(1, layout.size);
			struct pagegen gen;

			random_page(&gen, &layout, bytes, &seed);
			pagegen_end(&gen, 0);
			nr += oracle_check(&layout, bytes, 0);
			free(bytes);
		}
	assert_true(nr > 100000);
}

/* The time of the first record, as kbuffer has it and as we do. */
static void first_times(struct pagegen *gen, unsigned long long *theirs, uint64_t *ours)
{
	struct kbuffer *kbuf = oracle_new(&gen->layout);
	struct page_record r = {0};
	struct page page;

	pagegen_data(gen, 7, NULL, 40);
	pagegen_end(gen, 0);
	kbuffer_load_subbuffer(kbuf, gen->page);
	assert_non_null(kbuffer_read_event(kbuf, theirs));
	page_begin(&page, &gen->layout, gen->page, gen->layout.size);
	assert_true(page_next(&page, &r));
	*ours = r.ts;
	kbuffer_free(kbuf);
}

/* Where kbuffer (1.7.1 at least) and the kernel differ, we go with the kernel. */
static void test_kbuffer_times(void **state)
{
	struct page_layout layout = pagegen_layout(8, false, 4096);
	unsigned long long theirs;
	uint8_t bytes[4096];
	struct pagegen gen;
	uint64_t ours;

	(void)state;
	pagegen_begin(&gen, &layout, bytes, TS);
	pagegen_discard(&gen, 0, 8);
	first_times(&gen, &theirs, &ours);
	assert_in_range(theirs, TS + 7, TS + 8);
	assert_int_equal(ours, TS + 7);
	pagegen_begin(&gen, &layout, bytes, TS_HIGH + TS);
	pagegen_stamp(&gen, 1000);
	first_times(&gen, &theirs, &ours);
	assert_int_equal(ours, TS_HIGH + (1ull << 59) + 1007);
	assert_true(theirs == ours || theirs == TS_HIGH + 1007);
}

static void test_kbuffer_lost(void **state)
{
	struct page_layout layout = pagegen_layout(8, false, 4096);
	struct kbuffer *kbuf = oracle_new(&layout);
	uint8_t bytes[4096];
	struct pagegen gen;
	struct page page;
	int theirs;

	(void)state;
	for (int extend = 0; extend < 2; extend++) {
		pagegen_begin(&gen, &layout, bytes, TS);
		if (extend)
			pagegen_extend(&gen, 1ull << 30);
		pagegen_data(&gen, 7, NULL, 40);
		pagegen_end(&gen, 12);
		kbuffer_load_subbuffer(kbuf, bytes);
		theirs = kbuffer_missed_events(kbuf);
		assert_true(theirs == 12 || (extend && theirs == 0));
		page_begin(&page, &layout, bytes, sizeof(bytes));
		assert_int_equal(page.lost_before, 12);
	}
	kbuffer_free(kbuf);
}

/* Walks anything: every record inside, time bounded. Returns their number. */
static unsigned int walk(
	const struct page_layout *layout, const uint8_t *bytes, size_t len, struct page *page)
{
	const uint8_t *last = bytes + layout->header_len;
	struct page_record r;
	unsigned int nr = 0;

	page_begin(page, layout, bytes, len);
	while (page_next(page, &r)) {
		assert_true(r.len > 0 && r.data >= last + 4);
		assert_true(r.data + r.len <= bytes + len);
		last = r.data + r.len;
		nr++;
	}
	assert_false(page_next(page, &r));
	assert_true(page->error < PAGE_NR_ERRORS);
	assert_true(nr <= len / 8);
	return nr;
}

/* Something of every kind. */
static struct page_layout mixed_page(unsigned int i, uint8_t *bytes, unsigned int size)
{
	struct page_layout layout = layout_of(i, size);
	struct pagegen gen;

	pagegen_begin(&gen, &layout, bytes, TS);
	pagegen_extend(&gen, 1ull << 33);
	pagegen_data(&gen, 3, NULL, 40);
	pagegen_discard(&gen, 9, 16);
	pagegen_data(&gen, 3, NULL, 4);
	pagegen_stamp(&gen, TS * 2);
	pagegen_long(&gen, 3, NULL, 60);
	pagegen_data(&gen, 3, NULL, 112);
	pagegen_end(&gen, 77);
	return layout;
}

static void test_truncated(void **state)
{
	static const unsigned int ends[] = {8 + 4 + 40, 20 + 4 + 4, 8 + 8 + 60, 4 + 112};

	(void)state;
	for (unsigned int n = 0; n < 4 * 513; n++) {
		uint8_t bytes[512], *cut = mem_new(1, n / 4);
		struct page_layout layout = mixed_page(n % 4, bytes, sizeof(bytes));
		unsigned int full = layout.header_len, nr = 0;
		struct page page;

		for (unsigned int i = 0; i < ARRAY_SIZE(ends); i++) {
			full += ends[i];
			nr += n / 4 >= full;
		}
		memcpy(cut, bytes, n / 4);
		assert_int_equal(walk(&layout, cut, n / 4, &page), nr);
		assert_int_equal(page.error, n / 4 < layout.header_len ? PAGE_SHORT_HEADER
					     : n / 4 < full            ? PAGE_TRUNCATED
								       : PAGE_OK);
		if (n / 4 >= layout.header_len)
			assert_int_equal(page.lost_before,
				n / 4 >= full + layout.long_size ? 77 : PAGE_LOST_UNKNOWN);
		free(cut);
	}
}

static void test_corrupt_byte(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		uint8_t *bytes = mem_new(1, 320);
		struct page_layout layout = mixed_page(i, bytes, 320);
		struct page page;

		for (unsigned int at = 0; at < 320; at++)
			for (unsigned int n = 0; n < 256; n++) {
				bytes[at]++;
				walk(&layout, bytes, 320, &page);
			}
		assert_int_equal(walk(&layout, bytes, 320, &page), 4);
		free(bytes);
	}
}

/* Noise, and a good page with noise in it. */
static void test_random(void **state)
{
	unsigned int seen[PAGE_NR_ERRORS] = {0};
	uint64_t seed = 2;

	(void)state;
	for (unsigned int i = 0; i < 40000; i++) {
		unsigned int size = 64 + pagegen_random(&seed) % 2000;
		struct page_layout layout = layout_of(i % 4, size);
		uint8_t *bytes = mem_new(1, size);
		struct pagegen gen;
		struct page page;

		random_page(&gen, &layout, bytes, &seed);
		pagegen_end(&gen, pagegen_random(&seed) % 3);
		for (unsigned int n = pagegen_random(&seed) % (i & 4 ? 4 : size); n; n--)
			bytes[pagegen_random(&seed) % size] = (uint8_t)pagegen_random(&seed);
		walk(&layout, bytes, size, &page);
		seen[page.error]++;
		free(bytes);
	}
	for (unsigned int error = 0; error < PAGE_NR_ERRORS; error++)
		assert_int_equal(!seen[error], error == PAGE_BAD_LAYOUT ||
						       error == PAGE_SHORT_HEADER ||
						       error == PAGE_TRUNCATED);
}

/* What kernels wrote: the numbers are those of their stats, "read events" and "overrun". Of 6.18
 * come all kinds of records but time stamps; of the others an entry, a return and mprotect_fixup.
 */
static const struct {
	const char *name;
	unsigned int size, pages, records, lost;
} recorded[] = {
	{"6.18-x86_64", 4096, 14, 649, 2668},
	{"5.10-x86_64", 4096, 4, 336, 9830},
	{"6.1-x86_64", 4096, 4, 336, 9830},
	{"6.1-nobpf-x86_64", 4096, 4, 336, 9830},
	{"6.12-x86_64", 65536, 1, 1364, 0},
};

static void test_real(void **state)
{
	const char *top = getenv("srcdir");
	uint8_t *bytes;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(recorded); i++) {
		struct page_layout layout = pagegen_layout(8, false, recorded[i].size);
		unsigned int nr = 0, pages = 0;
		uint64_t lost = 0;
		char path[4096];
		FILE *file;

		snprintf(path, sizeof(path), "%s/tests/data/pages-%s.bin", top ? top : ".",
			recorded[i].name);
		file = fopen(path, "rb");
		assert_non_null(file);
		bytes = mem_new(1, layout.size);
		while (fread(bytes, 1, layout.size, file) == layout.size) {
			struct page page;

			nr += oracle_check(&layout, bytes, 1);
			walk(&layout, bytes, layout.size, &page);
			lost += page.lost_before;
			pages++;
		}
		fclose(file);
		free(bytes);
		assert_int_equal(pages, recorded[i].pages);
		assert_int_equal(nr, recorded[i].records);
		assert_int_equal(lost, recorded[i].lost);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kbuffer),
		cmocka_unit_test(test_kbuffer_times),
		cmocka_unit_test(test_kbuffer_lost),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_corrupt_byte),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_real),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
