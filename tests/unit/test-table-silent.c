/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows of those who never called. */
#include "feed.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct silent {
	unsigned int nr, nr_found;
	uint32_t find;
	struct table_row row;
};

static void silent_visit(const struct table_row *row, void *arg)
{
	static const struct counts zero;
	struct silent *silent = arg;

	feed_counts_equal(&row->total, &zero);
	feed_counts_equal(&row->delta, &zero);
	assert_int_equal(row->last_ns | row->error | row->nr_threads, 0);
	silent->nr++;
	if (row->tid == silent->find) {
		silent->nr_found++;
		silent->row = *row;
	}
}

static struct silent silent_of(const struct table *table, bool threads, uint32_t tid)
{
	struct silent silent = {.find = tid};

	table_each_silent(table, threads, silent_visit, &silent);
	return silent;
}

/* Who is known and never called; not we, nor who called, ended, or folded. */
static void test_processes(void **state)
{
	struct feed f = feed_of(&feed_small, false);
	struct silent silent;

	(void)state;
	assert_int_equal(silent_of(f.table, false, 0).nr, 0);
	table_own(f.table, 30);
	table_command(f.table, 20);
	feed_ident(&f, 2, 2, 0, 50, "kthreadd");
	feed_ident(&f, 20, 20, 5, 60, "twenty");
	feed_new(&f, 20, 21, true, "thread");
	feed_ident(&f, 30, 30, 0, 50, "own");
	feed_new(&f, 20, 40, false, "forty");
	feed_calls(&f, 77, 1);
	feed_close(&f, 0);
	silent = silent_of(f.table, false, 20);
	assert_int_equal(silent.nr, 3);
	assert_int_equal(silent.nr_found, 1);
	assert_int_equal(silent.row.pid, 20);
	assert_int_equal(silent.row.ppid, 1);
	assert_int_equal(silent.row.uid, 5);
	assert_int_equal(silent.row.start_ns, 60);
	assert_int_equal(silent.row.flags, ROW_COMMAND);
	assert_string_equal(silent.row.comm, "twenty");
	silent = silent_of(f.table, false, 40);
	assert_int_equal(silent.row.flags, ROW_COMMAND | ROW_UID_GUESS);
	/* a thread calls, the leader ends: still one process, that called */
	feed_calls(&f, 21, 1);
	assert_int_equal(silent_of(f.table, false, 20).nr_found, 0);
	feed_exit(&f, 40);
	assert_int_equal(silent_of(f.table, false, 40).nr_found, 0);
	assert_int_equal(silent_of(f.table, false, 2).nr, 1);
	for (uint32_t pid = 100; pid < 300; pid++) {
		feed_new(&f, 1, pid, false, "p");
		feed_calls(&f, pid, 1);
	}
	feed_close(&f, 0);
	assert_true(table_totals(f.table)->folded > 0);
	assert_int_equal(silent_of(f.table, false, 2).nr, 1);
	table_free(f.table);
}

static void test_threads(void **state)
{
	struct feed f = feed_of(&feed_small, true);
	struct silent silent;

	(void)state;
	feed_new(&f, 1, 20, false, "twenty");
	feed_new(&f, 20, 21, true, "one");
	feed_new(&f, 20, 22, true, "two");
	feed_calls(&f, 21, 1);
	feed_close(&f, 0);
	assert_int_equal(silent_of(f.table, false, 0).nr, 0);
	silent = silent_of(f.table, true, 22);
	assert_int_equal(silent.nr, 2);
	assert_int_equal(silent.row.pid, 20);
	assert_string_equal(silent.row.comm, "two");
	assert_int_equal(silent_of(f.table, true, 20).nr_found, 1);
	feed_exit(&f, 20);
	assert_int_equal(silent_of(f.table, true, 22).nr, 1);
	table_free(f.table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_processes),
		cmocka_unit_test(test_threads),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
