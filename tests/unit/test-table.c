/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mem.h"
#include "feed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#ifdef __SANITIZE_ADDRESS__
#define STORM 400000u
#else
#define STORM 4000000u
#endif

static void test_counts(void **state)
{
	struct feed f = feed_of(&feed_small, false);
	const struct table_row *row;

	(void)state;
	feed_new(&f, 1, 10, false, "ten");
	for (uint64_t prot = 0; prot < 8; prot++)
		feed_call(&f, 10, 4096 * prot, prot);
	feed_call(&f, 10, 1, 0x01000005);
	feed_check_sums(f.table, false);
	feed_close(&f, 0);
	row = feed_pid(f.table, 10);
	feed_counts_equal(&row->total, &f.sent);
	feed_counts_equal(&row->delta, &f.sent);
	feed_counts_equal(&table_totals(f.table)->total, &f.sent);
	assert_int_equal(row->total.ask_x, 5);
	for (unsigned int i = 0; i < PROT_NR_CLASSES; i++)
		assert_int_equal(row->total.prot[i], 1);
	assert_int_equal(row->nr_threads, 1);
	assert_string_equal(row->comm, "ten");
	assert_int_equal(row->history[TABLE_HISTORY - 1], 9);
	assert_int_equal(row->history[TABLE_HISTORY - 2], 0);
	assert_true(row->peak_per_s > 8.99 && row->peak_per_s < 9);
	feed_close(&f, 0);
	row = feed_pid(f.table, 10);
	assert_int_equal(row->delta.calls, 0);
	assert_int_equal(row->history[TABLE_HISTORY - 1], 0);
	assert_int_equal(row->history[TABLE_HISTORY - 2], 9);
	feed_check_sums(f.table, false);
	table_free(f.table);
}

static void test_history_idle(void **state)
{
	struct feed f = feed_of(&feed_small, false);
	const struct table_row *row;

	(void)state;
	feed_new(&f, 1, 10, false, "ten");
	for (unsigned int i = 1; i <= 3; i++) {
		feed_calls(&f, 10, i);
		feed_close(&f, 0);
	}
	for (unsigned int i = 0; i < 5; i++)
		feed_close(&f, 0);
	feed_calls(&f, 10, 7);
	feed_close(&f, 0);
	row = feed_pid(f.table, 10);
	assert_int_equal(row->history[TABLE_HISTORY - 1], 7);
	assert_int_equal(row->history[TABLE_HISTORY - 2], 0);
	assert_int_equal(row->history[TABLE_HISTORY - 7], 3);
	assert_int_equal(row->history[TABLE_HISTORY - 8], 2);
	assert_int_equal(row->history[TABLE_HISTORY - 9], 1);
	assert_memory_equal(row->history, table_totals(f.table)->history, sizeof(row->history));
	for (unsigned int i = 0; i < 2 * TABLE_HISTORY; i++)
		feed_close(&f, 0);
	row = feed_pid(f.table, 10);
	for (unsigned int i = 0; i < TABLE_HISTORY; i++)
		assert_int_equal(row->history[i], 0);
	assert_int_equal(row->total.calls, 13);
	table_free(f.table);
}

static void test_peak_part(void **state)
{
	struct feed f = feed_of(&feed_small, false);

	(void)state;
	feed_new(&f, 1, 10, false, "ten");
	feed_calls(&f, 10, 10);
	feed_close(&f, 0);
	feed_calls(&f, 10, 1);
	table_close(f.table, f.now_ns + 1, 0);
	assert_true(feed_pid(f.table, 10)->peak_per_s < 11);
	feed_check_sums(f.table, false);
	/* time that stands still or goes back gives no rate */
	feed_calls(&f, 10, 1);
	table_close(f.table, 1, 0);
	assert_int_equal(table_totals(f.table)->interval_ns, 0);
	assert_true(feed_pid(f.table, 10)->peak_per_s < 11);
	feed_check_sums(f.table, false);
	table_free(f.table);
}

/* A process that came and went within one interval is told of once. */
static void test_short(void **state)
{
	struct feed f = feed_of(&feed_small, false);

	(void)state;
	feed_new(&f, 1, 10, false, "ten");
	feed_calls(&f, 10, 3);
	feed_exit(&f, 10);
	feed_close(&f, 0);
	assert_int_equal(feed_pid(f.table, 10)->delta.calls, 3);
	feed_close(&f, 0);
	assert_null(feed_row(f.table, 10, 10, false, 0));
	feed_check_sums(f.table, false);
	table_free(f.table);
}

