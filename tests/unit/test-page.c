/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pagegen.h"

#include "base/fault.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define TS      123456789012ull
#define TS_HIGH (0xa8ull << 56)

static const unsigned int sizes[] = {4096, 65536, PAGE_SIZE_MAX};

static struct page_layout layout_of(unsigned int i, unsigned int size)
{
	return pagegen_layout(i & 1 ? 8 : 4, i & 2, size);
}

static void gen_short(struct pagegen *gen)
{
	pagegen_data(gen, 7, NULL, 40);
}

static void gen_smallest(struct pagegen *gen)
{
	pagegen_data(gen, 0, NULL, 1);
}

static void gen_largest_short(struct pagegen *gen)
{
	pagegen_data(gen, PAGEGEN_DELTA_MAX, NULL, 112);
}

static void gen_long(struct pagegen *gen)
{
	pagegen_data(gen, 5, NULL, 1001);
}

static void gen_long_but_small(struct pagegen *gen)
{
	pagegen_long(gen, 5, NULL, 8);
}

static void gen_long_unaligned(struct pagegen *gen)
{
	pagegen_raw(gen, 0, 5);
	pagegen_word(gen, 4 + 5);
	pagegen_word(gen, 0);
	pagegen_word(gen, 0);
}

static void gen_discard(struct pagegen *gen)
{
	pagegen_discard(gen, 9, 44);
	pagegen_data(gen, 7, NULL, 8);
}

static void gen_discard_at_once(struct pagegen *gen)
{
	pagegen_discard(gen, 0, 4);
	pagegen_data(gen, 7, NULL, 8);
}

static void gen_rest(struct pagegen *gen)
{
	pagegen_data(gen, 7, NULL, 8);
	pagegen_rest(gen);
	pagegen_raw(gen, 31, 77);
	pagegen_word(gen, 0xffffffff);
}

static void gen_rest_at_end(struct pagegen *gen)
{
	pagegen_data(gen, 7, NULL, 8);
	pagegen_rest(gen);
}

static void gen_extend(struct pagegen *gen)
{
	pagegen_extend(gen, 1ull << 40 | 3);
	pagegen_data(gen, 7, NULL, 8);
}

static void gen_stamp(struct pagegen *gen)
{
	pagegen_stamp(gen, TS + 1000);
	pagegen_data(gen, 7, NULL, 8);
}

static void gen_nothing(struct pagegen *gen)
{
	(void)gen;
}

/* What is behind one record of each kind, on a page of time TS. */
static const struct kind {
	const char *name;
	void (*gen)(struct pagegen *gen);
	uint32_t len; /* 0: no record */
	unsigned int offset;
	uint64_t ts;
} kinds[] = {
	{"short", gen_short, 40, 4, TS + 7},
	{"smallest", gen_smallest, 4, 4, TS},
	{"largest short", gen_largest_short, 112, 4, TS + PAGEGEN_DELTA_MAX},
	{"long", gen_long, 1004, 8, TS + 5},
	{"long but small", gen_long_but_small, 8, 8, TS + 5},
	{"long unaligned", gen_long_unaligned, 8, 8, TS + 5},
	{"discarded", gen_discard, 8, 52, TS + 16},
	{"discarded, no delta", gen_discard_at_once, 8, 12, TS + 7},
	{"rest is empty", gen_rest, 8, 4, TS + 7},
	{"last word is empty", gen_rest_at_end, 8, 4, TS + 7},
	{"time extend", gen_extend, 8, 12, TS + (1ull << 40) + 10},
	{"time stamp", gen_stamp, 8, 12, TS + 1007},
	{"empty page", gen_nothing, 0, 0, TS},
};

static void check_kind(const struct kind *kind, const struct page_layout *layout)
{
	uint8_t *bytes = mem_new(1, layout->size);
	struct page_record r;
	struct pagegen gen;
	struct page page;

	pagegen_begin(&gen, layout, bytes, TS);
	kind->gen(&gen);
	pagegen_end(&gen, 0);
	assert_int_equal(page_begin(&page, layout, bytes, layout->size), PAGE_OK);
	assert_int_equal(page.ts, TS);
	assert_int_equal(page.lost_before, 0);
	if (kind->len) {
		assert_true(page_next(&page, &r));
		assert_ptr_equal(r.data, bytes + layout->header_len + kind->offset);
		assert_int_equal(r.len, kind->len);
		assert_int_equal(r.ts, kind->ts);
	}
	assert_false(page_next(&page, &r));
	assert_false(page_next(&page, &r));
	assert_int_equal(page.error, PAGE_OK);
	free(bytes);
}

