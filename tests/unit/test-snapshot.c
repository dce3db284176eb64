/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mem.h"
#include "feed.h"
#include "model/column.h"
#include "model/filter.h"
#include "model/snapshot.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BEGIN (100 * FEED_SECOND)

static struct feed feed_begin(bool threads)
{
	return (struct feed){
		.table = table_new(&table_limits_default, threads, BEGIN), .now_ns = BEGIN};
}

static void user_name(const void *arg, uint32_t uid, char *text, size_t size)
{
	(void)arg;
	snprintf(text, size, "u%u", uid);
}

static void process(
	struct feed *f, uint32_t pid, uint32_t uid, const char *comm, unsigned int calls)
{
	feed_ident(f, pid, pid, uid, 50 * FEED_SECOND, comm);
	feed_calls(f, pid, calls);
}

static void pids_text(const struct snapshot *snap, char *text)
{
	text[0] = '\0';
	for (size_t i = 0; i < snap->nr_rows; i++)
		sprintf(text + strlen(text), "%s%d", i ? " " : "", (int)snap->rows[i].t.pid);
}

static void check_pids(
	struct snapshot *snap, const struct table *table, const struct view *view, const char *pids)
{
	char text[256];

	snapshot_take(snap, table, view, BEGIN, user_name, NULL);
	pids_text(snap, text);
	assert_string_equal(text, pids);
}

static void test_take(void **state)
{
	struct feed f = feed_begin(false);
	struct snapshot snap = {0};
	struct view view = {.sort = column_find("calls_per_s")};

	(void)state;
	process(&f, 10, 0, "a\033[31m\n", 30);
	process(&f, 20, 1, "b", 10);
	f.now_ns = BEGIN + FEED_SECOND;
	table_close(f.table, BEGIN + 2 * FEED_SECOND, 0);
	check_pids(&snap, f.table, &view, "10 20");
	assert_string_equal(snap.rows[0].comm, "a?[31m?");
	assert_string_equal(snap.rows[0].user, "u0");
	assert_true(snap.interval_s > 1.999 && snap.interval_s < 2.001);
	assert_true(snap.rows[0].share > 74.9 && snap.rows[0].share < 75.1);
	assert_true(snap.rows[0].mean_per_s > 14.9 && snap.rows[0].mean_per_s < 15.1);
	assert_true(snap.rows[0].idle_s > 1.9 && snap.rows[0].idle_s < 2.1);
	assert_true(snap.traced_s > 1.999 && snap.traced_s < 2.001);
	assert_int_equal(snap.totals.total.calls, 40);
	assert_int_equal(snap.shown.calls, 40);
	assert_false(snap.chosen);
	snapshot_done(&snap);
	table_free(f.table);
}

/* The mean of a thread is of the time in which it was counted. */
static void test_threads_late(void **state)
{
	struct feed f = feed_begin(false);
	struct snapshot snap = {0};
	struct view view = {.sort = column_find("calls_per_s"), .threads = true};

	(void)state;
	process(&f, 10, 0, "a", 30);
	table_close(f.table, BEGIN + 8 * FEED_SECOND, 0);
	table_threads(f.table, BEGIN + 8 * FEED_SECOND);
	feed_calls(&f, 10, 20);
	table_close(f.table, BEGIN + 10 * FEED_SECOND, 0);
	check_pids(&snap, f.table, &view, "10");
	assert_int_equal(snapshot_at(&snap, 0)->t.total.calls, 20);
	assert_true(fabs(snapshot_at(&snap, 0)->mean_per_s - 10) < 0.1);
	view.threads = false;
	check_pids(&snap, f.table, &view, "10");
	assert_int_equal(snapshot_at(&snap, 0)->t.total.calls, 50);
	assert_true(fabs(snapshot_at(&snap, 0)->mean_per_s - 5) < 0.1);
	snapshot_done(&snap);
	table_free(f.table);
}

