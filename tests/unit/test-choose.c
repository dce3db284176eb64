/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Filters, search and menus of the ui, by keys. */
#include "scene.h"
#include "base/mem.h"
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

static void expect_text(const struct scene *scene, const char *text)
{
	struct view view = view_of(scene);

	if (!text) {
		assert_null(view.text);
		return;
	}
	assert_non_null(view.text);
	assert_string_equal(view.text, text);
}

static void expect_screen(struct scene *scene, const char *part)
{
	struct buf text = {0};

	if (!strstr(scene_draw(scene, 100, 24, &text), part))
		fail_msg("no \"%s\" in\n%s", part, text.data);
	buf_done(&text);
}

/* The name of the selected row, as drawn. */
static void expect_selected(struct scene *scene, const char *name)
{
	struct buf text = {0}, line = {0};

	scene_draw(scene, 100, 40, &text);
	for (int y = 0; y < 40; y++)
		for (int x = 0;
			x < 100 && canvas_cell(&scene->canvas, 0, y)->style == STYLE_SELECTED; x++)
			buf_puts(&line, canvas_cell(&scene->canvas, x, y)->text);
	if (!line.data || !strstr(line.data, name))
		fail_msg("%s is not selected in\n%s", name, text.data);
	buf_done(&text);
	buf_done(&line);
}

static void test_text(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, 12, false);
	expect_screen(&scene, "filter -");
	scene_press(&scene, '\\');
	assert_true(scene_press(&scene, 'p') & REACT_RETAKE);
	expect_text(&scene, "p"); /* while it is typed */
	scene_type(&scene, "hx");
	scene_press(&scene, PRESS_BACKSPACE);
	expect_text(&scene, "ph");
	scene_press(&scene, PRESS_ENTER);
	expect_text(&scene, "ph");
	expect_screen(&scene, "filter \"ph\"");
	/* Esc: as it was */
	scene_press(&scene, PRESS_F0 + 4);
	scene_type(&scene, "java");
	expect_text(&scene, "java");
	assert_true(scene_press(&scene, PRESS_ESC) & REACT_RETAKE);
	expect_text(&scene, "ph");
	/* the first character replaces what was there, no text is no filter */
	scene_press(&scene, '\\');
	scene_press(&scene, PRESS_CTRL('u'));
	scene_press(&scene, PRESS_ENTER);
	expect_text(&scene, NULL);
	/* any character, and one is rubbed out whole */
	scene_press(&scene, '\\');
	scene_press(&scene, 0x6f22);
	scene_press(&scene, 0x1f600);
	scene_press(&scene, 0xe9);
	scene_press(&scene, PRESS_BACKSPACE);
	expect_text(&scene, "漢\xf0\x9f\x98\x80");
	scene_press(&scene, 0x202e); /* would turn the line round */
	expect_text(&scene, "漢\xf0\x9f\x98\x80");
	scene_done(&scene);
}

static void test_where(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, 12, false);
	assert_true(scene_type(&scene, "emax_ns > 1ms\r") & REACT_FACTS);
	assert_string_equal(filter_text(view_of(&scene).where), "max_ns > 1ms");
	assert_true(ui_facts(scene.ui) & fact_mask("duration"));
	expect_screen(&scene, "filter max_ns > 1ms");
	/* what is wrong is told, and the question stays */
	assert_false(scene_type(&scene, "ocolour = red\r") & REACT_RETAKE);
	expect_screen(&scene, "no such column 'colour' at character 1");
	assert_string_equal(filter_text(view_of(&scene).where), "max_ns > 1ms");
	scene_press(&scene, PRESS_CTRL('u'));
	assert_true(scene_press(&scene, PRESS_ENTER) & REACT_RETAKE);
	assert_null(view_of(&scene).where);
	scene_done(&scene);
}

