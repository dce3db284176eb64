/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Main screen and help as text. */
#include "golden.h"
#include "base/mem.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static void test_sizes_golden(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, 12, false);
	golden(&scene, "main-20x5", 20, 5);
	golden(&scene, "main-40x9", 40, 9);
	golden(&scene, "main-80x24", 80, 24);
	golden(&scene, "main-140x40", 140, 40);
	golden(&scene, "main-200x60", 200, 60);
	golden(&scene, "main-19x5", 19, 5);
	scene_done(&scene);
}

static void test_looks_golden(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, 12, true);
	golden(&scene, "ascii-80x24", 80, 24);
	golden(&scene, "ascii-140x40", 140, 40);
	scene_done(&scene);
	scene_init(&scene, 0, false);
	golden(&scene, "empty-80x24", 80, 24);
	golden(&scene, "empty-20x5", 20, 5);
	scene_done(&scene);
	scene_init(&scene, SCENE_ROWS, false);
	golden(&scene, "many-80x24", 80, 24);
	scene_press(&scene, PRESS_END);
	golden(&scene, "many-end-80x24", 80, 24);
	scene_done(&scene);
}

static void test_help_golden(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, 3, false);
	scene_press(&scene, 'h');
	golden(&scene, "help-80x60", 80, 60);
	golden(&scene, "help-80x24", 80, 24);
	scene_press(&scene, PRESS_PAGE_DOWN);
	golden(&scene, "help-next-80x24", 80, 24);
	golden(&scene, "help-20x5", 20, 5);
	scene_done(&scene);
}

static void test_state_golden(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, 3, false);
	strcpy(scene.info.source, "tracepoint");
	scene.info.compat_visible = false;
	scene.snap.health.partial = true;
	scene.snap.facts = fact_masks("asked,ret,duration");
	scene.snap.ended = true;
	scene.snap.chosen = true;
	scene.snap.shown = scene_counts(301);
	scene_press(&scene, 'Z');
	golden(&scene, "paused-80x24", 80, 24);
	scene_press(&scene, 'd');
	golden(&scene, "delay-80x24", 80, 24);
	scene_type(&scene, "5x\r");
	golden(&scene, "delay-error-80x24", 80, 24);
	scene_press(&scene, PRESS_ESC);
	scene.snap.health.lost = 120;
	scene.snap.health.unaccounted = 7;
	scene.snap.health.lost_side = 3;
	golden(&scene, "lost-80x24", 80, 24);
	golden(&scene, "lost-140x40", 140, 40);
	golden(&scene, "lost-40x6", 40, 6);
	strcpy(scene.snap.health.trouble, "tracing_on was set to 0 by somebody else: set it to 1");
	golden(&scene, "trouble-80x24", 80, 24);
	scene_done(&scene);
}

/* The head tells of a recording; a key asks for its name, and ends it. */
static void test_record(void **state)
{
	struct scene scene;
	struct buf text = {0};

	(void)state;
	scene_init(&scene, 30, false);
	scene_draw(&scene, 80, 24, &text);
	assert_null(strstr(text.data, "REC"));
	assert_true(!(scene_press(&scene, 'D') & REACT_RECORD));
	assert_int_equal(scene_type(&scene, "dir/\r") & REACT_RECORD, 0);
	assert_int_equal(scene_type(&scene, "x\r") & REACT_RECORD, 0);
	for (size_t i = 0; i < strlen("dir/x"); i++)
		scene_press(&scene, PRESS_BACKSPACE);
	assert_true(scene_type(&scene, "x\r") & REACT_RECORD);
	assert_string_equal(ui_record(scene.ui), "x.dat");
	scene.snap.recorded = 1300000;
	scene_draw(&scene, 80, 24, &text);
	assert_non_null(strstr(text.data, "mprottop REC 1.2M"));
	assert_true(scene_press(&scene, PRESS_F0 + 8) & REACT_RECORD);
	assert_string_equal(ui_record(scene.ui), "");
	buf_done(&text);
	scene_done(&scene);
}