static void test_kinds(void **state)
{
	(void)state;
	for (unsigned int k = 0; k < ARRAY_SIZE(kinds); k++)
		for (unsigned int s = 0; s < ARRAY_SIZE(sizes); s++)
			for (unsigned int i = 0; i < 4; i++) {
				struct page_layout layout = layout_of(i, sizes[s]);

				check_kind(&kinds[k], &layout);
			}
}

/* The 59 bits of a stamp, the page's stamp, what they make. */
static const struct {
	uint64_t page, stamp, ts;
} stamps[] = {
	{5, 1000, 1000}, {5000, 1000, 1000}, /* backwards, no high bits: as it stands */
	{TS_HIGH + 5, 1000, TS_HIGH + 1000}, {TS_HIGH + 5, 5, TS_HIGH + 5},
	{TS_HIGH + 5000, 1000, TS_HIGH + (1ull << 59) + 1000}, /* wrapped */
};

static void test_stamps(void **state)
{
	uint8_t bytes[256];

	(void)state;
	for (unsigned int n = 0; n < ARRAY_SIZE(stamps) * 4; n++) {
		struct page_layout layout = layout_of(n % 4, sizeof(bytes));
		struct page_record r;
		struct pagegen gen;
		struct page page;

		pagegen_begin(&gen, &layout, bytes, stamps[n / 4].page);
		pagegen_stamp(&gen, stamps[n / 4].stamp);
		pagegen_data(&gen, 0, NULL, 8);
		pagegen_end(&gen, 0);
		page_begin(&page, &layout, bytes, sizeof(bytes));
		assert_true(page_next(&page, &r));
		assert_int_equal(r.ts, stamps[n / 4].ts);
	}
}

/* With room for the count behind the data, and without. */
static const struct {
	uint64_t lost;
	bool full;
	uint64_t seen;
} losses[] = {
	{0, false, 0},
	{1, false, 1},
	{2668, false, 2668},
	{0xfffffffe, false, 0xfffffffe},
	{PAGE_LOST_UNKNOWN, false, PAGE_LOST_UNKNOWN},
	{2668, true, PAGE_LOST_UNKNOWN},
	{0, true, 0},
};

static void check_lost(unsigned int row, const struct page_layout *layout, bool extend)
{
	static uint8_t bytes[65536];
	struct page_record r;
	unsigned int nr = 0;
	struct pagegen gen;
	struct page page;

	pagegen_begin(&gen, layout, bytes, TS);
	if (extend)
		pagegen_extend(&gen, 1ull << 30);
	pagegen_data(&gen, 7, NULL, 36);
	while (losses[row].full && pagegen_data(&gen, 0, NULL, 4))
		;
	while (losses[row].full && pagegen_rest(&gen))
		;
	pagegen_end(&gen, losses[row].lost);
	page_begin(&page, layout, bytes, layout->size);
	assert_int_equal(page.lost_before, losses[row].seen);
	while (page_next(&page, &r))
		nr++;
	assert_true(nr >= 1);
	assert_int_equal(page.error, PAGE_OK);
	assert_int_equal(page.lost_before, losses[row].seen);
}

static void test_lost(void **state)
{
	(void)state;
	for (unsigned int row = 0; row < ARRAY_SIZE(losses); row++)
		for (unsigned int i = 0; i < 16; i++) {
			struct page_layout layout = layout_of(i % 4, i & 4 ? 65536 : 4096);

			check_lost(row, &layout, i & 8);
		}
}

static void bad_beyond(struct pagegen *gen)
{
	pagegen_raw(gen, 3, 1);
	pagegen_word(gen, 0);
}

static void bad_long_beyond(struct pagegen *gen)
{
	pagegen_raw(gen, 0, 1);
	pagegen_word(gen, 0xffffffff);
}

static void bad_head_only(struct pagegen *gen)
{
	pagegen_raw(gen, 30, 1);
}

static void bad_half_head(struct pagegen *gen)
{
	gen->used += 2;
}

static void bad_rounded_beyond(struct pagegen *gen)
{
	pagegen_raw(gen, 0, 1);
	pagegen_word(gen, 4 + 5);
	gen->used += 5;
}

