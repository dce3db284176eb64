/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What keys do to rows: their order, what columns count, marks, threads, counters. */
#include "scene.h"
#include "base/mem.h"
#include "model/count_mode.h"
#include "model/filter.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct view view_of(const struct scene *scene)
{
	struct view view = {0};

	ui_view(scene->ui, &view);
	return view;
}

static bool on_screen(struct scene *scene, const char *part)
{
	struct buf text = {0};
	bool found = strstr(scene_draw(scene, 120, 24, &text), part);

	buf_done(&text);
	return found;
}

static void expect_screen(struct scene *scene, const char *part)
{
	if (!on_screen(scene, part))
		fail_msg("no \"%s\"", part);
}

static void test_sort_menu(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, 12, false);
	expect_screen(&scene, "CALLS/s");
	scene_press(&scene, ';');
	expect_screen(&scene, "Sort by");
	expect_screen(&scene, columns[4].help);
	assert_false(on_screen(&scene, "thread id")); /* no row is one */
	scene_press(&scene, PRESS_HOME);
	scene_press(&scene, PRESS_DOWN);
	scene_press(&scene, PRESS_DOWN);
	assert_true(scene_press(&scene, PRESS_ENTER) & REACT_RESORT);
	assert_string_equal(view_of(&scene).sort->id, "state");
	assert_true(view_of(&scene).ascending);
	/* one that no column on screen needs to know */
	scene_press(&scene, '.');
	while (!on_screen(&scene, "longest call"))
		scene_press(&scene, PRESS_DOWN);
	assert_true(scene_press(&scene, PRESS_ENTER) & REACT_FACTS);
	assert_true(ui_facts(scene.ui) & fact_mask("duration"));
	scene_press(&scene, PRESS_F0 + 6);
	scene_press(&scene, PRESS_DOWN);
	scene_press(&scene, 'q');
	assert_string_equal(view_of(&scene).sort->id, "max_ns");
	scene_press(&scene, 'X');
	assert_string_equal(view_of(&scene).sort->id, "w_to_x");
	scene_press(&scene, 'X');
	assert_string_equal(view_of(&scene).sort->id, "wx");
	scene_done(&scene);
}

/* What a column shows of the first row. */
static const char *cell(const struct scene *scene, const char *id, struct buf *text)
{
	const struct column *column = column_find(id);
	struct value value = {0};

	column->get(&scene->snap.rows[0], &value);
	buf_reset(text);
	type_cell(column->type, &value, false, text);
	return text->data;
}

static void test_count_mode(void **state)
{
	static const char *const expect[][4] = {
		/* calls, range, errors, threads: of all modes the same */
		{"total", "2500", "29.3M", "2"},
		{"interval", "10", "120K", "0"},
		{"average", "50.0", "600K", "0.0"},
	};
	struct scene scene;
	struct buf text = {0};

	(void)state;
	scene_init(&scene, 1, false);
	scene.snap.rows[0].t.delta = scene_counts(10);
	scene.snap.rows[0].t.total = scene_counts(2500);
	scene.snap.rows[0].seen_s = 50;
	for (size_t i = 0; i < 2 * ARRAY_SIZE(expect); i++) {
		const char *const *e = expect[i % ARRAY_SIZE(expect)];
		const struct count_mode *mode = view_of(&scene).mode;

		assert_string_equal(mode->id, e[0]);
		assert_ptr_equal(count_mode_find(e[0]), mode);
		scene.snap.rows[0].mode = mode;
		assert_string_equal(cell(&scene, "calls", &text), e[1]);
		assert_string_equal(cell(&scene, "range", &text), e[2]);
		assert_string_equal(cell(&scene, "errors", &text), e[3]);
		assert_string_equal(cell(&scene, "threads", &text), "1");
		if (mode != count_modes)
			expect_screen(&scene, mode->name);
		assert_true(scene_press(&scene, 'a') & REACT_RETAKE);
	}
	assert_null(count_mode_find("none"));
	buf_done(&text);
	scene_done(&scene);
}

/* Means below one are told apart. */
static void test_count_mean_order(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, 3, false);
	for (unsigned int i = 0; i < 3; i++) {
		scene.snap.rows[i].mode = count_mode_find("average");
		scene.snap.rows[i].t.total.calls = 1 + i;
		scene.snap.rows[i].t.pid = i;
		scene.snap.rows[i].seen_s = 100;
	}
	scene_press(&scene, 'T');
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(scene.snap.rows[i].t.pid, 2 - i);
	scene_done(&scene);
}

