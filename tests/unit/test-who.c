/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "feed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_threads(void **state)
{
	struct feed f = feed_of(&feed_small, true);
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
	row = feed_pid(f.table, 10);
	assert_int_equal(row->total.calls, 9);
	assert_int_equal(row->nr_threads, 3);
	assert_string_equal(row->comm, "leader");
	assert_int_equal(row->uid, 1000);
	assert_int_equal(feed_row(f.table, 10, 11, true, 1)->total.calls, 2);
	row = feed_row(f.table, 10, 12, true, 1);
	assert_int_equal(row->total.calls, 3);
	assert_string_equal(row->comm, "worker");
	assert_string_equal(feed_row(f.table, 10, 13, true, 1)->comm, "late");
	assert_int_equal(table_totals(f.table)->threads, 3);
	feed_exit(&f, 12);
	feed_close(&f, 5 * FEED_SECOND);
	assert_int_equal(feed_row(f.table, 10, 12, true, 1)->flags, ROW_EXITED);
	assert_int_equal(feed_pid(f.table, 10)->flags, 0);
	assert_int_equal(table_totals(f.table)->threads, 2);
	feed_close(&f, 0);
	assert_null(feed_row(f.table, 10, 12, true, 0));
	feed_check_sums(f.table, true);
	table_free(f.table);
}

static void test_exit(void **state)
{
	struct feed f = feed_of(&feed_small, false);

	(void)state;
	feed_new(&f, 1, 10, false, "ten");
	feed_ident(&f, 10, 10, 0, f.now_ns, "ten");
	feed_new(&f, 10, 11, true, "ten");
	feed_calls(&f, 10, 1);
	/* the leader goes before its thread */
	feed_exit(&f, 10);
	feed_calls(&f, 11, 2);
	assert_true(table_knows(f.table, 11));
	feed_close(&f, 0);
	feed_close(&f, 0);
	assert_int_equal(feed_pid(f.table, 10)->flags, 0);
	feed_new(&f, 11, 12, true, "ten");
	feed_exit(&f, 11);
	feed_calls(&f, 12, 2);
	feed_exit(&f, 12);
	feed_exit(&f, 12);
	feed_close(&f, 2 * FEED_SECOND);
	assert_int_equal(feed_pid(f.table, 10)->flags, ROW_EXITED);
	assert_int_equal(feed_pid(f.table, 10)->total.calls, 5);
	assert_int_equal(table_totals(f.table)->exited, 1);
	feed_close(&f, 2 * FEED_SECOND);
	assert_int_equal(feed_pid(f.table, 10)->flags, ROW_EXITED);
	feed_close(&f, UINT64_MAX);
	assert_int_equal(feed_pid(f.table, 10)->flags, ROW_EXITED);
	feed_close(&f, 2 * FEED_SECOND);
	assert_null(feed_row(f.table, 10, 10, false, 0));
	assert_int_equal(table_totals(f.table)->gone[0].calls, 5);
	feed_check_sums(f.table, false);
	table_free(f.table);
}

static void test_exec(void **state)
{
	struct feed f = feed_of(&feed_small, false);
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
	row = feed_pid(f.table, 10);
	assert_int_equal(row->total.calls, 7);
	assert_string_equal(row->comm, "new");
	assert_int_equal(row->flags, ROW_UID_GUESS);
	assert_int_equal(table_totals(f.table)->threads, 1);
	assert_false(table_knows(f.table, 11));
	/* the file may be setuid */
	assert_false(table_knows(f.table, 10));
	feed_ident(&f, 10, 10, 0, 50 * FEED_SECOND, "new");
	assert_true(table_knows(f.table, 10));
	feed_exit(&f, 10);
	feed_close(&f, 0);
	assert_int_equal(feed_pid(f.table, 10)->flags & ROW_EXITED, ROW_EXITED);
	feed_check_sums(f.table, false);
	table_free(f.table);
}

