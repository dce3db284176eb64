/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mem.h"
#include "feed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BEGIN (100 * FEED_SECOND)

#ifdef __SANITIZE_ADDRESS__
#define STORM 400000u
#else
#define STORM 4000000u
#endif

static const struct table_limits small = {.rows = 64, .tasks = 256};

static struct feed feed_of(const struct table_limits *limits, bool threads)
{
	return (struct feed){.table = table_new(limits, threads, BEGIN), .now_ns = BEGIN};
}

struct sum {
	struct counts total, delta;
	size_t nr, nr_other;
};

static void sum_visit(const struct table_row *row, void *arg)
{
	struct sum *sum = arg;

	counts_add(&sum->total, &row->total);
	counts_add(&sum->delta, &row->delta);
	sum->nr++;
	/* "other" comes last */
	assert_int_equal(sum->nr_other, 0);
	sum->nr_other += !!(row->flags & ROW_OTHER);
}

static void counts_equal(const struct counts *a, const struct counts *b)
{
	assert_memory_equal(a, b, sizeof(*a));
}

static void check_sums(const struct table *table, bool threads)
{
	const struct table_totals *totals = table_totals(table);

	for (unsigned int i = 0; i <= threads; i++) {
		struct sum sum = {0};

		table_each(table, i, sum_visit, &sum);
		counts_add(&sum.total, &totals->gone[i]);
		counts_equal(&sum.total, &totals->total);
		counts_equal(&sum.delta, &totals->delta);
	}
}

struct find {
	uint32_t pid, tid;
	unsigned int skip, nr;
	const struct table_row *row;
};

static void find_visit(const struct table_row *row, void *arg)
{
	struct find *find = arg;

	if (row->pid != find->pid || row->tid != find->tid)
		return;
	if (find->nr++ == find->skip)
		find->row = row;
}

static const struct table_row *find_row(
	const struct table *table, uint32_t pid, uint32_t tid, bool threads, unsigned int nr)
{
	struct find find = {.pid = pid, .tid = tid};

	table_each(table, threads, find_visit, &find);
	assert_int_equal(find.nr, nr);
	return find.row;
}

static const struct table_row *find_pid(const struct table *table, uint32_t pid)
{
	return find_row(table, pid, pid, false, 1);
}

static void test_counts(void **state)
{
	struct feed f = feed_of(&small, false);
	const struct table_row *row;

	(void)state;
	feed_new(&f, 1, 10, false, "ten");
	for (uint64_t prot = 0; prot < 8; prot++)
		feed_call(&f, 10, 4096 * prot, prot);
	feed_call(&f, 10, 1, 0x01000005);
	check_sums(f.table, false);
	feed_close(&f, 0);
	row = find_pid(f.table, 10);
	counts_equal(&row->total, &f.sent);
	counts_equal(&row->delta, &f.sent);
	counts_equal(&table_totals(f.table)->total, &f.sent);
	assert_int_equal(row->total.ask_x, 5);
	for (unsigned int i = 0; i < PROT_NR_CLASSES; i++)
		assert_int_equal(row->total.prot[i], 1);
	assert_int_equal(row->nr_threads, 1);
	assert_string_equal(row->comm, "ten");
	assert_int_equal(row->history[TABLE_HISTORY - 1], 9);
	assert_int_equal(row->history[TABLE_HISTORY - 2], 0);
	assert_true(row->peak_per_s > 8.99 && row->peak_per_s < 9);
	feed_close(&f, 0);
	row = find_pid(f.table, 10);
	assert_int_equal(row->delta.calls, 0);
	assert_int_equal(row->history[TABLE_HISTORY - 1], 0);
	assert_int_equal(row->history[TABLE_HISTORY - 2], 9);
	check_sums(f.table, false);
	table_free(f.table);
}

static void test_history_idle(void **state)
{
	struct feed f = feed_of(&small, false);
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
	row = find_pid(f.table, 10);
	assert_int_equal(row->history[TABLE_HISTORY - 1], 7);
	assert_int_equal(row->history[TABLE_HISTORY - 2], 0);
	assert_int_equal(row->history[TABLE_HISTORY - 7], 3);
	assert_int_equal(row->history[TABLE_HISTORY - 8], 2);
	assert_int_equal(row->history[TABLE_HISTORY - 9], 1);
	assert_memory_equal(row->history, table_totals(f.table)->history, sizeof(row->history));
	for (unsigned int i = 0; i < 2 * TABLE_HISTORY; i++)
		feed_close(&f, 0);
	row = find_pid(f.table, 10);
	for (unsigned int i = 0; i < TABLE_HISTORY; i++)
		assert_int_equal(row->history[i], 0);
	assert_int_equal(row->total.calls, 13);
	table_free(f.table);
}

