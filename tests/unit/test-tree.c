/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows below their parents: order, folds, who has no row, and who is nobody's child. */
#include "base/buf.h"
#include "base/mem.h"
#include "feed.h"
#include "model/column.h"
#include "model/filter.h"
#include "model/snapshot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct view tree_view(const char *sort)
{
	return (struct view){.sort = column_find(sort), .tree = true, .live = true};
}

/* A child of maker, that calls so often. */
static void born(struct feed *f, uint32_t maker, uint32_t pid, unsigned int calls)
{
	char comm[16];

	snprintf(comm, sizeof(comm), "p%u", pid);
	feed_new(f, maker, pid, false, comm);
	if (calls)
		feed_calls(f, pid, calls);
}

static void root(struct feed *f, uint32_t pid, unsigned int calls)
{
	char comm[16];

	snprintf(comm, sizeof(comm), "p%u", pid);
	feed_ident(f, pid, pid, 0, 50 * FEED_SECOND, comm);
	if (calls)
		feed_calls(f, pid, calls);
}

static void expect(const struct feed *f, const struct view *view, const char *want)
{
	struct snapshot snap = {0};
	struct buf text = {0};

	snapshot_take(&snap, f->table, view, FEED_BEGIN, NULL, NULL);
	for (int again = 0; again < 2; again++) {
		buf_reset(&text);
		buf_puts(&text, "");
		for (size_t i = 0; i < snap.nr_rows; i++) {
			if (i)
				buf_putc(&text, '\n');
			tree_text(&snap.rows[i], true, &text);
			buf_printf(
				&text, "%s %d", snap.rows[i].comm, (int)snap.rows[i].t.total.calls);
		}
		assert_string_equal(text.data, want);
		snapshot_sort(&snap, view);
	}
	buf_done(&text);
	snapshot_done(&snap);
}

static void family(struct feed *f)
{
	*f = feed_of(&table_limits_default, false);
	root(f, 10, 1);
	born(f, 10, 20, 5);
	born(f, 10, 30, 9);
	born(f, 20, 21, 1);
	born(f, 20, 22, 7);
	born(f, 30, 31, 0); /* never calls */
	born(f, 31, 32, 4);
	root(f, 40, 50);
	feed_close(f, UINT64_MAX);
}

static void test_order(void **state)
{
	struct view view = tree_view("calls");
	struct feed f;

	(void)state;
	family(&f);
	expect(&f, &view,
		"p40 50\n"
		"p10 1\n"
		"|- p30 9\n"
		"| `- p32 4\n"
		"`- p20 5\n"
		"  |- p22 7\n"
		"  `- p21 1");
	view.ascending = true;
	expect(&f, &view,
		"p10 1\n"
		"|- p20 5\n"
		"| |- p21 1\n"
		"| `- p22 7\n"
		"`- p30 9\n"
		"  `- p32 4\n"
		"p40 50");
	table_free(f.table);
}

/* Below the nearest ancestor that is let through. */
static void test_filter(void **state)
{
	struct view view = tree_view("pid");
	struct feed f;

	(void)state;
	family(&f);
	view.ascending = true;
	view.where = filter_parse("pid != 20 & pid != 30 & calls < 50", NULL);
	expect(&f, &view, "p10 1\n|- p21 1\n|- p22 7\n`- p32 4");
	filter_free((struct filter *)view.where);
	table_free(f.table);
}

/* A tree of nobody, whose room is not there yet. */
static void test_nobody(void **state)
{
	struct view view = tree_view("calls");
	struct feed f = feed_of(&table_limits_default, false);
	struct snapshot snap = {0};

	(void)state;
	view.lazy = true;
	snapshot_take(&snap, f.table, &view, FEED_BEGIN, NULL, NULL);
	assert_int_equal(snap.nr_rows, 0);
	snapshot_done(&snap);
	table_free(f.table);
}