static void bad_zeroes(struct pagegen *gen)
{
	gen->used += 400;
}

static void bad_long_empty(struct pagegen *gen)
{
	pagegen_raw(gen, 0, 1);
	pagegen_word(gen, 4);
}

static void bad_padding_loop(struct pagegen *gen)
{
	pagegen_raw(gen, 29, 1);
	pagegen_word(gen, 0xfffffffc);
}

static void bad_padding_short(struct pagegen *gen)
{
	pagegen_raw(gen, 29, 1);
	pagegen_word(gen, 0);
}

static void bad_padding_odd(struct pagegen *gen)
{
	pagegen_raw(gen, 29, 1);
	pagegen_word(gen, 7);
	pagegen_word(gen, 0);
}

/* Behind two good records. */
static const struct {
	void (*gen)(struct pagegen *gen);
	enum page_error error;
} bads[] = {
	{bad_beyond, PAGE_RECORD_BEYOND},
	{bad_long_beyond, PAGE_RECORD_BEYOND},
	{bad_head_only, PAGE_RECORD_BEYOND},
	{bad_half_head, PAGE_RECORD_BEYOND},
	{bad_rounded_beyond, PAGE_RECORD_BEYOND},
	{bad_zeroes, PAGE_ZERO_LENGTH},
	{bad_long_empty, PAGE_ZERO_LENGTH},
	{bad_padding_loop, PAGE_RECORD_BEYOND},
	{bad_padding_short, PAGE_BAD_PADDING},
	{bad_padding_odd, PAGE_BAD_PADDING},
};

static void test_errors(void **state)
{
	uint8_t bytes[1024];

	(void)state;
	for (unsigned int n = 0; n < ARRAY_SIZE(bads) * 4; n++) {
		struct page_layout layout = layout_of(n % 4, sizeof(bytes));
		struct page_record r;
		struct pagegen gen;
		struct page page;

		pagegen_begin(&gen, &layout, bytes, TS);
		pagegen_data(&gen, 1, NULL, 40);
		pagegen_data(&gen, 1, NULL, 200);
		bads[n / 4].gen(&gen);
		pagegen_end(&gen, 3);
		assert_int_equal(page_begin(&page, &layout, bytes, sizeof(bytes)), PAGE_OK);
		assert_true(page_next(&page, &r));
		assert_true(page_next(&page, &r));
		for (unsigned int i = 0; i < 3; i++) {
			assert_false(page_next(&page, &r));
			assert_int_equal(page.error, bads[n / 4].error);
		}
		assert_int_equal(page.lost_before, 3);
	}
}

static void test_commit(void **state)
{
	struct page_layout layout = pagegen_layout(8, false, 4096);
	struct page_layout wrong[] = {{0}, {6, 16, 4096, false}, {8, 12, 4096, false},
		{8, 16, 16, false}, {4, 12, PAGE_SIZE_MAX + 1, false}};
	uint8_t bytes[4096];
	struct page_record r;
	struct pagegen gen;
	struct page page;

	(void)state;
	pagegen_begin(&gen, &layout, bytes, TS);
	pagegen_commit(&gen, 4081);
	assert_int_equal(page_begin(&page, &layout, bytes, 4096), PAGE_COMMIT_BEYOND);
	assert_false(page_next(&page, &r));
	assert_int_equal(page.error, PAGE_COMMIT_BEYOND);
	for (unsigned int i = 0; i < ARRAY_SIZE(wrong); i++) {
		assert_int_equal(page_begin(&page, &wrong[i], bytes, 4096), PAGE_BAD_LAYOUT);
		assert_false(page_next(&page, &r));
	}
}

/* A mark without a count in it, and a count that is already the next page's. */
static void test_no_count(void **state)
{
	struct page_layout layout = pagegen_layout(8, false, 4096);
	uint8_t bytes[8192];
	struct pagegen gen;
	struct page page;

	(void)state;
	memset(bytes, 1, sizeof(bytes));
	pagegen_begin(&gen, &layout, bytes, TS);
	pagegen_commit(&gen, 3u << 30 | 40);
	assert_int_equal(page_begin(&page, &layout, bytes, 4096), PAGE_OK);
	assert_int_equal(page.lost_before, PAGE_LOST_UNKNOWN);
	pagegen_commit(&gen, 3u << 30 | 4080);
	assert_int_equal(page_begin(&page, &layout, bytes, sizeof(bytes)), PAGE_OK);
	assert_int_equal(page.lost_before, PAGE_LOST_UNKNOWN);
}