static void test_choice(void **state)
{
	struct feed f = feed_begin(false);
	struct snapshot snap = {0};
	const uint32_t pids[] = {20, 30, 99};
	struct view view = {.sort = column_find("pid"), .ascending = true};

	(void)state;
	table_command(f.table, 30);
	for (uint32_t pid = 10; pid <= 40; pid += 10)
		process(&f, pid, 0, "p", pid);
	feed_calls(&f, 77, 5);
	feed_close(&f, 0);
	check_pids(&snap, f.table, &view, "10 20 30 40 -1");
	view.pids = pids;
	view.nr_pids = ARRAY_SIZE(pids);
	check_pids(&snap, f.table, &view, "20 30");
	assert_int_equal(snap.shown.calls, 50);
	assert_int_equal(snap.totals.delta.calls, 105);
	assert_true(snap.chosen);
	view.command = true;
	check_pids(&snap, f.table, &view, "30");
	view = (struct view){.sort = column_find("pid"), .ascending = true};
	feed_calls(&f, 20, 1);
	feed_close(&f, 0);
	check_pids(&snap, f.table, &view, "20");
	view.live = true;
	check_pids(&snap, f.table, &view, "10 20 30 40 -1");
	for (unsigned int i = 0; i < TABLE_HISTORY - 1; i++)
		feed_close(&f, 0);
	check_pids(&snap, f.table, &view, "20");
	view.idle = true;
	check_pids(&snap, f.table, &view, "10 20 30 40 -1");
	snapshot_done(&snap);
	table_free(f.table);
}

/* All who are there, let through or not, where people choose among them. */
static void test_users(void **state)
{
	struct feed f = feed_begin(false);
	struct snapshot snap = {0};
	struct view view = {.sort = column_find("pid"), .user = true, .uid = 3};

	(void)state;
	for (uint32_t uid = 0; uid < 2 * SNAPSHOT_USERS; uid++)
		process(&f, 10 + uid, uid / 2 * 3, "p", 1);
	feed_calls(&f, 7777, 1);
	feed_close(&f, 0);
	snapshot_take(&snap, f.table, &view, BEGIN, user_name, NULL);
	assert_int_equal(snap.nr_users, 0);
	view.live = true;
	for (int i = 0; i < 2; i++) {
		snapshot_take(&snap, f.table, &view, BEGIN, user_name, NULL);
		assert_int_equal(snap.nr_rows, 2);
		assert_int_equal(snap.nr_users, SNAPSHOT_USERS);
	}
	for (unsigned int i = 0; i < snap.nr_users; i++) {
		char name[16];

		snprintf(name, sizeof(name), "u%u", snap.users[i].uid);
		assert_int_equal(snap.users[i].uid % 3, 0);
		assert_string_equal(snap.users[i].name, name);
	}
	snapshot_done(&snap);
	table_free(f.table);
}

static void test_unknown_last(void **state)
{
	struct feed f = feed_begin(false);
	struct snapshot snap = {0};
	struct view view = {.sort = column_find("comm")};

	(void)state;
	process(&f, 10, 0, "", 1);
	process(&f, 20, 0, "b", 2);
	process(&f, 30, 0, "", 3);
	process(&f, 40, 0, "a", 4);
	feed_close(&f, 0);
	check_pids(&snap, f.table, &view, "20 40 30 10");
	view.ascending = true;
	check_pids(&snap, f.table, &view, "40 20 30 10");
	snapshot_done(&snap);
	table_free(f.table);
}

/* Equal keys: more calls first, then the smaller pid, tid and start, whatever the direction. */
static void test_ties(void **state)
{
	struct feed f = feed_begin(true);
	struct snapshot snap = {0};
	struct view view = {.sort = column_find("user")};

	(void)state;
	process(&f, 30, 5, "p", 2);
	process(&f, 20, 5, "p", 2);
	process(&f, 40, 5, "p", 9);
	process(&f, 10, 5, "p", 1);
	feed_close(&f, 0);
	check_pids(&snap, f.table, &view, "40 20 30 10");
	view.ascending = true;
	check_pids(&snap, f.table, &view, "40 20 30 10");
	feed_new(&f, 10, 12, true, "p");
	feed_new(&f, 10, 11, true, "p");
	feed_calls(&f, 12, 3);
	feed_calls(&f, 11, 3);
	feed_close(&f, 0);
	view.threads = true;
	check_pids(&snap, f.table, &view, "10 10");
	assert_int_equal(snap.rows[0].t.tid, 11);
	view.sort = column_find("tid");
	view.ascending = false;
	snapshot_sort(&snap, &view);
	assert_int_equal(snap.rows[0].t.tid, 12);
	snapshot_done(&snap);
	table_free(f.table);
}

static void sort_check(const struct snapshot *snap, const struct view *view)
{
	for (size_t i = 1; i < snap->nr_rows; i++) {
		const struct row *a = &snap->rows[i - 1], *b = &snap->rows[i];
		struct value u = {0}, v = {0};
		int order;

		view->sort->get(a, &u);
		view->sort->get(b, &v);
		order = type_compare(view->sort->type, &u, &v);
		if (u.known && v.known && !view->ascending)
			order = -order;
		assert_true(order <= 0);
		if (order)
			continue;
		assert_true(a->t.delta.calls >= b->t.delta.calls);
		if (a->t.delta.calls == b->t.delta.calls)
			assert_true(a->t.pid < b->t.pid);
	}
}