static void test_peak_part(void **state)
{
	struct feed f = feed_of(&small, false);

	(void)state;
	feed_new(&f, 1, 10, false, "ten");
	feed_calls(&f, 10, 10);
	feed_close(&f, 0);
	feed_calls(&f, 10, 1);
	table_close(f.table, f.now_ns + 1, 0);
	assert_true(find_pid(f.table, 10)->peak_per_s < 11);
	check_sums(f.table, false);
	/* time that stands still or goes back gives no rate */
	feed_calls(&f, 10, 1);
	table_close(f.table, 1, 0);
	assert_int_equal(table_totals(f.table)->interval_ns, 0);
	assert_true(find_pid(f.table, 10)->peak_per_s < 11);
	check_sums(f.table, false);
	table_free(f.table);
}

static void test_threads(void **state)
{
	struct feed f = feed_of(&small, true);
	const struct table_row *row;

	(void)state;
	feed_ident(&f, 10, 10, 1000, 50 * FEED_SECOND, "leader");
	feed_new(&f, 10, 11, true, "leader");
	feed_new(&f, 11, 12, true, "leader");
	feed_name(&f, 12, "worker");
	feed_ident(&f, 13, 10, 1000, 50 * FEED_SECOND, "late");
	feed_calls(&f, 11, 2);
	feed_calls(&f, 12, 3);
	feed_calls(&f, 13, 4);
	feed_close(&f, 0);
	row = find_pid(f.table, 10);
	assert_int_equal(row->total.calls, 9);
	assert_int_equal(row->nr_threads, 3);
	assert_string_equal(row->comm, "leader");
	assert_int_equal(row->uid, 1000);
	assert_int_equal(find_row(f.table, 10, 11, true, 1)->total.calls, 2);
	row = find_row(f.table, 10, 12, true, 1);
	assert_int_equal(row->total.calls, 3);
	assert_string_equal(row->comm, "worker");
	assert_string_equal(find_row(f.table, 10, 13, true, 1)->comm, "late");
	assert_int_equal(table_totals(f.table)->threads, 3);
	feed_exit(&f, 12);
	feed_close(&f, 5 * FEED_SECOND);
	assert_int_equal(find_row(f.table, 10, 12, true, 1)->flags, ROW_EXITED);
	assert_int_equal(find_pid(f.table, 10)->flags, 0);
	assert_int_equal(table_totals(f.table)->threads, 2);
	feed_close(&f, 0);
	assert_null(find_row(f.table, 10, 12, true, 0));
	check_sums(f.table, true);
	table_free(f.table);
}

static void test_exit(void **state)
{
	struct feed f = feed_of(&small, false);

	(void)state;
	feed_new(&f, 1, 10, false, "ten");
	feed_new(&f, 10, 11, true, "ten");
	feed_calls(&f, 10, 1);
	/* the leader goes before its thread */
	feed_exit(&f, 10);
	feed_calls(&f, 11, 2);
	feed_close(&f, 0);
	feed_close(&f, 0);
	assert_int_equal(find_pid(f.table, 10)->flags, 0);
	assert_true(table_knows(f.table, 11));
	feed_new(&f, 11, 12, true, "ten");
	feed_exit(&f, 11);
	feed_calls(&f, 12, 2);
	feed_exit(&f, 12);
	feed_exit(&f, 12);
	feed_close(&f, 2 * FEED_SECOND);
	assert_int_equal(find_pid(f.table, 10)->flags, ROW_EXITED);
	assert_int_equal(find_pid(f.table, 10)->total.calls, 5);
	assert_int_equal(table_totals(f.table)->exited, 1);
	feed_close(&f, 2 * FEED_SECOND);
	assert_int_equal(find_pid(f.table, 10)->flags, ROW_EXITED);
	feed_close(&f, UINT64_MAX);
	assert_int_equal(find_pid(f.table, 10)->flags, ROW_EXITED);
	feed_close(&f, 2 * FEED_SECOND);
	assert_null(find_row(f.table, 10, 10, false, 0));
	assert_int_equal(table_totals(f.table)->gone[0].calls, 5);
	check_sums(f.table, false);
	table_free(f.table);
}