static void test_names(void **state)
{
	(void)state;
	for (int i = 0; i < PAGE_NR_ERRORS; i++)
		for (int j = 0; j <= i; j++)
			assert_int_equal(!strcmp(page_error_name(i), page_error_name(j)), i == j);
	assert_string_equal(page_error_name(PAGE_NR_ERRORS), "unknown error");
	assert_string_equal(page_error_name((enum page_error) - 1), "unknown error");
}

#define TEXT_TS             "\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
#define TEXT_8              "\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n"
#define TEXT_4              "\tfield: local_t commit;\toffset:8;\tsize:4;\tsigned:1;\n"
#define TEXT_12             "\tfield: local_t commit;\toffset:12;\tsize:4;\tsigned:1;\n"
#define TEXT_OVER           "\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n"
#define TEXT_DATA(at, size) "\tfield: char data;\toffset:" #at ";\tsize:" #size ";\tsigned:0;\n"

/* size 0: refused */
static const struct {
	const char *text;
	unsigned int long_size, header_len, size;
} texts[] = {
	{TEXT_TS TEXT_8 TEXT_OVER TEXT_DATA(16, 4080), 8, 16, 4096},
	{TEXT_TS TEXT_8 TEXT_OVER TEXT_DATA(16, 65520), 8, 16, 65536},
	{TEXT_TS TEXT_4 TEXT_DATA(12, 4084), 4, 12, 4096},
	{TEXT_TS TEXT_4 TEXT_DATA(16, 4080), 4, 16, 4096},
	{TEXT_DATA(16, 4080) "more\n\n" TEXT_8 TEXT_TS, 8, 16, 4096},
	{TEXT_TS TEXT_8 "field: u8 data[4080]; offset:16; size:4080;", 8, 16, 4096},
	{TEXT_TS TEXT_8 "field: char *metadata; offset:1; size:1;\n" TEXT_DATA(16, 8), 8, 16, 24},
	{TEXT_TS TEXT_8 TEXT_DATA(16, 1048560), 8, 16, PAGE_SIZE_MAX},
	{TEXT_TS TEXT_8 TEXT_DATA(16, 1048561), 0, 0, 0},
	{TEXT_TS TEXT_8 TEXT_DATA(16, 4294971376), 0, 0, 0},
	{TEXT_TS TEXT_8 TEXT_DATA(8, 4080), 0, 0, 0},
	{TEXT_TS TEXT_8 TEXT_DATA(16, 0), 0, 0, 0},
	{TEXT_TS TEXT_8 TEXT_DATA(16, -4), 0, 0, 0},
	{TEXT_TS TEXT_8, 0, 0, 0},
	{TEXT_TS TEXT_DATA(16, 4080), 0, 0, 0},
	{TEXT_TS TEXT_12 TEXT_DATA(16, 4080), 0, 0, 0},
	{TEXT_8 TEXT_DATA(16, 4080), 0, 0, 0},
	{"field:data; field: ;", 0, 0, 0},
	{"", 0, 0, 0},
};

static void test_layout(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(texts); i++) {
		struct page_layout layout;
		struct fault fault = {0};
		int ret = page_layout_parse(&layout, texts[i].text, i & 1, &fault);

		assert_int_equal(ret, texts[i].size ? 0 : -22);
		assert_int_equal(fault.what[0] != '\0', !texts[i].size);
		if (ret)
			continue;
		assert_int_equal(layout.long_size, texts[i].long_size);
		assert_int_equal(layout.header_len, texts[i].header_len);
		assert_int_equal(layout.size, texts[i].size);
		assert_int_equal(layout.big_endian, i & 1);
	}
}

static void test_layout_cut(void **state)
{
	const char *text = texts[0].text;

	(void)state;
	for (size_t len = 0; len <= strlen(text); len++) {
		struct page_layout layout;
		char *cut = mem_new(1, len + 1);

		memcpy(cut, text, len);
		if (page_layout_parse(&layout, cut, false, NULL) == 0)
			assert_int_equal(layout.size, 4096);
		free(cut);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_stamps),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_commit),
		cmocka_unit_test(test_no_count),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_layout_cut),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
