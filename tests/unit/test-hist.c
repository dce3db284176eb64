/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/hist.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NR 20000

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* As many of each octave: from 1 to 2^bits. */
static uint64_t sample(unsigned int bits)
{
	unsigned int bit = rand() % bits;
	uint64_t rest = (uint64_t)rand() << 31 | rand();

	return (UINT64_C(1) << bit) + (rest & ((UINT64_C(1) << bit) - 1));
}

static void check_near(uint64_t got, uint64_t want)
{
	uint64_t off = got > want ? got - want : want - got;

	assert_true(off <= want * 3 / 100);
}

/* Against sorted samples, by the same rank. */
static void check_sorted(const struct hist *hist, const uint64_t *sorted, size_t nr)
{
	static const unsigned int percents[] = {0, 50, 99, 100};
	uint64_t ns[HIST_PERCENTS];

	for (unsigned int percent = 0; percent <= 100; percent++) {
		size_t rank = (nr * percent + 99) / 100;

		check_near(hist_percentile(hist, percent), sorted[rank ? rank - 1 : 0]);
	}
	assert_int_equal(hist->max, sorted[nr - 1]);
	hist_percentiles(hist, percents, ARRAY_SIZE(percents), ns);
	for (size_t i = 0; i < ARRAY_SIZE(percents); i++)
		assert_int_equal(ns[i], hist_percentile(hist, percents[i]));
}

static void test_samples(void **state)
{
	static const unsigned int bits[] = {1, 5, 8, 14, 30, 40};
	uint64_t *values = mem_new(NR, sizeof(*values));

	(void)state;
	srand(3);
	for (size_t b = 0; b < ARRAY_SIZE(bits); b++)
		for (size_t nr = 1; nr <= NR; nr = nr * 7 + 3) {
			struct hist hist = {0};
			uint64_t sum = 0;

			for (size_t i = 0; i < nr; i++) {
				values[i] = sample(bits[b]);
				sum += values[i];
				hist_add(&hist, values[i]);
			}
			qsort(values, nr, sizeof(*values), compare);
			check_sorted(&hist, values, nr);
			assert_int_equal(hist.nr, nr);
			assert_int_equal(hist.sum, sum);
			hist_done(&hist);
		}
	free(values);
}

static void check_equal(const struct hist *a, const struct hist *b)
{
	for (unsigned int percent = 0; percent <= 100; percent++)
		assert_int_equal(hist_percentile(a, percent), hist_percentile(b, percent));
	assert_int_equal(a->nr, b->nr);
	assert_int_equal(a->sum, b->sum);
	assert_int_equal(a->max, b->max);
	assert_int_equal(a->body->nr_chunks, b->body->nr_chunks);
}

static void test_merge(void **state)
{
	struct hist all = {0}, sum = {0}, parts[3] = {0};

	(void)state;
	srand(4);
	for (unsigned int i = 0; i < NR; i++) {
		uint64_t ns = sample(1 + i % 40);

		hist_add(&all, ns);
		hist_add(&parts[i % 40 < 9 ? 0 : 1], ns);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(parts); i++)
		hist_merge(&sum, &parts[i]);
	check_equal(&sum, &all);
	for (unsigned int i = 0; i < ARRAY_SIZE(parts); i++)
		hist_done(&parts[i]);
	hist_done(&sum);
	hist_done(&all);
}

static void test_below(void **state)
{
	struct hist hist = {0};

	(void)state;
	assert_int_equal(hist_below(&hist, 1024), 0);
	for (uint64_t ns = 0; ns < 5000; ns++)
		hist_add(&hist, ns);
	hist_add(&hist, UINT64_C(1) << 39);
	for (uint64_t ns = 32; ns <= 4096; ns *= 2)
		assert_int_equal(hist_below(&hist, ns), ns);
	assert_int_equal(hist_below(&hist, 8192), 5000);
	assert_int_equal(hist_below(&hist, UINT64_C(1) << 39), 5000);
	assert_int_equal(hist_below(&hist, UINT64_C(1) << HIST_BITS), 5001);
	hist_done(&hist);
}