/* /proc showed the new program's threads before the event of its exec was read. */
static void test_exec_late(void **state)
{
	struct feed f = feed_of(&feed_small, false);
	uint64_t exec_ns;

	(void)state;
	feed_ident(&f, 10, 10, 0, 50 * FEED_SECOND, "ten");
	feed_new(&f, 10, 11, true, "old");
	exec_ns = f.now_ns;
	f.now_ns += 10 * FEED_STEP_NS;
	feed_ident(&f, 10, 10, 0, 50 * FEED_SECOND, "ten");
	feed_ident(&f, 12, 10, 0, 50 * FEED_SECOND, "new");
	f.now_ns = exec_ns;
	feed_exec(&f, 10, 10);
	f.now_ns += 20 * FEED_STEP_NS;
	feed_calls(&f, 12, 100);
	feed_close(&f, 0);
	assert_int_equal(feed_pid(f.table, 10)->total.calls, 100);
	/* the old one's is over */
	assert_false(table_knows(f.table, 11));
	table_free(f.table);
}

static void test_reuse(void **state)
{
	struct feed f = feed_of(&feed_small, false);

	(void)state;
	feed_new(&f, 1, 10, false, "first");
	feed_calls(&f, 10, 1);
	feed_new(&f, 1, 10, false, "second");
	feed_calls(&f, 10, 2);
	feed_close(&f, 10 * FEED_SECOND);
	feed_row(f.table, 10, 10, false, 2);
	assert_int_equal(table_totals(f.table)->exited, 1);
	assert_int_equal(table_totals(f.table)->processes, 2);
	/* now as a thread of another */
	feed_new(&f, 1, 20, false, "twenty");
	feed_new(&f, 20, 10, true, "twenty");
	feed_calls(&f, 10, 4);
	feed_close(&f, 10 * FEED_SECOND);
	assert_int_equal(feed_pid(f.table, 20)->total.calls, 4);
	assert_int_equal(table_totals(f.table)->exited, 2);
	/* /proc shows another start, though no event told of it */
	feed_lost(&f, 1, true);
	feed_ident(&f, 20, 20, 7, f.now_ns - FEED_SECOND / 2, "third");
	feed_calls(&f, 20, 8);
	feed_close(&f, 10 * FEED_SECOND);
	feed_row(f.table, 20, 20, false, 2);
	feed_check_sums(f.table, false);
	table_free(f.table);
}

static void test_unresolved(void **state)
{
	struct feed f = feed_of(&feed_small, false);
	const struct table_row *row;

	(void)state;
	assert_false(table_knows(f.table, 30));
	feed_calls(&f, 30, 2);
	assert_true(table_knows(f.table, 30)); /* asked in this interval */
	feed_close(&f, 0);
	assert_false(table_knows(f.table, 30));
	row = feed_row(f.table, EVENT_NO_ID, 30, false, 1);
	assert_int_equal(row->flags, ROW_UNRESOLVED);
	assert_int_equal(row->total.calls, 2);
	assert_int_equal(row->uid, EVENT_NO_ID);
	/* what is known from now on does not reach back */
	feed_ident(&f, 29, 29, 5, 50 * FEED_SECOND, "main");
	feed_ident(&f, 30, 29, 5, 50 * FEED_SECOND, "thread");
	assert_true(table_knows(f.table, 30));
	feed_calls(&f, 30, 3);
	feed_close(&f, 0);
	row = feed_row(f.table, EVENT_NO_ID, 30, false, 1);
	assert_int_equal(row->total.calls, 2);
	assert_int_equal(row->flags, ROW_UNRESOLVED);
	assert_int_equal(feed_pid(f.table, 29)->total.calls, 3);
	feed_close(&f, 0);
	assert_null(feed_row(f.table, EVENT_NO_ID, 30, false, 0));
	feed_check_sums(f.table, false);
	table_free(f.table);
}

static void test_unresolved_exit(void **state)
{
	struct feed f = feed_of(&feed_small, true);

	(void)state;
	feed_calls(&f, 30, 2);
	feed_exit(&f, 30);
	feed_calls(&f, 30, 1); /* another: the one before has ended */
	feed_close(&f, 0);
	feed_row(f.table, EVENT_NO_ID, 30, false, 2);
	feed_new(&f, 1, 30, false, "thirty");
	feed_calls(&f, 30, 4);
	feed_close(&f, 0);
	assert_int_equal(feed_pid(f.table, 30)->total.calls, 4);
	feed_check_sums(f.table, true);
	table_free(f.table);
}

