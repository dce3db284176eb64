/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A table whose counts begin anew, and one that counts threads from some time on. */
#include "base/mem.h"
#include "feed.h"
#include "model/gone.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_zero(void **state)
{
	struct feed f = feed_of(&table_limits_default, false);
	struct feed_sum sum = {0};
	const struct table_totals *totals = table_totals(f.table);

	(void)state;
	table_own(f.table, 99);
	feed_ident(&f, 99, 99, 0, 50 * FEED_SECOND, "self");
	feed_calls(&f, 99, 3);
	for (uint32_t pid = 10; pid < 20; pid++) {
		feed_ident(&f, pid, pid, 0, 50 * FEED_SECOND, "p");
		feed_result(&f, pid, 3, -EACCES, 500);
		feed_calls(&f, pid, pid);
	}
	feed_exit(&f, 10);
	feed_lost(&f, 5, false);
	feed_close(&f, 0);
	feed_close(&f, 0);
	feed_calls(&f, 11, 4); /* of the interval that is open */
	table_zero(f.table);
	assert_int_equal(totals->total.calls, 0);
	assert_int_equal(totals->processes, 0);
	assert_int_equal(totals->exited, 0);
	assert_int_equal(totals->gone[0].calls, 0);
	assert_int_equal(totals->errors[0].error, 0);
	assert_int_equal(totals->lost, 5);
	assert_int_equal(totals->own_calls, 3);
	table_each(f.table, false, feed_sum_visit, &sum);
	gone_each(table_gone(f.table), feed_sum_visit, &sum);
	assert_int_equal(sum.nr, 0);
	/* who is known stays so */
	feed_calls(&f, 12, 7);
	feed_close(&f, 0);
	assert_int_equal(totals->total.calls, 7);
	assert_int_equal(totals->processes, 1);
	assert_int_equal(totals->threads, 1);
	assert_string_equal(feed_pid(f.table, 12)->comm, "p");
	assert_int_equal(feed_pid(f.table, 12)->total.calls, 7);
	assert_int_equal(feed_pid(f.table, 12)->total.errors, 0);
	feed_check_sums(f.table, false);
	table_zero(f.table);
	table_free(f.table);
}

/* Whatever is open: threads, the dead, what was folded, and nobody's. */
static void test_zero_any(void **state)
{
	struct feed f = feed_of(&feed_small, true);

	(void)state;
	for (uint32_t pid = 10; pid < 200; pid++) {
		feed_ident(&f, pid, pid, 0, 50 * FEED_SECOND, "p");
		feed_new(&f, pid, 1000 + pid, true, "t");
		feed_calls(&f, pid, 2);
		feed_calls(&f, 1000 + pid, 3);
		if (pid % 3 == 0)
			feed_exit(&f, pid);
		feed_calls(&f, 5000 + pid, 1);
		if (pid % 50 == 0)
			feed_close(&f, FEED_SECOND);
		if (pid == 120)
			table_zero(f.table);
	}
	feed_close(&f, 0);
	feed_check_sums(f.table, true);
	assert_true(table_totals(f.table)->total.calls == 6 * (199 - 120));
	table_free(f.table);
}

static void test_threads(void **state)
{
	struct feed f = feed_of(&table_limits_default, false);

	(void)state;
	feed_ident(&f, 10, 10, 0, 50 * FEED_SECOND, "p");
	feed_new(&f, 10, 11, true, "t");
	feed_calls(&f, 10, 5);
	feed_calls(&f, 11, 6);
	feed_close(&f, 0);
	assert_int_equal(table_totals(f.table)->threads_ns, 0);
	table_threads(f.table, 77 * FEED_SECOND);
	table_threads(f.table, 78 * FEED_SECOND);
	assert_int_equal(table_totals(f.table)->threads_ns, 77 * FEED_SECOND);
	feed_calls(&f, 11, 2);
	feed_new(&f, 10, 12, true, "u");
	feed_calls(&f, 12, 4);
	feed_close(&f, 0);
	assert_int_equal(feed_pid(f.table, 10)->total.calls, 17);
	assert_int_equal(feed_pid(f.table, 10)->nr_threads, 3);
	assert_int_equal(feed_row(f.table, 10, 10, true, 1)->total.calls, 0);
	assert_int_equal(feed_row(f.table, 10, 11, true, 1)->total.calls, 2);
	assert_int_equal(feed_row(f.table, 10, 12, true, 1)->total.calls, 4);
	feed_check_sums(f.table, false);
	/* then all begin together */
	table_zero(f.table);
	assert_int_equal(table_totals(f.table)->threads_ns, 0);
	table_free(f.table);
}

/* No more rows than the limit, though each task gets one. */
static void test_threads_many(void **state)
{
	struct feed f = feed_of(&feed_small, false);
	struct feed_sum sum = {0}, threads = {0};

	(void)state;
	for (uint32_t pid = 10; pid < 10 + feed_small.rows; pid++) {
		feed_ident(&f, pid, pid, 0, 50 * FEED_SECOND, "p");
		feed_calls(&f, pid, 1);
	}
	feed_close(&f, 0);
	table_threads(f.table, 0);
	table_each(f.table, false, feed_sum_visit, &sum);
	table_each(f.table, true, feed_sum_visit, &threads);
	assert_true(sum.nr + threads.nr <= feed_small.rows + sum.nr_other + threads.nr_other);
	feed_check_sums(f.table, false);
	for (uint32_t pid = 10; pid < 10 + 2 * feed_small.rows; pid++)
		feed_calls(&f, pid, 1);
	feed_close(&f, 0);
	feed_check_sums(f.table, false);
	table_free(f.table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_zero),
		cmocka_unit_test(test_zero_any),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_threads_many),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
