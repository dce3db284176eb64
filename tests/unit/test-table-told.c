/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What /proc tells of processes as text. */
#include "feed.h"
#include "model/column.h"
#include "model/name.h"
#include "model/snapshot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void expect(const struct feed *f, uint32_t pid, enum told_what what, const char *text)
{
	const struct name *name = feed_pid(f->table, pid)->texts[what];

	if (text)
		assert_string_equal(name ? name->text : "nothing", text);
	else
		assert_null(name);
}

static void process(struct feed *f, uint32_t pid)
{
	feed_ident(f, pid, pid, 0, 50 * FEED_SECOND, "p");
	feed_calls(f, pid, 1);
}

static void test_inherit(void **state)
{
	struct feed f = feed_of(&feed_small, false);

	(void)state;
	process(&f, 10);
	feed_told(&f, 10, TOLD_EXE, "/bin/sh");
	feed_told(&f, 10, TOLD_CMDLINE, "sh -c x");
	feed_told(&f, 10, TOLD_CGROUP, "0::/a.service\n");
	feed_new(&f, 10, 20, false, "child");
	feed_calls(&f, 20, 1);
	feed_close(&f, 0);
	expect(&f, 20, TOLD_EXE, "/bin/sh");
	expect(&f, 20, TOLD_CMDLINE, "sh -c x");
	expect(&f, 20, TOLD_CGROUP, "0::/a.service\n");
	/* another program in the same place */
	feed_exec(&f, 20, 20);
	feed_told(&f, 20, TOLD_CMDLINE, "ls");
	feed_told(&f, 10, TOLD_CGROUP, "0::/b.service\n");
	feed_exit(&f, 10);
	feed_close(&f, 5 * FEED_SECOND);
	expect(&f, 20, TOLD_EXE, NULL);
	expect(&f, 20, TOLD_CMDLINE, "ls");
	expect(&f, 20, TOLD_CGROUP, "0::/a.service\n");
	/* it stays after the exit */
	expect(&f, 10, TOLD_EXE, "/bin/sh");
	expect(&f, 10, TOLD_CGROUP, "0::/b.service\n");
	table_free(f.table);
}

/* What was read after an exec is of the new program, though its event comes later. */
static void test_exec_late(void **state)
{
	struct feed f = feed_of(&feed_small, false);
	struct told told = {.pid = 10, .what = TOLD_EXE, .text = "/bin/new", .len = 8};

	(void)state;
	process(&f, 10);
	told.ts_ns = f.now_ns + 2 * FEED_STEP_NS;
	table_tell(f.table, &told);
	feed_exec(&f, 10, 10);
	feed_close(&f, 0);
	expect(&f, 10, TOLD_EXE, "/bin/new");
	f.now_ns += FEED_SECOND;
	feed_exec(&f, 10, 10);
	/* and what was read before is not */
	table_tell(f.table, &told);
	feed_close(&f, 0);
	expect(&f, 10, TOLD_EXE, NULL);
	table_free(f.table);
}

/* Of a process that nobody knows, of a thread, and of one that had the pid before. */
static void test_stranger(void **state)
{
	struct feed f = feed_of(&feed_small, false);
	struct told told = {.pid = 10, .what = TOLD_CGROUP, .text = "x", .len = 1};

	(void)state;
	feed_told(&f, 10, TOLD_CGROUP, "0::/nobody\n");
	process(&f, 10);
	feed_new(&f, 10, 11, true, "thread");
	feed_told(&f, 11, TOLD_CGROUP, "0::/thread\n");
	told.ts_ns = f.now_ns;
	told.start_ns = 10 * FEED_SECOND;
	table_tell(f.table, &told);
	feed_close(&f, 0);
	expect(&f, 10, TOLD_CGROUP, NULL);
	table_free(f.table);
}

static void expect_column(const struct row *row, const char *id, const char *text)
{
	struct value value = {0};

	column_find(id)->get(row, &value);
	assert_int_equal(value.known, text != NULL);
	if (text)
		assert_string_equal(value.text, text);
}

static void test_columns(void **state)
{
	struct feed f = feed_of(&feed_small, false);
	struct view view = {.sort = column_find("pid"), .ascending = true};
	struct snapshot snap = {0};

	(void)state;
	process(&f, 10);
	process(&f, 20);
	feed_told(&f, 10, TOLD_EXE, "/bin/\033sh");
	feed_told(&f, 10, TOLD_CMDLINE, "sh\n-c");
	feed_told(&f, 10, TOLD_CGROUP, "0::/system.slice/nginx.service\n");
	feed_close(&f, 0);
	for (int round = 0; round < 2; round++) {
		snapshot_take(&snap, f.table, &view, FEED_BEGIN, NULL, NULL);
		assert_int_equal(snap.nr_rows, 2);
		expect_column(&snap.rows[0], "exe", "/bin/?sh");
		expect_column(&snap.rows[0], "cmdline", "sh?-c");
		expect_column(&snap.rows[0], "cgroup", "/system.slice/nginx.service");
		expect_column(&snap.rows[0], "unit", "nginx.service");
		expect_column(&snap.rows[0], "container", NULL);
		expect_column(&snap.rows[1], "exe", NULL);
		expect_column(&snap.rows[1], "unit", NULL);
		expect_column(&snap.rows[1], "cmdline", round ? "[p]" : NULL);
		view.cmdline = true;
	}
	snapshot_done(&snap);
	table_free(f.table);
}

/* Of one that was refused before it was entered nobody knows why, whatever came before it. */
static void test_why(void **state)
{
	struct table *table = table_new(&table_limits_default, false, FEED_BEGIN);
	struct call call = {.tid = 20,
		.prot = PROT_READ | PROT_EXEC,
		.len = 4096,
		.known = CALL_ASKED,
		.ts_ns = FEED_BEGIN};

	(void)state;
	assert_null(table_call(table, &call));
	table_why(table);
	call.tid = 21;
	assert_string_equal(table_call(table, &call), "jit");
	call.known = CALL_REFUSED | CALL_RETURNED;
	assert_null(table_call(table, &call));
	call.known = 0;
	assert_null(table_call(table, &call));
	table_free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_why),
		cmocka_unit_test(test_inherit),
		cmocka_unit_test(test_exec_late),
		cmocka_unit_test(test_stranger),
		cmocka_unit_test(test_columns),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