static void test_fold(void **state)
{
	struct row_id folded[3];
	struct view view = tree_view("calls");
	struct snapshot snap = {0};
	struct feed f;

	(void)state;
	family(&f);
	snapshot_take(&snap, f.table, &view, FEED_BEGIN, NULL, NULL);
	assert_int_equal(snap.rows[4].t.pid, 20);
	folded[0] = row_id_of(&snap.rows[4]);
	folded[1] = row_id_of(&snap.rows[0]); /* nothing below it */
	folded[2] = row_id_of(&snap.rows[1]);
	view.folded = folded;
	view.nr_folded = 2;
	/* sorted by the sum */
	expect(&f, &view,
		"p40 50\n"
		"p10 1\n"
		"|+ p20 13\n"
		"`- p30 9\n"
		"  `- p32 4");
	view.nr_folded = 3;
	expect(&f, &view, "p40 50\n+ p10 27");
	snapshot_take(&snap, f.table, &view, FEED_BEGIN, NULL, NULL);
	assert_int_equal(snap.rows[1].leaf.nr, 5);
	assert_int_equal(snap.rows[1].t.nr_threads, 6);
	assert_int_equal(snap.rows[1].t.history[TABLE_HISTORY - 1], 27);
	assert_int_equal(snap.shown.calls, 77);
	snapshot_done(&snap);
	table_free(f.table);
}

/* The errors and times of a fold are those of all. */
static void test_fold_outcome(void **state)
{
	struct feed f = feed_of(&table_limits_default, false);
	struct row_id folded = {50 * FEED_SECOND, 10, 10};
	struct view view = tree_view("calls");
	struct snapshot snap = {0};

	(void)state;
	root(&f, 10, 0);
	feed_result(&f, 10, 3, 0, 100);
	born(&f, 10, 20, 0);
	feed_result(&f, 20, 3, -13, 5000);
	feed_close(&f, 0);
	view.folded = &folded;
	view.nr_folded = 1;
	snapshot_take(&snap, f.table, &view, FEED_BEGIN, NULL, NULL);
	assert_int_equal(snap.nr_rows, 1);
	assert_int_equal(snap.rows[0].t.max_ns, 5000);
	assert_int_equal(snap.rows[0].t.error, 13);
	assert_int_equal(snap.rows[0].t.total.errors, 1);
	snapshot_done(&snap);
	table_free(f.table);
}

/* A child stays below a parent that exited while that has a row; then it stands at the top, also
 * where the number is another's by now. */
static void test_exited(void **state)
{
	struct view view = tree_view("pid");
	struct feed f = feed_of(&table_limits_default, false);

	(void)state;
	view.ascending = true;
	root(&f, 10, 1);
	born(&f, 10, 20, 2);
	born(&f, 20, 30, 3);
	feed_exit(&f, 20);
	feed_close(&f, UINT64_MAX);
	expect(&f, &view, "p10 1\n`- p20 2\n  `- p30 3");
	f.now_ns += FEED_SECOND;
	born(&f, 10, 20, 4);
	feed_close(&f, UINT64_MAX);
	/* below the one that was its parent */
	expect(&f, &view, "p10 1\n|- p20 4\n`- p20 2\n  `- p30 3");
	feed_close(&f, 0);
	feed_close(&f, 0);
	expect(&f, &view, "p10 1\n`- p20 4\np30 3");
	table_free(f.table);
}

/* Rows that seem each other's parents are all there. */
static void test_circle(void **state)
{
	struct row rows[3] = {0};
	struct snapshot snap = {.rows = rows, .nr_rows = 3};
	struct view view = tree_view("pid");
	struct row_id folded[3];
	struct task_map map;

	(void)state;
	task_map_init(&map);
	for (uint32_t i = 0; i < 3; i++) {
		rows[i].t = (struct table_row){.pid = 1 + i, .tid = 1 + i, .ppid = 1 + (i + 1) % 3};
		folded[i] = row_id_of(&rows[i]);
	}
	view.folded = folded;
	view.nr_folded = 3;
	tree_link(&snap, &map, &view);
	assert_true(snap.nr_rows >= 1);
	snapshot_sort(&snap, &view);
	view.nr_folded = 0;
	task_map_done(&map);
}