static void test_inherit(void **state)
{
	struct feed f = feed_of(&feed_small, false);
	const struct table_row *row;

	(void)state;
	table_command(f.table, 10);
	assert_false(table_knows(f.table, 10));
	feed_new(&f, 1, 10, false, "sh");
	assert_false(table_knows(f.table, 10));
	feed_ident(&f, 10, 10, 1000, f.now_ns, "sh");
	assert_true(table_knows(f.table, 10));
	feed_new(&f, 10, 11, true, "sh");
	feed_new(&f, 11, 20, false, "make");
	feed_new(&f, 20, 30, false, "cc");
	feed_new(&f, 1, 40, false, "other");
	feed_ident(&f, 50, 50, 1, 50 * FEED_SECOND, "init's");
	for (uint32_t pid = 10; pid <= 50; pid += 10)
		feed_calls(&f, pid, 1);
	feed_close(&f, 0);
	assert_int_equal(feed_pid(f.table, 10)->flags, ROW_COMMAND);
	row = feed_pid(f.table, 30);
	assert_int_equal(row->flags, ROW_COMMAND | ROW_UID_GUESS);
	assert_int_equal(row->uid, 1000);
	assert_int_equal(row->ppid, 20);
	assert_int_equal(feed_pid(f.table, 40)->flags, 0);
	assert_int_equal(feed_pid(f.table, 40)->uid, EVENT_NO_ID);
	assert_int_equal(feed_pid(f.table, 50)->flags, 0);
	feed_ident(&f, 30, 30, 0, row->start_ns - 9000000, "cc1");
	feed_close(&f, 0);
	row = feed_pid(f.table, 30);
	assert_int_equal(row->flags, ROW_COMMAND);
	assert_int_equal(row->uid, 0);
	/* the events have all its names, and /proc that of a later moment */
	assert_string_equal(row->comm, "cc");
	table_free(f.table);
}

/* The user of a process that goes on calling is asked for again, at intervals that double. */
static void test_setuid(void **state)
{
	struct feed f = feed_of(&feed_small, false);
	unsigned int asked = 0;

	(void)state;
	feed_ident(&f, 10, 10, 0, 50 * FEED_SECOND, "ten");
	for (unsigned int turn = 0; turn < 200; turn++) {
		if (!table_knows(f.table, 10)) {
			feed_ident(&f, 10, 10, ++asked, 50 * FEED_SECOND, "ten");
			assert_true(table_knows(f.table, 10));
		}
		feed_calls(&f, 10, 1);
		feed_close(&f, FEED_SECOND);
	}
	/* after 1, 3, 7, 15, 31, 63 and 63 turns */
	assert_int_equal(asked, 7);
	assert_int_equal(feed_pid(f.table, 10)->uid, 7);
	/* that it could not be read is no reason to ask at each call */
	for (unsigned int turn = 0; turn < 63; turn++) {
		feed_calls(&f, 10, 1);
		feed_close(&f, FEED_SECOND);
	}
	assert_false(table_knows(f.table, 10));
	feed_calls(&f, 10, 1);
	assert_true(table_knows(f.table, 10));
	table_free(f.table);
}

/* /proc is read after the moment that it is asked about. */
static void test_hasty(void **state)
{
	struct feed f = feed_of(&feed_small, false);
	const struct table_row *row;
	uint64_t start_ns;

	(void)state;
	feed_ident(&f, 1, 1, 0, FEED_SECOND, "init");
	feed_new(&f, 1, 10, false, "init");
	start_ns = f.now_ns;
	/* the pid is a successor's already */
	feed_ident(&f, 10, 10, 7, start_ns + 9000000, "next");
	feed_calls(&f, 10, 1);
	/* what it tells is ahead of a name that the buffers still hold */
	f.now_ns += 5000000;
	feed_ident(&f, 10, 10, 8, start_ns - 9000000, "late");
	f.now_ns -= 4000000;
	feed_name(&f, 10, "early");
	feed_exit(&f, 10);
	f.now_ns += FEED_SECOND;
	/* after a loss its name may be another */
	feed_new(&f, 1, 20, false, "twenty");
	start_ns = f.now_ns;
	feed_lost(&f, 1, true);
	feed_ident(&f, 20, 20, 8, start_ns, "renamed");
	/* scanned before its birth is read: one process, which keeps its user */
	f.now_ns += 5000000;
	feed_ident(&f, 30, 30, 9, f.now_ns - 8000000, "thirty");
	f.now_ns -= 3000000;
	feed_new(&f, 1, 30, false, "init");
	feed_name(&f, 30, "fork");
	feed_calls(&f, 20, 1);
	feed_calls(&f, 30, 1);
	feed_close(&f, FEED_SECOND);
	row = feed_pid(f.table, 10);
	assert_string_equal(row->comm, "early");
	assert_int_equal(row->uid, 8);
	assert_int_equal(row->flags, ROW_EXITED);
	assert_string_equal(feed_pid(f.table, 20)->comm, "renamed");
	row = feed_pid(f.table, 30);
	assert_string_equal(row->comm, "thirty");
	assert_int_equal(row->uid, 9);
	assert_int_equal(row->flags, 0);
	feed_check_sums(f.table, false);
	table_free(f.table);
}