static int marked(struct scene *scene, const char *mark)
{
	struct buf text = {0};
	int nr = 0;

	scene_draw(scene, 120, 24, &text);
	for (int y = 0; y < 23; y++)
		for (int x = 0; x < 2; x++)
			nr += !strcmp(canvas_cell(&scene->canvas, x, y)->text, mark);
	buf_done(&text);
	return nr;
}

static void test_tags(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, 12, false);
	assert_int_equal(marked(&scene, "*"), 0);
	scene_press(&scene, ' ');
	expect_screen(&scene, "1 tagged: 9000 calls/s, 2.25M calls together");
	scene_press(&scene, ' '); /* it went on to the next row */
	expect_screen(&scene, "2 tagged: 13.5k calls/s");
	assert_int_equal(marked(&scene, "*"), 2);
	scene_press(&scene, 'N');
	scene_press(&scene, 'R');
	assert_int_equal(marked(&scene, "*"), 2); /* on the same rows, where they are now */
	scene_press(&scene, PRESS_END);
	scene_press(&scene, ' ');
	expect_screen(&scene, "1 tagged"); /* untagged: the lowest pid was the first */
	scene_press(&scene, 'U');
	assert_int_equal(marked(&scene, "*"), 0);
	expect_screen(&scene, "no row is tagged any more");
	/* room for two marks: of three, exited shows in other ways */
	for (size_t i = 0; i < scene.snap.nr_rows; i++)
		scene.snap.rows[i].t.flags |= ROW_EXITED;
	scene.snap.nr_rows = 1;
	expect_screen(&scene, "filter");
	scene_press(&scene, ' ');
	assert_int_equal(
		marked(&scene, "*") + 2 * marked(&scene, "!") + 4 * marked(&scene, "x"), 3);
	scene.snap.nr_rows = 0;
	expect_screen(&scene, "filter");
	scene_press(&scene, ' ');
	scene_press(&scene, 'F');
	scene_done(&scene);
}

static void expect_selected(struct scene *scene, uint32_t pid)
{
	struct buf text = {0}, line = {0};
	char want[16];

	scene_draw(scene, 120, 24, &text);
	snprintf(want, sizeof(want), " %u ", pid);
	for (int y = 0; y < 24; y++)
		for (int x = 0;
			x < 20 && canvas_cell(&scene->canvas, 0, y)->style == STYLE_SELECTED; x++)
			buf_puts(&line, canvas_cell(&scene->canvas, x, y)->text);
	assert_non_null(line.data);
	assert_non_null(strstr(line.data, want));
	buf_done(&text);
	buf_done(&line);
}

/* A row that is gone for a while is found again; without following it is not. */
static void test_follow(void **state)
{
	struct scene scene;
	struct row row;

	(void)state;
	scene_init(&scene, 12, false);
	expect_selected(&scene, scene.snap.rows[0].t.pid);
	for (int follow = 1; follow >= 0; follow--) {
		scene_press(&scene, PRESS_DOWN);
		row = scene.snap.rows[1];
		if (follow)
			scene_press(&scene, 'F');
		memmove(&scene.snap.rows[1], &scene.snap.rows[2], 10 * sizeof(row));
		scene.snap.nr_rows--;
		expect_selected(&scene, scene.snap.rows[1].t.pid);
		scene.snap.rows[scene.snap.nr_rows++] = row;
		expect_selected(&scene, follow ? row.t.pid : scene.snap.rows[1].t.pid);
		scene_press(&scene, PRESS_ESC);
		expect_selected(&scene, scene.snap.rows[0].t.pid);
	}
	/* not moved, the first row is selected, whoever it is; followed, it is that process */
	scene_press(&scene, 'F');
	expect_screen(&scene, "the selection follows node");
	row = scene.snap.rows[0];
	scene_press(&scene, 'R');
	expect_selected(&scene, row.t.pid);
	scene_press(&scene, 'F');
	expect_screen(&scene, "no row is followed");
	scene_done(&scene);
}

static void test_threads(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, 12, false);
	scene_type(&scene, "cg");
	assert_true(scene_press(&scene, 'H') & REACT_THREADS);
	assert_true(view_of(&scene).threads);
	assert_false(view_of(&scene).group || view_of(&scene).cmdline);
	expect_screen(&scene, "TID");
	/* on each screen that lists them */
	scene_press(&scene, '2');
	expect_screen(&scene, "TID");
	scene_press(&scene, '1');
	scene_press(&scene, 'H');
	assert_false(view_of(&scene).threads);
	assert_false(on_screen(&scene, "TID"));
	scene_done(&scene);
}

