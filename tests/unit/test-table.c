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

/* A call of one that ended is read late, and time has gone back: it still counts. */
static void test_late_back(void **state)
{
	struct feed f = feed_of(&feed_small, false);
	uint64_t before_ns;

	(void)state;
	feed_new(&f, 1, 10, false, "ten");
	feed_calls(&f, 10, 3);
	before_ns = f.now_ns;
	f.now_ns += 1000;
	feed_exit(&f, 10);
	feed_close(&f, UINT64_MAX);
	f.now_ns = before_ns;
	feed_calls(&f, 10, 1);
	table_close(f.table, before_ns, 0);
	assert_int_equal(table_totals(f.table)->total.calls, 4);
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

/* Of all processes; each call once, though a thread's row counts it too. */
static uint64_t error_of(const struct table *table, uint32_t error)
{
	const struct error_count *errors = table_totals(table)->errors;

	for (unsigned int i = 0; i < TABLE_ERRORS; i++)
		if (errors[i].error == error)
			return errors[i].nr;
	return 0;
}

static void test_outcome(void **state)
{
	struct feed f = feed_of(&feed_small, true);
	const struct table_row *row;

	(void)state;
	feed_new(&f, 1, 10, false, "ten");
	feed_new(&f, 10, 11, true, "eleven");
	feed_calls(&f, 10, 2);
	feed_close(&f, 0);
	row = feed_pid(f.table, 10);
	assert_int_equal(row->total.unreturned, 2);
	assert_int_equal(row->total.errors + row->total.timed + row->total.returned, 0);
	for (unsigned int i = 1; i <= 100; i++)
		feed_result(&f, i % 2 ? 10 : 11, 3, 0, 1000 * i);
	feed_result(&f, 11, 5, -13, 500);
	feed_result(&f, 11, 7, -1, 500);
	feed_result(&f, 11, 1, -13, 500);
	feed_result(&f, 11, 5, -22, 500);
	feed_result(&f, 10, 7, -12, 2000000);
	feed_close(&f, 0);
	row = feed_pid(f.table, 10);
	assert_int_equal(row->delta.errors, 5);
	assert_int_equal(row->delta.x_refused, 2);
	assert_int_equal(row->delta.returned, 105);
	assert_int_equal(row->delta.timed, 105);
	assert_int_equal(row->delta.time_ns, 5050000 + 2000 + 2000000);
	assert_int_equal(row->error, 13);
	assert_in_range(row->p50_ns, 50000 * 97 / 100, 50000 * 103 / 100);
	assert_in_range(row->p99_ns, 100000 * 97 / 100, 100000 * 103 / 100);
	assert_int_equal(row->max_ns, 2000000);
	row = feed_row(f.table, 10, 10, true, 1);
	assert_int_equal(row->total.errors, 1);
	assert_int_equal(row->error, 12);
	row = feed_row(f.table, 10, 11, true, 1);
	assert_int_equal(row->max_ns, 100000);
	assert_int_equal(error_of(f.table, 13) + 10 * error_of(f.table, 12), 2 + 10);
	assert_int_equal(error_of(f.table, 1) + 10 * error_of(f.table, 22), 1 + 10);
	assert_int_equal(error_of(f.table, 0), 0);
	feed_counts_equal(&table_totals(f.table)->total, &f.sent);
	feed_check_sums(f.table, true);
	table_free(f.table);
}

/* Calls of which an event is lost, and those that seccomp refused. */
static void test_partial(void **state)
{
	struct feed f = feed_of(&feed_small, false);
	const struct counts *total;

	(void)state;
	feed_new(&f, 1, 10, false, "ten");
	feed_joined(&f, &(struct call){.tid = 10, .known = CALL_RETURNED, .ret = -13});
	feed_joined(&f, &(struct call){.tid = 10, .known = CALL_ASKED, .prot = 4, .len = 7});
	feed_joined(
		&f, &(struct call){.tid = 10, .known = CALL_REFUSED | CALL_RETURNED, .ret = -1});
	feed_close(&f, 0);
	total = &feed_pid(f.table, 10)->total;
	assert_int_equal(total->calls, 2);
	assert_int_equal(total->unasked, 1);
	assert_int_equal(total->unreturned, 1);
	assert_int_equal(total->returned, 1);
	assert_int_equal(total->errors, 1);
	assert_int_equal(total->range, 7);
	assert_int_equal(total->prot[0], 0);
	assert_int_equal(total->refused, 1);
	assert_int_equal(total->x_refused, 1);
	assert_int_equal(feed_pid(f.table, 10)->error, 13);
	/* refused calls alone make a row, and it ends as any other */
	feed_new(&f, 1, 20, false, "twenty");
	feed_joined(&f, &(struct call){.tid = 20, .known = CALL_REFUSED});
	feed_exit(&f, 20);
	feed_close(&f, 0);
	assert_int_equal(feed_pid(f.table, 20)->delta.refused, 1);
	assert_int_equal(table_totals(f.table)->active, 1);
	feed_close(&f, 0);
	assert_null(feed_row(f.table, 20, 20, false, 0));
	feed_counts_equal(&table_totals(f.table)->total, &f.sent);
	feed_check_sums(f.table, false);
	table_free(f.table);
}

/* A call counts once in each kind that it made, also where not all of its changes were seen. */
static void test_kinds(void **state)
{
	uint8_t wx = kind_find("w+x"), w_to_x = kind_find("w>x"), x_new = kind_find("+x");
	struct feed f = feed_of(&feed_small, true);
	struct call call = {.tid = 10, .known = CALL_ASKED, .kinds = x_new, .maps = 9};
	const struct counts *total;

	(void)state;
	feed_new(&f, 1, 10, false, "ten");
	feed_joined(&f, &call);
	call = (struct call){.tid = 10, .known = CALL_ASKED | CALL_CHANGED};
	feed_joined(&f, &call);
	call.maps = 3;
	call.kinds = wx;
	feed_joined(&f, &call);
	call.kinds = wx | x_new;
	feed_joined(&f, &call);
	call.kinds = w_to_x;
	call.known = CALL_REFUSED | CALL_CHANGED;
	feed_joined(&f, &call);
	assert_int_equal(table_totals(f.table)->broke, 0);
	feed_close(&f, 0);
	assert_int_equal(table_totals(f.table)->broke, 1);
	total = &feed_pid(f.table, 10)->total;
	assert_int_equal(total->calls, 4);
	assert_int_equal(total->mapped, 3);
	assert_int_equal(total->maps, 6);
	for (unsigned int i = 0; i < VERDICT_NR_KINDS; i++)
		assert_int_equal(total->kinds[i], 1u << i == wx || 1u << i == x_new ? 2 : 0);
	feed_counts_equal(&feed_row(f.table, 10, 10, true, 1)->delta, &f.sent);
	/* a process breaks it once */
	call = (struct call){.tid = 10, .known = CALL_ASKED | CALL_CHANGED, .kinds = wx};
	feed_joined(&f, &call);
	feed_close(&f, 0);
	assert_int_equal(table_totals(f.table)->broke, 1);
	feed_check_sums(f.table, true);
	table_free(f.table);
}

/* A refused call of nobody known any more is in "other" alone. */
static void test_refused_other(void **state)
{
	struct feed f = feed_of(&feed_small, false);
	struct call call = {.tid = 20, .known = CALL_REFUSED, .ts_ns = FEED_BEGIN};

	(void)state;
	f.now_ns += FEED_SECOND;
	feed_new(&f, 1, 20, false, "twenty");
	table_call(f.table, &call);
	feed_close(&f, 0);
	assert_int_equal(feed_row(f.table, EVENT_NO_ID, EVENT_NO_ID, false, 1)->total.refused, 1);
	feed_check_sums(f.table, false);
	table_free(f.table);
}

/* A frequent errno stays the first, however many others come between. */
static void test_errors_many(void **state)
{
	struct feed f = feed_of(&feed_small, false);

	(void)state;
	feed_new(&f, 1, 10, false, "ten");
	for (int i = 0; i < 1000; i++) {
		feed_result(&f, 10, 3, -100 - i % 100, 1);
		if (i % 4 == 0)
			feed_result(&f, 10, 3, -12, 1);
	}
	feed_close(&f, 0);
	assert_int_equal(feed_pid(f.table, 10)->error, 12);
	/* as frequent: the smaller one, in whichever order */
	feed_new(&f, 1, 20, false, "up");
	feed_new(&f, 1, 30, false, "down");
	for (int error = 12; error <= 13; error++) {
		feed_result(&f, 20, 3, -error, 1);
		feed_result(&f, 30, 3, error - 25, 1);
	}
	feed_close(&f, 0);
	assert_int_equal(feed_pid(f.table, 20)->error, 12);
	assert_int_equal(feed_pid(f.table, 30)->error, 12);
	table_free(f.table);
}

/* What folds takes its errors and durations along. */
static void test_fold_outcome(void **state)
{
	struct feed f = feed_of(&feed_small, true);
	const struct table_row *row;

	(void)state;
	for (uint32_t pid = 100; pid < 400; pid++) {
		feed_new(&f, 1, pid, false, "p");
		feed_result(&f, pid, 4, pid % 3 ? -13 : 0, pid < 200 ? 1000 : 64000);
	}
	feed_close(&f, 0);
	for (unsigned int threads = 0; threads < 2; threads++) {
		row = feed_row(f.table, EVENT_NO_ID, EVENT_NO_ID, threads, 1);
		assert_int_equal(row->total.timed, row->total.calls);
		assert_true(row->total.errors > 100);
		assert_int_equal(row->error, 13);
		assert_int_equal(row->max_ns, 64000);
		assert_in_range(row->p50_ns, 64000 * 97 / 100, 64000);
	}
	feed_check_sums(f.table, true);
	table_free(f.table);
}

static void random_call(struct feed *f, uint32_t tid)
{
	struct call call = {.tid = tid,
		.len = rand(),
		.prot = rand() % 12,
		.duration_ns = (uint64_t)rand() >> rand() % 31,
		.ret = rand() % 3 ? 0 : -1 - rand() % 20,
		.kinds = rand() % 16,
		.maps = rand() % 4,
		.known = rand() % 32};

	if (call.known & CALL_REFUSED)
		call.known = CALL_REFUSED | CALL_RETURNED;
	feed_joined(f, &call);
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
			random_call(&f, tid);
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
		cmocka_unit_test(test_late_back),
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_fold_oldest),
		cmocka_unit_test(test_outcome),
		cmocka_unit_test(test_partial),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_refused_other),
		cmocka_unit_test(test_errors_many),
		cmocka_unit_test(test_fold_outcome),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_storm),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