/* A process that came and went within one interval is told of once. */
static void test_short(void **state)
{
	struct feed f = feed_of(&small, false);

	(void)state;
	feed_new(&f, 1, 10, false, "ten");
	feed_calls(&f, 10, 3);
	feed_exit(&f, 10);
	feed_close(&f, 0);
	assert_int_equal(find_pid(f.table, 10)->delta.calls, 3);
	feed_close(&f, 0);
	assert_null(find_row(f.table, 10, 10, false, 0));
	check_sums(f.table, false);
	table_free(f.table);
}

static void test_exec(void **state)
{
	struct feed f = feed_of(&small, false);
	const struct table_row *row;

	(void)state;
	feed_ident(&f, 10, 10, 0, 50 * FEED_SECOND, "old");
	feed_new(&f, 10, 11, true, "old");
	feed_new(&f, 10, 12, true, "old");
	feed_calls(&f, 10, 1);
	feed_calls(&f, 11, 1);
	feed_calls(&f, 12, 1);
	feed_exit(&f, 12);
	feed_exit(&f, 10);
	feed_name(&f, 10, "early");
	feed_exec(&f, 10, 11);
	feed_name(&f, 10, "new");
	feed_calls(&f, 10, 4);
	feed_close(&f, 0);
	row = find_pid(f.table, 10);
	assert_int_equal(row->total.calls, 7);
	assert_string_equal(row->comm, "new");
	assert_int_equal(row->flags, ROW_UID_GUESS);
	assert_int_equal(table_totals(f.table)->threads, 1);
	assert_false(table_knows(f.table, 11));
	assert_true(table_knows(f.table, 10));
	feed_exit(&f, 10);
	feed_close(&f, 0);
	assert_int_equal(find_pid(f.table, 10)->flags & ROW_EXITED, ROW_EXITED);
	check_sums(f.table, false);
	table_free(f.table);
}

static void test_reuse(void **state)
{
	struct feed f = feed_of(&small, false);

	(void)state;
	feed_new(&f, 1, 10, false, "first");
	feed_calls(&f, 10, 1);
	feed_new(&f, 1, 10, false, "second");
	feed_calls(&f, 10, 2);
	feed_close(&f, 10 * FEED_SECOND);
	find_row(f.table, 10, 10, false, 2);
	assert_int_equal(table_totals(f.table)->exited, 1);
	assert_int_equal(table_totals(f.table)->processes, 2);
	/* now as a thread of another */
	feed_new(&f, 1, 20, false, "twenty");
	feed_new(&f, 20, 10, true, "twenty");
	feed_calls(&f, 10, 4);
	feed_close(&f, 10 * FEED_SECOND);
	assert_int_equal(find_pid(f.table, 20)->total.calls, 4);
	assert_int_equal(table_totals(f.table)->exited, 2);
	/* /proc shows another start, though no event told of it */
	feed_lost(&f, 1, true);
	feed_ident(&f, 20, 20, 7, f.now_ns - FEED_SECOND / 2, "third");
	feed_calls(&f, 20, 8);
	feed_close(&f, 10 * FEED_SECOND);
	find_row(f.table, 20, 20, false, 2);
	check_sums(f.table, false);
	table_free(f.table);
}

static void test_unresolved(void **state)
{
	struct feed f = feed_of(&small, false);
	const struct table_row *row;

	(void)state;
	assert_false(table_knows(f.table, 30));
	feed_calls(&f, 30, 2);
	assert_true(table_knows(f.table, 30)); /* asked in this interval */
	feed_close(&f, 0);
	assert_false(table_knows(f.table, 30));
	row = find_row(f.table, EVENT_NO_ID, 30, false, 1);
	assert_int_equal(row->flags, ROW_UNRESOLVED);
	assert_int_equal(row->total.calls, 2);
	assert_int_equal(row->uid, EVENT_NO_ID);
	/* what is known from now on does not reach back */
	feed_ident(&f, 29, 29, 5, 50 * FEED_SECOND, "main");
	feed_ident(&f, 30, 29, 5, 50 * FEED_SECOND, "thread");
	assert_true(table_knows(f.table, 30));
	feed_calls(&f, 30, 3);
	feed_close(&f, 0);
	row = find_row(f.table, EVENT_NO_ID, 30, false, 1);
	assert_int_equal(row->total.calls, 2);
	assert_int_equal(row->flags, ROW_UNRESOLVED);
	assert_int_equal(find_pid(f.table, 29)->total.calls, 3);
	feed_close(&f, 0);
	assert_null(find_row(f.table, EVENT_NO_ID, 30, false, 0));
	check_sums(f.table, false);
	table_free(f.table);
}

