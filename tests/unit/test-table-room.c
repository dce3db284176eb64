/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who has a row where there are more processes than rows. */
#include "feed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FIRST 100

static struct feed_sum sum_of(const struct table *table, bool threads)
{
	struct feed_sum sum = {0};

	table_each(table, threads, feed_sum_visit, &sum);
	return sum;
}

static void calls_of(struct feed *f, uint32_t first, size_t nr)
{
	for (uint32_t pid = first; pid < first + nr; pid++)
		feed_calls(f, pid, 1);
}

static void born(struct feed *f, uint32_t first, size_t nr)
{
	for (uint32_t pid = first; pid < first + nr; pid++)
		feed_new(f, 1, pid, false, "p");
}

struct seen {
	uint32_t pid;
	bool found;
};

static void seen_visit(const struct table_row *row, void *arg)
{
	struct seen *seen = arg;

	seen->found |= row->pid == seen->pid;
}

static bool has_row(const struct table *table, uint32_t pid)
{
	struct seen seen = {.pid = pid};

	table_each(table, false, seen_visit, &seen);
	return seen.found;
}

/* More than there are rows, that call in turn: each is folded once, then those with a row keep it,
 * and the rest counts in "other". */
static void test_turns(void **state)
{
	const size_t nr = feed_small.rows + 20;
	struct feed f = feed_of(&feed_small, false);
	uint64_t folded;

	(void)state;
	born(&f, FIRST, nr);
	calls_of(&f, FIRST, nr);
	feed_close(&f, 0);
	folded = table_totals(f.table)->folded;
	assert_true(folded >= 20);
	/* there is room for some of them */
	calls_of(&f, FIRST, nr);
	feed_close(&f, 0);
	assert_int_equal(sum_of(f.table, false).nr, feed_small.rows + 1);
	for (unsigned int turn = 0; turn < 5; turn++) {
		calls_of(&f, FIRST, nr);
		feed_close(&f, 0);
		feed_check_sums(f.table, false);
	}
	assert_int_equal(table_totals(f.table)->folded, folded);
	assert_int_equal(table_totals(f.table)->processes, nr);
	assert_int_equal(table_totals(f.table)->total.calls, 7 * nr);
	assert_int_equal(feed_row(f.table, EVENT_NO_ID, EVENT_NO_ID, false, 1)->delta.calls, 20);
	table_free(f.table);
}

/* A new one gets a row at once; one that comes back, once another was idle for an interval. */
static void test_back(void **state)
{
	const size_t rows = feed_small.rows;
	struct feed f = feed_of(&feed_small, false);

	(void)state;
	born(&f, FIRST, rows + 1);
	calls_of(&f, FIRST, rows + 1);
	feed_close(&f, 0);
	assert_false(has_row(f.table, FIRST));
	calls_of(&f, FIRST + 4, rows - 3);
	born(&f, 1000, 3);
	calls_of(&f, 1000, 3);
	feed_close(&f, 0);
	assert_true(has_row(f.table, 1002));
	/* all called in the last interval or the one before */
	feed_calls(&f, FIRST, 1);
	feed_close(&f, 0);
	assert_false(has_row(f.table, FIRST));
	/* and now none of them in both */
	feed_calls(&f, FIRST, 1);
	feed_close(&f, 0);
	assert_int_equal(feed_pid(f.table, FIRST)->total.calls, 1);
	feed_check_sums(f.table, false);
	table_free(f.table);
}

/* A thread that comes back to a process with a row. */
static void test_threads(void **state)
{
	struct feed f = feed_of(&feed_small, true);

	(void)state;
	for (uint32_t i = 0; i < 3 * feed_small.rows; i++) {
		feed_new(&f, 1, FIRST + 2 * i, false, "p");
		feed_new(&f, FIRST + 2 * i, FIRST + 2 * i + 1, true, "t");
	}
	for (unsigned int turn = 0; turn < 4; turn++) {
		calls_of(&f, FIRST, 3 * feed_small.rows);
		feed_close(&f, 0);
		feed_check_sums(f.table, true);
		assert_true(sum_of(f.table, false).nr + sum_of(f.table, true).nr <=
			    feed_small.rows + 2);
	}
	table_free(f.table);
}

/* The bytes of rows and tasks are a limit too; rows that count much take more. */
static void test_bytes(void **state)
{
	const struct table_limits limits = {.rows = 4096, .tasks = 4096, .bytes = 2 << 20};
	struct feed f = feed_of(&limits, false);
	size_t few;

	(void)state;
	born(&f, FIRST, limits.rows);
	calls_of(&f, FIRST, limits.rows);
	feed_close(&f, 0);
	feed_check_sums(f.table, false);
	few = sum_of(f.table, false).nr;
	assert_in_range(few, 256, limits.rows / 2);
	for (unsigned int i = 0; i < 20; i++)
		for (uint32_t pid = FIRST; pid < FIRST + limits.rows; pid++)
			feed_result(&f, pid, i % 8, i % 2 ? -1 - (int)i % 5 : 0, 1 << i);
	feed_close(&f, 0);
	/* a newcomer finds that they have grown */
	feed_new(&f, 1, 9000, false, "p");
	for (unsigned int i = 0; i < 20; i++) {
		feed_new(&f, 1, 9000 + i, false, "p");
		feed_calls(&f, 9000 + i, 1);
	}
	feed_close(&f, 0);
	assert_in_range(sum_of(f.table, false).nr, 16, few - few / 4);
	assert_true(has_row(f.table, 9019));
	feed_check_sums(f.table, false);
	assert_int_equal(table_totals(f.table)->processes, limits.rows + 20);
	table_free(f.table);
}

/* To say who comes changes nothing, whoever it is: known, ended, folded, or never seen. */
static void test_soon(void **state)
{
	const struct table_limits limits = {.rows = 2048, .tasks = 4096};
	struct feed f = feed_of(&limits, false);

	(void)state;
	srand(6);
	for (uint32_t i = 0; i < 20000; i++) {
		uint32_t pid = FIRST + (uint32_t)rand() % 3000;

		for (unsigned int k = 0; k < 3; k++)
			table_soon(FIRST + (uint32_t)rand() % 4000, f.table);
		if (i % 2)
			feed_new(&f, 1, pid, false, "p");
		for (unsigned int k = 0; k < 12; k++)
			feed_result(&f, pid, 1, 0, 1 << k);
		if (i % 5 == 0)
			feed_exit(&f, pid);
		if (i % 1000 == 0)
			feed_close(&f, 0);
	}
	feed_close(&f, 0);
	feed_check_sums(f.table, false);
	assert_int_equal(table_totals(f.table)->total.calls, 12 * 20000);
	table_free(f.table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_turns),
		cmocka_unit_test(test_back),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_soon),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