static void test_tree(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, 12, false);
	scene_press(&scene, '-');
	expect_screen(&scene, "t shows the tree");
	assert_true(scene_press(&scene, 't') & REACT_RETAKE);
	assert_true(view_of(&scene).tree);
	expect_screen(&scene, " tree");
	for (unsigned int i = 0; i < 12; i++)
		scene.snap.rows[i].leaf = (struct leaf){
			.id = i, .up = i ? 0 : TREE_NONE, .depth = i > 0, .last = i == 11};
	expect_screen(&scene, "├─ java");
	assert_true(scene_press(&scene, '-') & REACT_RETAKE);
	assert_int_equal(view_of(&scene).nr_folded, 1);
	assert_int_equal(view_of(&scene).folded[0].pid, scene.snap.rows[0].t.pid);
	assert_false(scene_press(&scene, '-') & REACT_RETAKE);
	assert_true(scene_press(&scene, '+') & REACT_RETAKE);
	assert_int_equal(view_of(&scene).nr_folded, 0);
	scene_press(&scene, PRESS_END);
	scene_press(&scene, '-');
	expect_screen(&scene, "nothing is below this row");
	/* threads and groups have no tree */
	scene_press(&scene, 'g');
	assert_false(view_of(&scene).tree);
	assert_false(scene_press(&scene, PRESS_F0 + 5) & REACT_RETAKE);
	scene_done(&scene);
}

/* The list of columns stays open, and shows what it does. */
static void test_setup(void **state)
{
	struct scene scene;
	struct buf text = {0};

	(void)state;
	scene_init(&scene, 12, false);
	expect_screen(&scene, "TOTAL");
	scene_press(&scene, 'S');
	expect_screen(&scene, "Setup: ");
	expect_screen(&scene, "[ ] rows without calls too");
	scene_press(&scene, PRESS_DOWN);
	assert_true(scene_press(&scene, ' ') & REACT_RETAKE);
	assert_true(view_of(&scene).idle);
	expect_screen(&scene, "[x] rows without calls too");
	/* a column that shows goes, and comes again behind the others but for the name */
	while (!on_screen(&scene, "[x] TOTAL"))
		scene_press(&scene, PRESS_DOWN);
	scene_press(&scene, PRESS_END);
	for (int i = 0; i < 200 && !strstr(scene_draw(&scene, 100, 60, &text), "[ ] TOTAL"); i++) {
		scene_press(&scene, PRESS_UP);
		scene_draw(&scene, 100, 60, &text);
		for (int y = 0; y < 60; y++)
			if (canvas_cell(&scene.canvas, 1, y)->style == STYLE_SELECTED &&
				!strcmp(canvas_cell(&scene.canvas, 5, y)->text, "T") &&
				!strcmp(canvas_cell(&scene.canvas, 6, y)->text, "O"))
				scene_press(&scene, PRESS_ENTER);
	}
	assert_non_null(strstr(text.data, "[ ] TOTAL"));
	assert_true(scene_press(&scene, ' ') & REACT_FACTS);
	expect_screen(&scene, "[x] TOTAL");
	/* it is the one before the name, and moves */
	assert_true(scene_press(&scene, '<') & REACT_REDRAW);
	scene_press(&scene, PRESS_ESC);
	scene_draw(&scene, 100, 60, &text);
	assert_non_null(strstr(text.data, "TOTAL HISTORY"));
	/* what asks leaves the list */
	scene_type(&scene, "f\r");
	expect_screen(&scene, "Columns: ");
	buf_done(&text);
	scene_done(&scene);
}

static void test_zero(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, 12, false);
	scene_press(&scene, 'r');
	expect_screen(&scene, "Zero all counters?");
	assert_false(scene_press(&scene, 'n') & REACT_ZERO);
	assert_false(scene_press(&scene, 'y') & REACT_ZERO); /* nobody asks any more */
	scene_press(&scene, 'r');
	assert_false(scene_press(&scene, PRESS_ENTER) & REACT_ZERO);
	scene_press(&scene, 'r');
	assert_true(scene_press(&scene, 'y') & REACT_ZERO);
	expect_screen(&scene, "all counts begin anew");
	scene_done(&scene);
}

static void test_color(void **state)
{
	struct scene scene;
	bool was;

	(void)state;
	scene_init(&scene, 1, false);
	was = ui_color(scene.ui);
	assert_true(scene_press(&scene, 'z') & REACT_COLOR);
	assert_true(ui_color(scene.ui) != was);
	ui_no_color(scene.ui);
	assert_false(ui_color(scene.ui));
	expect_screen(&scene, "this terminal has no colours");
	scene_done(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sort_menu),
		cmocka_unit_test(test_count_mode),
		cmocka_unit_test(test_count_mean_order),
		cmocka_unit_test(test_tags),
		cmocka_unit_test(test_follow),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_tree),
		cmocka_unit_test(test_setup),
		cmocka_unit_test(test_zero),
		cmocka_unit_test(test_color),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