static void test_extremes(void **state)
{
	const uint64_t top = UINT64_C(1) << HIST_BITS;
	static const struct hist none;
	struct hist hist = {0};

	(void)state;
	assert_int_equal(hist_percentile(&none, 50), 0);
	for (uint64_t ns = 0; ns < 64; ns++) {
		hist_add(&hist, ns);
		assert_int_equal(hist_percentile(&hist, 100), ns);
		assert_int_equal(hist_percentile(&hist, 1), 0);
		assert_int_equal(hist.max, ns);
	}
	hist_done(&hist);
	assert_int_equal(hist.nr, 0);
	hist_add(&hist, top);
	check_near(hist_percentile(&hist, 50), top);
	assert_int_equal(hist.max, top);
	hist_add(&hist, UINT64_MAX);
	hist_add(&hist, UINT64_MAX);
	assert_int_equal(hist.sum, UINT64_MAX);
	assert_int_equal(hist.max, UINT64_MAX);
	assert_int_equal(hist.nr, 3);
	check_near(hist_percentile(&hist, 100), top);
	hist_done(&hist);
}

/* Steps grow with values, none is left out of bounds. */
static void test_steps(void **state)
{
	unsigned int before = 0;

	(void)state;
	for (uint64_t ns = 0; ns < UINT64_MAX / 2; ns += 1 + ns / 100) {
		unsigned int step = hist_step(ns);

		assert_in_range(step, before, before + 1);
		assert_true(step < HIST_CHUNKS * HIST_CHUNK);
		before = step;
	}
	assert_int_equal(before, HIST_CHUNKS * HIST_CHUNK - 1);
	assert_int_equal(hist_step(UINT64_MAX), before);
}

/* More than 32 bits hold, by adding, by merging, and with a chunk that comes later. */
static void test_carry(void **state)
{
	struct hist hist = {0}, other = {0};

	(void)state;
	hist_add(&hist, 100);
	hist_put(&hist, hist_step(100), UINT32_MAX - 1);
	hist.nr = UINT32_MAX;
	hist_merge(&other, &hist);
	assert_null(other.body->high);
	hist_add(&hist, 100);
	assert_non_null(hist.body->high);
	assert_int_equal(hist.nr, UINT64_C(1) << 32);
	for (unsigned int i = 0; i < 1000; i++)
		hist_add(&hist, 1000000);
	check_near(hist_percentile(&hist, 99), 100);
	check_near(hist_percentile(&hist, 100), 1000000);
	hist_merge(&other, &hist);
	hist_merge(&other, &hist);
	assert_non_null(other.body->high);
	assert_int_equal(other.nr, UINT32_MAX + (UINT64_C(2) << 32) + 2000);
	check_near(hist_percentile(&other, 99), 100);
	check_near(hist_percentile(&other, 100), 1000000);
	hist_done(&hist);
	hist_done(&other);
}

/* The first few are kept without memory of their own, and tell the same as with it. */
static void test_few(void **state)
{
	static const uint64_t values[] = {900, 40, 40, 7, 1 << 20, 333, 12, 5000, 41};
	struct hist few = {0}, chunks = {0}, sum = {0};

	(void)state;
	hist_put(&chunks, 0, HIST_FEW + 1);
	memset(chunks.body->low, 0, HIST_CHUNK * sizeof(*chunks.body->low));
	for (unsigned int i = 0; i < ARRAY_SIZE(values); i++) {
		assert_int_equal(!few.body, i <= HIST_FEW);
		assert_int_equal(!hist_size(&few), !few.body);
		hist_add(&few, values[i]);
		hist_add(&chunks, values[i]);
		for (unsigned int percent = 0; percent <= 100; percent++)
			assert_int_equal(
				hist_percentile(&few, percent), hist_percentile(&chunks, percent));
		for (uint64_t ns = 32; ns <= 1 << 21; ns *= 2)
			assert_int_equal(hist_below(&few, ns), hist_below(&chunks, ns));
		hist_merge(&sum, &few);
		assert_int_equal(sum.nr, (i + 1) * (i + 2) / 2);
		assert_int_equal(hist_below(&sum, 8) > 0, i >= 3);
	}
	assert_int_equal(few.nr, ARRAY_SIZE(values));
	hist_done(&few);
	hist_done(&chunks);
	hist_done(&sum);
}

/* Few distinct values cost little, and all of them not much. */
static void test_memory(void **state)
{
	struct hist hist = {0};

	(void)state;
	for (unsigned int i = 0; i < NR; i++)
		hist_add(&hist, 500 + i % 10);
	assert_int_equal(hist.body->nr_chunks, 1);
	assert_null(hist.body->high);
	for (unsigned int bit = 0; bit < 64; bit++)
		for (unsigned int i = 0; i < 64; i++)
			hist_add(&hist, (UINT64_C(1) << bit) / 64 * (64 + i));
	assert_in_range(hist.body->nr_chunks, 1, HIST_CHUNKS);
	hist_done(&hist);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_below),
		cmocka_unit_test(test_extremes),
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_carry),
		cmocka_unit_test(test_few),
		cmocka_unit_test(test_memory),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
