/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/table.h"
#include "feed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Of calls that no row counts too, and without a count of its own. */
static void check_who(bool threads)
{
	struct feed f = feed_of(&feed_small, threads);
	struct call call = {.tid = 21, .flags = EVENT_MUNMAP};
	struct table_row who;

	table_own(f.table, 40);
	table_command(f.table, 20);
	feed_new(&f, 1, 20, false, "twenty");
	feed_new(&f, 20, 21, true, "one");
	call.ts_ns = f.now_ns + 1;
	for (unsigned int i = 0; i < 2; i++) {
		assert_true(table_who(f.table, &call, &who));
		assert_int_equal(who.pid, 20);
		assert_int_equal(who.tid, 21);
		assert_int_equal(who.flags, ROW_COMMAND);
		assert_string_equal(who.comm, threads ? "one" : "twenty");
		feed_calls(&f, 21, 1);
	}
	/* it was another's then */
	call.ts_ns = 1;
	assert_true(table_who(f.table, &call, &who));
	assert_int_equal(who.pid, EVENT_NO_ID);
	assert_string_equal(who.comm, "");
	call.tid = 99;
	assert_false(table_knows(f.table, 99));
	assert_true(table_who(f.table, &call, &who));
	assert_int_equal(who.pid, EVENT_NO_ID);
	/* nobody has to ask again at once */
	assert_true(table_knows(f.table, 99));
	call.tid = 40;
	assert_false(table_who(f.table, &call, &who));
	feed_close(&f, 0);
	assert_int_equal(table_totals(f.table)->threads, 1);
	assert_int_equal(table_totals(f.table)->processes, 1);
	feed_check_sums(f.table, threads);
	table_free(f.table);
}

static void test_who(void **state)
{
	(void)state;
	check_who(false);
	check_who(true);
}

/* A thread runs a program: the leader ends, the thread takes over its tid, is given the program's
 * name, may map memory, and the event of the exec comes last. */
static void test_exec_thread(void **state)
{
	struct feed f = feed_of(&feed_small, true);
	const struct table_row *row;
	struct event event;

	(void)state;
	feed_ident(&f, 10, 10, 0, 50 * FEED_SECOND, "old");
	feed_new(&f, 10, 11, true, "old");
	feed_name(&f, 11, "worker");
	feed_calls(&f, 11, 1);
	feed_exit(&f, 10);
	/* another thread that writes to the leader's name runs no program */
	event = (struct event){.kind = EVENT_NAME, .tid = 11, .ts_ns = f.now_ns};
	event.u.name.tid = 10;
	memcpy(event.u.name.comm, "written", 8);
	table_feed(f.table, &event);
	feed_name(&f, 10, "new");
	feed_calls(&f, 10, 2);
	feed_exec(&f, 10, 11);
	feed_calls(&f, 10, 4);
	feed_close(&f, 0);
	row = feed_row(f.table, 10, 10, true, 1);
	assert_string_equal(row->comm, "new");
	assert_int_equal(row->total.calls, 6);
	row = feed_pid(f.table, 10);
	assert_string_equal(row->comm, "new");
	assert_int_equal(row->total.calls, 7);
	assert_int_equal(row->flags & ROW_EXITED, 0);
	assert_false(table_knows(f.table, 11));
	feed_check_sums(f.table, true);
	table_free(f.table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exec_thread),
		cmocka_unit_test(test_who),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