/* A long line of descendants is neither deep recursion nor slow. */
static void test_deep(void **state)
{
	struct view view = tree_view("pid");
	struct feed f = feed_of(&table_limits_default, false);
	struct snapshot snap = {0};
	struct buf text = {0};

	(void)state;
	view.ascending = true;
	root(&f, 10, 1);
	for (uint32_t pid = 11; pid < 20000; pid++)
		born(&f, pid - 1, pid, 1);
	feed_close(&f, 0);
	snapshot_take(&snap, f.table, &view, FEED_BEGIN, NULL, NULL);
	assert_int_equal(snap.nr_rows, 19990);
	for (size_t i = 0; i < snap.nr_rows; i++) {
		assert_int_equal(snap.rows[i].leaf.depth, i);
		buf_reset(&text);
		tree_text(&snap.rows[i], false, &text);
		assert_true(text.len < 100);
	}
	buf_done(&text);
	snapshot_done(&snap);
	table_free(f.table);
}

/* A chain of processes of which the deepest called first, as they stand in a table. */
static void test_fold_deep(void **state)
{
	enum {
		NR = 300
	};
	struct view view = tree_view("pid");
	struct feed f = feed_of(&table_limits_default, false);
	struct row_id folded = {50 * FEED_SECOND, 10, 10};
	struct snapshot snap = {0};

	(void)state;
	root(&f, 10, 0);
	for (uint32_t pid = 11; pid < 10 + NR; pid++)
		born(&f, pid - 1, pid, 0);
	for (uint32_t pid = 10 + NR; pid-- > 10;)
		feed_calls(&f, pid, 1);
	feed_ident(&f, 5, 5, 0, 50 * FEED_SECOND, "beside");
	feed_calls(&f, 5, 7);
	feed_close(&f, 0);
	view.folded = &folded;
	view.nr_folded = 1;
	view.ascending = true;
	expect(&f, &view, "beside 7\n+ p10 300");
	snapshot_take(&snap, f.table, &view, FEED_BEGIN, NULL, NULL);
	assert_int_equal(snap.rows[1].leaf.nr, NR - 1);
	snapshot_done(&snap);
	table_free(f.table);
}

/* Below an ancestor far above, where none between them has a row. */
static void test_far(void **state)
{
	struct view view = tree_view("pid");
	struct feed f = feed_of(&table_limits_default, false);

	(void)state;
	view.ascending = true;
	root(&f, 10, 1);
	for (uint32_t pid = 11; pid < 500; pid++)
		born(&f, pid - 1, pid, pid == 498 || pid == 499);
	feed_close(&f, UINT64_MAX);
	expect(&f, &view, "p10 1\n`- p498 1\n  `- p499 1");
	table_free(f.table);
}

/* Lines of those above go on, however deep it is. */
static void test_lines(void **state)
{
	struct view view = tree_view("pid");
	struct feed f = feed_of(&table_limits_default, false);
	struct snapshot snap = {0};
	struct buf text = {0};

	(void)state;
	view.ascending = true;
	root(&f, 10, 1);
	for (uint32_t pid = 11; pid < 210; pid++)
		born(&f, pid - 1, pid, 1);
	/* two that have one more child, behind all of these */
	born(&f, 100, 1000, 1);
	born(&f, 105, 1001, 1);
	feed_close(&f, 0);
	snapshot_take(&snap, f.table, &view, FEED_BEGIN, NULL, NULL);
	assert_int_equal(snap.rows[99].t.pid, 109);
	tree_text(&snap.rows[99], true, &text);
	assert_string_equal(text.data,
		/* the depths 75 to 98; of 91 and of 96 more follow */
		"                                |         |     `- ");
	buf_done(&text);
	snapshot_done(&snap);
	table_free(f.table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_filter),
		cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_fold),
		cmocka_unit_test(test_fold_outcome),
		cmocka_unit_test(test_exited),
		cmocka_unit_test(test_circle),
		cmocka_unit_test(test_deep),
		cmocka_unit_test(test_fold_deep),
		cmocka_unit_test(test_far),
		cmocka_unit_test(test_lines),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
