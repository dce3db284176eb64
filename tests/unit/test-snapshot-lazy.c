/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows that are filled when they are looked at are those that are filled at once. */
#include "base/buf.h"
#include "base/mem.h"
#include "feed.h"
#include "model/column.h"
#include "model/count_mode.h"
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

#define BEGIN FEED_BEGIN
#define ROWS  900 /* more than stay filled */

static void user_name(const void *arg, uint32_t uid, char *text, size_t size)
{
	(void)arg;
	snprintf(text, size, "u%u", uid);
}

/* Processes of all kinds: with threads, exited, unresolved, of no name, that failed; some idle for
 * a while, some silent. */
static void feed_all(struct feed *f, unsigned int turn)
{
	char comm[16], path[40];

	for (uint32_t pid = 2; pid < ROWS + 2; pid++) {
		if (pid % (turn + 1))
			continue;
		snprintf(comm, sizeof(comm), "process-%d", rand() % 50);
		if (pid % 4 == 0 && !turn)
			feed_new(f, pid / 2, pid, false, "child");
		feed_ident(f, pid, pid, pid % 7, 50 * FEED_SECOND + pid, pid % 9 ? comm : "");
		snprintf(path, sizeof(path), "/usr/lib/some/program-%d", rand() % 20);
		if (pid % 3)
			feed_told(f, pid, TOLD_EXE, path);
		if (pid % 11 == 0)
			continue;
		for (int calls = rand() % 8; calls; calls--)
			feed_call(f, pid, (uint64_t)rand(), (uint64_t)rand() % 10);
		for (int calls = rand() % 3; calls; calls--)
			feed_result(f, pid, (uint64_t)rand() % 10, -rand() % 3, (uint64_t)rand());
		if (pid % 5 == 0) {
			feed_new(f, pid, 100000 + pid, true, "thread");
			feed_calls(f, 100000 + pid, 2);
		}
		if (rand() % 9 == 0)
			feed_exit(f, pid);
	}
	feed_calls(f, 999999, 3);
	feed_close(f, UINT64_MAX);
}

static void row_text(const struct row *row, struct buf *out)
{
	const struct row_id id = row_id_of(row);

	buf_printf(out, "%d %d %lu %x", (int)id.pid, (int)id.tid, (unsigned long)id.start_ns,
		row->t.flags);
	for (const struct column *c = columns; c->id; c++) {
		struct value value = {0};

		c->get(row, &value);
		buf_putc(out, ' ');
		type_csv(c->type, &value, out);
	}
	buf_printf(out, " %d %d %d\n", row->leaf.depth, row->leaf.last, (int)row->leaf.bars);
}

static void check_rows(const struct snapshot *lazy, const struct snapshot *whole)
{
	struct buf a = {0}, b = {0};

	assert_int_equal(lazy->nr_rows, whole->nr_rows);
	feed_counts_equal(&lazy->shown, &whole->shown);
	for (size_t i = 0; i < lazy->nr_rows; i++) {
		const struct row_id id = snapshot_id(lazy, i);

		buf_reset(&a);
		buf_reset(&b);
		row_text(snapshot_at(lazy, i), &a);
		row_text(&whole->rows[i], &b);
		assert_string_equal(a.data, b.data);
		assert_int_equal(id.pid, whole->rows[i].t.pid);
		assert_int_equal(snapshot_leaf(lazy, i).depth, whole->rows[i].leaf.depth);
		assert_int_equal(id.tid, whole->rows[i].t.tid);
		assert_int_equal(id.start_ns, whole->rows[i].t.start_ns);
	}
	buf_done(&a);
	buf_done(&b);
}

static void take(struct snapshot *snap, const struct feed *f, struct view *view, bool lazy)
{
	view->lazy = lazy;
	snapshot_take(snap, f->table, view, BEGIN, user_name, NULL);
}

/* Parts that a column says it reads must be all: else its order is another one. */
static void test_orders(void **state)
{
	struct feed f = feed_of(&table_limits_default, true);
	struct snapshot lazy = {0}, whole = {0}, anew = {0};
	struct view view = {.facts = UINT32_MAX, .live = true};

	(void)state;
	srand(11);
	for (unsigned int turn = 0; turn < 4; turn++)
		feed_all(&f, turn);
	for (unsigned int i = 0; i < 8; i++) {
		view.threads = i & 1;
		view.idle = i & 2;
		view.cmdline = i & 4;
		view.mode = &count_modes[i % 3];
		view.tree = !view.threads && i & 2;
		view.sort = columns;
		take(&anew, &f, &view, true);
		for (; view.sort->id; view.sort++) {
			view.ascending = i & 1;
			take(&whole, &f, &view, false);
			take(&lazy, &f, &view, true);
			check_rows(&lazy, &whole);
		}
	}
	snapshot_done(&anew);
	snapshot_done(&lazy);
	snapshot_done(&whole);
	table_free(f.table);
}