/* On Events it is calls that are asked for: their keys, not columns. */
static void test_calls(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, 12, false);
	scene_log(&scene, 200);
	scene_type(&scene, "3");
	expect_screen(&scene, "200 of 200 lines kept");
	scene_type(&scene, "e");
	expect_screen(&scene, "Calls where: ");
	expect_screen(&scene, "call expression, e.g. kinds has w>x");
	expect_screen(&scene, "keys: pid tid comm cpu syscall");
	/* a column of rows is none of them */
	assert_false(scene_type(&scene, "calls_per_s > 1\r") & REACT_RETAKE);
	expect_screen(&scene, "no such key of a call: 'calls_per_s' at character 1");
	expect_screen(&scene, "under call");
	assert_null(view_of(&scene).calls);
	scene_press(&scene, PRESS_CTRL('u'));
	assert_true(scene_type(&scene, "kinds has w>x\r") & REACT_RETAKE);
	assert_string_equal(filter_text(view_of(&scene).calls), "kinds has w>x");
	assert_null(view_of(&scene).where);
	expect_screen(&scene, "filter kinds has w>x");
	/* each fifth call; losses stay */
	expect_screen(&scene, "50 of 200 lines kept pass the filter");
	expect_screen(&scene, "rw- > r-x");
	expect_screen(&scene, " events lost");
	/* rows are as they were */
	scene_type(&scene, "1");
	expect_screen(&scene, "filter -");
	scene_type(&scene, "3\\node\r");
	expect_screen(&scene, "filter \"node\", kinds has w>x");
	scene_type(&scene, "=");
	expect_screen(&scene, "all filters are off");
	expect_screen(&scene, "200 of 200 lines kept");
	scene_type(&scene, "eaddr eq 1\r");
	expect_screen(&scene, "following the newest   10 of 200");
	scene_done(&scene);
}

/* The line that is looked at stays, as its neighbours come and go. */
static void test_calls_stay(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, 12, false);
	scene_log(&scene, 200);
	scene_type(&scene, "3");
	expect_screen(&scene, "following the newest");
	scene_type(&scene, "/firefox\r");
	expect_screen(&scene, "not following");
	expect_selected(&scene, "firefox");
	scene_type(&scene, "n=");
	expect_selected(&scene, "7f0000015000");
	scene_type(&scene, "ecomm eq firefox\r");
	expect_selected(&scene, "7f0000015000");
	scene_type(&scene, "=");
	expect_selected(&scene, "7f0000015000");
	scene_done(&scene);
}

/* All of an error shows, whatever the width, in lines above the question. */
static void test_error_whole(void **state)
{
	static const int widths[] = {40, 60, 80, 200};
	static const char *const words[] = {
		"value", "expected,", "end;", "'calls_per_s", "100", "and", "user", "eq", "root'"};
	struct scene scene;
	struct buf text = {0};

	(void)state;
	scene_init(&scene, 12, false);
	scene_type(&scene, "ecalls_per_s > \r");
	for (size_t i = 0; i < ARRAY_SIZE(widths); i++) {
		scene_draw(&scene, widths[i], 24, &text);
		for (size_t w = 0; w < ARRAY_SIZE(words); w++)
			if (!strstr(text.data, words[w]))
				fail_msg("no \"%s\" in\n%s", words[w], text.data);
	}
	buf_done(&text);
	scene_done(&scene);
}

/* What the whole run is of is told, and no key takes it away. */
static void test_scope(void **state)
{
	const struct column *list[] = {column_find("pid")};
	struct ui_config config = {.columns = list,
		.nr_columns = 1,
		.scope = "COMMAND make",
		.delay_s = 1,
		.pid_digits = 7};
	struct scene scene;

	(void)state;
	scene_init(&scene, 12, false);
	ui_free(scene.ui);
	scene.ui = ui_new(&config);
	scene.snap.chosen = true;
	expect_screen(&scene, "filter COMMAND make");
	scene_type(&scene, "\\node\r");
	expect_screen(&scene, "filter \"node\", COMMAND make");
	scene_type(&scene, "2");
	expect_screen(&scene, "filter \"node\", COMMAND make");
	scene_type(&scene, "=");
	expect_screen(&scene, "the command line chose COMMAND make");
	expect_screen(&scene, "filter COMMAND make");
	scene_done(&scene);
}