static void test_every_column(void **state)
{
	struct feed f = feed_begin(false);
	struct snapshot snap = {0};
	struct view view = {.sort = columns, .facts = UINT32_MAX};
	char comm[16];

	(void)state;
	srand(7);
	for (uint32_t pid = 2; pid < 3000; pid++) {
		snprintf(comm, sizeof(comm), "process-%d", rand() % 50);
		feed_new(&f, 1 + rand() % pid, pid, false, rand() % 9 ? comm : "");
		for (int calls = 1 + rand() % 8; calls; calls--)
			feed_call(&f, pid, rand(), rand() % 10);
		for (int calls = rand() % 3; calls; calls--)
			feed_result(&f, pid, rand() % 10, -rand() % 3, rand());
		if (rand() % 4 == 0)
			feed_exit(&f, pid);
	}
	feed_close(&f, 0);
	snapshot_take(&snap, f.table, &view, BEGIN, user_name, NULL);
	assert_int_equal(snap.nr_rows, 2998);
	for (view.sort = columns; view.sort->id; view.sort++)
		for (unsigned int up = 0; up < 2; up++) {
			view.ascending = up;
			snapshot_sort(&snap, &view);
			sort_check(&snap, &view);
		}
	snapshot_done(&snap);
	table_free(f.table);
}

/* Who never called comes after who did, and who ended is not among them. */
static void test_silent(void **state)
{
	struct feed f = feed_begin(true);
	struct snapshot snap = {0};
	const uint32_t pids[] = {30};
	struct view view = {.sort = column_find("calls_per_s")};

	(void)state;
	process(&f, 40, 4, "forty", 0);
	process(&f, 2, 0, "kthreadd", 0);
	process(&f, 30, 3, "a\n", 0);
	process(&f, 20, 0, "calls", 3);
	feed_new(&f, 40, 41, true, "thread");
	feed_close(&f, 0);
	check_pids(&snap, f.table, &view, "20");
	view.idle = true;
	check_pids(&snap, f.table, &view, "20 2 30 40");
	assert_int_equal(snap.shown.calls, 3);
	assert_string_equal(snap.rows[2].comm, "a?");
	assert_string_equal(snap.rows[2].user, "u3");
	assert_true(snap.rows[2].mean_per_s == 0 && snap.rows[2].share == 0);
	view.live = true;
	feed_exit(&f, 30);
	check_pids(&snap, f.table, &view, "20 2 40");
	view.threads = true;
	check_pids(&snap, f.table, &view, "20 2 40 40");
	view.threads = false;
	view.pids = pids;
	view.nr_pids = 1;
	check_pids(&snap, f.table, &view, "");
	feed_new(&f, 1, 30, false, "again");
	check_pids(&snap, f.table, &view, "30");
	snapshot_done(&snap);
	table_free(f.table);
}

/* As on a large server. */
static void test_silent_many(void **state)
{
	struct feed f = feed_begin(false);
	struct snapshot snap = {0};
	struct view view = {.sort = column_find("calls_per_s"), .idle = true};

	(void)state;
	for (uint32_t pid = 2; pid < 50002; pid++)
		process(&f, pid, pid % 7, "process", pid % 1000 == 0);
	feed_close(&f, 0);
	for (unsigned int i = 0; i < 10; i++) {
		snapshot_take(&snap, f.table, &view, BEGIN, user_name, NULL);
		assert_int_equal(snap.nr_rows, 50000);
		assert_int_equal(snap.rows[49].t.pid, 50000);
		assert_int_equal(snap.rows[50].t.pid, 2);
	}
	snapshot_done(&snap);
	table_free(f.table);
}

static void test_empty(void **state)
{
	struct feed f = feed_begin(false);
	struct snapshot snap = {0};
	struct view view = {.sort = columns};

	(void)state;
	snapshot_take(&snap, f.table, &view, BEGIN, NULL, NULL);
	assert_int_equal(snap.nr_rows, 0);
	snapshot_sort(&snap, &view);
	feed_close(&f, 0);
	snapshot_take(&snap, f.table, &view, BEGIN, NULL, NULL);
	assert_int_equal(snap.nr_rows, 0);
	assert_true(snap.interval_s > 0.99);
	snapshot_done(&snap);
	table_free(f.table);
}