/* Rows that went since the last drawing are not looked at. */
static void test_search_gone(void **state)
{
	struct scene scene;
	struct buf text = {0};

	(void)state;
	scene_init(&scene, 30, false);
	scene_draw(&scene, 80, 24, &text);
	scene.snap.nr_rows = 0;
	scene_press(&scene, '/');
	scene_type(&scene, "n");
	scene_draw(&scene, 80, 24, &text);
	assert_non_null(strstr(text.data, "no such row"));
	buf_done(&text);
	scene_done(&scene);
}

static void expect_part(struct scene *scene, int width, const char *part)
{
	struct buf text = {0};

	if (!strstr(scene_draw(scene, width, 24, &text), part))
		fail_msg("no \"%s\" in\n%s", part, text.data);
	buf_done(&text);
}

/* Programs are told apart by the end of their paths. */
static void test_paths(void **state)
{
	static const struct {
		const char *path, *shown;
	} cases[] = {{"/usr/local/lib/nodejs/bin/node", " …/node\n"},
		{"/opt/a-long-name-without-an-end", " …/a-lon+\n"}, {"/bin/ls", " /bin/ls\n"},
		{"/usr/bin/python3 -c 'import x'", " /usr/bi+\n"},
		{"a name/of no/path", " a name/+\n"}};
	struct scene scene;

	(void)state;
	scene_init(&scene, 3, false);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		scene.snap.rows[0].name = cases[i].path;
		expect_part(&scene, 80, cases[i].shown);
	}
	scene.snap.rows[0].name = cases[0].path;
	expect_part(&scene, 100, " …/lib/nodejs/bin/node\n");
	scene_done(&scene);
	scene_init(&scene, 3, true);
	scene.snap.rows[0].name = cases[0].path;
	expect_part(&scene, 80, " +/node\n");
	scene_done(&scene);
}

/* A blank behind the mark, whichever column it is, and no column less for it. */
static void test_mark_room(void **state)
{
	struct scene scene;
	struct buf text = {0};

	(void)state;
	scene_init(&scene, 3, false);
	scene_draw(&scene, 80, 24, &text);
	for (int i = 0; i < 9; i++) {
		const char *mark;

		scene_press(&scene, i ? '>' : 'N');
		scene_draw(&scene, 80, 24, &text);
		mark = strstr(text.data, "▼");
		mark = mark ? mark : strstr(text.data, "▲");
		assert_non_null(mark);
		mark += strlen("▲");
		assert_true(*mark == ' ' || *mark == '\n');
		assert_non_null(strstr(text.data, "ERR"));
		assert_non_null(strstr(text.data, "COMMAND"));
	}
	buf_done(&text);
	scene_done(&scene);
}

/* Two marks and a PID as long as they get stand apart. */
static void test_marks_apart(void **state)
{
	static const int widths[] = {40, 80, 140};
	struct scene scene;
	struct buf text = {0};

	(void)state;
	scene_init(&scene, 3, false);
	scene.snap.rows[0].t.pid = scene.snap.rows[0].t.tid = 4194303;
	scene.snap.rows[0].t.flags |= ROW_EXITED;
	for (size_t i = 0; i < ARRAY_SIZE(widths); i++) {
		scene_draw(&scene, widths[i], 24, &text);
		assert_non_null(strstr(text.data, "\nx! 4194303 "));
		scene_press(&scene, '2');
		scene_draw(&scene, widths[i], 24, &text);
		assert_non_null(strstr(text.data, "\nx! 4194303 "));
		scene_press(&scene, '1');
	}
	buf_done(&text);
	scene_done(&scene);
}