/* At 80 columns the figures make room for it; what is too long ends with a mark. */
static void test_filter_room(void **state)
{
	struct scene scene;
	struct buf text = {0};

	(void)state;
	scene_init(&scene, 12, false);
	scene_type(&scene, "ecalls_per_s > 100\r");
	assert_non_null(strstr(scene_draw(&scene, 80, 24, &text),
		"12 seen  1 exited  30 threads   filter calls_per_s > 100\n"));
	scene_type(&scene, "ecalls_per_s > 100 & wx > 0 & comm eq something-long\r");
	assert_non_null(strstr(scene_draw(&scene, 80, 24, &text), "filter calls_per_s > 100 & wx"));
	assert_non_null(strstr(text.data, "…\n"));
	/* and whole in the line above the table */
	assert_non_null(strstr(
		text.data, "   filter calls_per_s > 100 & wx > 0 & comm eq something-long\n"));
	buf_done(&text);
	scene_done(&scene);
}

static void seen_add(struct scene *scene, uint32_t uid, const char *name)
{
	struct seen_user *seen = &scene->snap.users[scene->snap.nr_users++];

	seen->uid = uid;
	snprintf(seen->name, sizeof(seen->name), "%s", name);
}

static void test_user(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, 12, false);
	seen_add(&scene, 0, "root");
	seen_add(&scene, 1000, "alice");
	expect_screen(&scene, "node");
	scene_press(&scene, 'u');
	expect_screen(&scene, "all users");
	scene_press(&scene, PRESS_END);
	assert_true(scene_press(&scene, PRESS_ENTER) & REACT_RETAKE);
	assert_true(view_of(&scene).user);
	assert_int_equal(view_of(&scene).uid, 1000);
	expect_screen(&scene, "filter user alice");
	/* where it stands */
	scene_press(&scene, 'u');
	scene_press(&scene, 'k');
	scene_press(&scene, PRESS_ENTER);
	assert_int_equal(view_of(&scene).uid, 0);
	assert_true(view_of(&scene).user);
	scene_press(&scene, 'u');
	scene_press(&scene, PRESS_HOME);
	assert_false(scene_press(&scene, PRESS_ESC) & (REACT_RETAKE | REACT_QUIT));
	assert_true(view_of(&scene).user);
	scene_press(&scene, 'u');
	scene_press(&scene, PRESS_HOME);
	scene_press(&scene, PRESS_ENTER);
	assert_false(view_of(&scene).user);
	scene_done(&scene);
}

static void test_all_off(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, 12, false);
	seen_add(&scene, 0, "root");
	expect_screen(&scene, "node");
	scene_type(&scene, "\\no\recalls > 1\ruj\r");
	expect_screen(&scene, "filter user root, \"no\",");
	assert_true(scene_press(&scene, '=') & REACT_RETAKE);
	expect_text(&scene, NULL);
	assert_null(view_of(&scene).where);
	assert_false(view_of(&scene).user);
	expect_screen(&scene, "filter -");
	scene.snap.nr_rows = 0;
	scene_type(&scene, "\\zzz\r");
	expect_screen(&scene, "no row passes the filters");
	scene_done(&scene);
}