/* Facts go with the rows; the errno has its name. */
static void test_outcome(void **state)
{
	struct feed f = feed_begin(false);
	struct snapshot snap = {0};
	struct view view = {.sort = column_find("errors"), .facts = fact_masks("ret,duration")};

	(void)state;
	process(&f, 10, 0, "none", 3);
	process(&f, 20, 0, "some", 0);
	feed_result(&f, 20, 4, -13, 5000);
	process(&f, 30, 0, "refused", 0);
	feed_joined(&f, &(struct call){.tid = 30, .known = CALL_REFUSED});
	feed_close(&f, 0);
	check_pids(&snap, f.table, &view, "20 10 30");
	assert_string_equal(snap.rows[0].errname, "EACCES");
	assert_string_equal(snap.rows[1].errname, "");
	assert_int_equal(snap.rows[0].facts, view.facts);
	assert_int_equal(snap.rows[0].t.max_ns, 5000);
	assert_int_equal(snap.shown.errors, 1);
	assert_int_equal(snap.shown.x_refused, 2);
	view.sort = column_find("x_refused");
	view.facts = 0;
	check_pids(&snap, f.table, &view, "10 20 30");
	view.sort = column_find("max_ns");
	view.facts = fact_masks("duration");
	check_pids(&snap, f.table, &view, "20 10 30");
	snapshot_done(&snap);
	table_free(f.table);
}

/* The rows of one exited at once: its mean stays below its peak. */
static void test_short_mean(void **state)
{
	struct feed f = feed_begin(false);
	struct snapshot snap = {0};
	struct view view = {.sort = columns};

	(void)state;
	feed_new(&f, 1, 10, false, "short");
	feed_calls(&f, 10, 100);
	feed_exit(&f, 10);
	feed_close(&f, 0);
	snapshot_take(&snap, f.table, &view, BEGIN, NULL, NULL);
	assert_int_equal(snap.nr_rows, 1);
	assert_true(snap.rows[0].mean_per_s <= snap.rows[0].t.peak_per_s);
	snapshot_done(&snap);
	table_free(f.table);
}

/* By user, by name, by an expression: what does not pass is in no row and not in shown. */
static void test_filters(void **state)
{
	struct feed f = feed_begin(false);
	struct snapshot snap = {0};
	struct view by_uid = {.sort = column_find("pid"), .ascending = true, .user = true};
	struct view by_text = {.sort = column_find("pid"), .ascending = true, .text = "B"};
	struct view by_where = {.sort = column_find("pid"), .ascending = true};
	struct filter *filter = filter_parse("calls ge 20 and not user eq u2", NULL);
	struct filter *none = filter_parse("calls lt 25", NULL), *fail;

	(void)state;
	process(&f, 10, 1, "abc", 10);
	process(&f, 20, 2, "b", 20);
	process(&f, 30, 3, "c", 30);
	feed_calls(&f, 77, 5);
	feed_close(&f, 0);
	by_uid.uid = 2;
	check_pids(&snap, f.table, &by_uid, "20");
	assert_true(snap.chosen && snap.shown.calls == 20);
	by_uid.user_not = true;
	check_pids(&snap, f.table, &by_uid, "10 30 -1");
	assert_int_equal(snap.shown.calls, 45);
	check_pids(&snap, f.table, &by_text, "10 20");
	assert_true(snap.chosen && snap.shown.calls == 30);
	by_where.where = filter;
	check_pids(&snap, f.table, &by_where, "30");
	assert_true(snap.chosen && snap.shown.calls == 30);
	assert_int_equal(snap.totals.delta.calls, 65);
	feed_close(&f, 0);
	/* idle now */
	check_pids(&snap, f.table, &by_where, "");
	by_where.idle = true;
	check_pids(&snap, f.table, &by_where, "30");
	/* the test is of what passes alone, idle or not */
	by_where.idle = false;
	assert_false(snap.failed);
	by_where.fail = fail = filter_parse("calls gt 25", NULL);
	check_pids(&snap, f.table, &by_where, "");
	assert_true(snap.failed);
	by_where.where = none;
	check_pids(&snap, f.table, &by_where, "");
	assert_false(snap.failed);
	filter_free(fail);
	filter_free(none);
	filter_free(filter);
	snapshot_done(&snap);
	table_free(f.table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filters),
		cmocka_unit_test(test_take),
		cmocka_unit_test(test_threads_late),
		cmocka_unit_test(test_choice),
		cmocka_unit_test(test_users),
		cmocka_unit_test(test_unknown_last),
		cmocka_unit_test(test_ties),
		cmocka_unit_test(test_every_column),
		cmocka_unit_test(test_silent),
		cmocka_unit_test(test_silent_many),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_outcome),
		cmocka_unit_test(test_short_mean),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
