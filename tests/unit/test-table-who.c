/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/table.h"
#include "feed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