/* Where nobody knows what memory was before, X says what to do. */
static void test_sort_wx(void **state)
{
	struct scene scene;
	struct view view = {0};

	(void)state;
	scene_init(&scene, 3, false);
	expect_part(&scene, 80, "counts since start");
	scene.snap.facts = fact_masks("asked,ret");
	snprintf(scene.info.source, sizeof(scene.info.source), "tracepoint");
	assert_int_equal(scene_press(&scene, 'X') & (REACT_RESORT | REACT_FACTS), 0);
	ui_view(scene.ui, &view);
	assert_string_equal(view.sort->id, "calls_per_s");
	expect_part(&scene, 80, "does not tell W>X: see screen 2, or sort by ASK X");
	expect_part(&scene, 80, "CALLS/s▼");
	expect_part(&scene, 80,
		" - w>x       - x>w       - w+x     0 refused   no earlier protection\n");
	expect_part(&scene, 120, "-: no earlier protection on this source\n");
	scene_done(&scene);
}

/* A probe that is off comes with the order; one that was asked for and is not there does not. */
static void test_kinds_off(void **state)
{
	const struct column *cheap[] = {column_find("pid"), column_find("calls")};
	struct ui_config config = {
		.columns = cheap, .nr_columns = 2, .delay_s = 1, .pid_digits = 7};
	struct scene scene;
	struct view view = {0};

	(void)state;
	scene_init(&scene, 3, false);
	scene.snap.facts = fact_masks("asked,ret");
	expect_part(&scene, 120, "no earlier protection");
	scene_press(&scene, 'X');
	ui_view(scene.ui, &view);
	assert_string_equal(view.sort->id, "calls_per_s");
	ui_free(scene.ui);
	scene.ui = ui_new(&config);
	expect_part(&scene, 120, "its probe is off");
	assert_true(scene_press(&scene, 'X') & REACT_FACTS);
	ui_view(scene.ui, &view);
	assert_string_equal(view.sort->id, "w_to_x");
	scene_press(&scene, 'X');
	ui_view(scene.ui, &view);
	assert_string_equal(view.sort->id, "wx");
	scene_done(&scene);
}

/* What stands below a header is what it says. */
static void test_counts(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, 3, false);
	expect_part(&scene, 80, " TOTAL ");
	scene_type(&scene, "aa");
	expect_part(&scene, 80, "counts a second, on average");
	expect_part(&scene, 80, " AVG/s ");
	scene_press(&scene, 'T');
	expect_part(&scene, 80, " AVG/s▼ ");
	scene_press(&scene, 'a');
	expect_part(&scene, 80, " TOTAL▼ ");
	/* threads count from when they are asked for, and from the start where that was then */
	scene_press(&scene, 'H');
	expect_part(&scene, 80, "counts since start");
	scene.snap.totals.threads_ns = scene.snap.totals.closed_ns - 10000000000;
	expect_part(&scene, 80, "\ncounts since 22:13:10, when threads were asked for");
	expect_part(&scene, 40, "\ncounts since 22:13:10\n");
	scene_press(&scene, 'H');
	expect_part(&scene, 80, "counts since start");
	scene_done(&scene);
}

/* What keys change is told, at any width. */
static void test_told(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, 40, false);
	expect_part(&scene, 80, "rows 1 to 15 of 40\n");
	scene_press(&scene, PRESS_END);
	expect_part(&scene, 80, "rows 26 to 40 of 40\n");
	scene_press(&scene, 'a');
	expect_part(&scene, 80, "counts in interval");
	expect_part(&scene, 80, "[1Main] 2W^X");
	scene_press(&scene, 'z');
	expect_part(&scene, 80, "colours: the terminal's own");
	scene_press(&scene, 'z');
	expect_part(&scene, 80, "no colours: bold and reverse");
	scene_done(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes_golden),
		cmocka_unit_test(test_looks_golden),
		cmocka_unit_test(test_help_golden),
		cmocka_unit_test(test_state_golden),
		cmocka_unit_test(test_record),
		cmocka_unit_test(test_search_gone),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_mark_room),
		cmocka_unit_test(test_marks_apart),
		cmocka_unit_test(test_sort_wx),
		cmocka_unit_test(test_kinds_off),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_told),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	setenv("TZ", "UTC", 1);
	tzset();
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