static void test_unresolved_exit(void **state)
{
	struct feed f = feed_of(&small, true);

	(void)state;
	feed_calls(&f, 30, 2);
	feed_exit(&f, 30);
	feed_calls(&f, 30, 1); /* another: the one before has ended */
	feed_close(&f, 0);
	find_row(f.table, EVENT_NO_ID, 30, false, 2);
	feed_new(&f, 1, 30, false, "thirty");
	feed_calls(&f, 30, 4);
	feed_close(&f, 0);
	assert_int_equal(find_pid(f.table, 30)->total.calls, 4);
	check_sums(f.table, true);
	table_free(f.table);
}

static void test_inherit(void **state)
{
	struct feed f = feed_of(&small, false);
	const struct table_row *row;

	(void)state;
	table_command(f.table, 10);
	assert_false(table_knows(f.table, 10));
	feed_new(&f, 1, 10, false, "sh");
	assert_true(table_knows(f.table, 10));
	feed_ident(&f, 10, 10, 1000, f.now_ns, "sh");
	feed_new(&f, 10, 11, true, "sh");
	feed_new(&f, 11, 20, false, "make");
	feed_new(&f, 20, 30, false, "cc");
	feed_new(&f, 1, 40, false, "other");
	feed_ident(&f, 50, 50, 1, 50 * FEED_SECOND, "init's");
	for (uint32_t pid = 10; pid <= 50; pid += 10)
		feed_calls(&f, pid, 1);
	feed_close(&f, 0);
	assert_int_equal(find_pid(f.table, 10)->flags, ROW_COMMAND);
	row = find_pid(f.table, 30);
	assert_int_equal(row->flags, ROW_COMMAND | ROW_UID_GUESS);
	assert_int_equal(row->uid, 1000);
	assert_int_equal(row->ppid, 20);
	assert_int_equal(find_pid(f.table, 40)->flags, 0);
	assert_int_equal(find_pid(f.table, 40)->uid, EVENT_NO_ID);
	assert_int_equal(find_pid(f.table, 50)->flags, 0);
	feed_ident(&f, 30, 30, 0, row->start_ns - 9000000, "cc1");
	feed_close(&f, 0);
	row = find_pid(f.table, 30);
	assert_int_equal(row->flags, ROW_COMMAND);
	assert_int_equal(row->uid, 0);
	assert_string_equal(row->comm, "cc1");
	table_free(f.table);
}

static void test_own(void **state)
{
	struct feed f = feed_of(&small, true);

	(void)state;
	table_own(f.table, 10);
	assert_true(table_knows(f.table, 10));
	feed_calls(&f, 10, 3);
	feed_new(&f, 10, 11, true, "mprottop");
	feed_calls(&f, 11, 2);
	feed_close(&f, 0);
	assert_int_equal(table_totals(f.table)->own_calls, 5);
	assert_int_equal(table_totals(f.table)->total.calls, 0);
	assert_int_equal(table_totals(f.table)->threads, 0);
	assert_null(find_row(f.table, 10, 10, false, 0));
	check_sums(f.table, true);
	table_free(f.table);
}

static void test_lost(void **state)
{
	struct feed f = feed_of(&small, false);

	(void)state;
	feed_new(&f, 1, 10, false, "ten");
	feed_lost(&f, 7, false);
	assert_true(table_knows(f.table, 10));
	feed_lost(&f, 3, true);
	assert_false(table_knows(f.table, 10));
	assert_int_equal(table_totals(f.table)->lost, 7);
	assert_int_equal(table_totals(f.table)->lost_side, 3);
	feed_ident(&f, 10, 10, 0, f.now_ns - 4 * FEED_STEP_NS, "ten");
	assert_true(table_knows(f.table, 10));
	feed_lost(&f, 1, true);
	feed_calls(&f, 10, 1);
	assert_true(table_knows(f.table, 10));
	feed_close(&f, 0);
	assert_int_equal(find_pid(f.table, 10)->total.calls, 1);
	table_free(f.table);
}

