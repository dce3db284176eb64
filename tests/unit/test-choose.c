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