/* Options are filters too, which the same keys change. */
static void test_given(void **state)
{
	const struct column *list[] = {column_find("pid")};
	struct ui_config config = {.columns = list,
		.nr_columns = 1,
		.text = "java",
		.where = "max_ns > 5",
		.user = true,
		.user_not = true,
		.uid = 7,
		.user_name = "bob",
		.delay_s = 1,
		.pid_digits = 7};
	struct ui *ui = ui_new(&config);
	struct view view = {0};

	(void)state;
	ui_view(ui, &view);
	assert_string_equal(view.text, "java");
	assert_string_equal(filter_text(view.where), "max_ns > 5");
	assert_true(view.user && view.user_not && view.uid == 7);
	ui_key(ui, &(struct key_press){.code = '='});
	ui_view(ui, &view);
	assert_false(view.text || view.where || view.user);
	ui_free(ui);
}

static void test_search(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, 24, false);
	expect_selected(&scene, "node");
	scene_type(&scene, "/ssh");
	expect_selected(&scene, " 1407 ");
	scene_type(&scene, "y");
	expect_screen(&scene, "no such row");
	scene_press(&scene, PRESS_BACKSPACE);
	scene_press(&scene, PRESS_F0 + 3);
	expect_selected(&scene, " 1851 ");
	scene_press(&scene, PRESS_ENTER);
	expect_selected(&scene, " 1851 ");
	assert_false(scene_press(&scene, 'N') & REACT_RESORT);
	expect_selected(&scene, " 1407 ");
	scene_press(&scene, 'n');
	expect_selected(&scene, " 1851 ");
	/* in any case, and round the end */
	scene_press(&scene, PRESS_ESC);
	scene_type(&scene, "/NODE\r");
	scene_press(&scene, 'n');
	scene_press(&scene, 'n');
	expect_selected(&scene, "node");
	/* once it ended, N sorts */
	scene_press(&scene, PRESS_ESC);
	assert_true(scene_press(&scene, 'N') & REACT_RESORT);
	assert_string_equal(view_of(&scene).sort->id, "pid");
	scene_press(&scene, 'n');
	expect_screen(&scene, "nothing is searched for");
	/* by number, whole */
	scene_type(&scene, "/1111\r");
	expect_selected(&scene, " 1111 ");
	/* Esc ends a search that is asked for */
	scene_type(&scene, "/java");
	scene_press(&scene, PRESS_ESC);
	assert_true(scene_press(&scene, 'N') & REACT_RESORT);
	scene_done(&scene);
}

static void test_menu(void **state)
{
	struct scene scene;
	char name[8];

	(void)state;
	scene_init(&scene, 12, false);
	for (unsigned int i = 0; i < SNAPSHOT_USERS; i++) {
		snprintf(name, sizeof(name), "u%u", i);
		seen_add(&scene, 100 + i, name);
	}
	expect_screen(&scene, "node");
	scene_press(&scene, 'u');
	expect_screen(&scene, "all users");
	for (int i = 0; i < 30; i++)
		scene_press(&scene, PRESS_DOWN);
	expect_screen(&scene, "u29");
	scene_press(&scene, PRESS_END);
	expect_screen(&scene, "u63");
	scene_press(&scene, PRESS_PAGE_UP);
	scene_press(&scene, PRESS_HOME);
	expect_screen(&scene, "all users");
	/* the title is line 7 of 24 */
	assert_true(scene_click(&scene, PRESS_CLICK, 1, 10) & REACT_RETAKE);
	assert_int_equal(view_of(&scene).uid, 101);
	scene_press(&scene, 'u');
	expect_screen(&scene, "all users");
	assert_false(scene_click(&scene, PRESS_CLICK, 90, 10) & REACT_RETAKE);
	assert_true(scene_press(&scene, 'R') & REACT_RESORT); /* it is closed */
	scene_done(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_where),
		cmocka_unit_test(test_calls),
		cmocka_unit_test(test_calls_stay),
		cmocka_unit_test(test_error_whole),
		cmocka_unit_test(test_scope),
		cmocka_unit_test(test_filter_room),
		cmocka_unit_test(test_user),
		cmocka_unit_test(test_all_off),
		cmocka_unit_test(test_given),
		cmocka_unit_test(test_search),
		cmocka_unit_test(test_menu),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