/* Events out of order: to whom the time points, else to nobody. */
static void test_late(void **state)
{
	struct feed f = feed_of(&small, true);
	struct event event = {.kind = EVENT_CALL, .tid = 10};

	(void)state;
	feed_new(&f, 1, 10, false, "ten");
	event.ts_ns = f.now_ns + 1;
	feed_exit(&f, 10);
	table_feed(f.table, &event);
	assert_int_equal(table_totals(f.table)->late, 1);
	feed_close(&f, 0);
	assert_int_equal(find_pid(f.table, 10)->total.calls, 1);
	assert_int_equal(table_totals(f.table)->exited, 1);
	check_sums(f.table, true);
	feed_new(&f, 1, 10, false, "next");
	event.ts_ns = f.now_ns - 1;
	table_feed(f.table, &event);
	feed_calls(&f, 10, 2);
	feed_close(&f, 0);
	check_sums(f.table, true);
	assert_int_equal(find_row(f.table, EVENT_NO_ID, EVENT_NO_ID, false, 1)->total.calls, 1);
	table_free(f.table);
}

static void test_fold_oldest(void **state)
{
	struct feed f = feed_of(&small, false);

	(void)state;
	for (uint32_t pid = 100; pid < 100 + small.rows; pid++) {
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
	assert_int_equal(table_totals(f.table)->folded, small.rows / 16);
	find_pid(f.table, 100);
	for (uint32_t pid = 101; pid <= 104; pid++)
		assert_null(find_row(f.table, pid, pid, false, 0));
	find_pid(f.table, 105);
	check_sums(f.table, false);
	feed_calls(&f, 101, 5);
	feed_close(&f, 0);
	assert_int_equal(find_pid(f.table, 101)->total.calls, 5);
	assert_int_equal(table_totals(f.table)->processes, small.rows + 1);
	check_sums(f.table, false);
	table_free(f.table);
}

/* Random events: never more rows than the limit, and the sums hold at any time. */
static void random_run(bool threads, unsigned int seed)
{
	struct feed f = feed_of(&small, threads);

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
				rand() % 2 ? BEGIN : f.now_ns, "id");
		else if (what < 98)
			feed_lost(&f, 1, rand() % 2);
		else if (rand() % 4 == 0)
			feed_close(&f, rand() % 3 * FEED_SECOND);
		f.now_ns -= rand() % 20 ? 0 : 3 * FEED_STEP_NS;
		if (i % 64 == 0) {
			struct sum sum = {0};

			check_sums(f.table, threads);
			table_each(f.table, false, sum_visit, &sum);
			assert_in_range(sum.nr - sum.nr_other, 0, small.rows);
		}
	}
	feed_close(&f, 0);
	check_sums(f.table, threads);
	counts_equal(&table_totals(f.table)->total, &f.sent);
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
	struct sum sum = {0};

	(void)state;
	for (uint32_t tid = 2; tid < STORM + 2; tid++) {
		if (tid % 8)
			feed_new(&f, 1, tid, false, "storm");
		feed_calls(&f, tid, 1);
		if (tid % 2)
			feed_exit(&f, tid);
		if (tid % (STORM / 10) == 0) {
			feed_close(&f, 0);
			check_sums(f.table, false);
		}
	}
	feed_close(&f, 0);
	table_each(f.table, false, sum_visit, &sum);
	assert_in_range(sum.nr, 1, 1025);
	assert_int_equal(table_totals(f.table)->total.calls, STORM);
	assert_int_equal(table_totals(f.table)->processes, STORM);
	check_sums(f.table, false);
	table_free(f.table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_history_idle),
		cmocka_unit_test(test_peak_part),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_exit),
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_exec),
		cmocka_unit_test(test_reuse),
		cmocka_unit_test(test_unresolved),
		cmocka_unit_test(test_unresolved_exit),
		cmocka_unit_test(test_inherit),
		cmocka_unit_test(test_own),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_fold_oldest),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_storm),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
