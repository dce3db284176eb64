/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/sheet.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The same in full. */
struct plain {
	struct counts sets[SHEET_SETS];
};

static void plain_close(struct plain *plain)
{
	counts_add(&plain->sets[SHEET_ALL], &plain->sets[SHEET_NOW]);
	plain->sets[SHEET_LAST] = plain->sets[SHEET_NOW];
	memset(&plain->sets[SHEET_NOW], 0, sizeof(struct counts));
}

static void check(const struct sheet *sheet, const struct plain *plain)
{
	for (unsigned int set = 0; set < SHEET_SETS; set++) {
		struct counts told, twice = plain->sets[set];

		sheet_tell(sheet, set, &told);
		assert_memory_equal(&told, &plain->sets[set], sizeof(told));
		for (unsigned int c = 0; c < SHEET_NR; c++)
			assert_int_equal(
				sheet_get(sheet, set, c), ((const uint64_t *)&plain->sets[set])[c]);
		counts_add(&twice, &plain->sets[set]);
		sheet_tell_more(sheet, set, &told);
		assert_memory_equal(&told, &twice, sizeof(told));
	}
}

static void count(struct sheet *sheet, struct plain *plain, unsigned int counter, uint64_t nr)
{
	sheet_count(sheet, counter, nr);
	((uint64_t *)&plain->sets[SHEET_NOW])[counter] += nr;
}

/* Any order of counters, few or all: what a struct counts of each set would hold. */
static void test_counts(void **state)
{
	(void)state;
	srand(5);
	for (unsigned int most = 1; most <= SHEET_NR; most++) {
		struct sheet sheet = {0};
		struct plain plain = {0};

		for (unsigned int i = 0; i < 300; i++) {
			count(&sheet, &plain, (unsigned int)rand() * 7u % most, rand() % 1000);
			if (rand() % 20)
				continue;
			sheet_close(&sheet);
			plain_close(&plain);
			check(&sheet, &plain);
		}
		check(&sheet, &plain);
		sheet_clear_last(&sheet);
		memset(&plain.sets[SHEET_LAST], 0, sizeof(struct counts));
		check(&sheet, &plain);
		sheet_done(&sheet);
	}
}

static void test_add(void **state)
{
	struct sheet a = {0}, b = {0};
	struct plain sum = {0}, rest = {0};

	(void)state;
	count(&a, &sum, SHEET_AT(calls), 3);
	sheet_close(&a);
	plain_close(&sum);
	count(&b, &rest, SHEET_AT(calls), 4);
	count(&b, &rest, SHEET_AT(kinds) + 2, 5);
	sheet_close(&b);
	plain_close(&rest);
	count(&b, &rest, SHEET_AT(errors), 6);
	sheet_add(&a, &b, false);
	counts_add(&sum.sets[SHEET_ALL], &rest.sets[SHEET_ALL]);
	counts_add(&sum.sets[SHEET_NOW], &rest.sets[SHEET_NOW]);
	check(&a, &sum);
	sheet_add(&a, &b, true);
	for (unsigned int set = 0; set < SHEET_SETS; set++)
		counts_add(&sum.sets[set], &rest.sets[set]);
	check(&a, &sum);
	sheet_done(&a);
	sheet_done(&b);
}

/* Lengths are a floor at their most, and no wrap; in closing, adding and telling. */
static void test_range(void **state)
{
	struct sheet a = {0}, b = {0};
	struct counts told;

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		*sheet_now(&a, SHEET_AT(range)) = UINT64_MAX - 1;
		sheet_close(&a);
	}
	assert_int_equal(sheet_get(&a, SHEET_ALL, SHEET_AT(range)), UINT64_MAX);
	assert_int_equal(sheet_get(&a, SHEET_LAST, SHEET_AT(range)), UINT64_MAX - 1);
	sheet_add(&b, &a, true);
	sheet_add(&b, &a, true);
	sheet_tell(&b, SHEET_LAST, &told);
	assert_int_equal(told.range, UINT64_MAX);
	sheet_tell_more(&b, SHEET_LAST, &told);
	assert_int_equal(told.range, UINT64_MAX);
	sheet_done(&a);
	sheet_done(&b);
}

/* What was never used takes nothing. */
static void test_size(void **state)
{
	struct sheet sheet = {0};

	(void)state;
	sheet_count(&sheet, SHEET_AT(calls), 0);
	sheet_close(&sheet);
	assert_int_equal(sheet_size(&sheet), 0);
	sheet_count(&sheet, SHEET_AT(calls), 1);
	assert_in_range(sheet_size(&sheet), 1, sizeof(struct counts));
	sheet_done(&sheet);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_range),
		cmocka_unit_test(test_size),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