/* A fold of nobody, which is not there, changes nothing but how the tree is made. */
static void test_tree(void **state)
{
	struct feed f = feed_of(&table_limits_default, false);
	struct snapshot lazy = {0}, whole = {0};
	const struct row_id nobody = {1, 2, 3};
	struct view view = {.facts = UINT32_MAX, .live = true, .tree = true, .folded = &nobody};
	unsigned int deepest = 0;

	(void)state;
	srand(15);
	for (unsigned int turn = 0; turn < 3; turn++)
		feed_all(&f, turn);
	for (view.sort = columns; view.sort->id; view.sort++) {
		view.nr_folded = 1;
		take(&whole, &f, &view, false);
		view.nr_folded = 0;
		take(&lazy, &f, &view, true);
		check_rows(&lazy, &whole);
		view.ascending = !view.ascending;
		snapshot_sort(&lazy, &view);
		snapshot_sort(&whole, &view);
		check_rows(&lazy, &whole);
	}
	for (size_t i = 0; i < lazy.nr_rows; i++)
		if (snapshot_leaf(&lazy, i).depth > deepest)
			deepest = snapshot_leaf(&lazy, i).depth;
	assert_true(deepest > 3);
	snapshot_done(&lazy);
	snapshot_done(&whole);
	table_free(f.table);
}

static void test_resort(void **state)
{
	struct feed f = feed_of(&table_limits_default, false);
	struct snapshot lazy = {0}, whole = {0};
	struct view view = {.facts = UINT32_MAX, .live = true, .idle = true, .sort = columns};

	(void)state;
	srand(12);
	for (unsigned int turn = 0; turn < 3; turn++)
		feed_all(&f, turn);
	take(&whole, &f, &view, false);
	take(&lazy, &f, &view, true);
	for (; view.sort->id; view.sort++)
		for (unsigned int up = 0; up < 2; up++) {
			uint64_t turn = lazy.turn;

			view.ascending = up;
			snapshot_sort(&lazy, &view);
			snapshot_sort(&whole, &view);
			assert_true(lazy.turn != turn);
			check_rows(&lazy, &whole);
			assert_int_equal(
				snapshot_peek(&lazy, 3, PART_WHO)->t.pid, whole.rows[3].t.pid);
		}
	snapshot_done(&lazy);
	snapshot_done(&whole);
	table_free(f.table);
}

/* By each column in an expression. */
static void test_filters(void **state)
{
	static const char *const texts[] = {"calls gt 4 and p_r ge 1", "comm has 7", "user eq u3",
		"exe has program-1", "errors gt 0 or p99_ns gt 1000",
		"pct gt 0.01 and not errname eq EPERM", "idle_s gt 0.5 or calls_per_s gt 3",
		"verdict eq mdwe", "state eq exited"};
	struct feed f = feed_of(&table_limits_default, false);
	struct snapshot lazy = {0}, whole = {0};
	struct view view = {.facts = UINT32_MAX, .live = true, .sort = column_find("comm")};

	(void)state;
	srand(13);
	feed_all(&f, 0);
	feed_all(&f, 2);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct filter *filter = filter_parse(texts[i], NULL);
		size_t nr = 0;

		assert_non_null(filter);
		view.where = NULL;
		take(&whole, &f, &view, false);
		for (size_t r = 0; r < whole.nr_rows; r++)
			nr += filter_takes(filter, &whole.rows[r]);
		view.where = filter;
		take(&whole, &f, &view, false);
		take(&lazy, &f, &view, true);
		assert_int_equal(lazy.nr_rows, nr);
		check_rows(&lazy, &whole);
		filter_free(filter);
	}
	snapshot_done(&lazy);
	snapshot_done(&whole);
	table_free(f.table);
}

/* Rows are dropped, processes end, call and take other names: what was taken stays as it was. */
static void test_frozen(void **state)
{
	struct feed f = feed_of(&(struct table_limits){ROWS, ROWS, 0}, false);
	struct snapshot lazy = {0}, whole = {0}, other = {0};
	struct view view = {.facts = UINT32_MAX, .live = true, .sort = column_find("calls")};

	(void)state;
	srand(14);
	feed_all(&f, 0);
	feed_all(&f, 1);
	take(&whole, &f, &view, false);
	take(&lazy, &f, &view, true);
	for (uint32_t pid = 2; pid < ROWS + 2; pid++) {
		feed_calls(&f, pid, 2);
		feed_name(&f, pid, "another");
		if (pid % 2)
			feed_exit(&f, pid);
	}
	/* who calls for the first time takes the place of others */
	for (uint32_t pid = 5000; pid < 5000 + 2 * ROWS; pid++)
		feed_calls(&f, pid, 1);
	assert_true(table_totals(f.table)->folded > ROWS);
	view.lazy = false;
	snapshot_take(&other, f.table, &view, BEGIN, user_name, NULL);
	check_rows(&lazy, &whole);
	table_zero(f.table);
	check_rows(&lazy, &whole);
	snapshot_leave(&lazy);
	assert_int_equal(lazy.nr_rows, 0);
	table_free(f.table);
	snapshot_done(&lazy);
	snapshot_done(&other);
	snapshot_done(&whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_orders),
		cmocka_unit_test(test_tree),
		cmocka_unit_test(test_resort),
		cmocka_unit_test(test_filters),
		cmocka_unit_test(test_frozen),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