static void test_own(void **state)
{
	struct feed f = feed_of(&feed_small, true);

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
	assert_null(feed_row(f.table, 10, 10, false, 0));
	feed_check_sums(f.table, true);
	table_free(f.table);
}

static void test_lost(void **state)
{
	struct feed f = feed_of(&feed_small, false);

	(void)state;
	feed_new(&f, 1, 10, false, "ten");
	feed_ident(&f, 10, 10, 0, f.now_ns, "ten");
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
	assert_int_equal(feed_pid(f.table, 10)->total.calls, 1);
	table_free(f.table);
}

/* Events out of order: to whom the time points, else to nobody. */
static void test_late(void **state)
{
	struct feed f = feed_of(&feed_small, true);
	struct event event = {.kind = EVENT_NAME, .tid = 10, .u.name = {.tid = 10, .comm = "ten"}};
	struct call call = {.known = CALL_ASKED, .tid = 10};

	(void)state;
	feed_new(&f, 1, 10, false, "ten");
	event.ts_ns = call.ts_ns = f.now_ns + 1;
	feed_exit(&f, 10);
	/* a call ends later than it begins: that is no disorder */
	table_call(f.table, &call);
	assert_int_equal(table_totals(f.table)->late, 0);
	table_feed(f.table, &event);
	assert_int_equal(table_totals(f.table)->late, 1);
	feed_close(&f, 0);
	assert_int_equal(feed_pid(f.table, 10)->total.calls, 1);
	assert_int_equal(table_totals(f.table)->exited, 1);
	feed_check_sums(f.table, true);
	feed_new(&f, 1, 10, false, "next");
	call.ts_ns = f.now_ns - 1;
	table_call(f.table, &call);
	feed_calls(&f, 10, 2);
	feed_close(&f, 0);
	feed_check_sums(f.table, true);
	assert_int_equal(feed_row(f.table, EVENT_NO_ID, EVENT_NO_ID, false, 1)->total.calls, 1);
	table_free(f.table);
}

/* /proc is read ahead of the buffers: a birth that is read later still tells whose child it is. */
static void test_adopted(void **state)
{
	struct feed f = feed_of(&feed_small, false);
	struct event born = {.kind = EVENT_NEW, .tid = 10, .u.new = {11, false, "kid"}};
	const struct table_row *row;

	(void)state;
	feed_ident(&f, 10, 10, 7, 50 * FEED_SECOND, "maker");
	table_command(f.table, 10);
	born.ts_ns = f.now_ns + 1;
	f.now_ns += 2;
	/* by the clock tick that its start is told by */
	feed_ident(&f, 11, 11, 7, born.ts_ns - born.ts_ns % 10000000, "kid");
	table_feed(f.table, &born);
	feed_calls(&f, 11, 1);
	feed_close(&f, 0);
	row = feed_pid(f.table, 11);
	assert_int_equal(row->start_ns, born.ts_ns);
	assert_int_equal(row->flags, ROW_COMMAND);
	assert_int_equal(row->uid, 7);
	/* one that started much later has the number of it alone */
	feed_ident(&f, 12, 12, 7, f.now_ns, "other");
	born.u.new.tid = 12;
	table_feed(f.table, &born);
	feed_calls(&f, 12, 1);
	feed_close(&f, 0);
	assert_int_equal(feed_pid(f.table, 12)->flags, 0);
	assert_int_not_equal(feed_pid(f.table, 12)->start_ns, born.ts_ns);
	table_free(f.table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_exit),
		cmocka_unit_test(test_exec),
		cmocka_unit_test(test_exec_late),
		cmocka_unit_test(test_reuse),
		cmocka_unit_test(test_unresolved),
		cmocka_unit_test(test_unresolved_exit),
		cmocka_unit_test(test_inherit),
		cmocka_unit_test(test_hasty),
		cmocka_unit_test(test_setuid),
		cmocka_unit_test(test_own),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_adopted),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