static void test_fold_oldest(void **state)
{
	struct feed f = feed_of(&feed_small, false);

	(void)state;
	for (uint32_t pid = 100; pid < 100 + feed_small.rows; pid++) {
		feed_new(&f, 1, pid, false, "p");
		feed_calls(&f, pid, 1);
	}
	feed_calls(&f, 100, 1);
	feed_close(&f, 0);
	assert_int_equal(table_totals(f.table)->folded, 0);
	feed_new(&f, 1, 500, false, "one more");
	feed_calls(&f, 500, 1);
	feed_close(&f, 0);
	/* a sixteenth, and of it all are older than the rest */
	assert_int_equal(table_totals(f.table)->folded, feed_small.rows / 16);
	feed_pid(f.table, 100);
	for (uint32_t pid = 101; pid <= 104; pid++)
		assert_null(feed_row(f.table, pid, pid, false, 0));
	feed_pid(f.table, 105);
	feed_check_sums(f.table, false);
	feed_calls(&f, 101, 5);
	feed_close(&f, 0);
	assert_int_equal(feed_pid(f.table, 101)->total.calls, 5);
	assert_int_equal(table_totals(f.table)->processes, feed_small.rows + 1);
	feed_check_sums(f.table, false);
	table_free(f.table);
}

/* Random events: never more rows than the limit, and the sums hold at any time. */
static void random_run(bool threads, unsigned int seed)
{
	struct feed f = feed_of(&feed_small, threads);

	srand(seed);
	for (unsigned int i = 0; i < 60000; i++) {
		uint32_t tid = 2 + rand() % 700, maker = 2 + rand() % 700;
		unsigned int what = rand() % 100;

		if (what < 60)
			feed_call(&f, tid, rand(), rand() % 12);
		else if (what < 75)
			feed_new(&f, maker, tid, rand() % 2, "new");
		else if (what < 85)
			feed_exit(&f, tid);
		else if (what < 88)
			feed_exec(&f, tid, rand() % 2 ? tid : maker);
		else if (what < 90)
			feed_name(&f, tid, "name");
		else if (what < 97)
			feed_ident(&f, tid, rand() % 3 ? tid : maker, rand() % 3,
				rand() % 2 ? FEED_BEGIN : f.now_ns, "id");
		else if (what < 98)
			feed_lost(&f, 1, rand() % 2);
		else if (rand() % 4 == 0)
			feed_close(&f, rand() % 3 * FEED_SECOND);
		f.now_ns -= rand() % 20 ? 0 : 3 * FEED_STEP_NS;
		if (i % 64 == 0) {
			struct feed_sum sum = {0};

			feed_check_sums(f.table, threads);
			table_each(f.table, false, feed_sum_visit, &sum);
			assert_in_range(sum.nr - sum.nr_other, 0, feed_small.rows);
		}
	}
	feed_close(&f, 0);
	feed_check_sums(f.table, threads);
	feed_counts_equal(&table_totals(f.table)->total, &f.sent);
	assert_true(table_totals(f.table)->folded > 0);
	table_free(f.table);
}

static void test_random(void **state)
{
	(void)state;
	for (unsigned int seed = 1; seed <= 4; seed++) {
		random_run(false, seed);
		random_run(true, seed);
	}
}

/* Tids by the million, each with a call, half of them without an exit that we saw. */
static void test_storm(void **state)
{
	struct feed f = feed_of(&(struct table_limits){.rows = 1024, .tasks = 4096}, false);
	struct feed_sum sum = {0};

	(void)state;
	for (uint32_t tid = 2; tid < STORM + 2; tid++) {
		if (tid % 8)
			feed_new(&f, 1, tid, false, "storm");
		feed_calls(&f, tid, 1);
		if (tid % 2)
			feed_exit(&f, tid);
		if (tid % (STORM / 10) == 0) {
			feed_close(&f, 0);
			feed_check_sums(f.table, false);
		}
	}
	feed_close(&f, 0);
	table_each(f.table, false, feed_sum_visit, &sum);
	assert_in_range(sum.nr, 1, 1025);
	assert_int_equal(table_totals(f.table)->total.calls, STORM);
	assert_int_equal(table_totals(f.table)->processes, STORM);
	feed_check_sums(f.table, false);
	table_free(f.table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_history_idle),
		cmocka_unit_test(test_peak_part),
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_fold_oldest),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_storm),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
